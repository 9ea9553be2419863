"""Criteria of every kind compared with a reply: each kind goes to the module that judges it."""

from __future__ import annotations

from collections.abc import Sequence

from voicedrill.core.matching import CutOffs, Match, matcher
from voicedrill.core.model import Criterion, Finding, Transcript, Verdict
from voicedrill.core.structure import find_words
from voicedrill.core.text import Text, spell
from voicedrill.core.verbatim import recite

_FAR = -100.0
"""Margin of what does not speak for a tactic."""
_PLAIN = 8.0
"""Margin of a sentence that was said word for word: it speaks for its tactic as plainly as a wording can."""


def compare(
    criteria: tuple[Criterion, ...], prompt: str, transcript: Transcript, text: Text, cut_offs: CutOffs,
) -> tuple[Match, ...]:
    """One match per criterion, in order.

    Args:
        criteria: of any kind; those of kind `key_point` are left MISSED, since they rest on the others' findings.
        prompt: what was asked.
        transcript: the reply.
        text: the reply as the matcher compares it.
        cut_offs: where a similarity becomes a verdict.
    """
    matches = matcher(criteria, prompt, cut_offs).find(transcript, text)
    if all(c.kind == "phrases" for c in criteria):
        return matches
    spelt = [spell(word.text) for word in transcript.words]
    return tuple(_other(criterion, transcript, spelt, cut_offs) or match
                 for criterion, match in zip(criteria, matches, strict=True))


def _other(
    criterion: Criterion, transcript: Transcript, spelt: Sequence[str], cut_offs: CutOffs,
) -> Match | None:
    """The match of a criterion that is not judged by similar wording."""
    words = transcript.words
    if criterion.kind == "person":
        return Match(Finding(criterion.id, Verdict.PENDING, 0.0), _FAR)
    if criterion.kind == "words":
        return Match(find_words(criterion, words, spelt, cut_offs), _FAR)
    if criterion.kind == "verbatim":
        finding = recite(criterion, words, cut_offs)
        margins = {Verdict.HIT: _PLAIN, Verdict.PARTIAL: 0.0, Verdict.UNSURE: 0.0}
        return Match(finding, margins.get(finding.verdict, _FAR))
    return None
