"""Names from people and packs on the screen: they are text, never markup, and stay on one line."""

import json
import subprocess
import sys
from datetime import datetime, timezone
from uuid import uuid4

import pytest

from voicedrill.cli.practice import LONGEST_NAME, tidy_name
from voicedrill.core.errors import UsageError
from voicedrill.core.model import Attempt, PackRef, QuestionRef, RecordingRef, Versions
from voicedrill.store.attempts import AttemptStore

ODD_NAMES = ("[bold]王芳[/]", "[/nope]", ":smile:", "😀王芳", "-x")


def enter(home, names):
    """One attempt by each of these trainees."""
    pack = PackRef("sales-objections", "1.0.0", "5f" * 32)
    with AttemptStore(home) as store:
        for name in names:
            store.begin(Attempt(
                id=uuid4(), trainee=name, started_at=datetime(2026, 3, 1, tzinfo=timezone.utc), source="practice",
                question=QuestionRef("o2", "rebuttal", "太贵了[/]", "你们的产品太贵了。", pack),
                recording=RecordingRef("", "", 0.0), versions=Versions("0", "m"),
            ))


def test_history_shows_every_name_as_it_was_typed(run, home):
    enter(home, ODD_NAMES)
    shown = run("history").stdout
    for name in ODD_NAMES:
        assert name in shown
    assert "太贵了[/]" in shown
    assert "[/nope]" in run("history", "--trainee", "[/nope]").stdout


@pytest.mark.parametrize(("typed", "kept"), [("  王芳 ", "王芳"), ("王\n芳", "王 芳"), ("👩‍🏫 Li", "👩‍🏫 Li")])
def test_names_are_kept_on_one_line(typed, kept):
    assert tidy_name(typed) == kept


@pytest.mark.parametrize("name", ["", " \n", "\x1b[31m", "x" * (LONGEST_NAME + 1), "\udcff"])
def test_a_name_that_no_list_could_show_is_refused(name):
    with pytest.raises(UsageError):
        tidy_name(name)


@pytest.mark.parametrize("command", [("score", "a.wav", "--objection", "o2"), ("history",), ("check-voice",)])
def test_commands_refuse_an_empty_name(run, failure, home, command):
    assert "--trainee" in failure(run(*command, "--trainee", " "), 2)
    assert not home.exists()


def test_content_show_prints_the_rating_in_english_too(run):
    assert "[green]" in run("--lang", "en", "content", "show", "询问法").stdout


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "gbk"])
def test_a_terminal_that_lacks_our_characters_gets_the_rest(run, home, encoding):
    enter(home, ("😀王芳",))
    environment = {**run.environment, "PYTHONUTF8": "0", "PYTHONIOENCODING": encoding}

    def printed(*arguments):
        command = [sys.executable, "-m", "voicedrill", *arguments]
        done = subprocess.run(command, capture_output=True, env=environment, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout.decode(encoding)

    assert str(datetime(2026, 3, 1, tzinfo=timezone.utc).astimezone().day).zfill(2) in printed("history")
    assert json.loads(printed("history", "--json"))[0]["trainee"] == "😀王芳"
    assert ("命令" if encoding == "gbk" else "Commands:") in printed("--help")
