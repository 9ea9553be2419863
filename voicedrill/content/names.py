"""Finding things by the names people type: 「询问法」, 询问, (1)询问法:, 詢問法 all mean the same."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from voicedrill.core.errors import UsageError

_BRACKETED = re.compile(r"\([^()]*\)|\[[^\[\]]*\]|\{[^{}]*\}|【[^【】]*】|〔[^〔〕]*〕|〖[^〖〗]*〗")
_NUMBERED = re.compile(r"^\s*\d+\s*[、.):]")
_WORD = re.compile(r"[a-z0-9]+")
_NEAR = 3
"""Candidates named when nothing fits: what a line holds."""

Thing = TypeVar("Thing")


@dataclass(frozen=True, slots=True)
class Entry(Generic[Thing]):
    """Something to be found."""

    id: str
    name: str
    thing: Thing
    other: str = ""
    """Another text it may be asked by: the prompt of an objection."""


def simplify(name: str) -> str:
    """The name without what people add or leave out.

    Gone are punctuation, blanks, text in brackets (unless nothing else is there), a leading number, and a final 法;
    full-width characters become half-width, capitals small.
    """
    text = unicodedata.normalize("NFKC", name).casefold()
    bare = _BRACKETED.sub("", _NUMBERED.sub("", text))
    plain = _plain(bare) or _plain(text)
    return plain.removesuffix("法") if len(plain) > 1 else plain


def _plain(text: str) -> str:
    return "".join(c for c in text if c.isalnum())


def find(asked: str, entries: Sequence[Entry[Thing]], kind: tuple[str, str]) -> Thing:
    """The one entry that is meant.

    In this order, the first that finds anything decides: id; name; other text; beginning of a name; part of a name;
    part of the other text; an id in front (`o2_zhang.wav`); a name inside what was asked. If nothing fits, once more
    in simplified characters.

    Args:
        asked: an id or a name, as typed.
        entries: what there is.
        kind: what is looked for, in Chinese and English, for the message.

    Raises:
        UsageError: nothing fits, or several do; near candidates are named.
    """
    for wanted in _readings(asked):
        for found in _stages(asked, wanted, entries):
            if len(found) == 1:
                return found[0].thing
            if found:
                raise UsageError(f"「{asked}」可以指：{_list(found, '、')}，请写全名或编号。",
                                 f"“{asked}” may mean {_list(found, ', ')}; give the full name or the id.")
    near = _nearest(asked, entries)
    hint = (f"相近的有 {_list(near, '、')}", f"near are {_list(near, ', ')}")
    raise UsageError(f"没有叫「{asked}」的{kind[0]}；{hint[0]}。全部见 voicedrill content list。",
                     f"No {kind[1]} is called “{asked}”; {hint[1]}. See all with: voicedrill content list")


def _readings(asked: str) -> Iterable[str]:
    text = simplify(asked)
    yield text
    if not text.isascii():
        # Traditional characters are rare: OpenCC (10 ms) is imported only when nothing fitted.
        from opencc import OpenCC

        simplified = simplify(OpenCC("t2s").convert(text))
        if simplified != text:
            yield simplified


def _stages(asked: str, wanted: str, entries: Sequence[Entry[Thing]]) -> Iterable[list[Entry[Thing]]]:
    if not wanted:
        return
    names = [(simplify(e.name), simplify(e.other), e) for e in entries]
    yield [e for e in entries if simplify(e.id) == wanted]
    yield [e for name, _, e in names if name == wanted]
    yield [e for _, other, e in names if other == wanted]
    yield [e for name, _, e in names if name.startswith(wanted)]
    yield [e for name, _, e in names if wanted in name]
    yield [e for _, other, e in names if wanted in other]
    first = _WORD.search(unicodedata.normalize("NFKC", asked).casefold())
    yield [e for e in entries if first and e.id.casefold() == first[0]]
    yield [e for name, _, e in names if len(name) > 1 and name in wanted]


def _nearest(asked: str, entries: Sequence[Entry[Thing]]) -> list[Entry[Thing]]:
    from rapidfuzz import fuzz, process

    choices = {i: f"{e.id}{simplify(e.name)}" for i, e in enumerate(entries)}
    best = process.extract(simplify(asked), choices, scorer=fuzz.WRatio, limit=_NEAR)
    return [entries[i] for _, _, i in best]


def _list(entries: Sequence[Entry[Thing]], separator: str) -> str:
    shown = separator.join(f"{e.name}（{e.id}）" for e in entries[:8])
    return shown + (separator + "…" if len(entries) > 8 else "")
