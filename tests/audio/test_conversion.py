import numpy as np
import pytest

from voicedrill.audio.conversion import BlockConverter
from voicedrill.core.model import RATE
from voicedrill.ports import BLOCK


def convert(samples, rate, channels=1, step=441):
    converter = BlockConverter(rate, channels)
    pieces = [samples[i:i + step * channels] for i in range(0, len(samples), step * channels)]
    blocks = [block for piece in pieces for block in converter.convert(piece)]
    assert {b.shape for b in blocks} == {(BLOCK,)}
    assert {b.dtype for b in blocks} == {np.dtype(np.int16)}
    return np.concatenate(blocks)


def test_at_16_khz_nothing_changes():
    samples = np.arange(-5000, 5000, dtype=np.int16)
    out = convert(samples, RATE)
    assert np.array_equal(out, samples[:len(out)])
    assert len(samples) - len(out) < BLOCK


@pytest.mark.parametrize("rate", [8_000, 44_100, 48_000])
def test_a_click_stays_where_it_was(rate):
    samples = np.zeros(2 * rate, np.int16)
    samples[rate // 2] = 30_000
    out = convert(samples, rate).astype(int)
    assert np.argmax(np.abs(out)) == pytest.approx(RATE / 2, abs=1)


@pytest.mark.parametrize("rate", [8_000, 44_100, 48_000])
def test_a_tone_keeps_its_pitch_and_level(rate):
    tone = (10_000 * np.sin(2 * np.pi * 1000 * np.arange(2 * rate) / rate)).astype(np.int16)
    out = convert(tone, rate)[RATE // 4:RATE // 4 + RATE].astype(float)
    assert np.argmax(np.abs(np.fft.rfft(out))) == 1000
    assert np.sqrt(np.mean(out ** 2)) == pytest.approx(10_000 / np.sqrt(2), rel=0.01)


def test_channels_are_mixed_without_overflow():
    stereo = np.repeat(np.array([[30_000, 32_000]], np.int16), 2000, axis=0).reshape(-1)
    assert set(convert(stereo, RATE, 2).tolist()) == {31_000}
