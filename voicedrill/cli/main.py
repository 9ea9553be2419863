"""The way in and out: arguments, errors as one line, exit codes.

Exit codes: 0 done; 1 something went wrong and one line on stderr says what; 2 the command line asks for
something that does not exist; 130 interrupted.
"""

from __future__ import annotations

import _thread
import re
import signal
import sys
from types import FrameType
from typing import TYPE_CHECKING, NoReturn

import typer

from voicedrill.cli.app import app
from voicedrill.cli.language import t, tr
from voicedrill.cli.screen import prepare_streams
from voicedrill.core.errors import UsageError, VoiceDrillError

if TYPE_CHECKING:
    from sys import UnraisableHookArgs

_VALUE_PROBLEMS = (
    (re.compile(r"greater than or equal to (\S+)"), r"应不小于 \1"),
    (re.compile(r"less than or equal to (\S+)"), r"应不大于 \1"),
    (re.compile(r"valid integer"), "应为整数"),
    (re.compile(r"valid number"), "应为数字"),
)
"""What is wrong with a value, in Typer's words and in Chinese."""

_WrongUsage: type[Exception] = typer.BadParameter.__mro__[1]
"""The base of Typer's errors about the command line; it has no public name of its own."""

INTERRUPTED = 130
"""Exit code after Ctrl-C or SIGTERM, as shells have it."""


def main() -> NoReturn:
    """Run the command line and exit."""
    for number in (signal.SIGINT, signal.SIGTERM):
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, _interrupt)
    prepare_streams()
    sys.unraisablehook = _settle
    try:
        code = app(take_language(sys.argv[1:]), standalone_mode=False)
    except VoiceDrillError as error:
        fail(" ".join(tr(error.message).split()), error.exit_code)
    except _WrongUsage as error:
        fail(describe_wrong_usage(error), 2)
    except (typer.Abort, KeyboardInterrupt):
        code = INTERRUPTED
    except BrokenPipeError:
        sys.stderr.close()  # the reader of our output went away: nothing to report, nobody to report to
        code = 0
    except Exception as error:  # noqa: BLE001 - the last line of defence: a traceback helps no user
        fail(leave_crash_report(error), 1)
    if code == INTERRUPTED:  # Typer turns KeyboardInterrupt into this code
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # on the way out already: a second one would only spoil the code
        fail(t("已中断。录下的内容都已保存，可用 voicedrill score --unscored 补评。",
               "Interrupted. What was recorded is kept: voicedrill score --unscored."), INTERRUPTED)
    sys.exit(code if isinstance(code, int) else 0)


def take_language(arguments: list[str]) -> list[str]:
    """Remove `--lang` from anywhere on the command line: it was read before the commands were built.

    Raises:
        UsageError: its value is missing or unknown.
    """
    left: list[str] = []
    words = iter(arguments)
    for word in words:
        if word == "--lang":
            value = next(words, "")
        elif word.startswith("--lang="):
            value = word.removeprefix("--lang=")
        else:
            left.append(word)
            continue
        if value not in ("zh", "en"):
            raise UsageError(f"不支持的语言：{value!r}，请用 --lang zh 或 --lang en。",
                             f"Unknown language {value!r}: use --lang zh or --lang en.")
    return left


def describe_wrong_usage(error: Exception) -> str:
    """One line about a command line that Typer refuses; the help page where a group was named without a command."""
    if type(error).__name__ == "NoArgsIsHelpError":
        return str(getattr(error, "message", ""))
    english = " ".join(str(getattr(error, "message", "") or error).split()).rstrip(".")
    kind = type(error).__name__
    parameter = getattr(error, "param", None)
    name = getattr(parameter, "metavar", None) or "/".join(getattr(parameter, "opts", ()))
    if kind == "MissingParameter":
        zh, english = f"缺少参数 {name}", f"Missing {name}"
    elif kind == "NoSuchOption":
        zh = f"没有选项 {getattr(error, 'option_name', '')}"
    elif english.startswith("No such command"):
        zh = f"没有命令 {english.removeprefix('No such command').split('.')[0].strip()}"
    elif "unexpected extra argument" in english:
        zh = f"多余的参数 {english.split('(')[-1].rstrip(')')}"
    elif english.endswith(("requires an argument", "does not take a value")):
        option = english.split("'")[1]
        zh = f"选项 {option} 后面" + ("缺少值" if english.endswith("argument") else "不带值")
    else:
        zh, english = f"参数 {name} 的值有误（{_describe_value(english)}）", f"Invalid value for {name}: {english}"
    return t(f"{zh}。运行 voicedrill --help 查看用法。", f"{english}. See voicedrill --help.")


def _describe_value(english: str) -> str:
    """What Typer says of a value, in Chinese where it is one of the common complaints."""
    for pattern, zh in _VALUE_PROBLEMS:
        found = pattern.search(english)
        if found:
            return found.expand(zh)
    return english


def leave_crash_report(error: Exception) -> str:
    """Write the traceback to a file; return a line that names it."""
    import traceback

    from voicedrill.places import home

    path = home() / "crash.log"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("".join(traceback.format_exception(error)), encoding="utf-8")
    except OSError:
        path = path.with_name("(not written)")
    summary = f"{type(error).__name__}: {error}".splitlines()[0][:160]
    return t(f"程序内部出错（{summary}）。请把 {path} 发给开发者。",
             f"Internal error ({summary}). Please send {path} to the developers.")


def fail(line: str, code: int) -> NoReturn:
    """Say what went wrong and exit."""
    sys.stderr.write(line.rstrip() + "\n")
    sys.exit(code)


def _interrupt(signum: int, frame: FrameType | None) -> None:
    """SIGTERM takes the same way out as Ctrl-C, so that the take so far is kept."""
    raise KeyboardInterrupt


def _settle(unraisable: UnraisableHookArgs) -> None:
    """An exception that Python can only report: one in a finalizer, mostly because Ctrl-C fell into it.

    Its traceback helps no user; the interrupt itself is delivered again, so that it is not lost.
    """
    if issubclass(unraisable.exc_type, KeyboardInterrupt):
        _thread.interrupt_main()
