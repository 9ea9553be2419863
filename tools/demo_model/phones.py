"""The phone set: SIL, SPN, pinyin initials (one HMM state) and tonal finals (two HMM states).

A syllable is written `zhong1`: toneless pinyin with v for ü, then the tone, 5 for the neutral one.
"""

from __future__ import annotations

import functools

SIL, SPN = "SIL", "SPN"
_INITIALS = "b p m f d t n l g k h j q x zh ch sh r z c s"
# ii is the vowel of zi ci si, iii that of zhi chi shi ri: other sounds than the i of ni.
_FINALS = (
    "a o e i ii iii u v ai ei ao ou an en ang eng ong ia ie iao iou ian in iang ing iong "
    "ua uo uai uei uan uen uang ueng ve van vn er"
)
INITIALS, FINALS = tuple(_INITIALS.split()), tuple(_FINALS.split())
TONES = "12345"


def base_phones() -> list[str]:
    """All phones without word position, in the order that numbers the pdfs of the shipped acoustic model."""
    return [SIL, SPN, *INITIALS, *(final + tone for final in FINALS for tone in TONES)]


def state_count(phone: str) -> int:
    """HMM states of a base phone: a final gets two, because its tone is a movement."""
    return 2 if phone[-1] in TONES else 1


def pdf_table() -> dict[str, list[int]]:
    """Base phone -> its pdf ids, one per HMM state."""
    table: dict[str, list[int]] = {}
    taken = 0
    for phone in base_phones():
        table[phone] = list(range(taken, taken + state_count(phone)))
        taken += state_count(phone)
    return table


def pdf_count() -> int:
    """Number of pdfs, which is the width of the network's output."""
    return sum(state_count(phone) for phone in base_phones())


@functools.cache
def split_syllable(syllable: str) -> tuple[str, ...]:
    """zhong1 -> (zh, ong1); yi1 -> (i1,); zi5 -> (z, ii5).

    Raises:
        KeyError: the phone set has no such sound (ê, hm, ng).
    """
    from pypinyin.contrib.tone_convert import to_finals, to_initials

    base, tone = (syllable[:-1], syllable[-1]) if syllable[-1] in TONES else (syllable, "5")
    initial = to_initials(base, strict=True)
    final = to_finals(base, strict=True, v_to_u=False).replace("ü", "v")
    if final == "i" and initial in ("z", "c", "s"):
        final = "ii"
    if final == "i" and initial in ("zh", "ch", "sh", "r"):
        final = "iii"
    if final not in FINALS or (initial and initial not in INITIALS):
        raise KeyError(syllable)
    return (initial, final + tone) if initial else (final + tone,)


def is_known(syllable: str) -> bool:
    """Whether the phone set can write the syllable."""
    try:
        split_syllable(syllable)
    except KeyError:
        return False
    return True


@functools.cache
def all_syllables() -> tuple[str, ...]:
    """Every toneless syllable of the basic Chinese block that the phone set covers."""
    from pypinyin import pinyin_dict
    from pypinyin.contrib.tone_convert import to_normal

    readings = {
        to_normal(reading, v_to_u=False).replace("ü", "v")
        for code, entry in pinyin_dict.pinyin_dict.items()
        if 0x4E00 <= code <= 0x9FA5
        for reading in entry.split(",")
    }
    return tuple(sorted(syllable for syllable in readings if is_known(syllable + "1")))
