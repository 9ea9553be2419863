"""Why a score card says what it says: one sentence per line, and the one thing to improve."""

from __future__ import annotations

from voicedrill.core.bilingual import Bilingual
from voicedrill.core.model import (
    CardStatus,
    Criterion,
    Evaluation,
    Evidence,
    Finding,
    Fluency,
    Points,
    Question,
    ScoreCard,
    Tactic,
    Verdict,
)

_GOOD = 0.75
"""Share of a part's points above which it needs no advice."""
_ALL = 0.995
"""Share that rounds to all."""


def explain(question: Question, evaluation: Evaluation, card: ScoreCard) -> tuple[Bilingual, ...]:
    """One reason per line of points, in the card's order."""
    criteria = {c.id: c for c in question.criteria}
    findings = {f.criterion_id: f for f in evaluation.findings}
    counted = _counted(card)
    reasons = []
    for points in card.points:
        if points.part == "content":
            reasons.append(_content(points, criteria, findings, evaluation))
        else:
            reasons.append(_delivery(points, evaluation.fluency, counted))
    return tuple(reasons)


def headline(question: Question, evaluation: Evaluation, card: ScoreCard) -> Bilingual:
    """The one thing to improve, or what was done well."""
    if card.status is CardStatus.SILENT:
        return Bilingual("没有听到回答，想到一句就先说出来。", "No reply was heard; say what comes to mind first.")
    if card.status is CardStatus.UNRELIABLE:
        return Bilingual("这次没有听清，不计分。请靠近麦克风，在安静处再说一遍。",
                         "Not heard clearly, so not scored. Come closer to the microphone and say it again.")
    tactic = next((t for t in question.tactics if t.id == evaluation.tactic_id), None)
    if tactic is None:
        return _name_tactics(question)
    return _content_advice(tactic, evaluation, card) or _delivery_advice(card, tactic)


def _name_tactics(question: Question) -> Bilingual:
    names = "、".join(t.name for t in question.tactics)
    return Bilingual(f"没有听出用了哪一法，可以试试：{names}。", f"No tactic was recognised; try {names}.")


def _content_advice(tactic: Tactic, evaluation: Evaluation, card: ScoreCard) -> Bilingual | None:
    """Advice on the heaviest point that is not there; None when every point was heard."""
    findings = {f.criterion_id: f for f in evaluation.findings}
    lost = [(c, findings[c.id]) for c in tactic.criteria if findings[c.id].verdict is not Verdict.HIT]
    if not lost:
        return None
    order = {Verdict.NEGATED: 2, Verdict.MISSED: 1, Verdict.UNSURE: 0}
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
    parts = [p for p in card.points if p.part != "content" and p.possible]
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


# ---------------------------------------------------------------- content


def _content(
    points: Points, criteria: dict[str, Criterion], findings: dict[str, Finding], evaluation: Evaluation,
) -> Bilingual:
    criterion = criteria.get(points.criterion_id or "")
    finding = findings.get(points.criterion_id or "")
    if criterion is None or finding is None:
        return _without_tactic(evaluation, findings, criteria)
    evidence = finding.evidence
    if finding.verdict is Verdict.HIT and evidence:
        return Bilingual(f"{_clip(evidence).zh}，与「{evidence.phrase}」相符。",
                         f"{_clip(evidence).en} matches “{evidence.phrase}”.")
    if finding.verdict is Verdict.UNSURE and evidence:
        return Bilingual(f"{_clip(evidence).zh}，像「{evidence.phrase}」但没有听清，{_held_against(points).zh}。",
                         f"{_clip(evidence).en} is like “{evidence.phrase}” but unclear; {_held_against(points).en}.")
    if finding.verdict is Verdict.NEGATED and evidence:
        return Bilingual(f"{_clip(evidence).zh}，与「{evidence.phrase}」意思像是相反，请听录音。",
                         f"{_clip(evidence).en} seems to deny “{evidence.phrase}”; listen to it.")
    wording = criterion.phrases[0] if criterion.phrases else criterion.name
    if criterion.required:
        return Bilingual(f"必说的没有说到，例如：{wording}。", f"Required but not said; for example: {wording}.")
    return Bilingual(f"没有说到，例如：{wording}。", f"Not said; for example: {wording}.")


def _held_against(points: Points) -> Bilingual:
    if points.possible:
        return Bilingual("听清的要点太少，暂不给分", "too little was clear, so no points for now")
    return Bilingual("不扣分", "not held against you")


def _without_tactic(
    evaluation: Evaluation, findings: dict[str, Finding], criteria: dict[str, Criterion],
) -> Bilingual:
    if evaluation.fluency is None:
        return Bilingual("没有听到内容。", "Nothing was said.")
    hits = [criteria[i].name for i, f in findings.items() if f.verdict is Verdict.HIT]
    if not hits:
        return Bilingual("没有听出任何一种应对方法。", "No tactic was recognised.")
    return Bilingual(f"只听到「{'」「'.join(hits)}」，还看不出用了哪一法。",
                     f"Only “{'”, “'.join(hits)}” was heard, which makes no tactic.")


def _clip(evidence: Evidence) -> Bilingual:
    """What was said, and when."""
    return Bilingual(f"{evidence.start:.1f}–{evidence.end:.1f} 秒「{evidence.said}」",
                     f"{evidence.start:.1f}–{evidence.end:.1f} s “{evidence.said}”")


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
    if points.possible and not counted:
        return Bilingual(f"{figure.zh}没有要点，不得分。", f"{figure.en} No points without content.")
    if points.possible and counted < _ALL:
        return Bilingual(f"{figure.zh}要点太少，只算 {counted:.0%}。",
                         f"{figure.en} Too few key points: {counted:.0%} of it counts.")
    return figure


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
