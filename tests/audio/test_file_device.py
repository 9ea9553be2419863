import itertools

import numpy as np
import pytest

from voicedrill.audio.file_device import FileInput, SilentOutput
from voicedrill.core.model import RATE, Recording, Timing
from voicedrill.ports import BLOCK


class Time:
    """A clock that only sleeping moves."""

    def __init__(self):
        self.now = 100.0
        self.slept = []

    def clock(self):
        return self.now

    def sleep(self, seconds):
        self.slept.append(seconds)
        self.now += seconds


def recording(n):
    return Recording(np.arange(1, n + 1, dtype=np.int16))


def test_the_recording_then_silence_then_the_end():
    heard = list(FileInput(recording(1000), silence_after=1.0).blocks())
    assert {len(b) for b in heard} == {BLOCK}
    assert {b.dtype for b in heard} == {np.dtype(np.int16)}
    samples = np.concatenate(heard)
    assert np.array_equal(samples[:1000], recording(1000).samples)
    assert not samples[1000:].any()
    assert 1000 + RATE <= len(samples) < 1000 + RATE + BLOCK


def test_it_can_be_heard_again():
    source = FileInput(recording(700), silence_after=0)
    assert np.array_equal(np.concatenate(list(source.blocks())), np.concatenate(list(source.blocks())))
    assert source.timing is Timing.EXACT


def test_an_empty_recording_is_silence():
    assert not np.concatenate(list(FileInput(recording(0), silence_after=1).blocks())).any()


def test_as_fast_as_possible_never_sleeps():
    time = Time()
    list(FileInput(recording(9000), clock=time.clock, sleep=time.sleep).blocks())
    assert time.slept == []


@pytest.mark.parametrize("pace", [1.0, 2.0])
def test_paced_blocks_come_when_a_device_would_hand_them_over(pace):
    time = Time()
    source = FileInput(recording(5 * BLOCK), pace, 0, time.clock, time.sleep)
    at = [time.now - 100 for _ in source.blocks()]
    assert at == pytest.approx([(k + 1) * BLOCK / RATE / pace for k in range(5)])


def test_a_slow_reader_is_not_made_later_still():
    time = Time()
    at = []
    for _ in itertools.islice(FileInput(recording(20 * BLOCK), 1.0, 0, time.clock, time.sleep).blocks(), 10):
        if not at:
            time.now += 0.1  # the reader was busy for three blocks
        at.append(time.now - 100)
    assert at[-1] == pytest.approx(10 * BLOCK / RATE)


def test_another_rate_is_refused():
    with pytest.raises(ValueError, match="44100"):
        FileInput(Recording(np.zeros(10, np.int16), 44_100))


def test_a_pace_must_be_positive():
    with pytest.raises(ValueError, match="positive"):
        list(FileInput(recording(10), pace=0.0).blocks())


def test_silent_output_takes_its_time_only_when_paced():
    time = Time()
    SilentOutput(None, time.clock, time.sleep).play(recording(RATE))
    assert time.slept == []
    SilentOutput(2.0, time.clock, time.sleep).play(recording(RATE))
    assert time.slept == pytest.approx([0.5])
