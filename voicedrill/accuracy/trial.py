"""A labelled set through the real scorer, and the figures that follow."""

from __future__ import annotations

import gc
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from voicedrill.accuracy.labelled import AFFIRMED, TRAP, Labelled
from voicedrill.accuracy.simulation import mishear
from voicedrill.content.replies import NO_TACTIC
from voicedrill.core.evaluation import evaluate
from voicedrill.core.metrics import (
    Classification,
    Detections,
    Estimate,
    Indices,
    bootstrap,
    character_errors,
    share,
)
from voicedrill.core.model import Facts, Question
from voicedrill.core.rubric import Rubric
from voicedrill.core.scoring import score
from voicedrill.core.text import normalise
from voicedrill.core.typed import Result, split_words, typed_facts, without_delivery

WARM_UP = 50
"""Replies evaluated before the clock runs: what a program spends once is no part of its speed."""
RESAMPLES = 1000
"""Of the bootstrap: the ends of the interval are then sure to about a hundredth of its width."""


@dataclass(frozen=True, slots=True)
class Heard:
    """The replies of a set as the scorer gets them."""

    facts: tuple[Facts, ...]
    """One per row."""
    cer: float | None
    """Character error rate against the labelled texts; None where there is no text to compare with."""


@dataclass(frozen=True, slots=True)
class Trial:
    """One reply against one objection."""

    row: Labelled
    question: Question
    heard: str
    result: Result

    @property
    def recognised(self) -> str:
        """The tactic, or `NO_TACTIC`."""
        return self.result.evaluation.tactic_id or NO_TACTIC

    @property
    def own_hits(self) -> frozenset[str]:
        """What was hit of the labelled tactic's key points: those of others are neither due nor wrong."""
        return frozenset(h for h in self.result.hits if h.startswith(self.row.tactic_id + "."))


def hear_typed(rows: Sequence[Labelled], cer: float = 0.0, seed: int = 1) -> Heard:
    """Typed replies, with simulated recognition errors at about that rate (0-1)."""
    if not cer:
        return Heard(tuple(typed_facts(split_words(row.text)) for row in rows), 0.0)
    misheard = mishear([row.text for row in rows], cer, seed)
    return Heard(tuple(typed_facts(words) for words in misheard.words), misheard.cer)


def hear_recordings(
    rows: Sequence[Labelled], listen: Callable[[Path], Facts], watch: Callable[[int], None] = lambda done: None,
) -> Heard:
    """Recordings through the recogniser; rows without one are taken as typed.

    Args:
        rows: the set.
        listen: recognises a file.
        watch: told how many are done.

    Raises:
        AudioError: a recording cannot be read.
    """
    facts, edits, characters = [], 0, 0
    for done, row in enumerate(rows, 1):
        facts.append(listen(row.file) if row.file else typed_facts(split_words(row.text)))
        if row.file and row.text:
            reference, heard = (normalise(w).characters for w in ([row.text], split_words(facts[-1].transcript.text)))
            more, length = character_errors(reference, heard)
            edits, characters = edits + more, characters + length
        watch(done)
    return Heard(tuple(facts), edits / characters if characters else None)


def run_trials(rows: Sequence[Labelled], heard: Heard, rubric: Rubric) -> Trials:
    """Evaluate and score every reply against every objection that it is labelled with."""
    pairs = [(row, facts, q) for row, facts in zip(rows, heard.facts, strict=True) for q in row.questions]
    for question in {q.id: q for _, _, q in pairs}.values():  # phrases are compiled before the clock runs
        evaluate(question, typed_facts("好"), rubric.cut_offs)
    for _, facts, question in pairs[::max(1, len(pairs) // WARM_UP)]:  # and tables loaded
        evaluate(question, facts, rubric.cut_offs)
    typed = without_delivery(rubric)
    gc.freeze()  # or every full collection would walk the dictionaries of pinyin: a fifth of the time
    start = time.process_time()
    trials = []
    for row, facts, question in pairs:
        evaluation = evaluate(question, facts, rubric.cut_offs)
        card = score(question, evaluation, rubric if row.file else typed)
        trials.append(Trial(row, question, facts.transcript.text, Result(evaluation, card)))
    seconds = time.process_time() - start
    gc.unfreeze()
    return Trials(tuple(trials), heard.cer, len(trials) / seconds if seconds else 0.0)


@dataclass(frozen=True)
class Trials:
    """What the scorer made of a set."""

    all: tuple[Trial, ...]
    cer: float | None
    """Character error rate reached, 0-1; None where it is not known."""
    per_second: float
    """Replies scored per second of processor time, each against one objection."""

    @cached_property
    def with_tactic(self) -> list[Trial]:
        """Replies that use a tactic."""
        return [t for t in self.all if not t.row.is_fragment and t.row.tactic_id != NO_TACTIC]

    @cached_property
    def without(self) -> list[Trial]:
        """Replies that use none, once for every objection they were tried against."""
        return [t for t in self.all if not t.row.is_fragment and t.row.tactic_id == NO_TACTIC]

    def figures(self, seed: int = 1) -> Figures:
        """All figures; the seed is that of the bootstrap."""
        return Figures(
            n=len(self.all), n_tactic=len(self.with_tactic), n_none=len(self.without),
            tactic_top1=_top1(self.with_tactic),
            macro_f1=_macro_f1([*self.with_tactic, *self.without], seed),
            top1_by_kind={kind: _top1(some) for kind, some in _by_kind(self.with_tactic)},
            false_accept_rate=_false_accepts(self.without),
            false_accepts_by_kind={kind: _false_accepts(some) for kind, some in _by_kind(self.without)},
            points=PointFigures.of(self.with_tactic, seed),
            points_by_kind={kind: PointFigures.of(some, seed) for kind, some in _by_kind(self.with_tactic)},
            traps_caught=share(*_denied(self.all)), affirmed_kept=share(*_kept(self.all)),
            confusion=Classification.of(_pairs([*self.with_tactic, *self.without])).confusion(),
        )


@dataclass(frozen=True, slots=True)
class PointFigures:
    """Key points of the labelled tactics."""

    n: int
    """Replies whose key points are labelled."""
    precision: Estimate
    recall: Estimate
    f1: Estimate

    @classmethod
    def of(cls, trials: Iterable[Trial], seed: int) -> PointFigures:
        """Of those trials whose key points are labelled; the seed is that of the bootstrap."""
        items = [(t.row.points, t.own_hits) for t in trials if t.row.points is not None]
        found = Detections.of(items)
        whole = np.arange(len(items))
        return cls(len(items), found.precision, found.recall, bootstrap(found.f1, _draws(len(items), seed), whole))


@dataclass(frozen=True, slots=True)
class Figures:
    """How accurate the scorer is on a set.

    A reply tried against every objection counts once for each in `n` and `n_none`, but once in the width of
    intervals.
    """

    n: int
    n_tactic: int
    n_none: int
    tactic_top1: Estimate
    """Share of the replies with a tactic that were given the right one; none recognised is wrong."""
    macro_f1: Estimate
    """Mean F1 of the tactics that occur, and of `none` where it occurs."""
    top1_by_kind: dict[str, Estimate]
    false_accept_rate: Estimate
    """Share of the replies without a tactic that were given any."""
    false_accepts_by_kind: dict[str, Estimate]
    points: PointFigures
    points_by_kind: dict[str, PointFigures]
    traps_caught: Estimate
    affirmed_kept: Estimate
    confusion: dict[str, dict[str, int]]


def _by_kind(trials: Iterable[Trial]) -> list[tuple[str, list[Trial]]]:
    kinds: dict[str, list[Trial]] = defaultdict(list)
    for trial in trials:
        if trial.row.kind:
            kinds[trial.row.kind].append(trial)
    return list(kinds.items())


def _pairs(trials: Iterable[Trial]) -> list[tuple[str, str]]:
    return [(t.row.tactic_id, t.recognised) for t in trials]


def _top1(trials: Sequence[Trial]) -> Estimate:
    return share(sum(t.recognised == t.row.tactic_id for t in trials), len(trials))


def _false_accepts(trials: Sequence[Trial]) -> Estimate:
    rows = len({t.row.line for t in trials})
    return share(sum(t.recognised != NO_TACTIC for t in trials), len(trials), rows)


def _macro_f1(trials: Sequence[Trial], seed: int) -> Estimate:
    """Resampled by replies, not by trials: those of one reply are not independent."""
    classes = Classification.of(_pairs(trials))
    members: dict[int, list[int]] = defaultdict(list)
    for i, trial in enumerate(trials):
        members[trial.row.line].append(i)
    groups = [np.array(group) for group in members.values()]
    draws = (np.concatenate([groups[g] for g in draw]) for draw in _draws(len(groups), seed))
    return bootstrap(classes.macro_f1, draws, np.arange(len(trials)))


def _draws(n: int, seed: int) -> Iterable[Indices]:
    generator = np.random.default_rng(seed)
    return (generator.integers(0, n, n) for _ in range(RESAMPLES if n else 0))


def _denied(trials: Iterable[Trial]) -> tuple[int, int]:
    traps = [t for t in trials if t.row.kind == TRAP and t.row.points]
    return sum(not (t.row.points or frozenset()) & set(t.result.hits) for t in traps), len(traps)


def _kept(trials: Iterable[Trial]) -> tuple[int, int]:
    affirmed = [t for t in trials if t.row.kind == AFFIRMED and t.row.points]
    return sum((t.row.points or frozenset()) <= set(t.result.hits) for t in affirmed), len(affirmed)
