"""The door to PortAudio: loads it late, keeps its chatter off the screen, and says what went wrong in plain words.

PortAudio aborts the whole process on a broken ALSA configuration, so on Linux it is tried in a process of its own
before it is let into this one.
"""

from __future__ import annotations

import atexit
import contextlib
import functools
import importlib
import os
import platform
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any, TextIO

from voicedrill.core.errors import AudioError

PROBE_TIMEOUT = 10.0
"""Seconds. Listing devices takes 0.2 s; a sound server that is starting up may take a few."""

_PROBE = "import ctypes; ctypes.CDLL('libportaudio.so.2').Pa_Initialize()"
"""Without sounddevice, whose import costs a tenth of a second; that the library is missing is seen later."""

CLOSE_TIMEOUT = 1.0
"""Seconds. Closing takes 3 ms; with a sound server that hangs it never returns, and is then left behind."""

_INVALID_CHANNELS, _INVALID_RATE, _UNAVAILABLE = -9998, -9997, -9985


@functools.cache
def load() -> ModuleType:
    """The sounddevice module, with PortAudio up and running.

    Raises:
        AudioError: PortAudio is missing or does not start.
    """
    if platform.system() == "Linux":
        _probe()
    try:
        with quiet():
            return importlib.import_module("sounddevice")  # late: 100 ms
    except (ImportError, OSError) as error:
        raise _missing() from error
    except Exception as error:  # a PortAudioError, whose class can't be had without the import
        raise _broken(_reason(error)) from error


def explain(error: Exception, name: str) -> AudioError:
    """What a PortAudioError met at a device means to the user."""
    code = error.args[1] if len(error.args) > 1 else None
    reason = _reason(error)
    if code == _UNAVAILABLE or "busy" in str(error).lower():
        return AudioError(f"音频设备“{name}”正被占用；请关闭占用它的程序，或换一个设备（voicedrill devices）",
                          f'the audio device "{name}" is busy; close the program that uses it, or choose another '
                          "(voicedrill devices)")
    return AudioError(f"音频设备“{name}”无法使用（{reason}）；请检查连接，或换一个设备（voicedrill devices）",
                      f'the audio device "{name}" cannot be used ({reason}); check its connection, or choose another '
                      "(voicedrill devices)")


def _reason(error: Exception) -> str:
    """The error's own words, without codes."""
    return str(error.args[0] if error.args else error).split("[PaErrorCode")[0].strip(" .")


def is_refusal(error: Exception) -> bool:
    """Whether the device refused the rate or the number of channels, so that others may be tried."""
    return len(error.args) > 1 and error.args[1] in {_INVALID_RATE, _INVALID_CHANNELS}


def close_stream(stream: Any) -> None:  # noqa: ANN401 - sounddevice has no types
    """Stop a stream at once and give its device back, or give up waiting for a device that does not answer."""
    done = threading.Event()

    def close() -> None:
        stream.abort()
        stream.close()
        done.set()

    with quiet():
        threading.Thread(target=close, name="close-audio", daemon=True).start()
        if not done.wait(CLOSE_TIMEOUT):
            _abandon()


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Keeps what ALSA and PortAudio write on stderr off the user's screen; `sys.stderr` still reaches it.

    They write at the level of the operating system, from threads of their own, whenever a device stumbles. Processes
    started meanwhile inherit the silence.
    """
    python_stderr = sys.stderr
    try:
        kept = os.dup(2)
    except OSError:  # there is no stderr
        yield
        return
    with open(kept, "w", buffering=1, encoding="utf-8", errors="backslashreplace") as screen:  # noqa: PTH123
        if _writes_to_stderr(python_stderr):
            python_stderr.flush()
            sys.stderr = screen
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, 2)
        os.close(nowhere)
        try:
            yield
        finally:
            screen.flush()
            os.dup2(kept, 2)
            sys.stderr = python_stderr


def _writes_to_stderr(stream: TextIO | None) -> bool:
    """False under pythonw, where there is none, and where it was replaced, as pytest does."""
    try:
        return stream is not None and stream.fileno() == 2
    except (OSError, ValueError):
        return False


def _abandon() -> None:
    """Leave PortAudio as it is at exit: its own clean-up would wait for the device that does not answer."""
    handler: Callable[[], object] | None = getattr(load(), "_exit_handler", None)
    if handler is not None:
        atexit.unregister(handler)


def _probe() -> None:
    try:
        done = subprocess.run([sys.executable, "-S", "-c", _PROBE], capture_output=True, check=False,
                              timeout=PROBE_TIMEOUT)
    except subprocess.TimeoutExpired as error:
        raise _broken("no answer") from error
    if done.returncode < 0:
        raise _broken(f"signal {-done.returncode}")


def _missing() -> AudioError:
    if platform.system() == "Linux":
        return AudioError("没有安装 PortAudio；请运行 sudo apt install libportaudio2，或用 --input 指定录音文件",
                          "PortAudio is not installed; run: sudo apt install libportaudio2, or name a recording "
                          "with --input FILE")
    return AudioError("sounddevice 或 PortAudio 没有装好；请运行 pip install --force-reinstall sounddevice，"
                      "或用 --input 指定录音文件",
                      "sounddevice or PortAudio is not installed; run: pip install --force-reinstall sounddevice, or "
                      "name a recording with --input FILE")


def _broken(reason: str) -> AudioError:
    return AudioError(f"PortAudio 无法启动（{reason}）；请检查声卡设置，或用 --input 指定录音文件",
                      f"PortAudio does not start ({reason}); check the sound settings, or name a recording "
                      "with --input FILE")
