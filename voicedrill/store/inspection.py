"""Looking into a database without changing it: no migration, no new file."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from voicedrill.core.errors import StoreError
from voicedrill.store.database import DATABASE, told
from voicedrill.store.schema import REVISION


@dataclass(frozen=True, slots=True)
class DatabaseState:
    """What a database looks like from outside."""

    path: Path
    revision: str
    current: bool
    """False: it is older, and will be migrated when it is opened."""
    attempts: int


def inspect_database(home: Path) -> DatabaseState | None:
    """The state of the database in that folder; None when there is none yet.

    Raises:
        StoreError: it is damaged, not ours, of a newer program, or cannot be read.
    """
    path = home / DATABASE
    if not path.exists():
        return None
    if path.is_dir():
        raise StoreError(f"{path} 是文件夹，不是数据库，请移走它", f"{path} is a folder, not a database; move it")
    with told(path), closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as database:
        sound = database.execute("PRAGMA quick_check(1)").fetchone()[0]
        if sound != "ok":
            raise StoreError(f"数据库 {path} 已损坏，请移走它或恢复备份，录音不受影响",
                             f"database {path} is damaged; move it away or restore a backup, the recordings are not "
                             "affected")
        tables = {row[0] for row in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        if not tables:
            return DatabaseState(path, "", current=False, attempts=0)
        if "alembic_version" not in tables or "attempt" not in tables:
            raise StoreError(f"{path} 是别的程序的数据库，请移走它，或换一个数据文件夹",
                             f"{path} is the database of another program; move it, or choose another data folder")
        revision = str(database.execute("SELECT version_num FROM alembic_version").fetchone()[0])
        if revision > REVISION:
            raise StoreError(f"数据库 {path} 由更新版本的 voicedrill 写入（{revision}），请升级 voicedrill",
                             f"database {path} was written by a newer voicedrill ({revision}); upgrade voicedrill")
        attempts = int(database.execute("SELECT count(*) FROM attempt").fetchone()[0])
    return DatabaseState(path, revision, revision == REVISION, attempts)
