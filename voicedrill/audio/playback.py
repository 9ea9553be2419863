"""The loudspeaker: plays prompts and tells exactly when each has been heard."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass
from typing import Any

import numpy as np

from voicedrill.audio.anchors import Anchors
from voicedrill.audio.devices import DeviceInfo
from voicedrill.audio.streams import Stream
from voicedrill.core.model import RATE, Recording

_SETTLING = 5
"""Callbacks whose times are wrong (by 3-26 ms as measured) while the buffer fills for the first time."""

_SPREAD = 0.015
"""Seconds by which the reports around the prompt's end may disagree; 0.1 ms is usual."""

_RECOVERY = 1.2
"""Seconds before the prompt's end in which running dry spoils its time: half a second of reports is asked about it,
and the first five after a restart are wrong."""

_POLL = 0.02
"""Seconds between looks at the stream while a prompt plays."""


@dataclass(frozen=True, slots=True)
class PromptEnd:
    """When a prompt was over."""

    time: float
    """Seconds on the clock that all streams share."""
    doubts: tuple[str, ...] = ()
    """Why the time may be wrong: `underflow`, `unsteady_output`, `no_output_clock`."""


@dataclass(slots=True)
class _Prompt:
    data: bytes
    played: int = 0
    """Bytes handed to the device."""
    end: int | None = None
    """The stream's sample number after its last sample, None until that was handed over."""


class Loudspeaker:
    """A running output stream; between prompts it plays silence.

    Silence is the padding without which sound servers swallow the last 25-200 ms of a prompt. It also keeps a
    Bluetooth headset awake, which would swallow the first.
    """

    def __init__(self, device: DeviceInfo, rate: int = RATE) -> None:
        """Open the device, at `rate` Hz if it takes that.

        Raises:
            AudioError: it cannot be opened.
        """
        self._sample = 0
        """Samples handed to the device."""
        self._prompt: _Prompt | None = None
        self._dry_at = -math.inf
        """Sample of the last underflow."""
        self._stream = Stream("output", device, rate, self._fill)
        self._anchors = Anchors(self._stream.rate, _SETTLING)
        self._stream.start()

    @property
    def rate(self) -> int:
        """Hertz."""
        return self._stream.rate

    def play(self, recording: Recording) -> PromptEnd:
        """Play it and return when its last sample has been heard.

        Raises:
            AudioError: the device failed.
        """
        prompt = _Prompt(self._convert(recording))
        self._prompt = prompt
        try:
            while prompt.end is None:
                self._stream.check()
                time.sleep(_POLL)
            return self._wait_until_heard(prompt, prompt.end)
        finally:
            self._prompt = None

    def close(self) -> None:
        """Stop at once; never hangs."""
        self._stream.close()

    def _wait_until_heard(self, prompt: _Prompt, end: int) -> PromptEnd:
        while True:
            self._stream.check()
            if self._anchors.known:
                heard = self._stream.shared(self._anchors.time_of(end))
                left = heard - self._stream.now()
                if left <= 0:
                    return PromptEnd(heard, self._doubts(end))
                time.sleep(min(left, _POLL))
            elif self._sample > end + self.rate:  # a driver without clock: a second of silence is out by now
                return PromptEnd(self._stream.now(), ("no_output_clock",))
            else:
                time.sleep(_POLL)

    def _doubts(self, end: int) -> tuple[str, ...]:
        doubts = {"underflow": self._dry_at > end - _RECOVERY * self.rate,
                  "unsteady_output": self._anchors.spread(end) > _SPREAD}
        return tuple(code for code, holds in doubts.items() if holds)

    def _convert(self, recording: Recording) -> bytes:
        """The recording as the device wants it: its rate, every channel alike."""
        samples = recording.samples
        if recording.rate != self.rate and len(samples):
            import soxr

            samples = soxr.resample(samples, recording.rate, self.rate)
        return np.repeat(samples, self._stream.channels).astype(np.int16).tobytes()

    def _fill(self, out: Any, frames: int, times: Any, status: Any) -> None:  # noqa: ANN401
        """PortAudio's callback: no locks, no waiting."""
        if status.output_underflow:
            self._dry_at = self._sample
        if times.outputBufferDacTime:
            self._anchors.add(self._sample, times.outputBufferDacTime)
        prompt = self._prompt
        part = b""
        if prompt is not None and prompt.end is None:
            part = prompt.data[prompt.played:prompt.played + len(out)]
            prompt.played += len(part)
            if prompt.played == len(prompt.data):
                prompt.end = self._sample + len(part) * frames // len(out)
        out[:len(part)] = part
        out[len(part):] = bytes(len(out) - len(part))
        self._sample += frames
