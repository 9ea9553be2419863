"""Mandarin text as the matcher sees it: normalised characters, their syllables, and the way back to the words.

Recogniser and instructor write the same speech differently (10年 / 十年, 您 / 你, 咱们 / 我们, 一點兒 / 一点, 嗯...).
`normalise` removes such differences. What remains is kept three times, character by character, in strings of
equal length, so that a stretch found in one is the same stretch in the others:

- characters: what was written;
- syllables: toneless pinyin, so that homophones agree (划算 / 画蒜);
- folded: syllables after the commonest confusions of speakers and recognisers: zh/z ch/c sh/s, n/l, h/f,
  in/ing en/eng an/ang.

Each syllable is one code point of the private use area, so that string metrics count it as one symbol.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from operator import add

PARTICLES = "嗯呃额啊哦唔诶欸哎唉哈噢呣"
"""Sounds without content, dropped wherever they stand (额 not in 额外, 额度, 名额 ...)."""

_PARTICLE = rf"(?:[{PARTICLES.replace('额', '')}]|(?<![名金份数差总全余满])额(?![外度头定]))"
_REWRITE = re.compile(
    # Words that only buy time: at the very start, or said twice in a row.
    rf"(?P<start>^(?:{_PARTICLE}|怎么说呢|就是说|就是|然后|那个|这个)+)"
    rf"|(?P<doubled>(?:那个|这个)(?:{_PARTICLE}*(?:那个|这个))+)"
    rf"|(?P<particle>{_PARTICLE})"
    r"|(?P<erhua>(?<![女婴幼少孤健宠])儿(?![子童女科媳歌戏]))"
    r"|(?P<variant>您|妳|咱们|咱|俺|啥|咋|俩|仨|甭)"
)
_VARIANTS = {"您": "你", "妳": "你", "咱们": "我们", "咱": "我们", "俺": "我", "啥": "什么", "咋": "怎么",
             "俩": "两个", "仨": "三个", "甭": "不用"}

_KEPT = re.compile(r"[^\u3400-\u9fff\U00020000-\U0003ffffa-z]+")
_PERCENT = re.compile(r"(\d+(?:\.\d+)?)%")
_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_READ_DIGIT_BY_DIGIT = 6
"""Digits from which a whole number is a telephone or card number rather than an amount."""
_DIGITS = "零一二三四五六七八九"


@dataclass(frozen=True, slots=True)
class Text:
    """A normalised text; the three strings and `word_of` have the same length."""

    characters: str
    syllables: str
    folded: str
    word_of: tuple[int, ...]
    """For each character the index of the word it came from."""

    def __len__(self) -> int:
        return len(self.characters)


def normalise(words: Sequence[str]) -> Text:
    """Normalise a text given as words (one word may be a whole sentence); any string is accepted."""
    spelt = [spell(word) for word in words]
    characters = "".join(spelt)
    word_of = [i for i, word in enumerate(spelt) for _ in word]
    characters, word_of = _rewrite(characters, word_of)
    syllables = to_syllables(characters)
    return Text(characters, syllables, syllables.translate(_tables().folding), tuple(word_of))


@lru_cache(maxsize=65_536)
def spell(word: str) -> str:
    """One word in lower-case simplified characters, numbers as Chinese numerals, without punctuation."""
    text = unicodedata.normalize("NFKC", word).lower()
    if not text.isascii():
        text = _to_simplified(text)
    if any(c.isdigit() for c in text):
        text = _NUMBER.sub(_numeral, _PERCENT.sub(_percentage, text))
    return _KEPT.sub("", text)


def _percentage(match: re.Match[str]) -> str:
    return "百分之百" if match[1] == "100" else "百分之" + _numeral(match)


def _numeral(match: re.Match[str]) -> str:
    """The number inside the match in Chinese numerals.

    Only the number is converted: cn2an's sentence transform reads 用10年 as 用一零年.
    """
    number = match[0].rstrip("%")
    whole, _, fraction = number.partition(".")
    after_point = "点" + _digit_by_digit(fraction) if fraction else ""
    if len(whole) >= _READ_DIGIT_BY_DIGIT:
        return _digit_by_digit(whole) + after_point
    from cn2an import an2cn

    return str(an2cn(str(int(whole)), "low")) + after_point


def _digit_by_digit(number: str) -> str:
    return "".join(_DIGITS[int(d)] for d in number)


@cache
def _simplifier() -> object:
    from opencc import OpenCC

    return OpenCC("t2s")


def _to_simplified(text: str) -> str:
    return str(_simplifier().convert(text))  # type: ignore[attr-defined]


def _rewrite(characters: str, word_of: list[int]) -> tuple[str, list[int]]:
    """Drop fillers and erhua, unify variants; the map back to the words stays true."""
    pieces: list[str] = []
    origins: list[int] = []
    done = 0
    for match in _REWRITE.finditer(characters):
        start, end = match.span()
        new = _VARIANTS[match[0]] if match.lastgroup == "variant" else ""
        pieces += characters[done:start], new
        origins += word_of[done:start]
        origins += (word_of[min(start + k, end - 1)] for k in range(len(new)))
        done = end
    if not done:
        return characters, word_of
    return "".join(pieces) + characters[done:], origins + word_of[done:]


# ---------------------------------------------------------------- syllables

_INITIALS = ("zh", "ch", "sh", "n", "h")
_FOLDED_INITIALS = {"zh": "z", "ch": "c", "sh": "s", "n": "l", "h": "f"}
_FIRST_SYLLABLE = 0xE000
_FIRST_FOLDED = 0xF000
_LONGEST_READING = 3
"""Characters; longer dictionary phrases are proverbs that sales talk does not use."""


def fold(syllable: str) -> str:
    """A toneless syllable after the commonest confusions: zhang -> zan, neng -> len; ong stays."""
    for initial in _INITIALS:
        if syllable.startswith(initial):
            syllable = _FOLDED_INITIALS[initial] + syllable[len(initial):]
            break
    return syllable[:-1] if syllable.endswith("ng") and not syllable.endswith("ong") else syllable


def to_syllables(characters: str) -> str:
    """One code point per character: that of its toneless syllable, or the character itself where it has none.

    A character is read as in the longest of the dictionary's words that starts before or at it (便宜 is pian yi,
    方便 is fang bian); no other segmentation is needed, since the same table reads phrase and reply.
    """
    tables = _tables()
    plain = characters.translate(tables.reading)
    starts = [i for i, pair in enumerate(map(add, characters, characters[1:])) if pair in tables.starts]
    if not starts:
        return plain
    syllables = list(plain)
    done = 0
    for i in starts:
        if i < done:
            continue
        for length in range(_LONGEST_READING, 1, -1):
            codes = tables.words.get(characters[i:i + length])
            if codes is not None:
                done = i + len(codes)
                syllables[i:done] = codes
                break
    return "".join(syllables)


class _Readings(dict[int, int]):
    """Code point of a character -> code point of its commonest toneless syllable; filled as needed."""

    def __init__(self, codes: dict[str, int]) -> None:
        super().__init__()
        self._codes = codes

    def __missing__(self, character: int) -> int:
        from pypinyin.constants import PINYIN_DICT

        tones = PINYIN_DICT.get(character)
        code = self._codes[_toneless(tones.split(",")[0])] if tones else character
        self[character] = code
        return code


@dataclass(frozen=True, slots=True)
class _Tables:
    reading: _Readings
    folding: dict[int, int]
    words: dict[str, str]
    """Words in which a character is not read in its commonest way."""
    starts: frozenset[str]
    """The first two characters of each."""


@lru_cache(maxsize=16_384)
def _toneless(syllable: str) -> str:
    decomposed = unicodedata.normalize("NFD", syllable)
    kept = "".join("v" if c == "\u0308" else c for c in decomposed if c == "\u0308" or not unicodedata.combining(c))
    return kept.replace("uv", "v")


@cache
def _tables() -> _Tables:
    """Syllable codes from pypinyin's dictionaries, in alphabetical order, so that every run has the same."""
    from pypinyin.constants import PHRASES_DICT, PINYIN_DICT

    syllables = sorted({_toneless(tones.split(",")[0]) for tones in PINYIN_DICT.values()}
                       | {_toneless(t[0]) for p, r in PHRASES_DICT.items() if len(p) <= _LONGEST_READING for t in r})
    codes = {syllable: _FIRST_SYLLABLE + i for i, syllable in enumerate(syllables)}
    kinds = {kind: _FIRST_FOLDED + i for i, kind in enumerate(sorted({fold(s) for s in syllables}))}
    reading = _Readings(codes)
    words: dict[str, str] = {}
    for phrase, tones in PHRASES_DICT.items():
        if not 1 < len(phrase) <= _LONGEST_READING or len(tones) != len(phrase):
            continue
        read = "".join(chr(codes[_toneless(t[0])]) for t in tones)
        if read != phrase.translate(reading):
            words[phrase] = read
    return _Tables(reading, {codes[s]: kinds[fold(s)] for s in syllables}, words,
                   frozenset(phrase[:2] for phrase in words))
