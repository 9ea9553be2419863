"""The loudspeaker where no microphone listens, through sounddevice: opened for each sound, given back after it.

Where there is none, the program goes on in silence. Live turns use `playback`, which knows when a prompt was heard.
"""

from __future__ import annotations

import threading
from types import TracebackType

import numpy as np

from voicedrill.audio import portaudio
from voicedrill.core.errors import AudioError
from voicedrill.core.model import RATE, Recording, Samples

_PADDING = 0.5
"""Seconds of silence after every sound: PortAudio and the sound server drop the last 25-200 ms of what they get."""

_CHUNK = 0.1
"""Seconds handed to the device at a time, so that playing can be stopped."""

def open_speaker() -> Speaker | None:
    """The default output device, None when there is none, or PortAudio is missing or can't be trusted."""
    try:
        sounddevice = portaudio.load()
    except AudioError:
        return None
    with portaudio.quiet():
        try:
            own = int(sounddevice.query_devices(kind="output")["default_samplerate"])
        except (ValueError, sounddevice.PortAudioError):
            return None
        for rate in (RATE, own):
            try:
                sounddevice.check_output_settings(channels=1, dtype="int16", samplerate=rate)
            except sounddevice.PortAudioError:
                continue
            return Speaker(rate)
    return None


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
        sounddevice = portaudio.load()
        samples = np.concatenate([self._convert(recording), np.zeros(int(_PADDING * self._rate), np.int16)])
        step = int(_CHUNK * self._rate)
        try:
            with portaudio.quiet():
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
