"""Simulated recognition errors: what a recogniser might have written for a Mandarin sentence.

Errors come in bursts of words. Most replace a word by a homophone or by a word that sounds alike, some drop or add a
character. Words and their frequencies are jieba's. The error rate is set by bisection, so that the character error
rate over a whole set is the one asked for; `CorruptedSet.cer` says what was reached.
"""

from __future__ import annotations

import random
import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from voicedrill.core.text import PARTICLES, normalise, to_syllables

SUBSTITUTED, DROPPED = 0.70, 0.22
"""Shares of errors; the rest are insertions."""
HOMOPHONE, SOUNDS_ALIKE = 0.5, 0.3
"""Shares of substitutions; the rest put a common character in place of one at random."""
AFTER_AN_ERROR, ELSEWHERE = 2.2, 0.8
"""Factors of the error rate behind a wrong word and behind a right one."""
FILLER_DROPPED = 0.6
"""Share of 嗯 and the like that the recogniser leaves out."""
_INSERTED = "的了是一我不就在有个这那"
_LONGEST_WORD = 3
_RAREST_WORD, _RAREST_CHARACTER = 30, 200
"""Frequencies in jieba's dictionary below which nothing is written instead."""
_STEPS = 14
_HANZI = re.compile(r"[^\u4e00-\u9fff]")
_FILLER = re.compile(f"[{PARTICLES}]")


@dataclass(frozen=True, slots=True)
class CorruptedSet:
    """A set of texts as a recogniser might have written them."""

    words: tuple[tuple[str, ...], ...]
    cer: float
    """Character error rate reached, fillers not counted."""


@dataclass(frozen=True, slots=True)
class _Lexicon:
    homophones: dict[str, list[tuple[str, int]]]
    alike: dict[str, list[tuple[str, int]]]
    common: list[str]
    frequencies: list[float]


@cache
def _lexicon() -> _Lexicon:
    import jieba

    homophones, alike = defaultdict(list), defaultdict(list)
    characters: Counter[str] = Counter()
    with (Path(jieba.__file__).parent / "dict.txt").open(encoding="utf-8") as lines:
        for line in lines:
            word, count = line.split()[0], int(line.split()[1])
            if _HANZI.search(word):
                continue
            for character in word:
                characters[character] += count
            if len(word) <= _LONGEST_WORD and count >= (_RAREST_WORD if len(word) > 1 else _RAREST_CHARACTER):
                homophones[to_syllables(word)].append((word, count))
                alike[_folded(word)].append((word, count))
    common = characters.most_common(800)
    return _Lexicon(dict(homophones), dict(alike), [c for c, _ in common], [n ** 0.5 for _, n in common])


def _folded(word: str) -> str:
    # A word alone: `normalise` would drop a 这个 that begins a text.
    return normalise(["一" + word]).folded[1:]


def corrupt(texts: Sequence[str], cer: float, seed: int) -> CorruptedSet:
    """The texts with recognition errors at about that character error rate; the same for the same seed."""
    import jiwer

    reference = [_bare(text) or "。" for text in texts]

    def attempt(rate: float) -> tuple[list[tuple[str, ...]], float]:
        chance = random.Random(seed)
        written = [_corrupt(text, rate, chance) for text in texts]
        return written, float(jiwer.cer(reference, [_bare("".join(w)) or "。" for w in written]))

    if cer <= 0:
        words, reached = attempt(0.0)
        return CorruptedSet(tuple(words), reached)
    low, high = 0.0, 1.0
    for _ in range(_STEPS):
        middle = (low + high) / 2
        words, reached = attempt(middle)
        low, high = (middle, high) if reached < cer else (low, middle)
    return CorruptedSet(tuple(words), reached)


def _bare(text: str) -> str:
    return _FILLER.sub("", _HANZI.sub("", text))


def _corrupt(text: str, rate: float, chance: random.Random) -> tuple[str, ...]:
    import jieba

    jieba.setLogLevel(60)
    spoken = "".join(c for c in _HANZI.sub("", text)
                     if not (rate and _FILLER.match(c) and chance.random() < FILLER_DROPPED))
    written: list[str] = []
    wrong = False
    for word in jieba.lcut(spoken):
        wrong = chance.random() < min(0.95, rate * (AFTER_AN_ERROR if wrong else ELSEWHERE))
        written += jieba.lcut(_misheard(word, chance)) if wrong else [word]
    return tuple(w for w in written if w)


def _misheard(word: str, chance: random.Random) -> str:
    kind = chance.random()
    if kind < SUBSTITUTED:
        return _substitute(word, chance)
    at = chance.randrange(len(word))
    if kind < SUBSTITUTED + DROPPED:
        return word[:at] + word[at + 1:]
    return word + chance.choice(_INSERTED)


def _substitute(word: str, chance: random.Random) -> str:
    lexicon = _lexicon()
    kind = chance.random()
    table, key = (lexicon.homophones, to_syllables) if kind < HOMOPHONE else (lexicon.alike, _folded)
    if kind < HOMOPHONE + SOUNDS_ALIKE:
        for whole in (True, False):
            at = chance.randrange(len(word))
            part = word if whole else word[at]
            others = [(w, n ** 0.5) for w, n in table.get(key(part), ()) if w != part]
            if others:
                other = chance.choices([w for w, _ in others], [n for _, n in others])[0]
                return other if whole else word[:at] + other + word[at + 1:]
    at = chance.randrange(len(word))
    return word[:at] + chance.choices(lexicon.common, lexicon.frequencies)[0] + word[at + 1:]
