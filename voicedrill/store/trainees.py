"""People who answer, by name."""

from __future__ import annotations

from datetime import datetime
from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from voicedrill.store.schema import TraineeRow


def trainee_id(session: Session, name: str, now: datetime) -> str:
    """The id of the trainee, who is entered when met for the first time."""
    known = session.scalar(select(TraineeRow.id).where(TraineeRow.name == name))
    if known is not None:
        return known
    row = TraineeRow(id=str(uuid4()), name=name, created_at=now)
    session.add(row)
    session.flush()
    return row.id
