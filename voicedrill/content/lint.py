"""What is allowed in a pack but makes it a poor one: wordings that are too few, too short, too alike; red lines."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from rapidfuzz import fuzz

from voicedrill.content.packs import Pack
from voicedrill.core.bilingual import Bilingual
from voicedrill.core.model import Criterion, Question, Rating, Tactic

MIN_PHRASES = 4
"""Measured: with 1/2/3/4/5 wordings a key point is found with recall .23/.42/.56/.67/.68."""
MIN_LENGTH = 3
"""Characters. Two characters occur by chance in any reply."""
MAX_LENGTH = 14
"""Characters. Nobody says a longer sentence word for word; the parts of it should be wordings of their own."""
TOO_ALIKE = 80.0
"""Indel similarity, 0-100, from which two wordings are taken for one: they add no recall inside a key point, and
across the tactics of an objection each is taken for the other. At 70 most warnings were about harmless pairs."""
ECHO = 75.0
"""Partial similarity to what the customer says, 0-100, from which repeating the objection would earn the point."""
COPIED = 6
"""Characters from which a wording that stands in a positive regression reply is copied; shorter ones people share."""
IN_ANSWER = 60.0
"""Partial similarity, 0-100, that the best wording of each key point must reach in the model answer."""

_RED_LINES = re.compile(
    r"最低价|全国最低|全网最低|最便宜|最先进|全国第一|行业第一|销量第一|第一品牌|国家级|世界级|顶级|极品|独一无二|万能"
    r"|史无前例|绝对|保证|包过|包赚|稳赚|百分之百|百分百|零风险|无风险|无效退款|永久|假一赔万|治愈|根治"
)
"""Absolute claims and guarantees. A first, small list; it flags for people and decides nothing."""
_NEGATED = re.compile(r"[不没未非别]")
_LOOK_BACK = 4
"""Characters before a red-line word in which a negation turns it round: 不敢跟您保证."""
_SIGNS = re.compile(r"[^\w]|_")


@dataclass(frozen=True, slots=True)
class Problem:
    """Something to mend in a pack."""

    severity: Literal["error", "warning"]
    """An error would do harm when drilled; a warning makes recognition or learning worse."""
    where: str
    """Id of the question, tactic or criterion."""
    message: Bilingual


def lint_pack(pack: Pack) -> tuple[Problem, ...]:
    """Every problem of the pack, in the order of its questions; then those of its regression replies."""
    problems = [problem for question in pack.questions for problem in _lint_question(question)]
    return (*problems, *_copied(pack))


def _lint_question(question: Question) -> Iterator[Problem]:
    yield from _slots_left(question.id, question.prompt, question.maxim)
    for tactic in question.tactics:
        yield from _slots_left(tactic.id, tactic.idea, tactic.model_answer)
        yield from _red_lines(tactic)
        yield from _missing_from_answer(tactic)
        for criterion in tactic.criteria:
            yield from _slots_left(criterion.id, *criterion.phrases)
            yield from _phrases(criterion)
            yield from _echoes(criterion, question)
    yield from _confusable(question)


def _copied(pack: Pack) -> Iterator[Problem]:
    """Regression replies that prove nothing: they say a wording of the pack word for word."""
    phrases = {q.id: [p for c in q.criteria for p in c.phrases] for q in pack.questions}
    for reply in pack.replies:
        if not reply.positive:
            continue
        text = _bare(reply.text)
        copied = [p for p in phrases[reply.question_id] if len(_bare(p)) >= COPIED and _bare(p) in text]
        if copied:
            yield Problem("error", reply.question_id, Bilingual(
                f"第 {reply.line} 行的检验回答照抄了说法「{copied[0]}」，换一种人会说的说法",
                f"the regression reply on line {reply.line} copies the wording “{copied[0]}”; say it in other words"))


def _slots_left(where: str, *texts: str) -> Iterator[Problem]:
    for text in texts:
        if "{" in text or "}" in text:
            yield Problem("error", where, Bilingual(f"空位没有填上：「{text}」", f"a slot is not filled: “{text}”"))


def _red_lines(tactic: Tactic) -> Iterator[Problem]:
    text = tactic.model_answer
    for match in _RED_LINES.finditer(text):
        if not _NEGATED.search(text, max(0, match.start() - _LOOK_BACK), match.start()):
            yield Problem("error", tactic.id, Bilingual(
                f"参考话术里有红线词「{match[0]}」，请换成做得到的说法",
                f"the model answer says “{match[0]}”, a red line; say what can be kept"))


def _missing_from_answer(tactic: Tactic) -> Iterator[Problem]:
    if tactic.rating is Rating.RED:  # its wordings are what must not be said
        return
    answer = _bare(tactic.model_answer)
    for criterion in tactic.criteria:
        if max(fuzz.partial_ratio(_bare(p), answer) for p in criterion.phrases) < IN_ANSWER:
            yield Problem("warning", criterion.id, Bilingual(
                f"参考话术里没有要点「{criterion.name}」的说法",
                f"the model answer has no wording of “{criterion.name}”"))


def _phrases(criterion: Criterion) -> Iterator[Problem]:
    if criterion.kind == "verbatim":  # a sentence, one is enough
        return
    phrases = criterion.phrases
    if len(phrases) < MIN_PHRASES:
        yield Problem("warning", criterion.id, Bilingual(
            f"只有 {len(phrases)} 种说法，至少写 {MIN_PHRASES} 种，漏判才少",
            f"has {len(phrases)} wordings; at least {MIN_PHRASES} are needed to be found reliably"))
    for phrase in phrases:
        if not MIN_LENGTH <= len(_bare(phrase)) <= MAX_LENGTH:
            yield Problem("warning", criterion.id, Bilingual(
                f"说法「{phrase}」应有 {MIN_LENGTH} 到 {MAX_LENGTH} 个字",
                f"the wording “{phrase}” should have {MIN_LENGTH} to {MAX_LENGTH} characters"))
        if sign := _SIGNS.search(phrase):
            yield Problem("warning", criterion.id, Bilingual(
                f"说法「{phrase}」里有符号「{sign[0]}」，说法只写念出来的字",
                f"the wording “{phrase}” holds the sign “{sign[0]}”; write only what is spoken"))
    for i, phrase in enumerate(phrases):
        for other in phrases[:i]:
            if _alike(phrase, other):
                yield Problem("warning", criterion.id, Bilingual(
                    f"说法「{other}」和「{phrase}」太像，换一种句式",
                    f"the wordings “{other}” and “{phrase}” are too alike; vary the sentence"))


def _echoes(criterion: Criterion, question: Question) -> Iterator[Problem]:
    said = (_bare(question.prompt), _bare(question.name))
    for phrase in criterion.phrases:
        bare = _bare(phrase)
        if any(s in bare or (len(bare) <= len(s) and fuzz.partial_ratio(bare, s) >= ECHO) for s in said):
            yield Problem("warning", criterion.id, Bilingual(
                f"说法「{phrase}」重复了客户的话，照念异议也会得分",
                f"the wording “{phrase}” echoes the customer: repeating the objection would earn it"))


def _confusable(question: Question) -> Iterator[Problem]:
    """Wordings of different criteria of one objection that are taken for each other."""
    seen: list[tuple[Criterion, str]] = []
    for criterion in question.criteria:
        for other, phrase in seen:
            for mine in criterion.phrases:
                if _alike(mine, phrase):
                    yield Problem("warning", criterion.id, Bilingual(
                        f"说法「{mine}」和 {other.id} 的「{phrase}」太像，会互相误认",
                        f"the wording “{mine}” is taken for “{phrase}” of {other.id}"))
        seen += [(criterion, phrase) for phrase in criterion.phrases]


def _alike(one: str, other: str) -> bool:
    a, b = _bare(one), _bare(other)
    return fuzz.ratio(a, b) >= TOO_ALIKE or (min(len(a), len(b)) >= MIN_LENGTH and (a in b or b in a))


def _bare(text: str) -> str:
    return _SIGNS.sub("", text)
