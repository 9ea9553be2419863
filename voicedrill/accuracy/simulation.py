"""Simulated recognition errors: what a recogniser might have written for a Mandarin sentence.

Errors come in bursts of short stretches, as words do. Most replace a stretch by a word that sounds the same or nearly
the same, some drop or add a character. Sounds and words are pypinyin's; common characters are those of GB 2312 level
1. No word segmentation is needed: recognisers err across the borders of words too. The error rate is set by
bisection, so that the character error rate over a whole set is the one asked for; `Misheard.cer` says what was
reached.
"""

from __future__ import annotations

import random
import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from voicedrill.core.metrics import character_errors
from voicedrill.core.text import PARTICLES, normalise, spell, to_syllables

SUBSTITUTED, DROPPED = 0.70, 0.22
"""Shares of errors; the rest are insertions."""
HOMOPHONE, SOUNDS_ALIKE = 0.5, 0.3
"""Shares of substitutions; the rest put a common character in place of one at random."""
AFTER_AN_ERROR, ELSEWHERE = 2.2, 0.8
"""Factors of the error rate behind a wrong stretch and behind a right one."""
FILLER_DROPPED = 0.6
"""Share of 嗯 and the like that the recogniser leaves out."""
STRETCHES = (1, 2, 2, 3)
"""字. Lengths of the stretches that are right or wrong as a whole, each as likely: half are words of two."""
MOST = 0.95
"""A recogniser that gets everything wrong is no recogniser."""
_INSERTED = "的了是一我不就在有个这那"
_STEPS = 14
_HANZI = re.compile(r"[^\u4e00-\u9fff]")
_FILLER = re.compile(f"[{PARTICLES}]")


@dataclass(frozen=True, slots=True)
class Misheard:
    """A set of texts as a recogniser might have written them."""

    words: tuple[tuple[str, ...], ...]
    cer: float
    """Character error rate reached over the whole set, fillers not counted."""


@dataclass(frozen=True, slots=True)
class _Lexicon:
    """Sound -> what is written so, with a weight."""

    homophones: dict[str, list[tuple[str, float]]]
    alike: dict[str, list[tuple[str, float]]]
    common: list[str]
    weights: list[float]


def mishear(texts: Sequence[str], cer: float, seed: int) -> Misheard:
    """The texts with recognition errors at about that character error rate (0-1); the same for the same seed."""
    spoken = [_HANZI.sub("", spell(text)) for text in texts]
    reference = [_FILLER.sub("", text) for text in spoken]

    def attempt(rate: float) -> tuple[list[tuple[str, ...]], float]:
        chance = random.Random(seed)
        written = [_mishear(text, rate, chance) for text in spoken]
        return written, _error_rate(reference, written)

    best, best_reached = attempt(0.0)
    low, high = 0.0, 1.0
    for _ in range(_STEPS if cer > 0 else 0):
        middle = (low + high) / 2
        words, reached = attempt(middle)
        # The rate reached does not quite ascend with the one tried: the nearest counts, not the last.
        if abs(reached - cer) < abs(best_reached - cer):
            best, best_reached = words, reached
        low, high = (middle, high) if reached < cer else (low, middle)
    return Misheard(tuple(best), best_reached)


def _error_rate(reference: Sequence[str], written: Sequence[Sequence[str]]) -> float:
    counts = [character_errors(r, _FILLER.sub("", "".join(w))) for r, w in zip(reference, written, strict=True)]
    characters = sum(n for _, n in counts)
    return sum(edits for edits, _ in counts) / characters if characters else 0.0


def _mishear(text: str, rate: float, chance: random.Random) -> tuple[str, ...]:
    heard = "".join(c for c in text if not (rate and _FILLER.match(c) and chance.random() < FILLER_DROPPED))
    written: list[str] = []
    wrong, at = False, 0
    while at < len(heard):
        stretch = heard[at:at + chance.choice(STRETCHES)]
        at += len(stretch)
        wrong = chance.random() < min(MOST, rate * (AFTER_AN_ERROR if wrong else ELSEWHERE))
        written.append(_replace(stretch, chance) if wrong else stretch)
    return tuple(stretch for stretch in written if stretch)


def _replace(stretch: str, chance: random.Random) -> str:
    kind = chance.random()
    at = chance.randrange(len(stretch))
    if kind < SUBSTITUTED:
        return _substitute(stretch, at, chance)
    if kind < SUBSTITUTED + DROPPED:
        return stretch[:at] + stretch[at + 1:]
    return stretch + chance.choice(_INSERTED)


def _substitute(stretch: str, at: int, chance: random.Random) -> str:
    """Another word of that sound for the whole stretch where there is one, else another character in one place."""
    lexicon = _lexicon()
    kind = chance.random()
    if kind < HOMOPHONE + SOUNDS_ALIKE:
        exact = kind < HOMOPHONE
        table, sound = (lexicon.homophones, to_syllables) if exact else (lexicon.alike, _folded)
        for part, put in ((stretch, "{}"), (stretch[at], stretch[:at] + "{}" + stretch[at + 1:])):
            others = [(word, weight) for word, weight in table.get(sound(part), ()) if word != part]
            if others:
                return put.format(chance.choices([w for w, _ in others], [n for _, n in others])[0])
    return stretch[:at] + chance.choices(lexicon.common, lexicon.weights)[0] + stretch[at + 1:]


@cache
def _lexicon() -> _Lexicon:
    """Common characters, and the dictionary's words of two and three of them.

    The dictionary has no frequencies. The number of its words that hold a character stands for the character's; its
    square root keeps the commonest from being written everywhere.
    """
    from pypinyin.constants import PHRASES_DICT

    level_1 = _common_characters()
    counts: Counter[str] = Counter()
    words = []
    for word in PHRASES_DICT:
        counts.update(word)
        if 1 < len(word) <= max(STRETCHES) and level_1.issuperset(word):
            words.append(word)
    weights = {c: (1 + counts[c]) ** 0.5 for c in sorted(level_1)}
    homophones: dict[str, list[tuple[str, float]]] = defaultdict(list)
    alike: dict[str, list[tuple[str, float]]] = defaultdict(list)
    for entry, weight in [*weights.items(), *((w, min(weights[c] for c in w)) for w in words)]:
        homophones[to_syllables(entry)].append((entry, weight))
        alike[_folded(entry)].append((entry, weight))
    return _Lexicon(dict(homophones), dict(alike), list(weights), list(weights.values()))


def _folded(word: str) -> str:
    """The word's syllables after the commonest confusions (zh/z, n/l, in/ing ...), as the matcher folds them."""
    return to_syllables(word).translate(_folding())


@cache
def _folding() -> dict[int, str]:
    """Syllable -> folded syllable, from the common characters; behind 一, for a particle alone would be dropped."""
    both = [(to_syllables(c), normalise(["一" + c]).folded[1:]) for c in sorted(_common_characters())]
    return {ord(syllable): folded for syllable, folded in both if folded}


@cache
def _common_characters() -> frozenset[str]:
    """The 3,755 characters of GB 2312 level 1: rows 16-55 of the code table."""
    rows = (bytes((0xA0 + row, 0xA0 + cell)) for row in range(16, 56) for cell in range(1, 95))
    return frozenset(b"".join(rows).decode("gb2312", errors="ignore"))
