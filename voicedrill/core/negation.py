"""Does a stretch of speech deny what a phrase affirms, or affirm what it denies?

Both sides' negators are counted and compared. Left out are words that only look negative (不错, 不过, 特别),
polite formulas (没关系), A-not-A questions (是不是), and remarks about the listener's doubts (别担心) that leave the
statement after them untouched. A negator before the stretch counts when nothing but auxiliaries, adverbs and the like
stand between (不用|看长远, 不跟您|说真的, but not 不贵|合起来更便宜): recognised speech has no punctuation, so grammar
must tell where a clause begins.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

NEGATORS = frozenset("不没别无未非勿莫")

_EXEMPT = re.findall(r"\S+", """
    不好意思 不瞒 不过 不错 不同 差不多 不但 不仅 不光 不只 不管 不论 不如 不断 不然 不妨 不愧 不得不 不能不 不是不
    没有不 不怕 不信 不要紧 不是我吹 要不 了不起 不用着急 不用担心 不用怀疑 没关系 没事 没问题 没准 没错
    别人 别的 别家 别处 别看 别急 别担心 别怀疑 别不信 特别 分别 区别 级别 类别 无论 无非 非常 除非 未来 莫非
""")
_A_NOT_A = r"([是能会对好行要想买愿够贵划信值敢成])[不没]\1|有没有"
_MASKED = re.compile(_A_NOT_A + "|" + "|".join(sorted(_EXEMPT, key=len, reverse=True)))
_GOVERNING = re.compile(
    r"[不没别无未非勿莫](?:会|能够?|要|用|可以|可能|应?该|想|肯|敢|是|太|再|怎么|那么|这么|必|一定|见得|算|觉得|[跟给对让叫]"
    r"[你我他]们?|很|有|什么|需要|打算|准备|愿意?|为了|因为|因此|真的?|都|只|光|多|去|来|到|得)*$")
"""From a negator to the stretch that it governs."""
_REACH = 8
"""字 before a stretch in which `_GOVERNING` is looked for."""
_SOUNDS_NEGATIVE = re.compile("[部步布补捕簿哺埠卜煤媒梅眉酶枚霉每美妹昧魅媚]")
"""What recognisers write for 不 and 没."""


@dataclass(frozen=True, slots=True)
class Denials:
    """The negators of one normalised text."""

    characters: str
    positions: tuple[int, ...]
    """Of the negators that deny something, ascending."""

    def reaching(self, start: int, end: int) -> int:
        """Number of negators inside characters[start:end] or governing it from before."""
        if not self.positions:
            return 0
        before = _GOVERNING.search(self.characters, max(0, start - _REACH), start)
        first = before.start() if before else start
        return sum(first <= p < end for p in self.positions)

    def contradict(self, phrase: Denials, start: int, end: int) -> bool:
        """Whether characters[start:end] denies something else than the phrase does.

        A negator that the recogniser wrote as a homophone (煤有 for 没有) is not missed.
        """
        expected = len(phrase.positions)
        count = self.reaching(start, end)
        if count >= expected:
            return count > expected
        homophones = len(_SOUNDS_NEGATIVE.findall(self.characters, start, end))
        innocent = len(_SOUNDS_NEGATIVE.findall(phrase.characters))
        return count + max(0, homophones - innocent) < expected


def denials(characters: str) -> Denials:
    """Find the negators in normalised characters."""
    if NEGATORS.isdisjoint(characters):
        return Denials(characters, ())
    masked = _MASKED.sub(lambda m: "〇" * len(m[0]), characters)
    return Denials(characters, tuple(i for i, c in enumerate(masked) if c in NEGATORS))
