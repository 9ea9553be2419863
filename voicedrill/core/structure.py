"""What every reply of a pack should have: steps in order, courtesy.

A good reply agrees first, asks what is behind the objection, resolves it, and moves to the close (认同, 澄清, 化解,
促成). Each step is a pack-wide criterion with a place (`Criterion.step`). Most are judged by wording like key points;
化解 by the key points themselves; forms of address by the very words that were heard, since 您 and 你 are one to
the matcher.

Order. Two steps are in order when the earlier one begins no later than the last place where the other was heard. When
not all are, the fewest steps whose removal leaves the rest in order are told as misplaced: one step too early is one
fault, not three.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate, combinations

from voicedrill.core.matching import CutOffs, mean_confidence
from voicedrill.core.model import Criterion, Evaluation, Evidence, Finding, Question, Verdict, Word
from voicedrill.core.text import spell

_HEARD = (Verdict.HIT, Verdict.PARTIAL)


def find_words(criterion: Criterion, words: Sequence[Word], spelt: Sequence[str], cut_offs: CutOffs) -> Finding:
    """The first place where one of the criterion's words stands exactly as it was recognised.

    `spelt` are the words as `core.text.spell` writes them.
    """
    text = "".join(spelt)
    places = [(text.find(bare), -len(bare), phrase) for phrase in criterion.phrases
              if (bare := spell(phrase)) and bare in text]
    if not places:
        return Finding(criterion.id, Verdict.MISSED, 0.0)
    start, length, phrase = min(places)
    ends = list(accumulate(map(len, spelt)))
    first, last = bisect_right(ends, start), bisect_right(ends, start - length - 1)
    heard = words[first:last + 1]
    confidence = mean_confidence(heard)
    doubtful = confidence is not None and confidence < cut_offs.confidence
    evidence = Evidence(phrase, "".join(w.text for w in heard), heard[0].start, heard[-1].end, first, last)
    return Finding(criterion.id, Verdict.UNSURE if doubtful else Verdict.HIT, 100.0, evidence)


def find_key_point(criterion: Criterion, findings: Sequence[Finding], tactic_id: str | None) -> Finding:
    """The first key point that was heard, of the recognised tactic where there is one, as evidence for the step."""
    own = [f for f in findings if tactic_id and f.criterion_id.startswith(f"{tactic_id}.")]
    for verdict in (Verdict.HIT, Verdict.PARTIAL, Verdict.UNSURE):
        for group in (own, findings):
            found = [f for f in group if f.verdict is verdict and f.evidence]
            if found:
                first = min(found, key=lambda f: f.evidence.start if f.evidence else 0.0)
                return Finding(criterion.id, Verdict.HIT if verdict in _HEARD else verdict, first.score,
                               first.evidence)
    return Finding(criterion.id, Verdict.MISSED, 0.0)


def out_of_order(question: Question, evaluation: Evaluation) -> frozenset[str]:
    """Ids of the pack-wide criteria that were heard in the wrong place."""
    findings = {f.criterion_id: f for f in evaluation.shared}
    stretches = []
    for criterion in sorted((c for c in question.shared if c.step), key=lambda c: c.step):
        found = findings.get(criterion.id)
        if found is not None and found.verdict in _HEARD and found.evidence is not None:
            last = _last_key_point(evaluation) if criterion.kind == "key_point" else None
            stretches.append((criterion.id, criterion.step, found.evidence.start, last or found.evidence.start))
    for size in range(len(stretches), 1, -1):
        for kept in combinations(stretches, size):
            if all(a[1] == b[1] or a[2] <= b[3] for a, b in combinations(kept, 2)):
                return frozenset(s[0] for s in stretches if s not in kept)
    return frozenset(s[0] for s in stretches[1:])


def _last_key_point(evaluation: Evaluation) -> float | None:
    """Seconds at which the last key point that was heard begins."""
    return max((f.evidence.start for f in evaluation.findings if f.verdict in _HEARD and f.evidence), default=None)
