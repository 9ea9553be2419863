"""Opening `voicedrill.db`: settings of SQLite, migration, and errors a user can act on.

Settings, and why:
- `journal_mode=WAL`: a list can be read while an answer is written, and kill -9 leaves whole transactions only.
- `synchronous=FULL`: in WAL mode `NORMAL` may lose the last commits when the power fails, and an exam answer is
  worth more than the one fsync (a few milliseconds) that a commit costs.
- `foreign_keys=ON`: SQLite ignores them unless told.
- `busy_timeout`: two programs on one database wait for each other's short transactions.
- Writers begin with `BEGIN IMMEDIATE`: a transaction that reads first and writes later could be refused at once
  however long the timeout is, when another program wrote in between.
"""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from voicedrill.core.errors import StoreError
from voicedrill.store.schema import REVISION

DATABASE = "voicedrill.db"
PATIENCE = 10.0
"""Seconds to wait for another program's transaction. Ours take milliseconds: whoever holds the lock for longer
hangs, or is a database browser with an open edit; waiting on would only look like a hang of our own."""
BREATH = 2**20
"""Bytes: with less free, a failed write means a full disk and not a broken one."""

FAULTS = (
    ("database is locked", "数据库 {path} 正被另一个程序占用，请关闭它后重试",
     "database {path} is in use by another program; close it and try again"),
    ("database or disk is full", "磁盘已满，数据库 {path} 无法写入，请腾出空间后重试（已保存的内容不受影响）",
     "the disk is full, database {path} cannot be written; free some space and try again (what was saved is safe)"),
    ("readonly database", "数据库 {path} 是只读的，请检查文件和文件夹的写权限，或换一个数据文件夹",
     "database {path} is read-only; check the permissions of file and folder, or choose another data folder"),
    ("unable to open database", "无法打开数据库 {path}，请检查文件夹的读写权限，或换一个数据文件夹",
     "cannot open database {path}; check the permissions of its folder, or choose another data folder"),
    ("file is not a database", "{path} 不是数据库文件（可能已损坏），请移走它或恢复备份，录音不受影响",
     "{path} is not a database (damaged?); move it away or restore a backup, the recordings are not affected"),
    ("malformed", "数据库 {path} 已损坏，请移走它或恢复备份，录音不受影响",
     "database {path} is damaged; move it away or restore a backup, the recordings are not affected"),
    ("disk i/o error", "读写数据库 {path} 时磁盘出错，请检查磁盘",
     "disk error while using database {path}; check the disk"),
)  # fmt: skip
"""What SQLite says (in lower case), and what a user is told. By text, as Python 3.10 gives no error code."""


@contextmanager
def told(path: Path) -> Iterator[None]:
    """Turn what SQLite reports into a StoreError of one line. A broken constraint is our own fault: it passes.

    Raises:
        StoreError: the database cannot be used, or a text is not valid Unicode (an option typed in another encoding).
    """
    try:
        yield
    except UnicodeEncodeError as error:
        shown = ascii(error.object)
        raise StoreError(
            f"文字 {shown} 含有无法识别的字符，请改用 UTF-8 重新输入",
            f"{shown} is not valid Unicode; type it in UTF-8",
        ) from error
    except (DBAPIError, sqlite3.Error) as error:
        origin = error.orig if isinstance(error, DBAPIError) else error
        reason = str(origin)
        if "disk I/O" in reason and shutil.disk_usage(path.parent).free < BREATH:
            reason = "database or disk is full"  # what SQLite can't say of its shared-memory file
        for sign, zh, en in FAULTS:
            if sign in reason.lower():
                raise StoreError(zh.format(path=path), en.format(path=path)) from error
        if isinstance(origin, sqlite3.IntegrityError | sqlite3.InterfaceError | sqlite3.ProgrammingError):
            raise
        raise StoreError(f"数据库 {path} 出错：{reason}", f"database {path} failed: {reason}") from error


def open_database(home: Path, patience: float = PATIENCE) -> Engine:
    """The database in that folder, created or migrated where needed.

    Args:
        home: folder of the user's data; made if missing.
        patience: seconds to wait for another program.

    Raises:
        StoreError: the folder or the file cannot be used, or a newer program wrote it.
    """
    path = home / DATABASE
    make_folder(home)
    if path.is_dir():
        raise StoreError(f"{path} 是文件夹，不是数据库，请移走它", f"{path} is a folder, not a database; move it")
    engine = _engine(path, patience)
    try:
        with told(path):
            with engine.connect() as connection:
                revision = _revision(connection)
            if revision != REVISION:
                migrate(engine, path)
    except BaseException:
        engine.dispose()
        raise
    return engine


def make_folder(folder: Path) -> None:
    """Create the folder, for this user only: voices are personal data.

    Raises:
        StoreError: it is a file, or cannot be created.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except (FileExistsError, NotADirectoryError) as error:
        raise StoreError(
            f"{folder} 不能用作数据文件夹：路径上有同名文件，请移走它或换一个文件夹",
            f"{folder} cannot be the data folder, a file is in the way; move it or choose another folder",
        ) from error
    except OSError as error:
        reason = error.strerror or str(error)
        raise StoreError(
            f"无法创建文件夹 {folder}（{reason}），请检查权限和磁盘，或换一个数据文件夹",
            f"cannot create folder {folder} ({reason}); check permissions and disk, or choose another data folder",
        ) from error


@contextmanager
def reading(engine: Engine) -> Iterator[Session]:
    """A short transaction that sees one state of the database."""
    with told(_path(engine)), Session(engine, expire_on_commit=False) as session:
        yield session


@contextmanager
def writing(engine: Engine) -> Iterator[Session]:
    """A short transaction that holds the write lock; all of it is on disk when the block ends, or none."""
    with (
        told(_path(engine)),
        engine.connect().execution_options(voicedrill_writes=True) as connection,
        Session(connection, expire_on_commit=False) as session,
        session.begin(),
    ):
        yield session


def migrate(engine: Engine, path: Path, scripts: Path | None = None) -> None:
    """Bring the database to the newest revision, all steps in one transaction.

    Args:
        engine: the database, new or older.
        path: where it lies, for messages.
        scripts: folder of the migrations; the packaged ones if not given.

    Raises:
        StoreError: it was written by a newer program, or is not ours.
    """
    from alembic import command  # takes 0.4 s to import, and only a new or an old database needs it
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", str(scripts or Path(__file__).parent / "migrations").replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    with (
        told(path),
        engine.connect().execution_options(voicedrill_writes=True) as connection,
        _loose_foreign_keys(connection),
        connection.begin(),
    ):
        _refuse_strangers(connection, path, known)  # now with the lock: another program may have migrated meanwhile
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        broken = connection.execute(text("PRAGMA foreign_key_check")).all()
        if broken:
            raise RuntimeError(f"the migration breaks foreign keys: {broken[:3]}")


def _refuse_strangers(connection: Connection, path: Path, known: set[str]) -> None:
    revision = _revision(connection)
    if revision is None and _tables(connection):
        raise StoreError(
            f"{path} 是别的程序的数据库，请移走它，或换一个数据文件夹",
            f"{path} is the database of another program; move it, or choose another data folder",
        )
    if revision is not None and revision not in known:
        raise StoreError(
            f"数据库 {path} 由更新版本的 voicedrill 写入（{revision}），请升级 voicedrill",
            f"database {path} was written by a newer voicedrill ({revision}); upgrade voicedrill",
        )


@contextmanager
def _loose_foreign_keys(connection: Connection) -> Iterator[None]:
    """Off while tables are rebuilt: dropping the old copy of `attempt` would delete all that cascades from it.

    SQLite ignores this pragma inside a transaction, so it goes past SQLAlchemy, which would begin one.
    """
    cursor = connection.connection.cursor()
    cursor.execute("PRAGMA foreign_keys=OFF")
    try:
        yield
    finally:
        cursor.execute("PRAGMA foreign_keys=ON")
        cursor.close()


def _engine(path: Path, patience: float) -> Engine:
    engine = create_engine(URL.create("sqlite", database=str(path)), connect_args={"timeout": patience})

    @event.listens_for(engine, "connect")
    def settle(connection: Any, _record: object) -> None:  # noqa: ANN401
        connection.isolation_level = None  # sqlite3 must not begin by itself: see `begin` below
        connection.execute("PRAGMA foreign_keys=ON")
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("PRAGMA journal_mode=WAL")  # a property of the file: costs nothing once it is set

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get("voicedrill_writes", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def _tables(connection: Connection) -> set[str]:
    return set(connection.execute(text("SELECT name FROM sqlite_master WHERE type = 'table'")).scalars())


def _revision(connection: Connection) -> str | None:
    """What Alembic noted in the database; None in a new one."""
    if "alembic_version" not in _tables(connection):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def _path(engine: Engine) -> Path:
    return Path(engine.url.database or "")
