"""Looking into a database changes nothing, and tells every fault in one line."""

import sqlite3

import pytest
from attempt_samples import numbered

from voicedrill.core.errors import StoreError
from voicedrill.store.attempts import AttemptStore
from voicedrill.store.database import DATABASE
from voicedrill.store.inspection import inspect_database
from voicedrill.store.schema import REVISION


@pytest.fixture
def filled(tmp_path):
    with AttemptStore(tmp_path) as store:
        for number in (1, 2):
            store.begin(numbered(number))
    return tmp_path


def line(error):
    assert "\n" not in error.to("zh") + error.to("en")
    return error.to("en")


def test_none_yet(tmp_path):
    assert inspect_database(tmp_path / "home") is None
    assert not (tmp_path / "home").exists()


def test_in_order(filled):
    state = inspect_database(filled)
    assert (state.revision, state.current, state.attempts) == (REVISION, True, 2)


def test_while_another_program_writes(filled):
    with AttemptStore(filled) as store:
        store.begin(numbered(3))
        assert inspect_database(filled).attempts == 3


@pytest.mark.parametrize(("spoil", "said"), [
    (lambda path: path.write_bytes(b"My shopping list, which is no database at all. " * 40), "is not a database"),
    (lambda path: path.write_bytes(path.read_bytes()[:4096] + b"\xee" * (path.stat().st_size - 4096)), "damaged"),
    (lambda path: (path.unlink(), path.mkdir()), "is a folder"),
])
def test_spoilt(filled, spoil, said):
    spoil(filled / DATABASE)
    with pytest.raises(StoreError) as caught:
        inspect_database(filled)
    assert said in line(caught.value)


@pytest.mark.parametrize(("sql", "said"), [
    ("UPDATE alembic_version SET version_num = '9999'", "newer voicedrill"),
    ("DROP TABLE alembic_version", "of another program"),
])
def test_not_ours(filled, sql, said):
    database = sqlite3.connect(filled / DATABASE)
    database.execute(sql)
    database.commit()
    database.close()
    with pytest.raises(StoreError) as caught:
        inspect_database(filled)
    assert said in line(caught.value)


def test_nothing_is_changed(filled):
    before = (filled / DATABASE).read_bytes()
    inspect_database(filled)
    assert (filled / DATABASE).read_bytes() == before
