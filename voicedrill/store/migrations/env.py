"""Run by Alembic: migrates over the connection that `voicedrill.store.database.migrate` hands in.

There is no alembic.ini. To write a new revision after a change of `schema.py`, see docs/store.md.
"""

from __future__ import annotations

from alembic import context
from sqlalchemy import Connection

from voicedrill.store.schema import Base

connection: Connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=Base.metadata,
    render_as_batch=True,  # SQLite can't alter a column: Alembic copies the table
    transactional_ddl=True,  # SQLite can; the caller's BEGIN IMMEDIATE makes a migration all or nothing
)
context.run_migrations()
