"""Which attempts are meant: by conditions, or by the first characters of an id."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from operator import eq, ge, le, lt
from typing import Any, cast

from sqlalchemy import ColumnElement, Select, select

from voicedrill.core.errors import UsageError
from voicedrill.store.schema import AttemptRow, FactsRow, RecordingRow, ScoreRow, SummaryRow, TraineeRow

SHORTEST_PREFIX = 4
"""Characters of an id that a person must type at least; fewer are ambiguous sooner than they are handy."""

NEWEST_FIRST = (SummaryRow.started_at.desc(), SummaryRow.attempt_id.desc())
"""Attempts of the same moment in the order of their ids, so that pages never overlap."""


@dataclass(frozen=True, slots=True)
class AttemptFilter:
    """Which attempts a list shows: all conditions hold together, None means any."""

    trainee: str | None = None
    """Name."""
    question_id: str | None = None
    tactic_id: str | None = None
    """The tactic recognised by the newest score."""
    since: datetime | None = None
    """Started at or after."""
    until: datetime | None = None
    """Started before."""
    min_total: float | None = None
    """Attempts without a total (not scored, 识别不可靠) match neither bound."""
    max_total: float | None = None
    source: str | None = None
    limit: int | None = None
    offset: int = 0


def joined() -> Select[Any]:
    """Attempt, the trainee's name, newest recording, facts and score: the arguments of `rows.attempt_of`."""
    query = (
        select(AttemptRow, TraineeRow.name, RecordingRow, FactsRow, ScoreRow)
        .select_from(SummaryRow)
        .join(AttemptRow, AttemptRow.id == SummaryRow.attempt_id)
        .join(TraineeRow, TraineeRow.id == AttemptRow.trainee_id)
        .join(RecordingRow, RecordingRow.id == SummaryRow.recording_id)
        .outerjoin(FactsRow, FactsRow.id == SummaryRow.facts_id)
        .outerjoin(ScoreRow, ScoreRow.id == SummaryRow.score_id)
    )
    return cast("Select[Any]", query)  # SQLAlchemy 2.0 and 2.1 spell the precise type differently


def page(which: AttemptFilter) -> Select[Any]:
    """One page of a list. The page is cut inside an index, before anything is joined to it."""
    cut = (
        select(SummaryRow.attempt_id)
        .where(*conditions(which))
        .order_by(*NEWEST_FIRST)
        .limit(which.limit)
        .offset(which.offset)
        .subquery()
    )
    return joined().join(cut, cut.c.attempt_id == SummaryRow.attempt_id).order_by(*NEWEST_FIRST)


def conditions(which: AttemptFilter) -> list[ColumnElement[bool]]:
    """On `SummaryRow` alone."""
    compared = (
        (SummaryRow.question_id, eq, which.question_id),
        (SummaryRow.tactic_id, eq, which.tactic_id),
        (SummaryRow.source, eq, which.source),
        (SummaryRow.started_at, ge, which.since),
        (SummaryRow.started_at, lt, which.until),
        (SummaryRow.total, ge, which.min_total),
        (SummaryRow.total, le, which.max_total),
    )
    wanted = [compare(column, value) for column, compare, value in compared if value is not None]
    if which.trainee is not None:
        trainee = select(TraineeRow.id).where(TraineeRow.name == which.trainee).scalar_subquery()
        wanted.append(SummaryRow.trainee_id == trainee)
    return wanted


def begins_with(typed: str) -> ColumnElement[bool]:
    """Attempts whose id begins with what a person typed, with or without hyphens, in upper or lower case.

    Raises:
        UsageError: that cannot be the beginning of an id, or is too short.
    """
    digits = typed.strip().lower().replace("-", "")
    if not re.fullmatch(rf"[0-9a-f]{{{SHORTEST_PREFIX},32}}", digits):
        raise UsageError(
            f"{typed!r} 不是作答编号，请输入编号的前 {SHORTEST_PREFIX} 位或更多（0-9、a-f）",
            f"{typed!r} is not the id of an attempt; type {SHORTEST_PREFIX} or more of its characters (0-9, a-f)",
        )
    groups = (digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:])
    prefix = "-".join(group for group in groups if group)
    return (AttemptRow.id >= prefix) & (AttemptRow.id < prefix + "g")  # "g" sorts after every digit
