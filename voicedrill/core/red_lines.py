"""Red lines: what must not be said, found word for word, with care for who says it and how.

A wording counts where it stands in the reply exactly as written. Where only its sound agrees (全国罪低), or the
recogniser doubted the words, the finding is doubtful: a person should hear it, and nothing is held against the
trainee.

It is no finding where

- an allowed collocation holds it (第一次 for 第一);
- it is negated before (我们不敢说全国最低) or after (全国最低谈不上), unless the negation is itself an assurance
  (不骗您, 不是我吹, 不得不说);
- it is someone else's word (您说的全国最低, 网上都吹全国第一) or asked about (是不是全国最低). What customers or
  experts are said to say counts: praise by proxy is a claim.

Recognised speech has no punctuation, so the grammar around a wording is all there is to go by; irony and implication
are not understood.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from voicedrill.core.matching import mean_confidence
from voicedrill.core.model import Evidence, RedLine, RedLineFinding, Transcript
from voicedrill.core.text import Text, normalise

_GAP = 6
"""字 that … in a wording may stand for."""
_SHORTEST_BY_SOUND = 3
"""字. Two syllables occur by chance."""
_REACH = 14
"""字 before a wording in which a negation or a quotation is looked for."""
_AFTER = 8
"""字 after it in which a denial is looked for."""

_ASSURANCES = re.compile("|".join(re.findall(r"\S+", """
    不得不 不是我吹 不是吹 不吹牛 不夸张 毫不夸张 不骗你 没骗你 不瞒你 不跟你开玩笑 不开玩笑 不用怀疑
    不用担心 不用犹豫 没问题 没错 不错 不但 不仅 不光 不只 不管 不论 不过 没关系 不好意思 不要紧 别犹豫
    别担心 别怀疑 别看 特别 别的 别人 别家 不信你 不愧 差不多 要不 不然 对不对 是不是 好不好 能不能 不是不 不怕
""")))
"""Look negative and are none, or assure what follows."""
_LINK = (
    "敢|能|会|可以|可能|是|要|用|该|应该|打算|想|好|便|必|存在|有|到|讲|说|吹|夸|喊|承诺|保证|许诺|答应|宣传|标榜|给|跟|对|向"
    "|谁|人|哪家|哪个|以|用|做到|只|光|看|追求|你|客户|我们|我|他们|任何|什么|所谓|这种|这样|那种|一句|叫|做|为|自己|信|相信|听|听信|那些|那种|这些|随便|轻易|一定|都|就|也|再|的|啊|去"
)
"""What may stand between a negator and the wording that it denies."""
_DENIED_BEFORE = re.compile(
    rf"(?:[不没别未勿]|没有|哪有|哪里有|哪儿有|哪来|无法|难以|哪敢|谁敢|谁能|谁会|谁可以|岂敢|怎么敢|禁止|拒绝|杜绝|避免|不准|不许)(?:{_LINK})*$"
    rf"|没有?(?:什么|任何|哪个|哪种|哪家|一个|一种).{{0,6}}(?:是|能|会|敢)(?:{_LINK})*$")
_DENIED_AFTER = re.compile(
    r"^(?:的?(?:这|这种|这样|那种)?(?:话|说法|承诺|事|价格)?)?(?:我们|我|谁|这|那|都|也|可|就|肯定|真的|其实)*"
    r"(?:不敢|不能说|不能讲|不会说|不说|谈不上|算不上|说不上|称不上|不可能|做不到|不存在|是假的|都是假的|是骗人|别信|不要信|不可信|没有的)")
_QUOTED = re.compile(
    r"(?:你|你们|别人|有人|人家|他们|他|她|对方|同行|网上|广告上|广告里|广告|外面|有的店|有些店|有的商家|有些商家|有些销售|传销|任何|那些|凡是)"
    r"(?:家|们)?(?:刚才|刚刚|也|都|总|老|经常|可能|一直|在|还|之前|上次|是|能|敢|会)*"
    r"(?:说|讲|问|提|听|听说|听到|看到|提到|想问|吹|喊|宣传|承诺|打着)(?:到|过|了|起|一下)?"
    r"(?:的|是|我们|他们|自己|这|那|这个|那个|什么|所谓|能不能|有没有)*$")
_ASKED = re.compile(r"(?:是不是|算不算|是否|有没有|能不能|叫什么|什么叫|什么是|所谓)的?$")


@dataclass(frozen=True, slots=True)
class _Rule:
    line: RedLine
    phrase: str
    exact: re.Pattern[str]
    by_sound: re.Pattern[str] | None


@dataclass(frozen=True, slots=True)
class _Rules:
    any_exact: re.Pattern[str]
    any_sound: re.Pattern[str]
    """Together they spare most replies a closer look; any_sound is on syllables."""
    rules: tuple[_Rule, ...]
    allowed: dict[str, tuple[str, ...]]
    """Red line id -> normalised collocations."""


def find_red_lines(
    transcript: Transcript, lines: tuple[RedLine, ...], confidence: float, text: Text | None = None,
) -> tuple[RedLineFinding, ...]:
    """The red lines that a reply crosses, in order of time; of one line the first place that is certain.

    Args:
        transcript: what was heard.
        lines: what must not be said.
        confidence: 0-1, mean over the words below which a finding is doubtful.
        text: the transcript as it is to be compared, where that is known already.
    """
    if not lines or not transcript.words:
        return ()
    if text is None:
        text = normalise([w.text for w in transcript.words])
    rules = _compiled(lines)
    if not (rules.any_exact.search(text.characters) or rules.any_sound.search(text.syllables)):
        return ()
    found: dict[str, RedLineFinding] = {}
    for rule in rules.rules:
        for start, end, by_sound in _places(rule, text):
            if _harmless(rules.allowed[rule.line.id], text.characters, start, end):
                continue
            finding = _finding(rule, transcript, text, (start, end), confidence, by_sound)
            known = found.get(rule.line.id)
            if known is None or _order(finding) < _order(known):
                found[rule.line.id] = finding
    return tuple(sorted(found.values(), key=lambda f: f.evidence.start))


def _order(finding: RedLineFinding) -> tuple[bool, float, float]:
    """What is certain before what is doubtful, earlier before later, longer before shorter."""
    return finding.doubtful, finding.evidence.start, -finding.evidence.end


def _places(rule: _Rule, text: Text) -> Iterator[tuple[int, int, bool]]:
    """Start, end and whether only the sound agrees."""
    exact = [m.span() for m in rule.exact.finditer(text.characters)]
    yield from ((start, end, False) for start, end in exact)
    for match in rule.by_sound.finditer(text.syllables) if rule.by_sound else ():
        if match.span() not in exact:
            yield *match.span(), True


def _harmless(allowed: tuple[str, ...], said: str, start: int, end: int) -> bool:
    """Whether a wording is part of something allowed, denied, someone else's word or asked about."""
    for collocation in allowed:
        at = said.find(collocation, max(0, start - len(collocation) + 1))
        if 0 <= at < end and at + len(collocation) > start:
            return True
    before = _ASSURANCES.sub(lambda m: "＊" * len(m[0]), said[:start])[-_REACH:]
    if _DENIED_BEFORE.search(before) or _DENIED_AFTER.search(said[end:end + _AFTER]):
        return True
    return bool(_QUOTED.search(said[max(0, start - _REACH):start]) or _ASKED.search(said[:start]))


def _finding(
    rule: _Rule, transcript: Transcript, text: Text, place: tuple[int, int], confidence: float, by_sound: bool,
) -> RedLineFinding:
    first, last = text.word_of[place[0]], text.word_of[place[1] - 1]
    heard = transcript.words[first:last + 1]
    said = "".join(w.text for w in heard)
    known = mean_confidence(heard)
    doubtful = by_sound or (known is not None and known < confidence)
    evidence = Evidence(rule.phrase, said, heard[0].start, heard[-1].end, first, last)
    return RedLineFinding(rule.line.id, rule.line.category, rule.line.name, evidence, doubtful)


@lru_cache(maxsize=16)
def _compiled(lines: tuple[RedLine, ...]) -> _Rules:
    rules = []
    for line in lines:
        for phrase in dict.fromkeys(line.phrases):
            parts = [t for part in phrase.split("…") if len(t := normalise([part]))]
            if not parts:
                continue
            long_enough = sum(map(len, parts)) >= _SHORTEST_BY_SOUND
            by_sound = _pattern([t.syllables for t in parts]) if long_enough else None
            rules.append(_Rule(line, phrase, _pattern([t.characters for t in parts]), by_sound))
    allowed = {line.id: tuple(t.characters for a in line.allowed if len(t := normalise([a]))) for line in lines}
    return _Rules(_any(r.exact for r in rules), _any(r.by_sound for r in rules if r.by_sound), tuple(rules), allowed)


def _pattern(parts: list[str]) -> re.Pattern[str]:
    return re.compile(f".{{0,{_GAP}}}?".join(map(re.escape, parts)))


def _any(patterns: Iterator[re.Pattern[str]]) -> re.Pattern[str]:
    return re.compile("|".join(sorted({p.pattern for p in patterns})) or "(?!)")
