"""Does a stretch of speech deny what a phrase affirms, or affirm what it denies?

Both sides' negators are counted and compared. Left out are words that only look negative (不错, 不过, 特别),
polite formulas (没关系), A-not-A questions (是不是), and remarks about the listener's doubts (别担心) that leave the
statement after them untouched. A negator before the stretch counts when nothing but auxiliaries, adverbs and the
like stand between (不用|看长远, 不跟您|说真的, but not 不贵|合起来更便宜): recognised speech has no punctuation, so
grammar must tell where a clause begins.

Recognisers write homophones. So what governs is compared by sound (不咏 for 不用), and so are the commonest negations
of two syllables (补药 for 不要, 煤有 for 没有). Exempt words are not: by sound 不值 would be 不只.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from voicedrill.core.text import Text, normalise

NEGATORS = frozenset("不没别无未非勿莫")

_EXEMPT = re.findall(r"\S+", """
    不好意思 不瞒 不过 不错 不同 差不多 不但 不仅 不光 不只 不管 不论 不如 不断 不然 不妨 不愧 不得不 不能不 不是不
    没有不 不怕 不信 不要紧 不是我吹 要不 了不起 不用着急 不用担心 不用怀疑 没关系 没事 没问题 没准 没错
    还不是照样 还不是一样 还不是得 岂不 何不
    别人 别的 别家 别处 别看 别急 别担心 别怀疑 别不信 特别 分别 区别 级别 类别 无论 无非 非常 除非 未来 莫非
""")
_QUESTIONED = "是能会对好行要想买愿够贵划信值敢成"
"""Verbs of A-not-A questions."""
_SOUNDING_NEGATIVE = ("不要", "不会", "不能", "不用", "不是", "不可以", "没有", "哪有")
_GOVERNING = re.findall(r"\S+", """
    会 能 能够 要 用 可以 可能 该 应该 想 肯 敢 是 太 再 怎么 那么 这么 必 一定 见得 算 觉得 跟你 给你 对你 让你
    跟他 给他 对他 让他 很 有 什么 需要 打算 准备 愿 愿意 为了 因为 因此 真 真的 都 只 光 多 去 来 到 得
""")
"""What may stand between a negator and the stretch that it governs."""
_REACH = 8
"""字 before a stretch in which its negator is looked for."""
_SOUNDS_NEGATIVE = re.compile("[部步布补捕簿哺埠卜煤媒梅眉酶枚霉每美妹昧魅媚]")
"""What recognisers write for 不 and 没."""


@dataclass(frozen=True, slots=True)
class Denials:
    """The negators of one normalised text."""

    text: Text
    positions: frozenset[int]
    """Of the negators that deny something."""

    def reaching(self, start: int, end: int) -> list[int]:
        """Positions of the negators inside text[start:end] or governing it from before, ascending."""
        if not self.positions:
            return []
        before = _patterns().governing.search(self.text.syllables, max(0, start - _REACH), start)
        first = before.start() if before else start
        return sorted(p for p in self.positions if first <= p < end)

    def contradict(self, phrase: Denials, start: int, end: int, beyond: int = 0) -> bool:
        """Whether text[start:end] denies something else than the phrase does.

        A negator up to `beyond` characters after it counts too, where the end of the phrase was not heard.

        A negator that the recogniser wrote as a homophone (煤有 for 没有) is not missed.
        """
        expected = len(phrase.positions)
        count = len(self.reaching(start, end + beyond))
        if count >= expected:
            return count > expected
        homophones = len(_SOUNDS_NEGATIVE.findall(self.text.characters, start, end))
        innocent = len(_SOUNDS_NEGATIVE.findall(phrase.text.characters))
        return count + max(0, homophones - innocent) < expected


def denials(text: Text) -> Denials:
    """Find the negators in a normalised text."""
    patterns = _patterns()
    found = {m.start() for m in patterns.sounding.finditer(text.syllables)}
    found |= {i for i, c in enumerate(text.characters) if c in NEGATORS}
    if found:
        for match in patterns.exempt.finditer(text.characters):
            found.difference_update(range(*match.span()))
        for match in patterns.questions.finditer(text.syllables):
            found.difference_update(range(*match.span()))
    return Denials(text, frozenset(found))


@dataclass(frozen=True, slots=True)
class _Patterns:
    exempt: re.Pattern[str]
    """On characters; the others on syllables."""
    questions: re.Pattern[str]
    sounding: re.Pattern[str]
    governing: re.Pattern[str]


@cache
def _patterns() -> _Patterns:
    def sounds(words: list[str] | tuple[str, ...] | str) -> str:
        return "|".join(sorted({normalise([w]).syllables for w in words}, key=len, reverse=True))

    negators = sounds(tuple(NEGATORS))
    return _Patterns(
        exempt=re.compile("|".join([*sorted(_EXEMPT, key=len, reverse=True), "有没有"])),
        questions=re.compile(rf"({sounds(_QUESTIONED)})(?:{sounds('不没')})\1"),
        sounding=re.compile(sounds(_SOUNDING_NEGATIVE)),
        governing=re.compile(rf"(?:{negators})(?:{sounds(_GOVERNING)})*$"),
    )
