"""The words that the demo model can write: domain words, common words, and single characters as the last resort."""

from __future__ import annotations

import random
import re
from collections.abc import Iterable
from pathlib import Path

TEXT = Path(__file__).parent / "text"

COMMON_WORDS = 8000
"""Words of two characters and more beside those of the domain: free speech needs them, the graph grows with them."""
FIRST_COMMON, LAST_COMMON = 0xB0A1, 0xD7F9
"""GB 2312 level 1 in EUC-CN: the 3,755 characters in everyday use, without the rare ones and jieba's mojibake."""

_PERSONAL_NAME = "nr"


def read_lines(name: str) -> list[str]:
    """Lines of a file of the text folder, without comments and blank lines."""
    lines = (TEXT / name).read_text(encoding="utf-8").splitlines()
    return [line.strip() for line in lines if line.strip() and not line.startswith("#")]


def kept_out_sentences() -> list[str]:
    """Every sixth line of sentences.txt: never in training audio nor in the language model, but like what is."""
    return read_lines("sentences.txt")[3::6]


def learnt_sentences() -> list[str]:
    """The other lines of sentences.txt."""
    kept_out = set(kept_out_sentences())
    return [line for line in read_lines("sentences.txt") if line not in kept_out]


def expand_templates(count: int, seed: int) -> list[str]:
    """Distinct random fillings of `templates.txt`, where {a|b} stands for one of its parts; sorted."""
    source = random.Random(seed)
    templates = read_lines("templates.txt")

    def fill(template: str) -> str:
        return re.sub(r"\{([^}]*)\}", lambda match: source.choice(match.group(1).split("|")), template)

    return sorted({fill(source.choice(templates)) for _ in range(count)})


def segment(text: str) -> list[str]:
    """Chinese text as jieba words; without its guessing of unknown words, which invents new ones per sentence."""
    import jieba

    jieba.setLogLevel(60)
    return [word for word in jieba.cut(text, HMM=False) if word.strip()]


def common_characters() -> list[str]:
    """The characters of GB 2312 level 1, sorted."""
    codes = (code.to_bytes(2, "big") for code in range(FIRST_COMMON, LAST_COMMON + 1))
    return sorted(code.decode("gb2312") for code in codes if code[1] in range(0xA1, 0xFF))


def common_words() -> dict[str, int]:
    """Common characters and the commonest longer words of common characters, with their counts in jieba's dictionary.

    Personal names are left out. A character counts as much as it occurs as a word of its own.
    """
    import jieba

    characters = frozenset(common_characters())
    counts = dict.fromkeys(characters, 1)
    with jieba.get_dict_file() as lines:
        for line in lines:
            word, count, tag = line.decode("utf-8").split()
            if characters.issuperset(word) and not tag.startswith(_PERSONAL_NAME):
                counts[word] = int(count)
    longer = sorted((word for word in counts if len(word) > 1), key=lambda word: (-counts[word], word))
    return {word: counts[word] for word in (*characters, *longer[:COMMON_WORDS])}


def all_words(sentences: Iterable[Iterable[str]], common: Iterable[str]) -> list[str]:
    """Every word of the sentences, its characters, and the common words; sorted."""
    words = {word for sentence in sentences for word in sentence}
    return sorted(words | {character for word in words for character in word} | set(common))
