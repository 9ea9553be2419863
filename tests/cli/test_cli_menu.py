"""The menu of the bare command, in a real terminal."""

import os
import subprocess
import sys

import pytest

pty = pytest.importorskip("pty", reason="there are no pseudo-terminals here")


def choose(run, typed):
    """Open the menu in a terminal, type this, and return exit code and screen."""
    ours, theirs = pty.openpty()
    program = subprocess.Popen([sys.executable, "-m", "voicedrill"], stdin=theirs, stdout=theirs, stderr=theirs,
                               env=run.environment, start_new_session=True)
    os.close(theirs)
    os.write(ours, typed)
    screen = b""
    while True:
        try:
            read = os.read(ours, 4096)
        except OSError:  # the other end was closed
            break
        if not read:
            break
        screen += read
    os.close(ours)
    return program.wait(timeout=60), screen.decode()


def test_a_choice_that_is_none_is_asked_again(run):
    code, screen = choose(run, b"9\nabc\n0\n")
    assert code == 0
    assert screen.count("请输入 0 到 5 的数字。") == 2


def test_a_choice_is_done_and_the_program_ends(run):
    code, screen = choose(run, b"3\n")
    assert code == 0
    assert "还没有作答记录" in screen


def test_the_end_of_input_ends_the_menu(run):
    code, screen = choose(run, b"\x04")
    assert code == 130
    assert "Traceback" not in screen
