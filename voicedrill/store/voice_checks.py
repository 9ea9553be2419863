"""Voice checks, kept with a trainee's later results: they say how far these can be trusted, and how fast is usual.

Only figures and texts are kept, no audio: a check is done again in two minutes.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import select

from voicedrill import __version__
from voicedrill.core.voice_check import Fitness, Reading, Reason, VoiceCheck
from voicedrill.store.attempts import utc_now
from voicedrill.store.database import DATABASE, PATIENCE, open_database, reading, writing
from voicedrill.store.document import from_text, to_text
from voicedrill.store.schema import TraineeRow, VoiceCheckRow
from voicedrill.store.trainees import trainee_id

SCHEMA = "voicedrill.voice_check/1"


@dataclass(frozen=True, slots=True)
class Setting:
    """What was checked: a person with a microphone and a model, reading certain sentences."""

    trainee: str
    model: str
    """Name and digest."""
    device: str
    """Name of the microphone; for recordings the name of their folder."""
    sentence_list: str
    """Id and version."""


@dataclass(frozen=True, slots=True)
class KeptCheck:
    """A check as it was kept."""

    id: UUID
    created_at: datetime
    """UTC."""
    program: str
    setting: Setting
    result: VoiceCheck


class VoiceCheckStore:
    """The voice checks in the database of one home folder."""

    def __init__(self, home: Path, patience: float = PATIENCE, now: Callable[[], datetime] = utc_now) -> None:
        """Open the database, creating or migrating it where needed.

        Raises:
            StoreError: folder or database cannot be used.
        """
        self.path = home / DATABASE
        self._engine = open_database(home, patience)
        self._now = now

    def __enter__(self) -> VoiceCheckStore:
        """Itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close."""
        self.close()

    def close(self) -> None:
        """Let go of the file; calling it twice does no harm."""
        self._engine.dispose()

    def add(self, setting: Setting, result: VoiceCheck) -> KeptCheck:
        """Keep a check; a new trainee is entered by name.

        Raises:
            StoreError: the database cannot be used.
        """
        kept = KeptCheck(uuid4(), self._now(), __version__, setting, result)
        with writing(self._engine) as session:
            session.add(_row_of(kept, trainee_id(session, setting.trainee, kept.created_at)))
        return kept

    def list(self, trainee: str) -> tuple[KeptCheck, ...]:
        """The checks of a trainee, newest first.

        Raises:
            StoreError: the database cannot be used.
        """
        query = (select(VoiceCheckRow).join(TraineeRow, TraineeRow.id == VoiceCheckRow.trainee_id)
                 .where(TraineeRow.name == trainee).order_by(VoiceCheckRow.seq.desc()))
        with reading(self._engine) as session:
            return tuple(_check_of(row, trainee) for row in session.scalars(query))

    def newest(self, trainee: str, model: str | None = None, device: str | None = None) -> KeptCheck | None:
        """The newest check of a trainee, with that model and that microphone where they are named."""
        return next((c for c in self.list(trainee)
                     if model in (None, c.setting.model) and device in (None, c.setting.device)), None)

    def pace_baseline(self, trainee: str) -> float | None:
        """How fast the trainee reads, 字 per minute: the newest check that could be trusted; None without one.

        Reading is faster than answering; what a later reply is compared with is the person, not a norm.
        """
        return next((c.result.speech_rate for c in self.list(trainee)
                     if c.result.fitness is not Fitness.UNRELIABLE and c.result.speech_rate is not None), None)


def check_to_json(kept: KeptCheck) -> dict[str, Any]:
    """The document `voicedrill.voice_check/1`: only dicts, lists, strings, numbers and None, nothing rounded."""
    result = json.loads(to_text(kept.result, VoiceCheck))
    for document, one in zip(result["readings"], kept.result.readings, strict=True):
        document |= {"cer": one.cer, "syllable_error": one.syllable_error, "speech_rate": one.speech_rate}
    return {
        "schema": SCHEMA,
        "id": str(kept.id),
        "created_at": kept.created_at.isoformat().replace("+00:00", "Z"),
        "program": kept.program,
        **json.loads(to_text(kept.setting, Setting)),
        **{key: value for key, value in result.items() if key != "readings"},
        "readings": result["readings"],
    }


def _row_of(kept: KeptCheck, trainee: str) -> VoiceCheckRow:
    setting, result = kept.setting, kept.result
    return VoiceCheckRow(
        id=str(kept.id),
        trainee_id=trainee,
        created_at=kept.created_at,
        program=kept.program,
        model=setting.model,
        device=setting.device,
        sentence_list=setting.sentence_list,
        fitness=result.fitness.value,
        reasons=json.dumps([r.value for r in result.reasons]),
        cer=result.cer,
        syllable_error=result.syllable_error,
        speech_dbfs=result.speech_dbfs,
        snr_db=result.snr_db,
        speech_rate=result.speech_rate,
        articulation_rate=result.articulation_rate,
        readings=to_text(result.readings, tuple[Reading, ...]),
    )


def _check_of(row: VoiceCheckRow, trainee: str) -> KeptCheck:
    result = VoiceCheck(
        readings=from_text(row.readings, tuple[Reading, ...]),
        fitness=Fitness(row.fitness),
        reasons=tuple(Reason(r) for r in json.loads(row.reasons)),
        cer=row.cer,
        syllable_error=row.syllable_error,
        speech_dbfs=row.speech_dbfs,
        snr_db=row.snr_db,
        speech_rate=row.speech_rate,
        articulation_rate=row.articulation_rate,
    )
    setting = Setting(trainee, row.model, row.device, row.sentence_list)
    return KeptCheck(UUID(row.id), row.created_at, row.program, setting, result)
