"""How well a reply was captured: level, noise, clipping. Pure arithmetic on samples."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from voicedrill.core.model import RATE, Recording, Samples, Signal, SpeechSegment

CLIP_LEVEL = 32_700
"""|x| from here on counts as clipped: converters and codecs stop a little short of 32767."""

CLIP_RUN = 3
"""Samples in a row that make a clip: one or two may be the honest peak of a loud vowel."""

TOO_QUIET_DBFS = -45.0
"""Speech below this comes from a microphone that is muted, far away or turned down."""

NOISY_DB = 10.0
"""Below this ratio speech recognition loses words and pauses can't be told from noise."""

_GUARD = int(0.1 * RATE)
"""Samples left out on either side of speech when noise is measured: breath and dying vowels are not noise."""

_FRAME = int(0.02 * RATE)
"""Samples per frame of the noise measurement, 20 ms."""


def measure_signal(recording: Recording, segments: tuple[SpeechSegment, ...]) -> Signal:
    """Level, signal-to-noise ratio and clipping of a recording at 16 kHz with its speech segments.

    With x scaled to full scale 1:

    - speech_dbfs = 20 log10 rms(x inside the segments); None without speech or with digital silence.
    - snr_db = speech_dbfs - noise_dbfs, where noise_dbfs = 20 log10 rms(x in the 20 ms frames that lie 0.1 s or more
      away from every segment). Frames of digital silence are left out: they were put there by a program (padding, a
      noise gate) and say nothing of the room. None when speech or noise is missing.
    - clipped = number of runs of 3 or more consecutive samples with |x| >= 32700/32768.
    """
    samples = recording.samples
    inside = _mask(len(samples), segments, 0)
    speech = _dbfs(samples[inside])
    noise = _dbfs(_noise(samples, _mask(len(samples), segments, _GUARD)))
    return Signal(speech_dbfs=speech, snr_db=None if speech is None or noise is None else speech - noise,
                  clipped=_clips(samples))


def remarks(signal: Signal) -> tuple[str, ...]:
    """Codes of what should be told to the trainee and kept with the attempt: too_quiet, noisy, clipped."""
    codes = []
    if signal.speech_dbfs is not None and signal.speech_dbfs < TOO_QUIET_DBFS:
        codes.append("too_quiet")
    if signal.snr_db is not None and signal.snr_db < NOISY_DB:
        codes.append("noisy")
    if signal.clipped:
        codes.append("clipped")
    return tuple(codes)


def _mask(n: int, segments: tuple[SpeechSegment, ...], guard: int) -> NDArray[np.bool_]:
    mask = np.zeros(n, np.bool_)
    for segment in segments:
        mask[max(0, segment.start_sample - guard):max(0, segment.end_sample + guard)] = True
    return mask


def _noise(samples: Samples, taken: NDArray[np.bool_]) -> Samples:
    """The whole frames that touch no taken sample and are not digital silence, one after another."""
    whole = len(samples) // _FRAME * _FRAME
    frames = samples[:whole].reshape(-1, _FRAME)
    free = ~taken[:whole].reshape(-1, _FRAME).any(axis=1)
    noise: Samples = frames[free & frames.any(axis=1)].ravel()
    return noise


def _dbfs(samples: Samples) -> float | None:
    power = float(np.mean((samples / 32768.0) ** 2)) if len(samples) else 0.0
    return float(10 * np.log10(power)) if power > 0 else None


def _clips(samples: Samples) -> int:
    # int32: |-32768| does not fit int16.
    loud = np.abs(samples.astype(np.int32)) >= CLIP_LEVEL
    edges = np.flatnonzero(np.diff(np.concatenate(([False], loud, [False])).astype(np.int8)))
    return int(np.count_nonzero(edges[1::2] - edges[::2] >= CLIP_RUN))
