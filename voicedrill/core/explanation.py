"""Why a score card says what it says: one sentence per line, and the one thing to improve."""

from __future__ import annotations

from voicedrill.core.bilingual import Bilingual
from voicedrill.core.criterion_reasons import clip, criterion_reason
from voicedrill.core.model import (
    CardStatus,
    Evaluation,
    Fluency,
    Points,
    Question,
    Rating,
    ScoreCard,
    Tactic,
    Verdict,
)
from voicedrill.core.structure import out_of_order

_GOOD = 0.75
"""Share of a part's points above which it needs no advice."""
_ALL = 0.995
"""Share that rounds to all."""


def explain(question: Question, evaluation: Evaluation, card: ScoreCard) -> tuple[Bilingual, ...]:
    """One reason per line of points, in the card's order."""
    counted = _counted(card)
    return tuple(
        _of_criterion(points, question, evaluation, counted) if points.part in _OF_CRITERIA
        else _delivery(points, evaluation.fluency, counted)
        for points in card.points)


def headline(question: Question, evaluation: Evaluation, card: ScoreCard) -> Bilingual:
    """The one thing to improve, or what was done well."""
    if card.status is CardStatus.SILENT:
        return Bilingual("没有听到回答，想到一句就先说出来。", "No reply was heard; say what comes to mind first.")
    if card.status is CardStatus.UNRELIABLE:
        return Bilingual("这次没有听清，不计分。请靠近麦克风，在安静处再说一遍。",
                         "Not heard clearly, so not scored. Come closer to the microphone and say it again.")
    tactic = next((t for t in question.tactics if t.id == evaluation.tactic_id), None)
    if card.cap is not None and (tactic is None or tactic.rating is not Rating.RED):
        return _red_line_advice(evaluation, card.cap)
    if tactic is None:
        return _name_tactics(question, evaluation)
    if tactic.rating is Rating.RED:
        return Bilingual(f"{tactic.name}合规评级为红，不得分，换一种讲法。{tactic.rating_reason}",
                         f"{tactic.name} is rated red and earns nothing; use another. {tactic.rating_reason}")
    return _content_advice(tactic, evaluation, card) or _delivery_advice(card, tactic)


def red_line_reasons(evaluation: Evaluation) -> tuple[Bilingual, ...]:
    """One sentence per red line that the reply crosses or seems to cross, in order of time."""
    reasons = []
    for found in evaluation.red_lines:
        place = clip(found.evidence)
        if found.doubtful:
            reasons.append(Bilingual(f"{place.zh}，像是红线「{found.name}」，没有听清，不扣分，请人复听。",
                                     f"{place.en} sounds like the red line “{found.name}” but is unclear: not held "
                                     "against you, to be heard by a person."))
        else:
            reasons.append(Bilingual(f"{place.zh}，踩了红线「{found.name}」，请人复听。",
                                     f"{place.en} crosses the red line “{found.name}”; to be heard by a person."))
    return tuple(reasons)


def _red_line_advice(evaluation: Evaluation, cap: float) -> Bilingual:
    found = next((r for r in evaluation.red_lines if not r.doubtful), None)
    if found is None:
        return Bilingual(f"说了红线话，最多 {cap:.0f} 分。", f"A red line was crossed: {cap:.0f} points at most.")
    said = found.evidence.said
    return Bilingual(f"「{said}」是红线话（{found.name}），不能说；最多 {cap:.0f} 分，不算通过。",
                     f"“{said}” is a red line ({found.name}) and must not be said; {cap:.0f} points at most.")


def _name_tactics(question: Question, evaluation: Evaluation) -> Bilingual:
    names = "、".join(t.name for t in question.tactics if t.rating is not Rating.RED)
    other = evaluation.elsewhere
    if other is not None:
        return Bilingual(f"这像是「{other.question_name}」的{other.tactic_name}；这一题可以试试：{names}。",
                         f"This is like {other.tactic_name} of “{other.question_name}”; here, try {names}.")
    return Bilingual(f"没有听出用了哪一法，可以试试：{names}。", f"No tactic was recognised; try {names}.")


def _content_advice(tactic: Tactic, evaluation: Evaluation, card: ScoreCard) -> Bilingual | None:
    """Advice on the heaviest point that is not there; None when every point was heard."""
    findings = {f.criterion_id: f for f in evaluation.findings}
    lost = [(c, findings[c.id]) for c in tactic.criteria if findings[c.id].verdict is not Verdict.HIT]
    if not lost:
        return None
    order = {Verdict.NEGATED: 3, Verdict.MISSED: 2, Verdict.PARTIAL: 1, Verdict.UNSURE: 0, Verdict.PENDING: -1}
    criterion, finding = max(lost, key=lambda pair: (order[pair[1].verdict] > 0, pair[0].required, pair[0].weight,
                                                     order[pair[1].verdict]))
    name, wording = criterion.name, criterion.phrases[0] if criterion.phrases else criterion.name
    if finding.verdict is Verdict.NEGATED and finding.evidence:
        return Bilingual(f"「{finding.evidence.said}」听起来把「{name}」说反了，请听一遍录音。",
                         f"“{finding.evidence.said}” sounds like the opposite of “{name}”; listen to it again.")
    if finding.verdict is Verdict.UNSURE:
        return Bilingual(f"用了{tactic.name}。「{name}」没有听清，说得再清楚些。",
                         f"{tactic.name} recognised. “{name}” was unclear; say it more plainly.")
    return Bilingual(f"用了{tactic.name}，还差「{name}」，例如：{wording}。",
                     f"{tactic.name} recognised; “{name}” is missing, for example: {wording}.")


def _delivery_advice(card: ScoreCard, tactic: Tactic) -> Bilingual:
    parts = [p for p in card.points if p.part in ("latency", "pace", "fluency") and p.possible]
    worst = min(parts, key=lambda p: p.earned / p.possible, default=None)
    if worst is None or worst.earned >= _GOOD * worst.possible:
        return Bilingual(f"{tactic.name}要点齐全，说得流利。", f"{tactic.name}: every point is there, fluently said.")
    advice = {
        "latency": Bilingual("客户话音一落就接上", "answer sooner"),
        "pace": Bilingual("语速再调整一下", "mind your pace"),
        "fluency": Bilingual("句子中间少停顿、少口头禅", "pause less inside sentences, use fewer fillers"),
    }[worst.part]
    return Bilingual(f"{tactic.name}要点齐全；{advice.zh}就更好了。",
                     f"{tactic.name}: every point is there; {advice.en}.")


# ---------------------------------------------------------------- criteria

_OF_CRITERIA = ("content", "structure", "person")


def _of_criterion(
    points: Points, question: Question, evaluation: Evaluation, counted: float,
) -> Bilingual:
    """The reason for a line of content, structure or what a person marks."""
    criterion = next((c for c in (*question.criteria, *question.shared) if c.id == points.criterion_id), None)
    if criterion is None:
        return _without_tactic(question, evaluation)
    found = (*evaluation.findings, *evaluation.shared)
    finding = next((f for f in found if f.criterion_id == criterion.id), None)
    reason = criterion_reason(points, criterion, finding)
    if points.verdict not in (Verdict.HIT, Verdict.PARTIAL):
        return reason
    tactic = next((t for t in question.tactics if t.id == evaluation.tactic_id), None)
    if points.part == "content" and tactic is not None and tactic.rating is Rating.RED:
        return Bilingual(f"{reason.zh}{tactic.name}合规评级为红，不得分。",
                         f"{reason.en} {tactic.name} is rated red: no points.")
    if criterion.id in out_of_order(question, evaluation):
        reason = Bilingual(f"{reason.zh}次序不对，只得一部分。", f"{reason.en} In the wrong place: part of it.")
    return _in_part(reason, points, counted) if points.part == "structure" else reason


def _without_tactic(question: Question, evaluation: Evaluation) -> Bilingual:
    if evaluation.fluency is None:
        return Bilingual("没有听到内容。", "Nothing was said.")
    names = {c.id: c.name for c in question.criteria}
    hits = [names[f.criterion_id] for f in evaluation.findings if f.verdict is Verdict.HIT]
    if not hits:
        return Bilingual("没有听出任何一种应对方法。", "No tactic was recognised.")
    return Bilingual(f"只听到「{'」「'.join(hits)}」，还看不出用了哪一法。",
                     f"Only “{'”, “'.join(hits)}” was heard, which makes no tactic.")


# ---------------------------------------------------------------- delivery

def _counted(card: ScoreCard) -> float:
    """Share of the delivery points that counts, for want of content; 1 where the card does not tell."""
    if not any(p.earned for p in card.points if p.part == "content"):
        return 0.0
    for points in card.points:
        if points.part == "fluency" and points.possible and points.measure:
            return min(1.0, points.earned / points.possible / (points.measure / 100))
    return 1.0


def _delivery(points: Points, fluency: Fluency | None, counted: float) -> Bilingual:
    """The figure behind a line of latency, pace or fluency, and the share of its points that counts."""
    if points.part == "latency":
        figure = _latency(points)
    else:
        figure = _pace(points, fluency) if points.part == "pace" else _fluency(points, fluency)
    return _in_part(figure, points, counted)


def _in_part(reason: Bilingual, points: Points, counted: float) -> Bilingual:
    """A reason, with the share of its points that counts for want of content."""
    if points.possible and not counted:
        return Bilingual(f"{reason.zh}没有要点，不得分。", f"{reason.en} No points without content.")
    if points.possible and counted < _ALL:
        return Bilingual(f"{reason.zh}要点太少，只算 {counted:.0%}。",
                         f"{reason.en} Too few key points: {counted:.0%} of it counts.")
    return reason


def _latency(points: Points) -> Bilingual:
    if points.measure is None:
        return Bilingual("不知道客户何时说完，不计反应时间。", "The prompt's end is unknown; latency is not scored.")
    return Bilingual(f"客户说完 {points.measure:.1f} 秒后开口。", f"Began {points.measure:.1f} s after the prompt.")


def _pace(points: Points, fluency: Fluency | None) -> Bilingual:
    if fluency is None:
        return Bilingual("没有听到内容，不计语速。", "Nothing was said; pace is not scored.")
    if not points.possible:
        return Bilingual(f"只说了 {fluency.characters} 个字、{fluency.speaking_time:.1f} 秒，太短，不计语速。",
                         f"Only {fluency.characters} characters in {fluency.speaking_time:.1f} s: too short.")
    return Bilingual(f"每分钟 {fluency.speech_rate:.0f} 字。", f"{fluency.speech_rate:.0f} characters a minute.")


def _fluency(points: Points, fluency: Fluency | None) -> Bilingual:
    if fluency is None:
        return Bilingual("没有听到内容，不计流利度。", "Nothing was said; fluency is not scored.")
    if not points.possible:
        return Bilingual("太短，不计流利度。", "Too short for fluency.")
    return Bilingual(
        f"停顿 {fluency.silent_pauses} 次（其中 {fluency.long_pauses} 次超过 1 秒），"
        f"每百字口头禅 {fluency.fillers:.1f} 个、重复 {fluency.repeats:.1f} 处。",
        f"{fluency.silent_pauses} pauses ({fluency.long_pauses} longer than 1 s), "
        f"{fluency.fillers:.1f} fillers and {fluency.repeats:.1f} repetitions per 100 characters.")
