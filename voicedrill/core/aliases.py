"""What a recogniser makes of names that it does not know (听成): put right before matching, and learnt from examples.

Homophones need no alias, the matcher hears them as one. An alias is for a brand or product name that comes out as
other sounds (沃德康 -> 窝得慌). Evidence still shows what was recognised: only the text that is compared changes.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz.distance import Levenshtein

from voicedrill.core.model import Alias, Transcript
from voicedrill.core.text import Text, normalise

_LONGEST = 2
"""Times the length of a name: what is longer is not the name misheard, but something else said."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """A form in which a name was heard."""

    name: str
    heard: str
    """Normalised characters."""
    count: int
    """How many times."""


@dataclass(frozen=True, slots=True)
class _Table:
    pattern: re.Pattern[str]
    names: dict[str, Text]
    """Form heard -> the name."""


def hear(transcript: Transcript, aliases: tuple[Alias, ...] = ()) -> Text:
    """The transcript as the matcher compares it: normalised, names put right."""
    text = normalise([word.text for word in transcript.words])
    table = _table(aliases) if aliases else None
    if table is None or not table.pattern.search(text.characters):
        return text
    characters: list[str] = []
    syllables: list[str] = []
    folded: list[str] = []
    word_of: list[int] = []
    done = 0
    for match in table.pattern.finditer(text.characters):
        start, end = match.span()
        name = table.names[match[0]]
        for pieces, old, new in ((characters, text.characters, name.characters),
                                 (syllables, text.syllables, name.syllables), (folded, text.folded, name.folded)):
            pieces += old[done:start], new
        word_of += text.word_of[done:start]
        word_of += (text.word_of[start + k * (end - start) // len(name)] for k in range(len(name)))
        done = end
    return Text("".join(characters) + text.characters[done:], "".join(syllables) + text.syllables[done:],
                "".join(folded) + text.folded[done:], (*word_of, *text.word_of[done:]))


@lru_cache(maxsize=32)
def _table(aliases: tuple[Alias, ...]) -> _Table | None:
    names = {bare.characters: name for alias in aliases if len(name := normalise([alias.name]))
             for heard in alias.heard if len(bare := normalise([heard])) and bare.characters != name.characters}
    if not names:
        return None
    # The name itself comes first: where it was heard rightly, a form inside it is left alone.
    known = {name.characters: name for name in names.values()} | names
    return _Table(re.compile("|".join(sorted(map(re.escape, known), key=len, reverse=True))), known)


def learn_aliases(pairs: Iterable[tuple[str, str]], names: Sequence[str]) -> tuple[Proposal, ...]:
    """What the names were heard as, the commonest first.

    Forms that sound like the name, and forms that are said as such in one of the expected texts, are left out: the
    first need no alias, the second would turn true words into the name.

    Args:
        pairs: what was read aloud, and what was recognised.
        names: brand and product names to look for in what was read.
    """
    read = [(normalise([expected]), normalise([heard])) for expected, heard in pairs]
    said = "\n".join(expected.characters for expected, _ in read)
    wanted = [(name, text) for name in dict.fromkeys(names) if len(text := normalise([name]))]
    found: Counter[tuple[str, str]] = Counter()
    for expected, heard in read:
        for name, text in wanted:
            for match in re.finditer(re.escape(text.characters), expected.characters):
                start, end = _aligned(expected, heard, *match.span())
                form = heard.characters[start:end]
                if (form and len(form) <= _LONGEST * len(text) and heard.folded[start:end] != text.folded
                        and form not in said):
                    found[name, form] += 1
    ranked = sorted(found.items(), key=lambda item: (-item[1], item[0]))
    return tuple(Proposal(name, form, count) for (name, form), count in ranked)


def _aligned(expected: Text, heard: Text, start: int, end: int) -> tuple[int, int]:
    """Where expected[start:end] came out in what was heard: between what stands right before and right after it."""
    first, last = 0, len(heard)
    for block in Levenshtein.opcodes(expected.folded, heard.folded):
        if block.tag != "equal":
            continue
        if block.src_start < start:
            first = block.dest_start + min(block.src_end, start) - block.src_start
        if block.src_end > end and last == len(heard):
            last = block.dest_start + max(block.src_start, end) - block.src_start
    return first, max(first, last)
