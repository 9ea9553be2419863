"""What every test may use: the demo model, the demo replies, a home of its own, and the program itself."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest


@pytest.fixture
def home(tmp_path):
    """A fresh home for database and recordings."""
    return tmp_path / "home"


@pytest.fixture
def run(tmp_path, home):
    """Runs the real program in its own surroundings: `run("score", file, "--json")`."""
    environment = {
        **os.environ,
        "VOICEDRILL_HOME": str(home),
        "VOICEDRILL_CONFIG": str(tmp_path / "settings.json"),
        "XDG_DATA_HOME": str(tmp_path / "data"),
        "XDG_CACHE_HOME": str(tmp_path / "cache"),
        "HOME": str(tmp_path / "user"),
        "PYTHONUTF8": "1",
        "COLUMNS": "110",
    }
    for name in ("VOICEDRILL_LANG", "VOICEDRILL_MODEL"):
        environment.pop(name, None)

    def run_program(*arguments, timeout=120, **more):
        command = [sys.executable, "-m", "voicedrill", *map(str, arguments)]
        return subprocess.run(command, capture_output=True, text=True, encoding="utf-8", timeout=timeout,
                              env={**environment, **more}, check=False)

    run_program.environment = environment
    return run_program


def one_line(finished, code):
    """The single line on stderr of a program that failed as it should."""
    assert finished.returncode == code, finished.stderr
    assert "Traceback" not in finished.stderr
    lines = [line for line in finished.stderr.splitlines() if line.strip()]
    assert len(lines) == 1, finished.stderr
    assert "程序内部出错" not in lines[0]
    assert "Internal error" not in lines[0]
    return lines[0]


@pytest.fixture
def failure():
    """`failure(finished, code)` checks exit code and form, and returns the line."""
    return one_line
