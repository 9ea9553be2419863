"""Where the samples of a stream lie in time.

Every callback of a stream tells when its first sample is heard or was spoken. Single reports jitter, by up to tens of
milliseconds on a busy machine; the median of the reports around a sample is right to a fraction of one.
"""

from __future__ import annotations

from collections import deque
from statistics import median

NEAREST = 9
"""Reports that are asked about a sample. 5-10 were measured to be right to 0.4 ms (median); more would reach back
further than a drifting or corrected clock allows."""

_KEPT = 512
"""Reports kept: 13 s at 25 ms a callback, 1.5 s at the shortest callbacks met (3 ms)."""


class Anchors:
    """Reports (sample, seconds) of one stream, and what follows from them.

    Adding happens in one thread; asking may happen in another.
    """

    def __init__(self, rate: float, settling: int = 0) -> None:
        """`rate` is in Hz; the first `settling` reports are passed over, as a starting stream gets them wrong."""
        self._rate = rate
        self._settling = settling
        self._reports: deque[tuple[int, float]] = deque(maxlen=_KEPT)

    def add(self, sample: int, time: float) -> None:
        """The stream says that its sample number `sample` lies at `time`, seconds."""
        if self._settling:
            self._settling -= 1
        else:
            self._reports.append((sample, time))

    @property
    def known(self) -> bool:
        """Whether anything has been reported."""
        return bool(self._reports)

    def time_of(self, sample: int) -> float:
        """Seconds at which that sample lies."""
        return median(self._origins(self._near_sample(sample))) + sample / self._rate

    def sample_at(self, time: float) -> int:
        """The sample that lies at that time."""
        near = sorted(self._snapshot(), key=lambda r: abs(r[1] - time))[:NEAREST]
        return round((time - median(self._origins(near))) * self._rate)

    def origin(self) -> float:
        """When sample 0 would have been, according to the newest reports, seconds."""
        return median(self._origins(self._snapshot()[-NEAREST:]))

    def spread(self, sample: int) -> float:
        """Median distance of the reports around a sample from their median, seconds: how far they disagree."""
        origins = self._origins(self._near_sample(sample))
        middle = median(origins)
        return median(abs(o - middle) for o in origins)

    def _snapshot(self) -> list[tuple[int, float]]:
        """The reports so far: sorting the deque itself would fail when the other thread adds to it."""
        return list(self._reports)

    def _near_sample(self, sample: int) -> list[tuple[int, float]]:
        return sorted(self._snapshot(), key=lambda r: abs(r[0] - sample))[:NEAREST]

    def _origins(self, reports: list[tuple[int, float]]) -> list[float]:
        """When sample 0 would have been, according to each report."""
        return [time - sample / self._rate for sample, time in reports]
