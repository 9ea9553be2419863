"""Two real programs on one database, and one that is killed in the middle of its work."""

from __future__ import annotations

import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from attempt_samples import ENVIRONMENT, numbered

from voicedrill.store.attempts import AttemptStore
from voicedrill.store.database import DATABASE

WRITER = """
import sys
from dataclasses import replace
from pathlib import Path
from attempt_samples import BEGUN, CARD, EVALUATION, FACTS, QUESTION, numbered
from voicedrill.store.attempts import AttemptStore

first, count = int(sys.argv[2]), int(sys.argv[3])
with AttemptStore(Path(sys.argv[1]), patience=60) as store:
    for number in range(first, first + count):
        whole = numbered(number, trainee=f"学员{number % 7}")
        if number % 4:
            store.begin(whole)
            print(number, flush=True)
            continue
        begun = replace(whole, facts=None, evaluation=None, score_card=None)
        store.begin(begun)
        store.record_facts(begun.id, FACTS)
        store.add_score(begun.id, QUESTION, EVALUATION, CARD)
        print(number, flush=True)
"""


def start(home: Path, first: int, count: int) -> subprocess.Popen[str]:
    """A program that keeps attempts and says the number of each that is safe."""
    return subprocess.Popen(
        [sys.executable, "-c", WRITER, home, str(first), str(count)],
        env=ENVIRONMENT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    )


def check_integrity(home: Path) -> None:
    database = sqlite3.connect(home / DATABASE)
    assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    assert database.execute("PRAGMA foreign_key_check").fetchall() == []
    database.close()


def test_two_programs_write_at_once_from_the_creation_on(tmp_path):
    with start(tmp_path, 1, 200) as one, start(tmp_path, 1001, 200) as other:
        for program in (one, other):
            _, errors = program.communicate()
            assert program.returncode == 0, errors
    with AttemptStore(tmp_path) as store:
        kept = store.list()
    assert {a.id for a in kept} == {numbered(n).id for first in (1, 1001) for n in range(first, first + 200)}
    assert all(a.score_card == numbered(1).score_card for a in kept)
    assert {a.trainee for a in kept} == {f"学员{n}" for n in range(7)}
    check_integrity(tmp_path)


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="no kill -9 on this system")
@pytest.mark.parametrize("safe", [1, 20, 57])
def test_kill_9_loses_nothing_that_was_said_to_be_safe(tmp_path, safe):
    with start(tmp_path, 1, 1_000_000) as program:
        said = [int(program.stdout.readline()) for _ in range(safe)]
        program.kill()
        said += [int(line) for line in program.communicate()[0].split()]
    assert program.returncode == -signal.SIGKILL
    with AttemptStore(tmp_path) as store:
        kept = {a.id: a for a in store.list()}
        left = store.unscored()
        assert all(kept[numbered(n).id].score_card is not None for n in said)
        assert len(kept) in (len(said), len(said) + 1), "at most the one it was at"
        assert len(left) <= 1
        store.begin(numbered(2_000_000))
    check_integrity(tmp_path)
