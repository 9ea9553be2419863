"""Points from an evaluation by a rubric.

Content. The recognised tactic's criteria share the content points by weight. A criterion that was not heard clearly
(听不清) is left out of the sum, for recognition errors are not the trainee's; but the sum never shrinks below half of
the tactic's weight, so that one clear point among doubtful ones is not a full score. When a tactic was made out from
doubtful points alone, nothing can be judged: the attempt has no total. Coverage counts as it is, without a root that
would pay a third of the points with more than half of the score. A tactic rated red is recognised like any other,
with its verdicts, and earns nothing: it must not be used as taught.

Structure. The pack's own criteria share the structure points in the same way; a step in the wrong place earns a part
(`Rubric.out_of_order`), an optional criterion that was not heard leaves the sum. A pack without such criteria leaves
these points to the content.

Delivery. Structure, latency, pace and fluency count only as far as there is content (`Rubric.delivery`): a fluent
greeting, an echo of the objection or small talk is worth nothing. What could not be measured (no known prompt, too
short a reply) leaves the total's denominator.

A person's marks. What only a person can judge is 待评 and outside of the total until it is marked. A mark on any
other criterion takes the place of its verdict.

Total. Whole points, rounded down, so that neither 100 nor a pass is ever the work of rounding; the least that was
earned at all shows as 1. A reply that lacks a required criterion of its tactic does not pass, whatever its total. A
red line is no average either: it caps the total, and the reply does not pass.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from voicedrill.core.model import (
    CardStatus,
    Criterion,
    Evaluation,
    Finding,
    Fluency,
    Points,
    PointsPart,
    Question,
    Rating,
    ScoreCard,
    Tactic,
    Verdict,
)
from voicedrill.core.rubric import Rubric
from voicedrill.core.structure import out_of_order

_LEAST_CERTAIN = 0.5
"""Share of a tactic's weight that the content points rest on at least, however much was unclear."""
_TOLERANCE = 1e-9
"""Sums of shares miss whole points by less than this."""


def score(question: Question, evaluation: Evaluation, rubric: Rubric) -> ScoreCard:
    """The score card of an evaluated reply; for the same arguments always the same.

    A silent reply (no lexical word) has the total 0; one whose recognition can't be trusted has none.
    """
    return apply_marks(question, evaluation, rubric, {})


def apply_marks(
    question: Question,
    evaluation: Evaluation,
    rubric: Rubric,
    marks: Mapping[str, float],
    cleared: Collection[str] = (),
) -> ScoreCard:
    """The score card with what a person judged.

    Args:
        question: what was asked.
        evaluation: what the program made of the reply.
        rubric: what it is worth.
        marks: 0-100 by criterion id. They replace verdicts; what waited for a person enters the total.
        cleared: ids of red lines that a person listened to and found harmless.

    Raises:
        ValueError: a mark is not within 0-100.
    """
    if any(not 0 <= mark <= 100 for mark in marks.values()):
        raise ValueError(f"marks must lie within 0-100: {dict(marks)}")
    tactic = next((t for t in question.tactics if t.id == evaluation.tactic_id), None)
    judged = _Judged({f.criterion_id: f for f in (*evaluation.findings, *evaluation.shared)}, marks)
    structure = [c for c in question.shared if c.kind != "person"]
    possible = rubric.content if structure else rubric.content + rubric.structure
    if tactic is None:
        content: tuple[Points, ...] = (_without_tactic(question, evaluation, rubric, possible),)
    else:
        content = _content(tactic, judged, possible)
    counts = rubric.delivery(sum(p.earned for p in content) / possible if possible else 0.0) / 100
    misplaced = out_of_order(question, evaluation)
    paid = {c.id: counts * (rubric.out_of_order if c.id in misplaced else 1.0) for c in structure}
    points = (
        *content,
        *_lines("structure", structure, judged, rubric.structure, paid),
        *_lines("person", [c for c in question.shared if c.kind == "person"], judged, rubric.person),
        *_delivery(evaluation.fluency, rubric, counts),
    )
    status = _status(evaluation, tactic, judged)
    crossed = [r for r in evaluation.red_lines if r.red_line_id not in cleared]
    cap = rubric.red_line_cap if any(not r.doubtful for r in crossed) else None
    review = _review(tactic, [r.doubtful for r in crossed], points)
    if status is CardStatus.UNRELIABLE:
        return ScoreCard(status, None, None, points, rubric.ref, review, cap)
    total = 0.0 if status is CardStatus.SILENT else _total(points)
    if cap is not None:
        total = min(total, float(math.floor(cap)))
    lacking = tactic is not None and judged.lacks_required(tactic)
    passed = total >= rubric.pass_mark and cap is None and not lacking
    return ScoreCard(status, total, passed, points, rubric.ref, review, cap)


def _review(tactic: Tactic | None, doubts: Sequence[bool], points: Iterable[Points]) -> tuple[str, ...]:
    """Codes of why a person should hear the reply; `doubts` tells for each red line whether it is doubtful."""
    reasons = {
        "red_tactic": tactic is not None and tactic.rating is Rating.RED,
        "red_line": not all(doubts),
        "red_line_doubtful": any(doubts),
        "pending": any(p.verdict is Verdict.PENDING for p in points),
    }
    return tuple(code for code, holds in reasons.items() if holds)


@dataclass(frozen=True, slots=True)
class _Judged:
    """Verdicts of the program, and what a person says instead."""

    findings: Mapping[str, Finding]
    marks: Mapping[str, float]

    def verdict(self, criterion: Criterion) -> Verdict | None:
        """None where a person marked it."""
        if criterion.id in self.marks:
            return None
        found = self.findings.get(criterion.id)
        if found is None:
            return Verdict.PENDING if criterion.kind == "person" else Verdict.MISSED
        return found.verdict

    def share(self, criterion: Criterion) -> float:
        """0-1, what the criterion earns of its points."""
        if criterion.id in self.marks:
            return self.marks[criterion.id] / 100
        verdict = self.verdict(criterion)
        if verdict is Verdict.PARTIAL:
            return self.findings[criterion.id].score / 100
        return 1.0 if verdict is Verdict.HIT else 0.0

    def waits(self, criterion: Criterion) -> bool:
        """Whether it leaves the sum altogether: not yet marked, or optional and not heard."""
        verdict = self.verdict(criterion)
        return verdict is Verdict.PENDING or (criterion.optional and verdict is Verdict.MISSED)

    def lacks_required(self, tactic: Tactic) -> bool:
        """Whether a required criterion was certainly not said, or not all of it."""
        lacking = (Verdict.MISSED, Verdict.NEGATED, Verdict.PARTIAL)
        return any(self.verdict(c) in lacking or self.marks.get(c.id) == 0 for c in tactic.criteria if c.required)


def _status(evaluation: Evaluation, tactic: Tactic | None, judged: _Judged) -> CardStatus:
    heard = tactic is not None and all(judged.verdict(c) is None for c in tactic.criteria)
    if not evaluation.reliability.reliable and not heard:
        return CardStatus.UNRELIABLE
    if evaluation.fluency is None:
        return CardStatus.SILENT
    if tactic is not None:
        verdicts = [judged.verdict(c) for c in tactic.criteria]
        if Verdict.UNSURE in verdicts and not any(judged.share(c) for c in tactic.criteria):
            return CardStatus.UNRELIABLE
    return CardStatus.SCORED


def _content(tactic: Tactic, judged: _Judged, points: float) -> tuple[Points, ...]:
    paid = {c.id: 0.0 for c in tactic.criteria} if tactic.rating is Rating.RED else None
    return _lines("content", tactic.criteria, judged, points, paid)


def _lines(
    part: PointsPart,
    criteria: Sequence[Criterion],
    judged: _Judged,
    points: float,
    paid: Mapping[str, float] | None = None,
) -> tuple[Points, ...]:
    """One line per criterion; the lines' possible points add up to `points` unless nothing counts yet.

    `paid` is the share (0-1) of what each criterion earned that is paid, all of it where not given.
    """
    counted = [c for c in criteria if not judged.waits(c)]
    whole = sum(c.weight for c in counted)
    clear = sum(c.weight for c in counted if judged.verdict(c) is not Verdict.UNSURE)
    resting = max(clear, _LEAST_CERTAIN * whole)
    unclear = (resting - clear) / (whole - clear) if whole > clear else 0.0
    lines = []
    for criterion in criteria:
        verdict = judged.verdict(criterion)
        counts = 0.0 if judged.waits(criterion) else unclear if verdict is Verdict.UNSURE else 1.0
        possible = points * criterion.weight * counts / resting if resting else 0.0
        earned = possible * judged.share(criterion) * (1.0 if paid is None else paid[criterion.id])
        lines.append(Points(part, earned, possible, criterion.id, verdict, judged.marks.get(criterion.id)))
    return tuple(lines)


def _without_tactic(question: Question, evaluation: Evaluation, rubric: Rubric, points: float) -> Points:
    """The content line when no tactic was made out: a little for the points of the best one that is no red one."""
    red = {t.id for t in question.tactics if t.rating is Rating.RED}
    coverage = max((t.coverage for t in evaluation.tactics if t.tactic_id not in red), default=0.0)
    return Points("content", points * rubric.without_tactic * coverage, points)


def _delivery(fluency: Fluency | None, rubric: Rubric, counts: float) -> tuple[Points, ...]:
    """The lines for latency, pace and fluency; possible points are 0 where nothing could be measured.

    `counts` is the share (0-1) of their points that the content lets them earn.
    """
    if fluency is None:
        return tuple(Points(part, 0.0, 0.0) for part in ("latency", "pace", "fluency"))
    latency = fluency.response_latency
    long_enough = (fluency.characters >= rubric.shortest_characters
                   and fluency.speaking_time >= rubric.shortest_seconds)
    begun = 0.0 if latency is None else counts * rubric.latency * rubric.latency_band(latency) / 100
    first = Points("latency", begun, 0.0 if latency is None else rubric.latency, measure=latency)
    if not long_enough:
        return (first, Points("pace", 0.0, 0.0, measure=fluency.speech_rate), Points("fluency", 0.0, 0.0))
    pace = rubric.pace_band(fluency.speech_rate)
    flow = fluency_score(fluency, rubric)
    return (
        first,
        Points("pace", counts * rubric.pace * pace / 100, rubric.pace, measure=fluency.speech_rate),
        Points("fluency", counts * rubric.fluency * flow / 100, rubric.fluency, measure=flow),
    )


def fluency_score(fluency: Fluency, rubric: Rubric) -> float:
    """Weighted mean of the fluency bands, 0-100."""
    bands = rubric.fluency_bands
    weight = sum(b.weight for b in bands.values())
    return sum(b.weight * b.band(getattr(fluency, measure)) for measure, b in bands.items()) / weight


def _total(points: Iterable[Points]) -> float:
    points = tuple(points)
    possible = sum(p.possible for p in points)
    exact = 100 * sum(p.earned for p in points) / possible if possible else 0.0
    if exact <= _TOLERANCE:
        return 0.0
    return float(min(100, max(1, math.floor(exact + _TOLERANCE))))
