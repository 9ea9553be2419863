import numpy as np
import pytest

from voicedrill.core.model import RATE, Recording, Signal, SpeechSegment
from voicedrill.core.signal import measure_signal, remarks


def sine(dbfs, seconds):
    level = 10 ** (dbfs / 20) * 2**0.5 * 32768
    return level * np.sin(2 * np.pi * 300 * np.arange(int(seconds * RATE)) / RATE)


def noise(dbfs, seconds, seed=1):
    return np.random.default_rng(seed).normal(0, 10 ** (dbfs / 20) * 32768, int(seconds * RATE))


def reply(speech_dbfs, noise_dbfs):
    """One second of room, one of speech, one of room."""
    samples = np.concatenate([np.zeros(RATE), sine(speech_dbfs, 1), np.zeros(RATE)])
    if noise_dbfs is not None:
        samples += noise(noise_dbfs, 3)
    return Recording(np.clip(np.rint(samples), -32768, 32767).astype(np.int16)), (SpeechSegment(RATE, 2 * RATE),)


@pytest.mark.parametrize(("speech", "room"), [(-20, -50), (-30, -45), (-12, -40)])
def test_levels(speech, room):
    signal = measure_signal(*reply(speech, room))
    assert signal.speech_dbfs == pytest.approx(speech, abs=0.2)
    assert signal.snr_db == pytest.approx(speech - room, abs=0.3)
    assert signal.clipped == 0
    assert remarks(signal) == ()


def test_a_breath_beside_the_speech_is_not_noise():
    recording, segments = reply(-20, -60)
    loud = recording.samples.copy()
    loud[2 * RATE:2 * RATE + 1500] = 3000
    assert measure_signal(Recording(loud), segments) == measure_signal(recording, segments)


def test_digital_silence_is_not_noise():
    recording, segments = reply(-20, -50)
    padded = Recording(np.concatenate([recording.samples, np.zeros(10 * RATE, np.int16)]))
    assert measure_signal(padded, segments) == measure_signal(recording, segments)
    assert measure_signal(*reply(-20, None)).snr_db is None


def test_no_speech():
    recording, _ = reply(-20, -50)
    assert measure_signal(recording, ()) == Signal(None, None, 0)
    assert measure_signal(Recording(np.zeros(0, np.int16)), ()) == Signal(None, None, 0)
    assert measure_signal(Recording(np.zeros(RATE, np.int16)), (SpeechSegment(0, RATE),)) == Signal(None, None, 0)


def test_a_segment_may_end_after_the_recording():
    recording, _ = reply(-20, -50)
    cut = Recording(recording.samples[:2 * RATE])
    assert measure_signal(cut, (SpeechSegment(RATE, 5 * RATE),)).speech_dbfs == pytest.approx(-20, abs=0.2)


@pytest.mark.parametrize(("run", "clips"), [
    ([32767] * 2, 0), ([32767] * 3, 1), ([32700] * 3, 1), ([32699] * 9, 0), ([-32768] * 5, 1),
    ([32767, 32767, -32768], 1), ([32767] * 3 + [0] + [32767] * 4, 2),
])
def test_clips(run, clips):
    at_the_start = Recording(np.int16([*run, 0, 0]))
    at_the_end = Recording(np.int16([0, 0, *run]))
    assert measure_signal(at_the_start, ()).clipped == clips
    assert measure_signal(at_the_end, ()).clipped == clips


@pytest.mark.parametrize(("signal", "codes"), [
    (Signal(-45.1, 30, 0), ("too_quiet",)), (Signal(-44.9, 30, 0), ()), (Signal(-20, 9.9, 0), ("noisy",)),
    (Signal(-20, 10.1, 1), ("clipped",)), (Signal(-50, 3, 2), ("too_quiet", "noisy", "clipped")),
    (Signal(None, None, 0), ()),
])
def test_remarks(signal, codes):
    assert remarks(signal) == codes
