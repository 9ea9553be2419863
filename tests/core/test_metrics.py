"""Figures against values worked out by hand or published."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicedrill.core.metrics import UNKNOWN, Classification, Detections, bootstrap, character_errors, f1, share


@pytest.mark.parametrize(("count", "n", "low", "high"), [
    (15, 148, 0.0624, 0.1605),  # Newcombe 1998, table I, method 3: 81/263 and 15/148
    (81, 263, 0.2553, 0.3662),
    (0, 20, 0.0, 0.1611),
    (1, 29, 0.0061, 0.1718),
    (29, 29, 0.8830, 1.0),
])
def test_wilson_interval(count, n, low, high):
    estimate = share(count, n)
    assert estimate.value == count / n
    assert estimate.low == pytest.approx(low, abs=5e-5)
    assert estimate.high == pytest.approx(high, abs=5e-5)


@given(st.integers(1, 500).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_the_interval_holds_the_share_and_stays_within_bounds(case):
    estimate = share(*case)
    assert 0 <= estimate.low <= estimate.value <= estimate.high <= 1


def test_dependent_trials_widen_the_interval():
    assert share(4, 400, 50).high > share(4, 400).high
    assert share(4, 400, 50).value == share(4, 400).value


def test_nothing_to_measure_is_unknown():
    assert share(0, 0) == UNKNOWN
    assert bootstrap(lambda items: 1.0, [], np.arange(0)) == UNKNOWN


def test_detections():
    found = Detections.of([(frozenset("ab"), frozenset("a")), (frozenset("a"), frozenset("ac")),
                           (frozenset(), frozenset())])
    assert found.precision.value == pytest.approx(2 / 3)
    assert found.recall.value == pytest.approx(2 / 3)
    assert found.f1(np.arange(3)) == pytest.approx(2 / 3)
    assert found.f1(np.array([2])) == 0.0
    assert f1(3, 1, 0) == pytest.approx(6 / 7)


def test_macro_f1_is_the_mean_over_the_labels_that_occur():
    classes = Classification.of([("a", "a"), ("a", "none"), ("b", "a"), ("none", "none")])
    # a: 1 right of 2 due and 2 found; b: none right; none: 1 right of 1 due and 2 found
    assert classes.macro_f1(np.arange(4)) == pytest.approx((1 / 2 + 0 + 2 / 3) / 3)
    assert classes.macro_f1(np.array([0])) == 1.0
    assert classes.confusion() == {"a": {"a": 1, "none": 1}, "b": {"a": 1}, "none": {"none": 1}}


def test_a_label_that_was_only_predicted_is_no_class():
    assert Classification.of([("a", "a"), ("a", "z")]).macro_f1(np.arange(2)) == pytest.approx(2 / 3)


def test_bootstrap_gives_percentiles_of_the_draws():
    values = np.array([0.0, 1.0])
    draws = [np.array([0, 0])] * 5 + [np.array([1, 1])] * 95
    estimate = bootstrap(lambda items: float(values[items].mean()), draws, np.arange(2))
    assert (estimate.value, estimate.low, estimate.high) == (0.5, 0.0, 1.0)


@pytest.mark.parametrize(("reference", "hypothesis", "edits"), [
    ("平均到每天", "平均到美天", 1), ("平均到每天", "平均每天", 1), ("平均", "平均的", 1), ("平均", "", 2),
    ("", "嗯", 1),
])
def test_character_errors(reference, hypothesis, edits):
    assert character_errors(reference, hypothesis) == (edits, len(reference))
