"""Opening, migrating and refusing databases; every fault is one line."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from attempt_samples import ATTEMPT, ENVIRONMENT, numbered
from sqlalchemy import text

import voicedrill.store.migrations
from voicedrill.core.errors import StoreError
from voicedrill.store.attempts import AttemptStore
from voicedrill.store.database import DATABASE, migrate, open_database, reading
from voicedrill.store.schema import REVISION, Base

MIGRATIONS = Path(voicedrill.store.migrations.__file__).parent


def line(error: StoreError) -> str:
    """What a user sees; it is one line, in either language."""
    assert "\n" not in error.message.zh + error.message.en
    assert error.to("zh") != error.to("en")
    return error.to("en")


@pytest.fixture
def filled(tmp_path):
    """A home with three attempts, closed."""
    with AttemptStore(tmp_path) as store:
        for number in (1, 2, 3):
            store.begin(numbered(number))
    return tmp_path


def test_settings_of_a_connection(tmp_path):
    engine = open_database(tmp_path / "new" / "home")
    with engine.connect() as connection:
        settings = {
            name: connection.execute(text(f"PRAGMA {name}")).scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        }
    engine.dispose()
    assert settings == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 10_000}


@pytest.mark.skipif(os.name == "nt", reason="no permission bits")
def test_home_is_private(tmp_path):
    AttemptStore(tmp_path / "home").close()
    assert (tmp_path / "home").stat().st_mode & 0o077 == 0


def test_models_and_migrated_schema_are_identical(tmp_path):
    engine = open_database(tmp_path)
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), Base.metadata) == []
    engine.dispose()


def test_revision_is_the_newest_migration():
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    assert ScriptDirectory.from_config(config).get_current_head() == REVISION


@pytest.fixture
def later_migrations(tmp_path):
    """The migrations of a program that is one revision ahead."""
    folder = tmp_path / "later"
    shutil.copytree(MIGRATIONS, folder, ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "versions" / "r9999_later.py").write_text(
        f'''
import sqlalchemy as sa
from alembic import op
revision, down_revision, branch_labels, depends_on = "9999", {REVISION!r}, None, None

def upgrade():
    with op.batch_alter_table("attempt", recreate="always") as table:  # copies the table and drops the old
        table.add_column(sa.Column("mood", sa.Text(), nullable=False, server_default="calm"))
    op.execute("UPDATE trainee SET name = name || '!'")
'''
    )
    return folder


def test_upgrade_keeps_rows(filled, later_migrations):
    with AttemptStore(filled) as store:
        before = store.list()
        migrate(store._engine, store.path, later_migrations)
        with reading(store._engine) as session:
            assert session.execute(text("SELECT mood FROM attempt")).scalars().all() == ["calm"] * 3
        after = store.list()
        with reading(store._engine) as session:
            assert session.execute(text("PRAGMA foreign_keys")).scalar() == 1
    assert [(a.id, a.score_card, a.facts) for a in after] == [(a.id, a.score_card, a.facts) for a in before]
    assert {a.trainee for a in after} == {"小王!"}


def test_upgrade_that_fails_changes_nothing(filled, later_migrations):
    script = later_migrations / "versions" / "r9999_later.py"
    script.write_text(script.read_text() + '    raise RuntimeError("half way")\n')
    with AttemptStore(filled) as store:
        before = store.list()
        with pytest.raises(RuntimeError, match="half way"):
            migrate(store._engine, store.path, later_migrations)
        assert store.list() == before
    AttemptStore(filled).close()


def test_upgrade_that_leaves_orphans_changes_nothing(filled, later_migrations):
    script = later_migrations / "versions" / "r9999_later.py"
    script.write_text(script.read_text() + '    op.execute("DELETE FROM trainee")\n')
    with AttemptStore(filled) as store:
        with pytest.raises(RuntimeError, match="breaks foreign keys"):
            migrate(store._engine, store.path, later_migrations)
        assert store.count() == 3


def test_database_of_a_newer_program_is_refused_and_left_alone(filled, later_migrations):
    with AttemptStore(filled) as store:
        migrate(store._engine, store.path, later_migrations)
    before = (filled / DATABASE).read_bytes()
    with pytest.raises(StoreError) as caught:
        AttemptStore(filled)
    assert "newer voicedrill (9999); upgrade" in line(caught.value)
    assert (filled / DATABASE).read_bytes() == before


def test_purging_an_attempt_takes_all_of_it(filled):
    with AttemptStore(filled) as store:
        store.add_event(numbered(1).id, "教练", "comment", {})
    database = sqlite3.connect(filled / DATABASE)
    database.execute("PRAGMA foreign_keys=ON")
    database.execute("DELETE FROM attempt WHERE id = ?", (str(numbered(1).id),))
    database.commit()
    for table in ("attempt", "recording", "facts", "score", "summary"):
        assert database.execute(f"SELECT count(*) FROM {table}").fetchone() == (2,), table
    assert database.execute("SELECT count(*) FROM event").fetchone() == (0,)
    database.close()


# ---------------------------------------------------------------- what can go wrong


def test_home_is_a_file(tmp_path):
    home = tmp_path / "home"
    home.write_text("a file")
    for place in (home, home / "below"):
        with pytest.raises(StoreError) as caught:
            AttemptStore(place)
        assert "a file is in the way" in line(caught.value)


def test_database_is_a_folder(tmp_path):
    (tmp_path / DATABASE).mkdir()
    with pytest.raises(StoreError) as caught:
        AttemptStore(tmp_path)
    assert "is a folder" in line(caught.value)


def test_file_is_not_a_database(tmp_path):
    (tmp_path / DATABASE).write_bytes(b"My shopping list, which is no database at all. " * 40)
    before = (tmp_path / DATABASE).read_bytes()
    with pytest.raises(StoreError) as caught:
        AttemptStore(tmp_path)
    assert "is not a database (damaged?)" in line(caught.value)
    assert (tmp_path / DATABASE).read_bytes() == before


def test_database_is_damaged(filled):
    data = bytearray((filled / DATABASE).read_bytes())
    data[4096:] = b"\xee" * (len(data) - 4096)
    (filled / DATABASE).write_bytes(data)
    with pytest.raises(StoreError) as caught, AttemptStore(filled) as store:
        store.list()
    assert "damaged" in line(caught.value)


def test_database_of_another_program(tmp_path):
    other = sqlite3.connect(tmp_path / DATABASE)
    other.execute("CREATE TABLE recipe (name)")
    other.commit()
    other.close()
    with pytest.raises(StoreError) as caught:
        AttemptStore(tmp_path)
    assert "of another program" in line(caught.value)
    other = sqlite3.connect(tmp_path / DATABASE)
    assert other.execute("SELECT name FROM sqlite_master").fetchall() == [("recipe",)]
    other.close()


def test_locked_for_long_by_another_program(filled):
    other = sqlite3.connect(filled / DATABASE, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with AttemptStore(filled, patience=0.05) as store:
        assert len(store.list()) == 3, "reading needs no lock"
        with pytest.raises(StoreError) as caught:
            store.begin(ATTEMPT)
        assert "in use by another program" in line(caught.value)
        other.execute("ROLLBACK")
        other.close()
        store.begin(ATTEMPT)
        assert store.count() == 4


def test_locked_while_it_would_be_created(tmp_path):
    other = sqlite3.connect(tmp_path / DATABASE, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    with pytest.raises(StoreError) as caught:
        AttemptStore(tmp_path, patience=0.05)
    assert "in use by another program" in line(caught.value)
    other.close()
    AttemptStore(tmp_path).close()


def test_disk_full_loses_nothing_that_was_kept(filled):
    with AttemptStore(filled) as store:
        with reading(store._engine) as session:  # the one pooled connection: SQLite refuses to grow the file
            pages = session.execute(text("PRAGMA page_count")).scalar()
            session.execute(text(f"PRAGMA max_page_count={pages}"))
        kept = 3
        with pytest.raises(StoreError) as caught:
            for number in range(10, 100):
                store.begin(numbered(number))
                kept += 1
        assert "disk is full" in line(caught.value)
        assert store.count() == kept
        with reading(store._engine) as session:
            session.execute(text("PRAGMA max_page_count=1000000"))
        store.begin(numbered(200))
        assert store.count() == kept + 1


@pytest.fixture
def tmpfs(tmp_path):
    """Mounts a small real file system; gives a function that mounts it again with other options."""
    place = tmp_path / "mounted"
    place.mkdir()
    mount = shutil.which("mount")
    if not mount or os.name == "nt" or os.geteuid() != 0:
        pytest.skip("mounting a file system needs root")

    def remount(options: str) -> Path:
        done = subprocess.run([mount, "-t", "tmpfs", "-o", options, "tmpfs", place], capture_output=True, check=False)
        if done.returncode:
            pytest.skip(f"cannot mount here: {done.stderr.decode(errors='replace').strip()}")
        return place

    yield remount
    subprocess.run(["umount", place], capture_output=True, check=False)


def test_really_full_disk(tmpfs):
    home = tmpfs("size=600k")
    kept = 0
    with AttemptStore(home) as store:
        with pytest.raises(StoreError) as caught:
            for number in range(1, 1000):
                store.begin(numbered(number))
                kept += 1
        assert "disk is full" in line(caught.value)
        assert store.count() == kept > 0
    with AttemptStore(home) as store:
        assert store.count() == kept
        assert store.get(numbered(kept).id) == numbered(kept)


def test_disk_too_full_for_a_new_database(tmpfs):
    home = tmpfs("size=12k")
    with pytest.raises(StoreError) as caught:
        AttemptStore(home)
    assert "disk is full" in line(caught.value)


def test_read_only_disk(tmpfs):
    home = tmpfs("size=4m")
    with AttemptStore(home) as store:
        store.begin(ATTEMPT)
    tmpfs("remount,ro")
    with pytest.raises(StoreError) as caught, AttemptStore(home) as store:
        store.begin(numbered(1))
    assert "read-only" in line(caught.value) or "check the permissions" in line(caught.value)
    with pytest.raises(StoreError) as caught:
        AttemptStore(home / "new")
    assert "cannot create folder" in line(caught.value)


# ---------------------------------------------------------------- speed of opening


def test_opening_a_database_of_today_imports_no_alembic(filled):
    code = (
        "import sys; from pathlib import Path; from voicedrill.store.attempts import AttemptStore\n"
        "with AttemptStore(Path(sys.argv[1])) as store: assert store.count() == 3\n"
        "sys.exit('alembic' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code, filled], check=False, env=ENVIRONMENT).returncode == 0
