"""Attempts, kept: begun before they are scored, never overwritten, found again quickly.

Every call is one short transaction: when it returns, what it wrote is on disk, and another program may write.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID, uuid4

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from voicedrill import __version__
from voicedrill.core.errors import StoreError, UsageError
from voicedrill.core.model import Attempt, Evaluation, Facts, PackRef, Question, RecordingRef, ScoreCard, Versions
from voicedrill.store.database import DATABASE, PATIENCE, open_database, reading, writing
from voicedrill.store.document import from_text, to_text
from voicedrill.store.recordings import RecordingFolder
from voicedrill.store.rows import attempt_of, attempt_row, facts_row, recording_row, score_row, summary_row
from voicedrill.store.schema import AttemptRow, EventRow, FactsRow, RecordingRow, ScoreRow, SummaryRow
from voicedrill.store.selection import AttemptFilter, begins_with, conditions, joined, page
from voicedrill.store.trainees import trainee_id

__all__ = ["AttemptFilter", "AttemptStore", "Event", "Score"]


Entry = TypeVar("Entry", AttemptRow, RecordingRow, FactsRow, ScoreRow, EventRow)


@dataclass(frozen=True, slots=True)
class Score:
    """One scoring in the history of an attempt."""

    id: UUID
    created_at: datetime
    program: str
    pack: PackRef
    """The pack that judged."""
    evaluation: Evaluation
    card: ScoreCard


@dataclass(frozen=True, slots=True)
class Event:
    """What a person decided or remarked about an attempt."""

    id: UUID
    attempt_id: UUID
    author: str
    kind: str
    """E.g. `comment`, `override`."""
    body: dict[str, Any]
    created_at: datetime


def utc_now() -> datetime:
    """The time for `created_at`."""
    return datetime.now(timezone.utc)


class AttemptStore:
    """The database of one home folder. May be used from several threads and by several programs at once."""

    def __init__(self, home: Path, patience: float = PATIENCE, now: Callable[[], datetime] = utc_now) -> None:
        """Open the database, creating or migrating it where needed.

        Args:
            home: folder of the user's data.
            patience: seconds to wait for another program.
            now: the clock that dates rows.

        Raises:
            StoreError: folder or database cannot be used.
        """
        self.path = home / DATABASE
        self.recordings = RecordingFolder(home)
        self._engine = open_database(home, patience)
        self._now = now

    def __enter__(self) -> AttemptStore:
        """Itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close."""
        self.close()

    def close(self) -> None:
        """Let go of the file; calling it twice does no harm."""
        self._engine.dispose()

    # ---------------------------------------------------------------- writing

    def begin(self, attempt: Attempt) -> None:
        """Enter an attempt before it is scored, even before it is recorded; a new trainee is entered by name.

        Facts and a score that it already carries (an import) are kept in the same transaction.

        Raises:
            StoreError: an attempt with this id is there already, or the database cannot be used.
        """
        to_text(attempt, Attempt)  # refuses what could not be exported later
        question, evaluation, card = attempt.question, attempt.evaluation, attempt.score_card
        with writing(self._engine) as session:
            if session.scalar(select(exists().where(AttemptRow.id == str(attempt.id)))):
                raise StoreError(f"作答记录 {attempt.id} 已存在", f"attempt {attempt.id} is already stored")
            row = attempt_row(attempt, trainee_id(session, attempt.trainee, self._now()))
            self._add(session, row)
            recording = self._add(session, recording_row(attempt.id, attempt.recording))
            summary = summary_row(row, recording)
            session.add(summary)
            if attempt.facts is None:
                return
            facts = self._add(session, facts_row(attempt.id, attempt.facts, attempt.versions, ()))
            summary.facts_id = facts.id
            if evaluation is not None and card is not None:
                score = score_row(facts, evaluation, card, question.pack, attempt.versions.program)
                _project(summary, self._add(session, score))

    def record_recording(self, attempt_id: UUID, recording: RecordingRef) -> None:
        """Keep where the audio lies and its hash, now that it is complete.

        Raises:
            UsageError: there is no such attempt.
            StoreError: the database cannot be used.
        """
        with writing(self._engine) as session:
            _, summary = self._known(session, attempt_id)
            summary.recording_id = self._add(session, recording_row(attempt_id, recording)).id

    def record_facts(
        self, attempt_id: UUID, facts: Facts, versions: Versions | None = None, notes: tuple[str, ...] = ()
    ) -> None:
        """Keep what was heard. A second recognition is added to the first, and counts from then on.

        Args:
            attempt_id: an attempt that was begun.
            facts: what was heard.
            versions: what made the facts; those the attempt was begun with if not given.
            notes: codes noticed while recognising, added to those of the attempt.

        Raises:
            UsageError: there is no such attempt.
            StoreError: the database cannot be used.
        """
        with writing(self._engine) as session:
            attempt, summary = self._known(session, attempt_id)
            made_by = versions or Versions(program=attempt.program, model=attempt.model)
            summary.facts_id = self._add(session, facts_row(attempt_id, facts, made_by, notes)).id

    def add_score(
        self,
        attempt_id: UUID,
        question: Question,
        evaluation: Evaluation,
        card: ScoreCard,
        *,
        program: str = __version__,
    ) -> None:
        """Keep a score derived from the newest facts. It is the current one from then on; older ones stay.

        Args:
            attempt_id: an attempt with facts.
            question: as it judged, which may be of a later pack than the one that asked.
            evaluation: the facts compared with the question.
            card: the points, with the rubric that gave them.
            program: version of the program that scored.

        Raises:
            UsageError: there is no such attempt.
            StoreError: it has no facts yet, or the database cannot be used.
        """
        with writing(self._engine) as session:
            _, summary = self._known(session, attempt_id)
            facts = session.scalar(select(FactsRow).where(FactsRow.id == summary.facts_id))
            if facts is None:
                raise StoreError(
                    f"作答记录 {attempt_id} 还没有识别结果，请先识别再评分",
                    f"attempt {attempt_id} has no facts yet; recognise it before scoring",
                )
            _project(summary, self._add(session, score_row(facts, evaluation, card, question.pack, program)))

    def add_event(self, attempt_id: UUID, author: str, kind: str, body: dict[str, Any]) -> Event:
        """Append what a person decided or remarked; nothing changes or removes it.

        Raises:
            UsageError: there is no such attempt.
            StoreError: the database cannot be used.
        """
        row = EventRow(
            id=str(uuid4()),
            attempt_id=str(attempt_id),
            author=author,
            kind=kind,
            body=to_text(body, dict[str, Any]),
        )
        with writing(self._engine) as session:
            self._known(session, attempt_id)
            return _event_of(self._add(session, row))

    # ---------------------------------------------------------------- reading

    def get(self, id_or_prefix: UUID | str) -> Attempt:
        """One attempt, by its id or the first characters of it (four or more).

        Raises:
            UsageError: none or several begin so.
            StoreError: the database cannot be used.
        """
        query = joined().where(begins_with(str(id_or_prefix))).limit(2)
        with reading(self._engine) as session:
            found = session.execute(query).all()
        if not found:
            raise UsageError(
                f"没有编号为 {id_or_prefix} 的作答记录，请用 voicedrill history 查看",
                f"there is no attempt {id_or_prefix}; see voicedrill history",
            )
        if len(found) > 1:
            raise UsageError(
                f"编号 {id_or_prefix} 对应多条作答记录，请多输入几位",
                f"several attempts begin with {id_or_prefix}; type more of the id",
            )
        return attempt_of(*found[0])

    def list(self, which: AttemptFilter | None = None) -> tuple[Attempt, ...]:
        """Attempts, newest first.

        Raises:
            StoreError: the database cannot be used.
        """
        with reading(self._engine) as session:
            rows = session.execute(page(which or AttemptFilter())).all()
        return tuple(attempt_of(*row) for row in rows)

    def count(self, which: AttemptFilter | None = None) -> int:
        """How many attempts there are of that kind, without regard to limit and offset."""
        with reading(self._engine) as session:
            query = select(func.count()).select_from(SummaryRow).where(*conditions(which or AttemptFilter()))
            return session.scalar(query) or 0

    def unscored(self) -> tuple[Attempt, ...]:
        """Attempts that were begun and have no score, oldest first: what a crash left to be done."""
        with reading(self._engine) as session:
            rows = session.execute(
                joined().where(SummaryRow.score_id.is_(None)).order_by(SummaryRow.started_at, SummaryRow.attempt_id)
            ).all()
        return tuple(attempt_of(*row) for row in rows)

    def scores(self, attempt_id: UUID) -> tuple[Score, ...]:
        """Every score the attempt was given, oldest first; the last one is current."""
        with reading(self._engine) as session:
            rows = session.scalars(
                select(ScoreRow).where(ScoreRow.attempt_id == str(attempt_id)).order_by(ScoreRow.seq)
            ).all()
        return tuple(
            Score(
                id=UUID(row.id),
                created_at=row.created_at,
                program=row.program,
                pack=PackRef(row.pack_id, row.pack_version, row.pack_sha256),
                evaluation=from_text(row.evaluation, Evaluation),
                card=from_text(row.card, ScoreCard),
            )
            for row in rows
        )

    def events(self, attempt_id: UUID) -> tuple[Event, ...]:
        """What people decided or remarked about the attempt, oldest first."""
        with reading(self._engine) as session:
            rows = session.scalars(
                select(EventRow).where(EventRow.attempt_id == str(attempt_id)).order_by(EventRow.seq)
            ).all()
        return tuple(_event_of(row) for row in rows)

    # ---------------------------------------------------------------- inside a transaction

    def _known(self, session: Session, attempt_id: UUID) -> tuple[AttemptRow, SummaryRow]:
        row = session.execute(
            select(AttemptRow, SummaryRow)
            .join(SummaryRow, SummaryRow.attempt_id == AttemptRow.id)
            .where(AttemptRow.id == str(attempt_id))
        ).first()
        if row is None:
            raise UsageError(f"没有编号为 {attempt_id} 的作答记录", f"there is no attempt {attempt_id}")
        return row[0], row[1]

    def _add(self, session: Session, row: Entry) -> Entry:
        """Append the row, dated, so that later rows of the same transaction can refer to it."""
        if not isinstance(row, AttemptRow):
            row.created_at = self._now()
        session.add(row)
        session.flush()
        return row


def _project(summary: SummaryRow, score: ScoreRow) -> None:
    summary.score_id, summary.tactic_id = score.id, score.tactic_id
    summary.status, summary.total = score.status, score.total


def _event_of(row: EventRow) -> Event:
    return Event(UUID(row.id), UUID(row.attempt_id), row.author, row.kind, json.loads(row.body), row.created_at)
