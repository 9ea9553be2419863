"""Rooms, microphones, levels and noise for synthetic speech. Nothing here moves the time axis."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.float32]
_FULL_SCALE = 32767
_SPEECH_FLOOR = 0.02  # of the peak: below it counts as pause when the level of speech is measured


def coloured_noise(source: np.random.Generator, count: int) -> Samples:
    """White, pink, brown or band noise with unit deviation."""
    kind = source.integers(4)
    white = source.standard_normal(count).astype(np.float32)
    if kind == 0:
        return white
    spectrum = np.fft.rfft(white)
    bins = np.arange(1, len(spectrum) + 1, dtype=np.float32)
    if kind == 1:
        spectrum /= np.sqrt(bins)
    elif kind == 2:
        spectrum /= bins
    else:
        position = np.linspace(0, 1, len(spectrum))
        gain = np.full(len(spectrum), 0.01)
        for _ in range(3):
            gain += np.exp(-(((position - source.random()) / (0.02 + 0.2 * source.random())) ** 2))
        spectrum *= gain
    noise = np.fft.irfft(spectrum, count).astype(np.float32)
    return np.asarray(noise / (noise.std() + 1e-9), np.float32)


def _room(samples: Samples, source: np.random.Generator) -> Samples:
    """A decaying noise as impulse response, 50 to 450 ms long."""
    from scipy.signal import fftconvolve

    seconds = 0.05 + 0.4 * source.random() ** 2
    time = np.arange(int(seconds * 16000))
    decay = np.exp(-6.9 * time / len(time)) * (0.05 + 0.25 * source.random()) / np.sqrt(len(time) / 200)
    response = source.standard_normal(len(time)) * decay
    response[0] = 1.0
    return np.asarray(fftconvolve(samples, response)[: len(samples)], np.float32)


def _cheap_microphone(samples: Samples, source: np.random.Generator) -> Samples:
    """Nothing above 3 to 7 kHz."""
    from scipy.signal import butter, sosfilt

    sections = butter(4, 3000 + 4000 * source.random(), fs=16000, output="sos")
    return np.asarray(sosfilt(sections, samples), np.float32)


def _tilt(samples: Samples, source: np.random.Generator) -> Samples:
    amount = source.uniform(-0.5, 0.5)
    return np.asarray(samples - amount * np.concatenate([[0], samples[:-1]]), np.float32)


def _noise(samples: Samples, source: np.random.Generator, babble: Samples) -> Samples:
    """Coloured noise at 6 to 40 dB, another voice at 12 to 35 dB, faint hiss, or nothing."""
    loud = samples[np.abs(samples) > _SPEECH_FLOOR * np.abs(samples).max()]
    power = np.sqrt(np.mean(loud**2) + 1e-9)
    kind = source.random()
    if kind < 0.6:
        noise = coloured_noise(source, len(samples)) * power * 10 ** (-source.uniform(6, 40) / 20)
    elif kind < 0.7 and len(babble):
        other = np.resize(babble, len(samples))
        noise = other / (other.std() + 1e-9) * power * 10 ** (-source.uniform(12, 35) / 20)
    elif kind < 0.85:
        noise = source.standard_normal(len(samples)) * np.exp(source.uniform(np.log(0.3), np.log(30)))
    else:
        return samples
    return np.asarray(samples + noise, np.float32)


def augment(samples: Samples, source: np.random.Generator, babble: Samples) -> Samples:
    """Speech as some microphone in some room might have caught it; int16 scale, rounded and clipped.

    Args:
        samples: clean speech, not silent.
        source: random numbers.
        babble: another utterance to mix in at times; may be empty.
    """
    if source.random() < 0.3:
        samples = _room(samples, source)
    if source.random() < 0.12:
        samples = _cheap_microphone(samples, source)
    if source.random() < 0.2:
        samples = _tilt(samples, source)
    level = np.exp(source.uniform(np.log(0.01), np.log(0.98)))
    samples = samples * np.float32(_FULL_SCALE * level / (np.abs(samples).max() + 1e-9))
    samples = _noise(samples, source, babble)
    return np.clip(np.round(samples), -32768, 32767).astype(np.float32)
