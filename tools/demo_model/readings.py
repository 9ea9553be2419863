"""How words are read: hanzi to syllables, by pypinyin and by espeak-ng.

Neither is right about every character with several readings, and the synthetic voices say what espeak thinks. So the
lexicon takes both, and what tone sandhi makes of them.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Sequence

from tools.demo_model import phones
from tools.demo_model.espeak import Espeak

Reading = tuple[str, ...]

HUMMED = {"嗯": tuple(base + tone for base in ("en", "eng") for tone in "1245")}
"""Sounds without a vowel, which the phone set lacks, by the nearest syllables it has: fillers must stay visible."""

# espeak writes tones as Chao digits; 21 and 214 are the same third tone, short and full.
_TONE_OF = {"55": "1", "35": "2", "21": "3", "214": "3", "51": "4", "11": "5", "22": "5", "33": "5", "44": "5"}


def pinyin(text: str, sandhi: bool = True) -> list[str]:
    """Hanzi as syllables by pypinyin; characters it does not know are left out."""
    from pypinyin import Style, lazy_pinyin

    return lazy_pinyin(
        text,
        style=Style.TONE3,
        neutral_tone_with_five=True,
        v_to_u=False,
        tone_sandhi=sandhi,
        errors="ignore",
    )


def as_espeak_writes(syllable: str) -> str:
    """The spelling that the voice cmn-latn-pinyin reads: ü only where u means another sound."""
    return syllable.replace("v", "ü") if syllable[0] in "nl" else syllable.replace("v", "u")


def parse_mnemonics(mnemonics: str) -> list[tuple[str, str]]:
    """espeak's mnemonics as (sound, tone) per syllable: n'i35_| X'Au214_| -> (ni, 2), (XAu, 3)."""
    syllables = []
    for sound in _spoken_parts(mnemonics):
        tone = re.search(r"\d+", sound)
        syllables.append((re.sub(r"\d+", "", sound), _TONE_OF.get(tone.group() if tone else "", "5")))
    return syllables


def _spoken_parts(mnemonics: str) -> list[str]:
    """What stands between the marks of syllables and pauses, without marks of stress."""
    parts = (re.sub(r"[',%=]", "", part) for part in re.split(r"_[|:^]*|\s+|\|\|", mnemonics))
    return [part for part in parts if part]


class EspeakReader:
    """espeak-ng's own reading of hanzi as pinyin, by a table learnt from asking it for every syllable."""

    def __init__(self, espeak: Espeak) -> None:
        self._espeak = espeak
        self._syllable: dict[str, str] = {}
        for syllable in phones.all_syllables():
            for tone in "14":
                heard = parse_mnemonics(espeak.phonemes(as_espeak_writes(syllable) + tone))
                if len(heard) == 1:
                    self._syllable.setdefault(heard[0][0], syllable)

    def parse(self, mnemonics: str) -> list[str] | None:
        """Mnemonics as pinyin; None when one of the sounds is unknown."""
        syllables: list[str] = []
        for part in _spoken_parts(mnemonics):
            split = self._split(part)
            if split is None:
                return None
            syllables += split
        return syllables

    def _split(self, part: str) -> list[str] | None:
        """One syllable of espeak-ng 1.51, or the syllables of a word, which 1.52 writes without a mark between.

        The tone stands before a final n or N, so that a consonant behind a tone may belong to either side.
        """
        groups = re.findall(r"\D+\d+|\D+$", part)
        if not groups:
            return []
        head = groups[0]
        rest = part[len(head) :]
        for coda in sorted({rest[:length] for length in (0, 1)}, key=len, reverse=True):
            syllable = self._syllable.get(re.sub(r"\d", "", head) + coda)
            if syllable is not None and not coda.isdigit():
                following = self._split(rest[len(coda) :]) if rest[len(coda) :] else []
                if following is not None:
                    tone = re.search(r"\d+", head)
                    return [syllable + _TONE_OF.get(tone.group() if tone else "", "5"), *following]
        return None

    def read(self, text: str) -> list[str] | None:
        """Hanzi as pinyin before sandhi; None unless there is one known syllable per character."""
        syllables = self.parse(self._espeak.phonemes(text))
        return syllables if syllables is not None and len(syllables) == len(text) else None


def word_readings(
    words: Sequence[str], sentences: Iterable[Sequence[str]], reader: EspeakReader
) -> dict[str, set[Reading]]:
    """Every way in which each word may be said.

    Args:
        words: the vocabulary; a word that nobody can read is left out of the result.
        sentences: segmented text; espeak reads some characters by their neighbours.
        reader: espeak-ng.
    """
    found: dict[str, set[Reading]] = {}
    for word in words:
        candidates = [pinyin(word, sandhi=True), pinyin(word, sandhi=False), reader.read(word)]
        readings = {tuple(c) for c in candidates if c is not None and len(c) == len(word)}
        readings = {r for r in readings if all(phones.is_known(syllable) for syllable in r)}
        readings |= set(itertools.product(*(HUMMED[c] for c in word))) if HUMMED.keys() >= set(word) else set()
        if readings:
            found[word] = readings
    for sentence in sentences:
        said = reader.read("".join(sentence))
        position = 0
        for word in sentence if said else ():
            reading = tuple(said[position : position + len(word)]) if said else ()
            position += len(word)
            if word in found:
                found[word].add(reading)
    return {word: set().union(*map(with_third_tone_sandhi, readings)) for word, readings in found.items()}


def with_third_tone_sandhi(reading: Reading) -> set[Reading]:
    """The reading, its form with sandhi inside the word, and both before a third tone in the next word."""
    inside = tuple(
        syllable[:-1] + "2" if syllable[-1] == "3" and following.endswith("3") else syllable
        for syllable, following in zip(reading, (*reading[1:], ""), strict=True)
    )
    forms = {reading, inside}
    return forms | {(*form[:-1], form[-1][:-1] + "2") for form in forms if form[-1][-1] == "3"}
