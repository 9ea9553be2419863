"""Probabilities to segments."""

import itertools

from hypothesis import given
from hypothesis import strategies as st

from voicedrill.core.activity import END_OF_REPLY, PAUSES, Hysteresis, find_segments

BLOCK = 512


def spans(probabilities, thresholds=PAUSES):
    return [(s.start_sample // BLOCK, s.end_sample // BLOCK) for s in find_segments(probabilities, thresholds, BLOCK)]


def test_speech_stays_on_until_it_falls_under_the_lower_threshold():
    hysteresis = Hysteresis(END_OF_REPLY)
    assert [hysteresis.update(p) for p in (0.4, 0.5, 0.4, 0.36, 0.34, 0.4, 0.6)] == [
        False, True, True, True, False, False, True]


def test_short_gap_is_bridged_and_long_gap_is_not():
    # 150 ms is 4.7 blocks
    assert spans([0.9] * 5 + [0.0] * 4 + [0.9] * 5) == [(0, 14)]
    assert spans([0.9] * 5 + [0.0] * 5 + [0.9] * 5) == [(0, 5), (10, 15)]


def test_a_click_is_dropped_before_gaps_are_bridged():
    # 80 ms is 2.5 blocks; the click must not serve as a bridge between two stretches
    assert spans([0.9] * 5 + [0.0] * 4 + [0.9] * 2 + [0.0] * 4 + [0.9] * 5) == [(0, 5), (15, 20)]


@given(st.lists(st.floats(0, 1)))
def test_segments_are_ordered_apart_and_inside(probabilities):
    found = find_segments(probabilities, PAUSES, BLOCK)
    borders = [b for s in found for b in (s.start_sample, s.end_sample)]
    assert borders == sorted(set(borders))
    assert all(0 <= b <= len(probabilities) * BLOCK for b in borders)
    for before, after in itertools.pairwise(found):
        assert after.start - before.end >= PAUSES.merge_gap
