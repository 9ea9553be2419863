"""A reply that was typed, not spoken: facts without audio, for tests of packs and for labelled sets.

Every character takes the same invented time, so evidence has seconds that mean nothing, and no delivery may be
scored: `without_delivery` takes latency, pace and fluency out of a rubric. Everything else is the real scorer.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from voicedrill.core.evaluation import evaluate
from voicedrill.core.model import (
    EndReason,
    Evaluation,
    Facts,
    Question,
    ScoreCard,
    Signal,
    Timing,
    Transcript,
    Verdict,
    Word,
)
from voicedrill.core.rubric import Rubric
from voicedrill.core.scoring import score

PER_CHARACTER = 0.22
"""Seconds: 270 字 a minute, an ordinary pace."""
_WORDS = re.compile(r"[0-9A-Za-z.%]+|\s+|.", re.DOTALL)
"""One word per character, but numbers and Latin words whole: 10 is one number, not a one and a nought."""


@dataclass(frozen=True, slots=True)
class Result:
    """What the scorer makes of a reply."""

    evaluation: Evaluation
    card: ScoreCard

    @property
    def hits(self) -> tuple[str, ...]:
        """Ids of the criteria that were hit, in the question's order."""
        return tuple(f.criterion_id for f in self.evaluation.findings if f.verdict is Verdict.HIT)


def split_words(text: str) -> tuple[str, ...]:
    """The words of a typed text as a transcript holds them; any string is accepted."""
    return tuple(word for word in _WORDS.findall(text) if not word.isspace())


def typed_facts(words: Iterable[str]) -> Facts:
    """Facts of a reply of those words, spoken evenly; without audio, and without a known end of the prompt."""
    spoken, start = [], 0.0
    for word in words:
        end = start + PER_CHARACTER * len(word)
        spoken.append(Word(word, start, end))
        start = end
    return Facts(Transcript(tuple(spoken)), (), start, Signal(None, None, 0), Timing.UNKNOWN, EndReason.INPUT_ENDED)


def without_delivery(rubric: Rubric) -> Rubric:
    """The rubric without points for latency, pace and fluency: they leave the denominator of the total."""
    return replace(rubric, latency=0.0, pace=0.0, fluency=0.0)


def assess_typed(question: Question, words: Iterable[str], rubric: Rubric) -> Result:
    """Score a typed reply through the same evaluation and scoring as a spoken one, its delivery left out."""
    evaluation = evaluate(question, typed_facts(words), rubric.cut_offs)
    return Result(evaluation, score(question, evaluation, without_delivery(rubric)))
