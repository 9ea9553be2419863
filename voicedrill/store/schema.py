"""The tables of `voicedrill.db`.

What happened is appended and never changed: `attempt`, `recording`, `facts`, `score`, `event` and `voice_check`
refuse every UPDATE (by triggers, see the migrations); a row leaves them only when a person's data is purged. What
lists show is a projection of them, `summary`, which can be recomputed at any time.

    trainee 1 --- n attempt 1 --- n recording
                            1 --- n facts 1 --- n score
                            1 --- n event
                            1 --- 1 summary --> the newest recording, facts and score
            1 --- n voice_check

Keys are UUIDs made by the program that wrote the row, as text with hyphens, so that the databases of several
stations can be merged without renumbering. Times are UTC, as ISO 8601 text of fixed width, which sorts as time
does. The newest of several rows is the one with the highest `seq`, the order of arrival in this database: a
clock that was set back cannot make an old score the current one.
"""

from __future__ import annotations

from datetime import datetime, timezone

from sqlalchemy import REAL, ForeignKey, Index, MetaData, String, Text, text
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.types import TypeDecorator

REVISION = "0002"
"""The Alembic revision these tables correspond to. Kept here so that opening an up-to-date database needs one
query and no Alembic; a test compares it with the newest migration."""

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}
"""Every constraint has a name, because a later migration can only alter what it can name."""


class UtcTime(TypeDecorator[datetime]):
    """A time-zone-aware datetime, kept as `2026-03-01T08:00:00.000000Z`."""

    impl = String(27)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> str | None:
        """To text; a naive datetime is a programmer's error."""
        return None if value is None else utc_text(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> datetime | None:
        """From text."""
        if value is None:
            return None
        return datetime.fromisoformat(value.removesuffix("Z")).replace(tzinfo=timezone.utc)


def utc_text(when: datetime) -> str:
    """ISO 8601 in UTC with six decimals and a `Z`: 27 characters.

    Raises:
        ValueError: the datetime has no time zone.
    """
    if when.tzinfo is None:
        raise ValueError(f"naive datetime: {when}")
    utc = when.astimezone(timezone.utc).replace(tzinfo=None)
    return utc.isoformat(timespec="microseconds") + "Z"


Uuid = String(36)
"""Lower-case hexadecimal with hyphens: readable in any SQLite browser, and found by its first characters."""
Digest = String(64)
"""SHA-256, hexadecimal."""


class Base(DeclarativeBase):
    """Metadata of all tables."""

    metadata = MetaData(naming_convention=NAMES)


class TraineeRow(Base):
    """A person who answers. The only place where a name stands."""

    __tablename__ = "trainee"

    id: Mapped[str] = mapped_column(Uuid, primary_key=True)
    name: Mapped[str] = mapped_column(Text, unique=True)
    created_at: Mapped[datetime] = mapped_column(UtcTime)


class AttemptRow(Base):
    """One answer to one question, as it was known when it began: before a sound of it was recorded or scored."""

    __tablename__ = "attempt"

    seq: Mapped[int] = mapped_column(primary_key=True)
    id: Mapped[str] = mapped_column(Uuid, unique=True)
    trainee_id: Mapped[str] = mapped_column(ForeignKey("trainee.id"), index=True)
    started_at: Mapped[datetime] = mapped_column(UtcTime)
    source: Mapped[str] = mapped_column(Text)
    """`demo`, `practice`, `score`; open to later kinds of sitting."""

    question_id: Mapped[str] = mapped_column(Text)
    question_kind: Mapped[str] = mapped_column(Text)
    question_name: Mapped[str] = mapped_column(Text)
    prompt: Mapped[str] = mapped_column(Text)
    """What was spoken, slots filled. A copy on purpose: the pack may change, what was asked may not."""
    pack_id: Mapped[str] = mapped_column(Text)
    pack_version: Mapped[str] = mapped_column(Text)
    pack_sha256: Mapped[str] = mapped_column(Digest)

    program: Mapped[str] = mapped_column(Text)
    model: Mapped[str] = mapped_column(Text)
    follows: Mapped[str | None] = mapped_column(Uuid, index=True)
    """The attempt that this one retries. No foreign key: that one may lie on another station, or be purged."""
    notes: Mapped[str] = mapped_column(Text)
    """JSON list of codes."""


class RecordingRow(Base):
    """Where the audio of an attempt lies. The first row is written before the take, the next when it is complete."""

    __tablename__ = "recording"

    seq: Mapped[int] = mapped_column(primary_key=True)
    id: Mapped[str] = mapped_column(Uuid, unique=True)
    attempt_id: Mapped[str] = mapped_column(ForeignKey("attempt.id", ondelete="CASCADE"), index=True)
    path: Mapped[str] = mapped_column(Text)
    """Relative to the audio folder, or absolute for a file scored where it lies."""
    sha256: Mapped[str] = mapped_column(Digest)
    """Empty while the take runs, and for good when the program died in it."""
    seconds: Mapped[float] = mapped_column(REAL)
    created_at: Mapped[datetime] = mapped_column(UtcTime)


class FactsRow(Base):
    """What a recogniser heard in a recording. Recognised again with another model, an attempt gets another row."""

    __tablename__ = "facts"

    seq: Mapped[int] = mapped_column(primary_key=True)
    id: Mapped[str] = mapped_column(Uuid, unique=True)
    attempt_id: Mapped[str] = mapped_column(ForeignKey("attempt.id", ondelete="CASCADE"), index=True)
    program: Mapped[str] = mapped_column(Text)
    model: Mapped[str] = mapped_column(Text)
    facts: Mapped[str] = mapped_column(Text)
    """JSON as under `facts` in the attempt document."""
    notes: Mapped[str] = mapped_column(Text)
    """JSON list of codes noticed while recognising, added to those of the attempt."""
    created_at: Mapped[datetime] = mapped_column(UtcTime)


class ScoreRow(Base):
    """Facts judged by one pack and one rubric. Scored again, an attempt gets another row; the newest counts."""

    __tablename__ = "score"

    seq: Mapped[int] = mapped_column(primary_key=True)
    id: Mapped[str] = mapped_column(Uuid, unique=True)
    attempt_id: Mapped[str] = mapped_column(ForeignKey("attempt.id", ondelete="CASCADE"), index=True)
    facts_id: Mapped[str] = mapped_column(ForeignKey("facts.id", ondelete="CASCADE"), index=True)
    """What it was derived from."""
    status: Mapped[str] = mapped_column(Text)
    total: Mapped[float | None] = mapped_column(REAL)
    """0-100; null where recognition was not reliable (识别不可靠), which is not the same as 0."""
    passed: Mapped[bool | None]
    tactic_id: Mapped[str | None] = mapped_column(Text)
    pack_id: Mapped[str] = mapped_column(Text)
    pack_version: Mapped[str] = mapped_column(Text)
    pack_sha256: Mapped[str] = mapped_column(Digest)
    """The pack that judged, which need not be the one that asked."""
    rubric_id: Mapped[str] = mapped_column(Text)
    rubric_version: Mapped[str] = mapped_column(Text)
    rubric_sha256: Mapped[str] = mapped_column(Digest)
    program: Mapped[str] = mapped_column(Text)
    evaluation: Mapped[str] = mapped_column(Text)
    """JSON as under `evaluation` in the attempt document."""
    card: Mapped[str] = mapped_column(Text)
    """JSON as under `score_card`."""
    created_at: Mapped[datetime] = mapped_column(UtcTime)


class EventRow(Base):
    """What a person decided or remarked about an attempt: an override, a comment. Only ever added."""

    __tablename__ = "event"

    seq: Mapped[int] = mapped_column(primary_key=True)
    id: Mapped[str] = mapped_column(Uuid, unique=True)
    attempt_id: Mapped[str] = mapped_column(ForeignKey("attempt.id", ondelete="CASCADE"), index=True)
    author: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(Text)
    body: Mapped[str] = mapped_column(Text)
    """JSON object; its fields follow from the kind."""
    created_at: Mapped[datetime] = mapped_column(UtcTime)


class VoiceCheckRow(Base):
    """How well recognition works for a trainee, with one microphone and one model: ten sentences read aloud."""

    __tablename__ = "voice_check"

    seq: Mapped[int] = mapped_column(primary_key=True)
    id: Mapped[str] = mapped_column(Uuid, unique=True)
    trainee_id: Mapped[str] = mapped_column(ForeignKey("trainee.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(UtcTime)
    program: Mapped[str] = mapped_column(Text)
    model: Mapped[str] = mapped_column(Text)
    device: Mapped[str] = mapped_column(Text)
    """Name of the microphone; for recordings the name of their folder."""
    sentence_list: Mapped[str] = mapped_column(Text)
    """Which sentences, `voice-check 1.0.0`: results of different lists are not comparable to the last point."""
    fitness: Mapped[str] = mapped_column(Text)
    """`exam`, `practice` or `unreliable`."""
    reasons: Mapped[str] = mapped_column(Text)
    """JSON list of codes."""
    cer: Mapped[float] = mapped_column(REAL)
    syllable_error: Mapped[float] = mapped_column(REAL)
    speech_dbfs: Mapped[float | None] = mapped_column(REAL)
    snr_db: Mapped[float | None] = mapped_column(REAL)
    speech_rate: Mapped[float | None] = mapped_column(REAL)
    """字 per minute."""
    articulation_rate: Mapped[float | None] = mapped_column(REAL)
    """字 per second."""
    readings: Mapped[str] = mapped_column(Text)
    """JSON: each sentence with what was heard and measured."""


class SummaryRow(Base):
    """One line of a list: a projection of the tables above, kept small so that a page of 100,000 is quick."""

    __tablename__ = "summary"

    attempt_id: Mapped[str] = mapped_column(ForeignKey("attempt.id", ondelete="CASCADE"), primary_key=True)
    trainee_id: Mapped[str] = mapped_column(ForeignKey("trainee.id"))
    started_at: Mapped[datetime] = mapped_column(UtcTime)
    question_id: Mapped[str] = mapped_column(Text)
    source: Mapped[str] = mapped_column(Text)
    recording_id: Mapped[str] = mapped_column(ForeignKey("recording.id"))
    facts_id: Mapped[str | None] = mapped_column(ForeignKey("facts.id", ondelete="SET NULL"))
    score_id: Mapped[str | None] = mapped_column(ForeignKey("score.id", ondelete="SET NULL"))
    tactic_id: Mapped[str | None] = mapped_column(Text)
    status: Mapped[str | None] = mapped_column(Text)
    total: Mapped[float | None] = mapped_column(REAL)

    __table_args__ = (
        Index(
            "ix_summary_page", "started_at", "attempt_id", "trainee_id", "question_id", "source", "tactic_id", "total"
        ),  # holds every column that a list filters by: a rare filter walks this index, never the table
        Index("ix_summary_trainee", "trainee_id", "started_at", "attempt_id"),
        Index("ix_summary_question", "question_id", "started_at", "attempt_id"),
        Index("ix_summary_tactic", "tactic_id", "started_at", "attempt_id"),
        Index("ix_summary_total", "total"),
        Index("ix_summary_recording_id", "recording_id"),  # this and the next two: for a purge, which follows
        Index("ix_summary_facts_id", "facts_id"),  # foreign keys backwards and must not scan for each row
        Index("ix_summary_score_id", "score_id"),
        Index("ix_summary_unscored", "started_at", sqlite_where=text("score_id IS NULL")),
    )
