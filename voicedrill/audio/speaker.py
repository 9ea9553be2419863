"""The loudspeaker, through sounddevice. Where there is none, the program goes on in silence.

PortAudio aborts the whole process on a broken ALSA configuration, so it is tried in a process of its own before it is
let into this one.
"""

from __future__ import annotations

import contextlib
import importlib
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from types import ModuleType, TracebackType

import numpy as np

from voicedrill.core.errors import AudioError
from voicedrill.core.model import RATE, Recording, Samples

_PADDING = 0.5
"""Seconds of silence after every sound: PortAudio and the sound server drop the last 25-200 ms of what they get."""

_CHUNK = 0.1
"""Seconds handed to the device at a time, so that playing can be stopped."""

_PROBE_TIMEOUT = 10.0
"""Seconds. Listing devices takes 0.2 s; a sound server that is starting up may take a few."""

_PROBE = """
import sounddevice
device = sounddevice.query_devices(kind="output")
for rate in (16000, int(device["default_samplerate"])):
    try:
        sounddevice.check_output_settings(channels=1, dtype="int16", samplerate=rate)
    except sounddevice.PortAudioError:
        continue
    print("rate", rate)
    break
"""


def open_speaker() -> Speaker | None:
    """The default output device, None when there is none, or PortAudio is missing or can't be trusted."""
    try:
        probe = subprocess.run([sys.executable, "-c", _PROBE], capture_output=True, text=True, check=False,
                               timeout=_PROBE_TIMEOUT)
    except (OSError, subprocess.TimeoutExpired):
        return None
    said = probe.stdout.split()
    return Speaker(int(said[1])) if probe.returncode == 0 and said[:1] == ["rate"] else None


class Speaker:
    """A `ports.AudioOutput` on the default output device."""

    def __init__(self, rate: int = RATE) -> None:
        """`rate` is what the device accepts, Hz: recordings are converted to it. Nothing is opened yet."""
        self._rate = rate

    def play(self, recording: Recording) -> None:
        """Play the recording to its end.

        Raises:
            AudioError: PortAudio is missing, or the device failed.
        """
        self._play(recording, threading.Event())

    def play_async(self, recording: Recording) -> Playback:
        """Start playing and return at once."""
        return Playback(self, recording)

    def _play(self, recording: Recording, stop: threading.Event) -> None:
        sounddevice = _import_sounddevice()
        samples = np.concatenate([self._convert(recording), np.zeros(int(_PADDING * self._rate), np.int16)])
        step = int(_CHUNK * self._rate)
        try:
            with _quiet():
                stream = sounddevice.OutputStream(samplerate=self._rate, channels=1, dtype="int16")
            with stream:
                for start in range(0, len(samples), step):
                    if stop.is_set():
                        stream.abort()
                        return
                    stream.write(samples[start:start + step, np.newaxis])
        except sounddevice.PortAudioError as error:
            raise AudioError(f"扬声器无法播放（{error}）；请检查输出设备，或换一个设备",
                             f"the speaker failed ({error}); check the output device, or choose another") from error

    def _convert(self, recording: Recording) -> Samples:
        if recording.rate == self._rate:
            return recording.samples
        import soxr

        converted: Samples = soxr.resample(recording.samples, recording.rate, self._rate)
        return converted


class Playback:
    """A sound that is being played. As a context manager it is stopped at the end of the block."""

    def __init__(self, speaker: Speaker, recording: Recording) -> None:
        self._stop = threading.Event()
        self._error: AudioError | None = None
        self._thread = threading.Thread(target=self._run, args=(speaker, recording), name="playback", daemon=True)
        self._thread.start()

    def _run(self, speaker: Speaker, recording: Recording) -> None:
        try:
            speaker._play(recording, self._stop)
        except AudioError as error:
            self._error = error

    def wait(self) -> None:
        """Return when it has been heard to its end.

        Raises:
            AudioError: the device failed.
        """
        self._thread.join()
        if self._error is not None:
            raise self._error

    def stop(self) -> None:
        """Stop it now. A device that failed meanwhile is not worth an error any more."""
        self._stop.set()
        self._thread.join()

    def __enter__(self) -> Playback:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None,
                 trace: TracebackType | None) -> None:
        self.stop()


def _import_sounddevice() -> ModuleType:
    try:
        return importlib.import_module("sounddevice")  # late: 100 ms
    except (ImportError, OSError) as error:
        raise AudioError("没有安装 PortAudio；请运行 sudo apt install libportaudio2，或用 --input 指定录音文件",
                         "PortAudio is not installed; run: sudo apt install libportaudio2, or name a recording "
                         "with --input") from error
    except Exception as error:  # a PortAudioError, whose class can't be had without the import
        raise AudioError(f"PortAudio 无法启动（{error}）；请检查声卡设置，或用 --input 指定录音文件",
                         f"PortAudio does not start ({error}); check the sound settings, or name a recording "
                         "with --input") from error


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Keeps what ALSA writes on stderr while a device is opened from the user's screen."""
    if sys.stderr:  # there is none under pythonw
        sys.stderr.flush()
    try:
        kept = os.dup(2)
    except OSError:  # there is no stderr
        yield
        return
    try:
        with open(os.devnull, "wb") as nowhere:  # noqa: PTH123 - a descriptor, not a file
            os.dup2(nowhere.fileno(), 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
