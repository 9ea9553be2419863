"""Opening a PortAudio stream at a rate the device accepts, and noticing when it dies.

A vanished device reports nothing: its callbacks stop, or the stream ends by itself.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from voicedrill.audio import portaudio
from voicedrill.audio.devices import DeviceInfo, Kind
from voicedrill.core.errors import AudioError

STALLED_AFTER = 1.0
"""Seconds without a callback until the device counts as gone. Callbacks come every 3-100 ms, and were up to 0.4 s
late on a busy machine."""

LATENCY: dict[Kind, float] = {"input": 0.1, "output": 0.4}
"""Seconds of buffer asked for: less gives underflows on a busy machine, more delays the prompt and the verdict."""


class Stream:
    """A stream of one direction: what capture and playback have in common."""

    def __init__(self, kind: Kind, device: DeviceInfo, rate: int, callback: Callable[..., None]) -> None:
        """Open it, at `rate` Hz in mono if the device takes that, else as the device likes it.

        Raises:
            AudioError: the device is busy or gone, or takes no format we know.
        """
        self.device = device
        self._callback = callback
        self._finished = False
        self._closing = False
        self._alive_at = time.monotonic()
        self._stream = self._open(kind, rate)
        self.rate: int = round(self._stream.samplerate)
        """Hertz."""
        self.channels: int = int(self._stream.channels)
        self.clock_offset = self._measure_clock()
        """Seconds: the stream's own clock minus the one all streams share."""

    def start(self) -> None:
        """Let the audio flow.

        Raises:
            AudioError: the device went away meanwhile.
        """
        self._alive_at = time.monotonic()
        try:
            with portaudio.quiet():
                self._stream.start()
        except portaudio.load().PortAudioError as error:
            self.close()
            raise portaudio.explain(error, self.device.name) from error

    def now(self) -> float:
        """Seconds on the clock that all streams share."""
        return time.monotonic()

    def shared(self, stream_time: float) -> float:
        """A time of the stream's own clock on the shared clock: host APIs differ in theirs."""
        return stream_time - self.clock_offset

    def check(self) -> None:
        """Raise an AudioError when the device has stopped working."""
        if self._finished:
            raise _vanished(self.device.name)
        if time.monotonic() - self._alive_at > STALLED_AFTER:
            raise _stalled(self.device.name)

    def close(self) -> None:
        """Stop at once; never hangs."""
        self._closing = True
        portaudio.close_stream(self._stream)

    def _open(self, kind: Kind, rate: int) -> Any:  # noqa: ANN401 - sounddevice has no types
        sounddevice = portaudio.load()
        make = sounddevice.RawInputStream if kind == "input" else sounddevice.RawOutputStream
        most = self.device.inputs if kind == "input" else self.device.outputs
        own = self.device.default_rate
        # Some drivers offer stereo alone, so both are tried at both rates.
        formats = dict.fromkeys([(rate, 1), (own, 1), (rate, min(2, most)), (own, min(2, most))])
        for number, (hertz, channels) in enumerate(formats, start=1):
            try:
                with portaudio.quiet():
                    return make(device=self.device.index, samplerate=hertz, channels=channels, dtype="int16",
                                latency=LATENCY[kind], callback=self._on_audio,
                                finished_callback=self._on_finished)
            except sounddevice.PortAudioError as error:
                if number == len(formats) or not portaudio.is_refusal(error):
                    raise portaudio.explain(error, self.device.name) from error
        raise AssertionError("there is always a format to try")

    def _on_audio(self, *arguments: Any) -> None:  # noqa: ANN401
        self._alive_at = time.monotonic()
        self._callback(*arguments)

    def _on_finished(self) -> None:
        self._finished = not self._closing

    def _measure_clock(self) -> float:
        """The stream's clock minus the shared one; of five readings, the one least disturbed."""
        readings = []
        for _ in range(5):
            before = time.monotonic()
            stream_time = self._stream.time
            after = time.monotonic()
            readings.append((after - before, stream_time - (before + after) / 2))
        return float(min(readings)[1])


def _vanished(name: str) -> AudioError:
    return AudioError(f"音频设备“{name}”断开了；已录下的部分已保存，请重新连接后再练",
                      f'the audio device "{name}" has gone; what was recorded is kept, connect it and start again')


def _stalled(name: str) -> AudioError:
    return AudioError(f"音频设备“{name}”没有响应（{STALLED_AFTER:.0f} 秒没有数据）；已录下的部分已保存，请检查连接",
                      f'the audio device "{name}" has stopped answering (nothing for {STALLED_AFTER:.0f} s); what '
                      "was recorded is kept, check its connection")
