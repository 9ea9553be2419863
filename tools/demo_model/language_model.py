"""A word trigram with back-off, as a finite state acceptor.

Interpolated absolute discounting (Ney, Essen and Kneser 1994): each history keeps its counts less a discount,
and what was taken away goes to the next shorter history. At the bottom, domain unigrams and the frequencies of
common words are mixed, so that a free reply can leave the domain at a known price.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from tools.demo_model.fst_files import Arc, Fst

START, END = "<s>", "</s>"
ORDER = 3
History = tuple[str, ...]


@dataclass(frozen=True)
class Weights:
    """How much the model believes its domain text. Tuned on held-back lines of sentences.txt, see README.md."""

    discount: float = 0.6
    """Taken from every count: more makes leaving a known sentence cheaper."""
    common_share: float = 0.05
    """Part of the unigram mass that follows common Mandarin instead of the domain text."""
    common_power: float = 0.75
    """Flattens the common counts: speech differs from the newspapers they come from."""


class Trigram:
    """Counts of segmented sentences with their weights, and the probabilities they give."""

    def __init__(
        self,
        sentences: Iterable[tuple[Sequence[str], float]],
        vocabulary: Sequence[str],
        common: Mapping[str, int],
        weights: Weights,
    ) -> None:
        self._discount = weights.discount
        self._counts: list[dict[History, dict[str, float]]] = [
            defaultdict(lambda: defaultdict(float)) for _ in range(ORDER)
        ]
        known = set(vocabulary)
        for words, weight in sentences:
            self._count([START, *(word for word in words if word in known), END], weight)
        self._unigram = self._mix_unigrams(vocabulary, common, weights)

    def _count(self, words: list[str], weight: float) -> None:
        for position in range(1, len(words)):
            for length in range(min(ORDER, position + 1)):
                history = tuple(words[position - length : position])
                self._counts[length][history][words[position]] += weight

    def _mix_unigrams(
        self, vocabulary: Sequence[str], common: Mapping[str, int], weights: Weights
    ) -> dict[str, float]:
        domain = self._counts[0][()]
        total = sum(domain.values())
        # Half a count for words without one: a rare character must stay possible.
        general = {word: (common.get(word, 0) + 0.5) ** weights.common_power for word in vocabulary}
        norm = sum(general.values())
        share = weights.common_share
        mixed = {
            word: (1 - share) * domain.get(word, 0) / total + share * general[word] / norm
            for word in vocabulary
        }
        mixed[END] = (1 - share) * domain[END] / total
        return mixed

    def probability(self, word: str, history: History = ()) -> float:
        """P(word | history); the history holds at most two words, the nearest last."""
        if not history:
            return self._unigram[word]
        counts = self._counts[len(history)].get(history)
        shorter = self.probability(word, history[1:])
        if not counts:
            return shorter
        own = max(counts.get(word, 0) - self._discount, 0) / sum(counts.values())
        return own + self.backoff(history) * shorter

    def backoff(self, history: History) -> float:
        """Mass that a seen history leaves to the next shorter one."""
        counts = self._counts[len(history)][history]
        kept = sum(max(count - self._discount, 0) for count in counts.values())
        return 1 - kept / sum(counts.values())

    def acceptor(self, number: Mapping[str, int]) -> Fst:
        """The model as an FST over word numbers, costs in -log; back-off arcs are epsilons."""
        states: dict[History, int] = {(): 0}
        for length in range(1, ORDER):
            for history in self._counts[length]:
                states[history] = len(states)
        arcs: list[Arc] = []
        finals: dict[int, float] = {}

        def longest_known(history: History) -> int:
            while history not in states:
                history = history[1:]
            return states[history]

        for history, state in states.items():
            for word in self._counts[len(history)][history] if history else self._unigram:
                cost = -math.log(self.probability(word, history))
                if word == END:
                    finals[state] = cost
                    continue
                target = longest_known((*history, word)[-(ORDER - 1) :])
                arcs.append(Arc(state, number[word], number[word], cost, target))
            if history:
                arcs.append(Arc(state, 0, 0, -math.log(self.backoff(history)), longest_known(history[1:])))
        return Fst(states[(START,)], finals, arcs)
