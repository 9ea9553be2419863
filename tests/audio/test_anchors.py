import random

import pytest

from voicedrill.audio.anchors import NEAREST, Anchors

RATE = 16_000


def reported(jitter, count=100, step=400, origin=5.0, settling=0):
    anchors = Anchors(RATE, settling)
    for number in range(count):
        anchors.add(number * step, origin + number * step / RATE + jitter(number))
    return anchors


def test_without_jitter_samples_and_times_are_each_other_s_inverse():
    anchors = reported(lambda _: 0.0)
    assert anchors.time_of(20_123) == pytest.approx(5.0 + 20_123 / RATE)
    assert anchors.sample_at(5.0 + 20_123 / RATE) == 20_123
    assert anchors.origin() == pytest.approx(5.0)


def test_small_jitter_is_averaged_and_late_reports_are_outvoted():
    random.seed(3)
    late = {n for n in range(100) if n % 4 == 0}
    anchors = reported(lambda n: 0.2 if n in late else random.uniform(-0.001, 0.001))
    for sample in range(0, 40_000, 777):
        assert anchors.time_of(sample) == pytest.approx(5.0 + sample / RATE, abs=0.001)


def test_only_reports_around_the_sample_count():
    anchors = reported(lambda n: 0.0 if n < 50 else 0.3)       # 0.3 s were lost half way
    assert anchors.time_of(10 * 400) == pytest.approx(5.0 + 10 * 400 / RATE)
    assert anchors.time_of(90 * 400) == pytest.approx(5.3 + 90 * 400 / RATE)
    assert anchors.spread(10 * 400) == pytest.approx(0, abs=1e-9)
    assert anchors.origin() == pytest.approx(5.3)


def test_reports_that_disagree_show_in_the_spread():
    assert reported(lambda n: 0.05 * (n % 2)).spread(50 * 400) == pytest.approx(0.0, abs=0.051)
    assert reported(lambda n: 0.05 * (n % 3)).spread(50 * 400) >= 0.049


def test_the_first_reports_of_a_starting_stream_are_passed_over():
    anchors = reported(lambda n: 1.0 if n < 5 else 0.0, count=5 + NEAREST, settling=5)
    assert anchors.time_of(0) == pytest.approx(5.0)
    assert not reported(lambda _: 0.0, count=5, settling=5).known
