"""From what a microphone delivers to what the pipeline takes: mono, 16 kHz, blocks of 512 samples."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from voicedrill.core.model import RATE, Samples
from voicedrill.ports import BLOCK


class BlockConverter:
    """Converts a stream piece by piece; its first sample out is its first sample in.

    soxr's filter is centred: nothing is shifted in time, but output comes 40-50 ms after its input from 44.1 and
    48 kHz and 165 ms after it from 8 kHz.
    """

    def __init__(self, rate: int, channels: int = 1) -> None:
        """`rate` in Hz and `channels` are those of the device."""
        self._channels = channels
        self._left = np.zeros(0, np.int16)
        self._resampler = None
        if rate != RATE:
            import soxr

            self._resampler = soxr.ResampleStream(rate, RATE, 1, dtype="int16")

    def convert(self, interleaved: Samples) -> Iterator[Samples]:
        """Take the next frames, shape (n * channels,), and give every block that is complete."""
        mono = interleaved
        if self._channels > 1:
            mono = interleaved.reshape(-1, self._channels).mean(axis=1).round().astype(np.int16)
        if self._resampler is not None:
            mono = self._resampler.resample_chunk(mono)
        samples = np.concatenate([self._left, mono])
        whole = len(samples) // BLOCK * BLOCK
        self._left = samples[whole:]
        for start in range(0, whole, BLOCK):
            yield samples[start:start + BLOCK]
