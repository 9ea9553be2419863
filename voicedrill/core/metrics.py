"""How good a scorer is, with how sure one can be of it: shares, F1, confusion, confidence intervals.

Shares get Wilson intervals (Wilson 1927), which hold for small counts and for 0 and 1. F1 has no such formula; it
gets the percentiles of a bootstrap (Efron & Tibshirani 1993), over draws that the caller makes, so that the same seed
gives the same interval.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Indices = NDArray[np.int64]

_Z = 1.959964
"""Standard normal quantile: 95 % of the probability lies within."""
_TAILS = (2.5, 97.5)
"""Percentiles between which 95 % of the bootstrap lies."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure with its 95 % confidence interval, all 0-1; None throughout where there was nothing to measure."""

    value: float | None
    low: float | None = None
    high: float | None = None


UNKNOWN = Estimate(None)


def share(count: int, n: int, independent: int | None = None) -> Estimate:
    """`count` of `n`, with its Wilson interval.

    Args:
        count: how many were so.
        n: of how many.
        independent: how many of the n are independent of each other, where one reply was tried several times; the
            interval is as wide as for that many.
    """
    if not n:
        return UNKNOWN
    p, m = count / n, independent or n
    centre = (p + _Z**2 / (2 * m)) / (1 + _Z**2 / m)
    half = _Z / (1 + _Z**2 / m) * math.sqrt(p * (1 - p) / m + _Z**2 / (4 * m**2))
    return Estimate(p, max(0.0, min(p, centre - half)), min(1.0, max(p, centre + half)))


def bootstrap(statistic: Callable[[Indices], float], draws: Iterable[Indices], whole: Indices) -> Estimate:
    """A statistic of a sample, with the percentiles of its values over resamples.

    Args:
        statistic: of the items with these indices.
        draws: resamples: as many indices as the sample has items, drawn with replacement.
        whole: the sample itself.
    """
    if not len(whole):
        return UNKNOWN
    values = [statistic(draw) for draw in draws]
    low, high = np.percentile(values, _TAILS) if values else (math.nan, math.nan)
    return Estimate(statistic(whole), float(low), float(high))


def f1(true: float, false: float, lost: float) -> float:
    """Harmonic mean of precision and recall; 0 where there is nothing to find and nothing was found."""
    found = 2 * true + false + lost
    return 2 * true / found if found else 0.0


@dataclass(frozen=True, slots=True)
class Detections:
    """For each of n items: what was rightly found, wrongly found, and lost. Arrays of shape (n,)."""

    true: Indices
    false: Indices
    lost: Indices

    @classmethod
    def of(cls, items: Sequence[tuple[frozenset[str], frozenset[str]]]) -> Detections:
        """Count for each item what should be found against what was found."""
        return cls(np.array([len(due & found) for due, found in items], dtype=np.int64),
                   np.array([len(found - due) for due, found in items], dtype=np.int64),
                   np.array([len(due - found) for due, found in items], dtype=np.int64))

    def f1(self, items: Indices) -> float:
        """Micro-averaged F1 over the items with these indices."""
        return f1(*(float(counts[items].sum()) for counts in (self.true, self.false, self.lost)))

    @property
    def precision(self) -> Estimate:
        """Share of what was found that should be."""
        true = int(self.true.sum())
        return share(true, true + int(self.false.sum()))

    @property
    def recall(self) -> Estimate:
        """Share of what should be found that was."""
        true = int(self.true.sum())
        return share(true, true + int(self.lost.sum()))


@dataclass(frozen=True, slots=True)
class Classification:
    """What each of n items is, and what it was taken for, as positions in `labels`: arrays of shape (n,)."""

    labels: tuple[str, ...]
    reference: Indices
    predicted: Indices

    @classmethod
    def of(cls, pairs: Sequence[tuple[str, str]]) -> Classification:
        """From pairs (what it is, what it was taken for)."""
        labels = tuple(sorted({label for pair in pairs for label in pair}))
        at = {label: i for i, label in enumerate(labels)}
        return cls(labels, np.array([at[r] for r, _ in pairs], dtype=np.int64),
                   np.array([at[p] for _, p in pairs], dtype=np.int64))

    def macro_f1(self, items: Indices) -> float:
        """Mean F1 of the labels that occur among these items; one that was only predicted is no class of theirs."""
        k = len(self.labels)
        table = np.bincount(self.reference[items] * k + self.predicted[items], minlength=k * k).reshape(k, k)
        true, due, found = table.diagonal(), table.sum(axis=1), table.sum(axis=0)
        present = due > 0
        return float(np.mean(2 * true[present] / (due + found)[present])) if present.any() else 0.0

    def confusion(self) -> dict[str, dict[str, int]]:
        """Label -> what it was taken for -> how often; the commonest first."""
        rows: dict[str, Counter[str]] = {}
        for reference, predicted in zip(self.reference.tolist(), self.predicted.tolist(), strict=True):
            rows.setdefault(self.labels[reference], Counter())[self.labels[predicted]] += 1
        return {label: dict(rows[label].most_common()) for label in self.labels if label in rows}


def character_errors(reference: str, hypothesis: str) -> tuple[int, int]:
    """Edits between two texts (insertions, deletions, substitutions), and the characters of the reference."""
    from rapidfuzz.distance import Levenshtein

    return Levenshtein.distance(reference, hypothesis), len(reference)
