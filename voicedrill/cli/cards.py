"""What a person sees of an attempt in the terminal: the score card with the words and seconds behind every point."""

from __future__ import annotations

from rich.console import Console, Group, RenderableType
from rich.markup import escape
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from voicedrill.cli.language import t, tr
from voicedrill.cli.wording import END_REASON, NOTE, PART, RATING, STATUS, VERDICT, VERDICT_STYLE
from voicedrill.core.explanation import explain, headline, red_line_reasons
from voicedrill.core.model import (
    Attempt,
    CardStatus,
    Evaluation,
    Evidence,
    Facts,
    Points,
    Question,
    Rating,
    ScoreCard,
    Verdict,
)


def show_attempt(console: Console, attempt: Attempt, question: Question, places: dict[str, str]) -> None:
    """Print the transcript and the score card.

    Args:
        console: where to.
        attempt: scored.
        question: the one it answers.
        places: label -> path, printed at the foot (recording, log).
    """
    if attempt.facts is None or attempt.evaluation is None or attempt.score_card is None:
        return
    console.print(_said(attempt.facts), soft_wrap=True)
    console.print(_card(attempt, question, attempt.evaluation, attempt.score_card))
    for label, path in places.items():
        console.print(f"  [dim]{label}  {escape(path)}[/]", soft_wrap=True)


def _said(facts: Facts) -> Text:
    line = Text(t("您说  ", "You   "), style="bold")
    if not facts.transcript.words:
        reason = END_REASON.get(facts.end_reason)
        return line.append(t("（没有听到内容）", "(nothing was heard)") if reason is None else f"（{tr(reason)}）")
    return line.append(facts.transcript.text, style="not bold")


def _card(attempt: Attempt, question: Question, evaluation: Evaluation, card: ScoreCard) -> Panel:
    rows: list[RenderableType] = [_tactic(question, evaluation), _criteria(question, evaluation, card)]
    rows.append(_timing(question, evaluation, card))
    rows.extend(Text("✋ " + tr(reason), style="red") for reason in red_line_reasons(evaluation))
    rows.extend(Text("⚠ " + tr(NOTE[note]), style="yellow") for note in attempt.notes if note in NOTE)
    rows.append(Text("→ " + tr(headline(question, evaluation, card)), style="bold"))
    return Panel(Group(*rows), title=_title(card), title_align="left", border_style=_colour(card), padding=(0, 1))


def _title(card: ScoreCard) -> str:
    if card.total is None:
        return t("识别不可靠：不计分，请重说或由人复听", "Recognition unreliable: no score; say it again")
    result = tr(STATUS[card.status]) if card.status is not CardStatus.SCORED else _pass_mark(card)
    return f"{card.total:.0f} {t('分', 'points')}  {result}"


def _pass_mark(card: ScoreCard) -> str:
    return t("通过", "passed") if card.passed else t("未通过", "not passed")


def _colour(card: ScoreCard) -> str:
    if card.total is None:
        return "yellow"
    return "green" if card.passed else "red"


def _tactic(question: Question, evaluation: Evaluation) -> Text:
    line = Text(t("招法  ", "Tactic  "), style="bold")
    tactic = next((x for x in question.tactics if x.id == evaluation.tactic_id), None)
    if tactic is None:
        return line.append(t("没有识别出招法", "none recognised"), style="not bold yellow")
    line.append(tactic.name, style="not bold cyan")
    if tactic.rating is not Rating.GREEN:
        line.append(t(f"  合规评级 {tr(RATING[tactic.rating])}：{tactic.rating_reason}",
                      f"  compliance {tr(RATING[tactic.rating])}: {tactic.rating_reason}"),
                    style="not bold red" if tactic.rating is Rating.RED else "not bold yellow")
    return line


def _criteria(question: Question, evaluation: Evaluation, card: ScoreCard) -> Table:
    """The criteria that earned points, or were heard though they belong to another tactic."""
    points = {p.criterion_id: p for p in card.points if p.criterion_id is not None}
    table = Table(box=None, padding=(0, 2, 0, 0), show_header=True, header_style="dim")
    for title in (t("要点", "Key point"), t("判定", "Verdict"), t("说到的话", "Said"), t("秒", "Seconds")):
        table.add_column(title, overflow="fold")
    table.add_column(t("得分", "Points"), justify="right", no_wrap=True)
    names = {c.id: c.name for c in (*question.criteria, *question.shared)}
    optional = {c.id for c in question.shared if c.optional}
    for finding in (*evaluation.findings, *evaluation.shared):
        if finding.criterion_id not in points:
            continue
        if finding.criterion_id in optional and finding.verdict is Verdict.MISSED:
            continue  # cost nothing: not worth a line
        mark, style = VERDICT_STYLE[finding.verdict]
        said, seconds = _evidence(finding.evidence)
        table.add_row(
            Text(names[finding.criterion_id]),
            Text(f"{mark} {tr(VERDICT[finding.verdict])}", style=style),
            Text(said),
            seconds,
            _earned(points[finding.criterion_id]),
        )
    return table


def _evidence(evidence: Evidence | None) -> tuple[str, str]:
    if evidence is None:
        return "—", ""
    return f"「{evidence.said}」", f"{evidence.start:.1f}–{evidence.end:.1f}"


def _earned(points: Points) -> str:
    return f"{points.earned:.1f}/{points.possible:.1f}" if points.possible else "—"


def _timing(question: Question, evaluation: Evaluation, card: ScoreCard) -> Table:
    """The other lines of the card, each with its reason."""
    table = Table(box=None, padding=(0, 2, 0, 0), show_header=False)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    table.add_column(justify="right", no_wrap=True)
    reasons = explain(question, evaluation, card)
    for points, reason in zip(card.points, reasons, strict=True):
        if points.part not in ("content", "structure", "person"):
            table.add_row(tr(PART[points.part]), Text(tr(reason)), _earned(points))
    return table
