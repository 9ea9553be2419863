"""Runs the regression replies of a pack through the real scorer: what a change of wordings must not break."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from voicedrill.content.packs import Pack
from voicedrill.content.replies import NO_TACTIC, RegressionReply
from voicedrill.core.bilingual import Bilingual
from voicedrill.core.model import Question, Verdict
from voicedrill.core.rubric import Rubric
from voicedrill.core.typed import Result, assess_typed, split_words

_VERDICT = {
    Verdict.HIT: Bilingual("命中", "hit"),
    Verdict.UNSURE: Bilingual("听不清", "unclear"),
    Verdict.MISSED: Bilingual("未命中", "missed"),
    Verdict.NEGATED: Bilingual("疑似否定", "negated"),
    Verdict.PARTIAL: Bilingual("不完整", "said in part"),
    Verdict.PENDING: Bilingual("待评", "to be marked by a person"),
}


@dataclass(frozen=True, slots=True)
class Outcome:
    """A regression reply and what became of it."""

    reply: RegressionReply
    result: Result
    reasons: tuple[Bilingual, ...]
    """Why it fails; empty where it holds."""

    @property
    def passed(self) -> bool:
        """Whether the scorer does what the pack expects."""
        return not self.reasons


def run_regressions(pack: Pack, rubric: Rubric) -> tuple[Outcome, ...]:
    """Score every regression reply of the pack as text, delivery left out, in the pack's order."""
    questions = {q.id: q for q in pack.questions}
    outcomes = []
    for reply in pack.replies:
        question = questions[reply.question_id]
        result = assess_typed(question, split_words(reply.text), rubric)
        outcomes.append(Outcome(reply, result, tuple(_reasons(reply, question, result))))
    return tuple(outcomes)


def _reasons(reply: RegressionReply, question: Question, result: Result) -> Iterator[Bilingual]:
    recognised = result.evaluation.tactic_id
    if reply.tactic_id is not None and reply.tactic_id != (recognised or NO_TACTIC):
        yield Bilingual(f"招法应是 {_name(question, reply.tactic_id).zh}，认成了 {_name(question, recognised).zh}",
                        f"the tactic should be {_name(question, reply.tactic_id).en}, "
                        f"not {_name(question, recognised).en}")
    names = {c.id: c.name for c in question.criteria}
    findings = {f.criterion_id: f for f in result.evaluation.findings}
    for criterion in reply.hits:
        finding = findings[criterion]
        if finding.verdict is not Verdict.HIT:
            verdict = _VERDICT[finding.verdict]
            yield Bilingual(f"要点 {criterion}「{names[criterion]}」{verdict.zh}（相似度 {finding.score:g}）",
                            f"key point {criterion} “{names[criterion]}” is {verdict.en} "
                            f"(similarity {finding.score:g})")
    yield from _total(reply, result.card.total)


def _total(reply: RegressionReply, total: float | None) -> Iterator[Bilingual]:
    """Doubt is neither the points that a good reply must get nor the few that a poor one may."""
    if total is None and (reply.minimum is not None or reply.maximum is not None):
        yield Bilingual("没有总分：要点都听不清", "no total: every key point is unclear")
    elif total is not None and reply.minimum is not None and total < reply.minimum:
        yield Bilingual(f"得 {total:g} 分，应至少 {reply.minimum} 分",
                        f"scores {total:g}, at least {reply.minimum} due")
    elif total is not None and reply.maximum is not None and total >= reply.maximum:
        yield Bilingual(f"得 {total:g} 分，应低于 {reply.maximum} 分",
                        f"scores {total:g}, under {reply.maximum} due")


def _name(question: Question, tactic_id: str | None) -> Bilingual:
    tactic = next((t for t in question.tactics if t.id == tactic_id), None)
    if tactic is None:
        return Bilingual("无", "none")
    return Bilingual(f"{tactic.id} {tactic.name}", f"{tactic.id} {tactic.name}")
