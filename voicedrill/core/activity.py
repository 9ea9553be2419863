"""From speech probabilities to stretches of speech: the one place where voice activity is decided.

A detector gives one probability per block. Hysteresis turns them into speech or silence: on at a high threshold,
off at a lower one. The live turn and the analysis of a stored recording use the same function with two settings,
because they ask different things: the end of a reply must not be missed, a pause must not be invented.
Figures: 262 s of human Mandarin with hand-made labels (docs/architecture.md).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from voicedrill.core.model import RATE, SpeechSegment


@dataclass(frozen=True, slots=True)
class Thresholds:
    """How probabilities become speech."""

    on: float
    """Probability at which speech begins."""
    off: float
    """Probability under which it ends."""
    min_speech: float = 0.0
    """Seconds; shorter stretches are dropped."""
    merge_gap: float = 0.0
    """Seconds; shorter silences between two stretches are bridged."""


END_OF_REPLY = Thresholds(on=0.5, off=0.35)
"""Sensitive: a soft last word still counts as speech, so that nobody is cut off."""

PAUSES = Thresholds(on=0.85, off=0.7, min_speech=0.08, merge_gap=0.15)
"""Strict: recall .92, precision .91 for pauses of human speech (.80 and .90 at .5/.35)."""


class Hysteresis:
    """Speech or silence, block by block."""

    def __init__(self, thresholds: Thresholds) -> None:
        self._thresholds = thresholds
        self.speaking = False

    def update(self, probability: float) -> bool:
        """Take the next block's probability; return whether it is speech."""
        limit = self._thresholds.off if self.speaking else self._thresholds.on
        self.speaking = probability >= limit
        return self.speaking


def find_segments(
    probabilities: Iterable[float], thresholds: Thresholds = PAUSES, block: int = 512
) -> tuple[SpeechSegment, ...]:
    """Stretches of speech in a recording.

    Args:
        probabilities: one per block of `block` samples, 0-1, in order.
        thresholds: what counts as speech.
        block: samples per probability.

    Returns:
        Segments in order, on block borders, neither touching nor overlapping.
    """
    hysteresis = Hysteresis(thresholds)
    stretches: list[list[int]] = []
    for index, probability in enumerate(probabilities):
        if hysteresis.update(probability):
            start, end = index * block, (index + 1) * block
            if stretches and stretches[-1][1] == start:
                stretches[-1][1] = end
            else:
                stretches.append([start, end])
    min_speech, merge_gap = thresholds.min_speech * RATE, thresholds.merge_gap * RATE
    merged: list[list[int]] = []
    for start, end in (s for s in stretches if s[1] - s[0] >= min_speech):
        if merged and start - merged[-1][1] < merge_gap:
            merged[-1][1] = end
        else:
            merged.append([start, end])
    return tuple(SpeechSegment(start, end) for start, end in merged)
