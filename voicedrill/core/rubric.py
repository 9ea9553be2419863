"""What a reply is worth: weights, bands and cut-offs. An instructor edits them in a file; the core reads them."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field

from voicedrill.core.matching import CutOffs
from voicedrill.core.model import RubricRef


@dataclass(frozen=True, slots=True)
class Band:
    """A piecewise linear map from a measure to 0-100, constant beyond its ends."""

    points: tuple[tuple[float, float], ...]
    """(measure, 0-100), measures ascending; two or more."""

    def __call__(self, measure: float) -> float:
        """The value at that measure."""
        i = bisect_right([x for x, _ in self.points], measure)
        if i == 0:
            return self.points[0][1]
        if i == len(self.points):
            return self.points[-1][1]
        (x0, y0), (x1, y1) = self.points[i - 1], self.points[i]
        return y0 + (y1 - y0) * (measure - x0) / (x1 - x0)


@dataclass(frozen=True, slots=True)
class FluencyBand:
    """One of the measures that make up the fluency line."""

    weight: float
    """Relative to the other measures."""
    band: Band


@dataclass(frozen=True, slots=True)
class Rubric:
    """Versioned; every score card names the one it was made with."""

    ref: RubricRef
    name: str
    content: float
    """Points for the key points of the recognised tactic. With latency, fluency, pace and structure 100."""
    latency: float
    fluency: float
    """Points for pausing, fillers and repetitions."""
    pace: float
    pass_mark: float
    """0-100; a total of this much passes."""
    latency_band: Band
    """Seconds from the prompt's end to the first lexical word."""
    pace_band: Band
    """字 per minute. Published norms differ by a factor of two: fit it to your own people."""
    fluency_bands: Mapping[str, FluencyBand]
    """By the name of the measure in `Fluency`."""
    delivery: Band
    """Share of the content earned (0-1) -> percentage of latency, pace and fluency points that count: delivery
    without content is worth nothing."""
    without_tactic: float
    """Share (0-1) of the content points left to the points of a tactic that was not made out."""
    shortest_characters: int
    """字 below which neither pace nor fluency is scored."""
    shortest_seconds: float
    """The same in seconds of speaking time."""
    cut_offs: CutOffs = field(default_factory=CutOffs)
    structure: float = 0.0
    """Points for the criteria of the pack; they go to the content where a pack has none."""
    person: float = 10.0
    """Points for what a person marks, beside the hundred: they enter the total with the mark."""
    red_line_cap: float = 59.0
    """0-100. The most that a reply is worth which crosses a red line; it never passes."""
    out_of_order: float = 0.5
    """Share (0-1) that a step of the pack's criteria earns in the wrong place."""
