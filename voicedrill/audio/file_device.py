"""A file in the microphone's place, and nothing in the speaker's: `--input reply.wav`, the demo, and every test.

Product code, so that what runs without a sound card is the same turn that runs with one.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Generator

import numpy as np

from voicedrill.core.model import RATE, Recording, Samples, Timing
from voicedrill.ports import BLOCK

SILENCE_AFTER = 30.0
"""Seconds of silence that follow a recording: longer than any hang-over and the default wait for a first word."""


class Pacer:
    """Lets audio through no faster than a real device would: a schedule, so that no delay adds up."""

    def __init__(self, pace: float | None, clock: Callable[[], float] = time.monotonic,
                 sleep: Callable[[float], None] = time.sleep) -> None:
        """`pace` is the multiple of real time, None for no limit; the clock starts now."""
        if pace is not None and pace <= 0:
            raise ValueError(f"pace {pace} must be positive")
        self._pace = pace
        self._clock = clock
        self._sleep = sleep
        self._start = clock()

    def wait_until(self, seconds: float) -> None:
        """Return when that much audio would have passed since the start."""
        if self._pace is not None:
            left = self._start + seconds / self._pace - self._clock()
            if left > 0:
                self._sleep(left)


class FileInput:
    """A `ports.AudioInput` that hears a recording: its sample 0 is the end of the prompt.

    After the recording it hears digital silence, as a microphone in a still room would, so that the end of the reply
    is found in the ordinary way; then it ends. Every call of `blocks` starts the recording again.
    """

    timing = Timing.EXACT

    def __init__(self, recording: Recording, pace: float | None = None, silence_after: float = SILENCE_AFTER,
                 clock: Callable[[], float] = time.monotonic, sleep: Callable[[float], None] = time.sleep) -> None:
        """`pace` None is as fast as the reader takes it, 1.0 real time, 2.0 twice that."""
        if recording.rate != RATE:
            raise ValueError(f"a recording at {recording.rate} Hz must be converted to {RATE} Hz first")
        self._samples = recording.samples
        self._pace = pace
        self._silence_after = silence_after
        self._clock = clock
        self._sleep = sleep

    def blocks(self) -> Generator[Samples, None, None]:
        """Blocks of the recording, the last one filled up with zeros, then blocks of zeros."""
        pacer = Pacer(self._pace, self._clock, self._sleep)
        total = len(self._samples) + int(self._silence_after * RATE)
        for start in range(0, total, BLOCK):
            block = np.zeros(BLOCK, np.int16)
            part = self._samples[start:start + BLOCK]
            block[:len(part)] = part
            pacer.wait_until((start + BLOCK) / RATE)  # a device hands a block over when its last sample is in
            yield block


class SilentOutput:
    """A `ports.AudioOutput` without a loudspeaker."""

    def __init__(self, pace: float | None = None, clock: Callable[[], float] = time.monotonic,
                 sleep: Callable[[float], None] = time.sleep) -> None:
        """`pace` None returns at once, 1.0 takes as long as hearing it would."""
        self._pace = pace
        self._clock = clock
        self._sleep = sleep

    def play(self, recording: Recording) -> None:
        """Let the recording's time pass, at the pace given."""
        Pacer(self._pace, self._clock, self._sleep).wait_until(recording.seconds)
