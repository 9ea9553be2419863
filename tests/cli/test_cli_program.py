"""The program as a user meets it: help, wrong usage, languages."""

import json
import re

import pytest

from voicedrill import __version__
from voicedrill.cli.app import app
from voicedrill.cli.language import choose_language


def test_version(run):
    assert run("--version").stdout.strip() == f"voicedrill {__version__}"


def test_help_is_chinese_by_default_and_english_on_request(run):
    chinese, english = run("--help").stdout, run("--help", "--lang", "en").stdout
    assert "命令：" in chinese
    assert "Commands:" not in chinese
    assert "Commands:" in english
    assert not re.search("[\u4e00-\u9fff]", english)


def test_help_imports_nothing_heavy(run):
    import subprocess
    import sys

    code = ("import sys; sys.argv=['voicedrill','--help'];\nfrom voicedrill.cli.main import main\n"
            "try: main()\nexcept SystemExit: pass\nprint(sorted({m.split('.')[0] for m in sys.modules}))")
    command = [sys.executable, "-c", code]
    out = subprocess.run(command, capture_output=True, text=True, env=run.environment, check=True)
    loaded = set(json.loads(out.stdout.splitlines()[-1].replace("'", '"')))
    heavy = {"numpy", "vosk", "sounddevice", "soundfile", "sqlalchemy", "rapidfuzz", "pypinyin", "yaml", "pydantic"}
    assert not loaded & heavy


def test_without_a_terminal_the_bare_command_prints_help(run):
    assert "命令：" in run().stdout


@pytest.mark.parametrize(("arguments", "named"), [
    (("practise",), "practise"),
    (("score", "--nonsense"), "--nonsense"),
    (("score",), "--unscored"),
    (("score", "a.wav"), "--objection"),
    (("history", "--limit", "many"), "--limit 的值有误（应为整数）"),
    (("history", "--limit", "0"), "应不小于 1"),
    (("history", "--limit"), "选项 --limit 后面缺少值"),
    (("history", "--json=1"), "选项 --json 后面不带值"),
    (("content", "show"), "name"),
    (("--lang", "fr", "history"), "fr"),
    (("content", "show", "天气预报"), "天气预报"),
    (("history", "--objection", "没有这一条异议啊"), "没有这一条异议啊"),
])
def test_wrong_usage_is_one_line_with_the_value_and_exit_2(run, failure, arguments, named):
    assert named in failure(run(*arguments), 2)


COMMANDS = sorted((c.name or c.callback.__name__).replace("_", "-") for c in app.registered_commands)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help_and_stands_in_the_readme(run, command):
    from pathlib import Path

    assert "选项：" in run(command, "--help").stdout
    assert f"voicedrill {command}" in (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("group", ["content", "model"])
def test_a_group_without_a_command_shows_its_help(run, group):
    shown = run(group)
    assert shown.returncode == 2
    assert "命令：" in shown.stderr
    assert "  list" in shown.stderr


def test_an_interrupt_at_start_up_ends_without_a_traceback(run):
    import signal
    import subprocess
    import sys

    code = ("import os, signal, sys\nfrom voicedrill.__main__ import start\n"
            "class Impatient:\n"
            "    def find_spec(self, name, path=None, target=None):\n"
            "        if name == 'voicedrill.cli.app': os.kill(os.getpid(), int(sys.argv[1]))\n"
            "sys.meta_path.insert(0, Impatient())\nstart()")
    for number in (signal.SIGINT, signal.SIGTERM):
        done = subprocess.run([sys.executable, "-c", code, str(int(number))], capture_output=True, text=True,
                              env=run.environment, check=False)
        assert (done.returncode, done.stderr) == (130, "")


@pytest.mark.parametrize(("argv", "environment", "language"), [
    ([], None, "zh"),
    ([], "en_GB.UTF-8", "en"),
    (["demo", "--lang", "en"], None, "en"),
    (["--lang=zh"], "en", "zh"),
    (["--lang"], None, "zh"),
])
def test_language_choice(argv, environment, language):
    assert choose_language(argv, environment) == language


def test_english_where_the_screen_has_no_chinese():
    assert choose_language([], None, "latin-1") == "en"
    assert choose_language([], None, "gb18030") == "zh"
    assert choose_language(["--lang", "zh"], None, "ascii") == "zh"
