"""A recording becomes facts: what was said, when, and how well it was captured.

The live turn and a stored file go through the same blocks in the same order, so replay reproduces the live facts.
What the facts are worth is decided in `core/evaluation.py` and `core/scoring.py`, without audio.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from voicedrill.core.activity import find_segments
from voicedrill.core.model import EndReason, Facts, Recording, Samples, Timing, Transcript
from voicedrill.core.signal import measure_signal
from voicedrill.ports import BLOCK, Recognizer, SpeechDetector


def split_blocks(samples: Samples) -> Iterator[Samples]:
    """Cut audio into blocks of `BLOCK` samples, the last one filled up with silence."""
    for start in range(0, len(samples), BLOCK):
        block = samples[start : start + BLOCK]
        yield block if len(block) == BLOCK else np.pad(block, (0, BLOCK - len(block)))


def listen(
    recording: Recording, recognizer: Recognizer, detector: SpeechDetector, timing: Timing, end_reason: EndReason
) -> Facts:
    """Recognise a finished recording.

    Args:
        recording: at 16 kHz.
        recognizer: the model to hear it with.
        detector: voice activity detection; it is reset first.
        timing: whether sample 0 is the end of a prompt.
        end_reason: why the recording ended.
    """
    detector.reset()
    recognition = recognizer.start()
    probabilities = []
    for block in split_blocks(recording.samples):
        recognition.feed(block)
        probabilities.append(detector.probability(block))
    return gather_facts(recording, recognition.finish(), probabilities, timing, end_reason)


def gather_facts(
    recording: Recording,
    transcript: Transcript,
    probabilities: Sequence[float],
    timing: Timing,
    end_reason: EndReason,
) -> Facts:
    """Put together what was heard: one speech probability per block of the recording."""
    segments = find_segments(probabilities, block=BLOCK)
    return Facts(
        transcript=transcript,
        segments=segments,
        seconds=recording.seconds,
        signal=measure_signal(recording, segments),
        timing=timing,
        end_reason=end_reason,
    )
