"""Points from an evaluation by a rubric.

Content. The recognised tactic's criteria share the content points by weight. A criterion that was not heard clearly
(听不清) is left out of the sum, for recognition errors are not the trainee's; but the sum never shrinks below half of
the tactic's weight, so that one clear point among doubtful ones is not a full score. When a tactic was made out from
doubtful points alone, nothing can be judged: the attempt has no total. Coverage counts as it is, without a root that
would pay a third of the points with more than half of the score.

Delivery. Latency, pace and fluency count only as far as there is content (`Rubric.delivery`): a fluent greeting, an
echo of the objection or small talk is worth nothing. What could not be measured (no known prompt, too short a reply)
leaves the total's denominator.

Total. Whole points, rounded down, so that neither 100 nor a pass is ever the work of rounding; the least that was
earned at all shows as 1. A reply that lacks a required criterion of its tactic does not pass, whatever its total.
"""

from __future__ import annotations

import math
from collections.abc import Iterable

from voicedrill.core.model import (
    CardStatus,
    Criterion,
    Evaluation,
    Fluency,
    Points,
    Question,
    ScoreCard,
    Tactic,
    Verdict,
)
from voicedrill.core.rubric import Rubric

_LEAST_CERTAIN = 0.5
"""Share of a tactic's weight that the content points rest on at least, however much was unclear."""
_TOLERANCE = 1e-9
"""Sums of shares miss whole points by less than this."""


def score(question: Question, evaluation: Evaluation, rubric: Rubric) -> ScoreCard:
    """The score card of an evaluated reply; for the same arguments always the same.

    A silent reply (no lexical word) has the total 0; one whose recognition can't be trusted has none.
    """
    tactic = next((t for t in question.tactics if t.id == evaluation.tactic_id), None)
    if tactic is None:
        content: tuple[Points, ...] = (_without_tactic(evaluation, rubric),)
    else:
        content = _content(tactic, evaluation, rubric)
    earned = sum(p.earned for p in content)
    points = (*content, *_delivery(evaluation.fluency, rubric, earned / rubric.content if rubric.content else 0.0))
    status = _status(evaluation, tactic)
    if status is CardStatus.UNRELIABLE:
        return ScoreCard(status, None, None, points, rubric.ref)
    total = 0.0 if status is CardStatus.SILENT else _total(points)
    passed = total >= rubric.pass_mark and not (tactic and _lacks_required(tactic, evaluation))
    return ScoreCard(status, total, passed, points, rubric.ref)


def _lacks_required(tactic: Tactic, evaluation: Evaluation) -> bool:
    """Whether a required criterion was certainly not said."""
    verdicts = _verdicts((c for c in tactic.criteria if c.required), evaluation)
    return Verdict.MISSED in verdicts or Verdict.NEGATED in verdicts


def _status(evaluation: Evaluation, tactic: Tactic | None) -> CardStatus:
    if not evaluation.reliability.reliable:
        return CardStatus.UNRELIABLE
    if evaluation.fluency is None:
        return CardStatus.SILENT
    if tactic is not None:
        verdicts = _verdicts(tactic.criteria, evaluation)
        if Verdict.HIT not in verdicts and Verdict.UNSURE in verdicts:
            return CardStatus.UNRELIABLE
    return CardStatus.SCORED


def _verdicts(criteria: Iterable[Criterion], evaluation: Evaluation) -> list[Verdict]:
    found = {f.criterion_id: f.verdict for f in evaluation.findings}
    return [found.get(c.id, Verdict.MISSED) for c in criteria]


def _content(tactic: Tactic, evaluation: Evaluation, rubric: Rubric) -> tuple[Points, ...]:
    """One line per criterion of the tactic; the lines' possible points add up to the rubric's content points."""
    verdicts = _verdicts(tactic.criteria, evaluation)
    weights = [c.weight for c in tactic.criteria]
    whole = sum(weights)
    clear = sum(w for w, v in zip(weights, verdicts, strict=True) if v is not Verdict.UNSURE)
    counted = max(clear, _LEAST_CERTAIN * whole)
    unclear = (counted - clear) / (whole - clear) if whole > clear else 0.0
    lines = []
    for criterion, verdict in zip(tactic.criteria, verdicts, strict=True):
        counts = unclear if verdict is Verdict.UNSURE else 1.0
        possible = rubric.content * criterion.weight * counts / counted if counted else 0.0
        earned = possible if verdict is Verdict.HIT else 0.0
        lines.append(Points("content", earned, possible, criterion.id, verdict))
    return tuple(lines)


def _without_tactic(evaluation: Evaluation, rubric: Rubric) -> Points:
    """The content line when no tactic was made out: a little for the points of the best one."""
    coverage = max((t.coverage for t in evaluation.tactics), default=0.0)
    return Points("content", rubric.content * rubric.without_tactic * coverage, rubric.content)


def _delivery(fluency: Fluency | None, rubric: Rubric, content: float) -> tuple[Points, ...]:
    """The lines for latency, pace and fluency; possible points are 0 where nothing could be measured."""
    counts = rubric.delivery(content) / 100
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
