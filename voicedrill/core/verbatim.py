"""A sentence that must be said word for word (必说原话), compared with a reply by alignment.

The stretch of the reply that resembles the sentence most is aligned with it, syllable by syllable, since recognisers
choose among homophones as they like. What agrees was said; the rest was changed, skipped or added. The score is the
share of the sentence that was said, where what was added inside counts like something missing:

    score = 100 * said / (length of the sentence + added)

A negator too many or too few turns the sentence round (不保证 for 保证): negated, however much of it was said.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from rapidfuzz import fuzz
from rapidfuzz.distance import Levenshtein

from voicedrill.core.matching import CutOffs, mean_confidence
from voicedrill.core.model import Criterion, Evidence, Finding, Part, Verdict, Word
from voicedrill.core.negation import denials
from voicedrill.core.text import Text, normalise

_WIDEN = 0.5
"""Share of the sentence's length by which the stretch that is aligned is widened on each side: room for what was
added. Additions at its ends don't count."""
_KINDS: dict[str, Literal["said", "changed", "skipped", "added"]] = {
    "equal": "said", "replace": "changed", "delete": "skipped", "insert": "added"}
_PIECES = re.compile(r"[\d.]+%?|[A-Za-z]+|.", re.DOTALL)
"""Characters, with numbers and Latin words whole."""


@dataclass(frozen=True, slots=True)
class _Spoken:
    """A text that knows for every normalised character how it was written, and in which word."""

    text: Text
    pieces: tuple[str, ...]
    owners: tuple[int, ...]
    """For each piece, the index of its word."""

    def written(self, start: int, end: int) -> str:
        """The characters behind text[start:end], as written."""
        if start == end:
            return ""
        return "".join(self.pieces[self.text.word_of[start]:self.text.word_of[end - 1] + 1])

    def word(self, i: int) -> int:
        """Index of the word that holds the normalised character i."""
        return self.owners[self.text.word_of[i]]


def _spoken(words: Sequence[str]) -> _Spoken:
    pieces = [(piece, i) for i, word in enumerate(words) for piece in _PIECES.findall(word)]
    return _Spoken(normalise([p for p, _ in pieces]), tuple(p for p, _ in pieces), tuple(i for _, i in pieces))


def recite(criterion: Criterion, words: Sequence[Word], cut_offs: CutOffs) -> Finding:
    """How much of the criterion's sentence was said; of several sentences the one that was said best."""
    reply = _spoken([w.text for w in words])
    found = [_compare(criterion.id, phrase, sentence, reply, words, cut_offs) for phrase in criterion.phrases
             if len((sentence := _spoken([phrase])).text)]
    return max(found, key=lambda f: f.score, default=Finding(criterion.id, Verdict.MISSED, 0.0))


def _compare(
    criterion_id: str, phrase: str, sentence: _Spoken, reply: _Spoken, words: Sequence[Word], cut_offs: CutOffs,
) -> Finding:
    start, end = _window(sentence.text, reply.text)
    expected, heard = sentence.text.syllables, reply.text.syllables[start:end]
    blocks = [b for b in Levenshtein.opcodes(expected, heard)
              if b.src_end > b.src_start or _inside(b.src_start, expected)]
    said = sum(b.src_end - b.src_start for b in blocks if b.tag == "equal")
    if not said:
        return Finding(criterion_id, Verdict.MISSED, 0.0)
    added = sum(max(0, (b.dest_end - b.dest_start) - (b.src_end - b.src_start)) for b in blocks)
    score = round(100 * said / (len(expected) + added), 1)
    parts = tuple(_part(_KINDS[b.tag], sentence.written(b.src_start, b.src_end),
                        (start + b.dest_start, start + b.dest_end), reply, words) for b in blocks)
    equal = [b for b in blocks if b.tag == "equal"]
    first, last = start + equal[0].dest_start, start + equal[-1].dest_end
    evidence, spoken = _evidence(phrase, reply, words, first, last)
    turned = len(denials(reply.text).reaching(first, last)) != len(denials(sentence.text).positions)
    verdict = _verdict(score, turned, mean_confidence(spoken), cut_offs)
    return Finding(criterion_id, verdict, score, evidence, parts)


def _inside(position: int, expected: str) -> bool:
    """Whether something added there stands between two characters of the sentence."""
    return 0 < position < len(expected)


def _window(sentence: Text, reply: Text) -> tuple[int, int]:
    """The stretch of the reply to align: where the sentence fits best, and a little on both sides."""
    if len(reply) <= len(sentence):
        return 0, len(reply)
    place = fuzz.partial_ratio_alignment(sentence.syllables, reply.syllables)
    start, end = (place.dest_start, place.dest_end) if place else (0, len(reply))
    more = int(_WIDEN * len(sentence)) + 1
    return max(0, start - more), min(len(reply), end + more)


def _evidence(
    phrase: str, reply: _Spoken, words: Sequence[Word], start: int, end: int,
) -> tuple[Evidence, Sequence[Word]]:
    first, last = reply.word(start), reply.word(end - 1)
    heard = words[first:last + 1]
    said = "".join(w.text for w in heard)
    return Evidence(phrase, said, heard[0].start, heard[-1].end, first, last), heard


def _part(
    kind: Literal["said", "changed", "skipped", "added"], expected: str, place: tuple[int, int], reply: _Spoken,
    words: Sequence[Word],
) -> Part:
    start, end = place
    if start == end:  # skipped: it should have followed the word before
        at = words[reply.word(start - 1)].end if start else words[0].start
        return Part(kind, expected, "", at, at)
    return Part(kind, expected, reply.written(start, end), words[reply.word(start)].start,
                words[reply.word(end - 1)].end)


def _verdict(score: float, turned: bool, confidence: float | None, cut_offs: CutOffs) -> Verdict:
    if score < cut_offs.verbatim_part:
        return Verdict.MISSED
    if turned:
        return Verdict.NEGATED
    if confidence is not None and confidence < cut_offs.confidence:
        return Verdict.UNSURE
    return Verdict.HIT if score >= cut_offs.verbatim else Verdict.PARTIAL
