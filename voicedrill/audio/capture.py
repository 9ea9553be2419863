"""The microphone: hears all the time, and gives what was heard from any moment on."""

from __future__ import annotations

import queue
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from voicedrill.audio.anchors import Anchors
from voicedrill.audio.devices import DeviceInfo
from voicedrill.audio.streams import Stream
from voicedrill.core.errors import AudioError
from voicedrill.core.model import RATE, Samples

_KEPT = 30
"""Seconds kept while nobody listens: the caller has that long between the prompt's end and its first block."""

_AFTER = 0.1
"""Seconds of reports waited for after the moment that is sought, so that it is surrounded by them. Delays the first
block, not the clock."""

_NEAR = 0.5
"""Seconds before the moment sought in which a loss spoils it: the reports asked about it reach 0.1-0.3 s back."""

_LOST = 0.03
"""Seconds by which the reports may wander while listening before samples count as lost; jitter is 0.5 ms."""

_DRIFT = 0.0003
"""Seconds of drift between clocks allowed per second; sound cards are within 0.0001."""

DEAD_AFTER = 2.0
"""Seconds of nothing but zeros until a microphone that was never heard counts as dead. Any real room has noise."""

MUTED_AFTER = 8.0
"""The same for one that has been heard: headsets with a noise gate send zeros while their wearer thinks, and past
10 s the turn is over anyway."""


@dataclass(frozen=True, slots=True)
class _Chunk:
    """What one callback brought."""

    sample: int
    """The stream's number of its first sample."""
    time: float
    """When that was spoken, seconds of the stream's clock, 0 when the driver does not say."""
    data: bytes
    overflow: bool
    """Samples were lost before it."""


class Microphone:
    """A running input stream."""

    def __init__(self, device: DeviceInfo, rate: int = RATE) -> None:
        """Open the device, at `rate` Hz if it takes that.

        Raises:
            AudioError: it cannot be opened.
        """
        self.doubts: set[str] = set()
        """Why what is being heard may not have begun at the moment asked for, or may have a gap: `lost_samples`,
        `too_late`, `no_input_clock`."""
        self._sample = 0
        self._queue: queue.SimpleQueue[_Chunk] = queue.SimpleQueue()
        self._listening = False
        self._zeros = 0
        """Frames of nothing but zeros up to now, counted while listening."""
        self._ever_heard = False
        self._stream = Stream("input", device, rate, self._take)
        self._anchors = Anchors(self._stream.rate)
        self._stream.start()

    @property
    def rate(self) -> int:
        """Hertz."""
        return self._stream.rate

    @property
    def channels(self) -> int:
        """Samples in a frame."""
        return self._stream.channels

    def forget(self) -> None:
        """Let go of what was heard up to now."""
        while not self._queue.empty():
            self._note(self._queue.get_nowait())

    def listen(self, since: float | None) -> Iterator[Samples]:
        """What is heard from that moment on, as it comes, for ever.

        Args:
            since: seconds on the streams' shared clock, no more than 30 s ago; None for now.

        Yields:
            int16, interleaved, shape (n * channels,).

        Raises:
            AudioError: the device is gone, stands still, or sends nothing but zeros.
        """
        self._listening, self._zeros = True, 0
        self.doubts.clear()
        try:
            held = self._reach(self._stream.now() if since is None else since)
            for chunk in held:
                yield self._checked(chunk)
            origin, start = self._anchors.origin(), held[-1].sample
            while True:
                chunk = self._next()
                wander = abs(self._anchors.origin() - origin)
                if chunk.overflow or wander > _LOST + _DRIFT * (chunk.sample - start) / self.rate:
                    self.doubts.add("lost_samples")
                yield self._checked(chunk)
        finally:
            self._listening = False

    def close(self) -> None:
        """Stop at once; never hangs."""
        self._stream.close()

    def _reach(self, moment: float) -> list[_Chunk]:
        """Everything heard from the moment on, its first chunk cut to begin there."""
        held = [self._next()]
        while self._stream.shared(held[-1].time) < moment + _AFTER and self._anchors.known:
            held.append(self._next())
        if not self._anchors.known:
            self.doubts.add("no_input_clock")
            return held
        first = self._anchors.sample_at(moment + self._stream.clock_offset)
        if any(c.overflow and c.sample > first - _NEAR * self.rate for c in held):
            self.doubts.add("lost_samples")
        if held[0].sample > first:
            self.doubts.add("too_late")
        frame = 2 * self.channels
        while held and held[0].sample + len(held[0].data) // frame <= first:
            held.pop(0)
        if held and held[0].sample < first:
            cut = held[0]
            held[0] = _Chunk(first, cut.time, cut.data[(first - cut.sample) * frame:], overflow=False)
        return held

    def _next(self) -> _Chunk:
        while True:
            try:
                chunk = self._queue.get(timeout=0.1)
            except queue.Empty:
                self._stream.check()
                continue
            self._note(chunk)
            return chunk

    def _note(self, chunk: _Chunk) -> None:
        if chunk.time:
            self._anchors.add(chunk.sample, chunk.time)

    def _checked(self, chunk: _Chunk) -> Samples:
        """The chunk's samples, unless there have been nothing but zeros for too long."""
        samples = np.frombuffer(chunk.data, np.int16)
        if samples.any():
            self._zeros, self._ever_heard = 0, True
            return samples
        self._zeros += len(samples) // self.channels
        if self._zeros > (MUTED_AFTER if self._ever_heard else DEAD_AFTER) * self.rate:
            name = self._stream.device.name
            raise AudioError(f"麦克风“{name}”没有声音（全是零）；请检查静音键和系统的麦克风权限，或换一个设备",
                             f'the microphone "{name}" sends nothing but zeros; check its mute switch and the '
                             "system's microphone permission, or choose another device")
        return samples

    def _take(self, data: Any, frames: int, times: Any, status: Any) -> None:  # noqa: ANN401
        """PortAudio's callback: no locks, no waiting."""
        self._queue.put(_Chunk(self._sample, times.inputBufferAdcTime, bytes(data), bool(status.input_overflow)))
        self._sample += frames
        if not self._listening and self._queue.qsize() * frames > _KEPT * self.rate:
            self._queue.get_nowait()
