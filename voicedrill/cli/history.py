"""`voicedrill history`: past attempts, newest first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from voicedrill.cli.language import t, tr
from voicedrill.cli.practice import tidy_name

if TYPE_CHECKING:
    from voicedrill.core.model import Attempt


def history(
    trainee: Annotated[
        str | None, typer.Option(help=t("只看这位学员。", "Only this trainee."), callback=tidy_name)
    ] = None,
    objection: Annotated[
        str | None, typer.Option(help=t("只看这条异议（编号或名称）。", "Only this objection, by id or name."))
    ] = None,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help=t("最多几条。", "How many at most."))] = 20,
    as_json: Annotated[bool, typer.Option("--json", help=t("输出 JSON。", "Print JSON."))] = False,
) -> None:
    """List attempts from the store."""
    from voicedrill.cli import wiring
    from voicedrill.cli.screen import print_json, result_console
    from voicedrill.store.attempts import AttemptFilter
    from voicedrill.store.document import attempt_to_json

    library = None if as_json and objection is None else wiring.open_library()
    question_id = library.find_question(objection).id if library and objection else None
    with wiring.open_store() as store:
        attempts = store.list(AttemptFilter(trainee=trainee, question_id=question_id, limit=limit))
        waiting = len(store.unscored())
    if as_json or library is None:
        print_json([attempt_to_json(attempt) for attempt in attempts])
        return
    console = result_console()
    if not attempts:
        console.print(t("还没有作答记录。先试试 voicedrill demo。", "No attempts yet. Try voicedrill demo."))
        return
    names = {tactic.id: tactic.name for question in library.questions for tactic in question.tactics}
    console.print(_table(attempts, names))
    if waiting:
        console.print(t(f"有 {waiting} 段录音还没评分：voicedrill score --unscored",
                        f"{waiting} recordings wait for a score: voicedrill score --unscored"))


def _table(attempts: tuple[Attempt, ...], names: dict[str, str]) -> object:
    """`names` of the packs' tactics by id; one that a pack no longer has keeps its id."""
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
    for zh, en in (("编号", "Id"), ("时间", "Time"), ("学员", "Trainee"), ("题目", "Question"), ("招法", "Tactic")):
        table.add_column(t(zh, en))
    table.add_column(t("得分", "Score"), justify="right")
    table.add_column(t("结果", "Result"))
    for attempt in attempts:
        when = attempt.started_at.astimezone().strftime("%m-%d %H:%M")
        tactic = (attempt.evaluation.tactic_id if attempt.evaluation else None) or "—"
        total, result = _result(attempt)
        who, question = Text(attempt.trainee), Text(attempt.question.name)  # names are never taken for markup
        table.add_row(str(attempt.id)[:8], when, who, question, Text(names.get(tactic, tactic)), total, result)
    return table


def _result(attempt: Attempt) -> tuple[str, str]:
    from voicedrill.cli.wording import STATUS
    from voicedrill.core.model import CardStatus, EndReason

    card = attempt.score_card
    if card is None:
        return "", t("待评分", "not scored yet")
    if card.total is None or card.status is not CardStatus.SCORED:
        total, result = "" if card.total is None else f"{card.total:.0f}", tr(STATUS[card.status])
    else:
        total, result = f"{card.total:.0f}", t("通过", "passed") if card.passed else t("未通过", "not passed")
    if attempt.facts is not None and attempt.facts.end_reason is EndReason.INTERRUPTED:
        result += t("（中断）", " (interrupted)")  # else a take that broke off would pass for a poor answer
    return total, result
