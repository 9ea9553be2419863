"""`voicedrill score`: an existing recording against an objection."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from voicedrill.cli.language import DEFAULT_TRAINEE, t
from voicedrill.cli.practice import Model, Trainee
from voicedrill.core.errors import UsageError


def score(
    file: Annotated[Path | None, typer.Argument(help=t("录音文件。", "The recording."))] = None,
    objection: Annotated[
        str | None, typer.Option(help=t("回答的是哪条异议（编号或名称）。", "The objection, by id or name."))
    ] = None,
    unscored: Annotated[
        bool, typer.Option("--unscored", help=t("补评已录下但没评分的作答。", "Score what was recorded, not scored."))
    ] = False,
    trainee: Trainee = DEFAULT_TRAINEE,
    model: Model = None,
    as_json: Annotated[bool, typer.Option("--json", help=t("输出 JSON。", "Print JSON."))] = False,
) -> None:
    """Recognise, score and store."""
    if unscored == (file is not None):
        raise UsageError("请给出一个录音文件，或用 --unscored 补评以前的录音。",
                         "Name one recording, or use --unscored for those recorded earlier.")
    if file is not None and objection is None:
        raise UsageError("请用 --objection 说明这段录音回答的是哪条异议，例如 --objection 太贵了。",
                         "Say which objection the recording answers, e.g. --objection 太贵了.")
    from voicedrill.cli import wiring
    from voicedrill.cli.cards import show_attempt
    from voicedrill.cli.drill import stored_places, warn_of_demo_model
    from voicedrill.cli.screen import print_json, progress_console, result_console
    from voicedrill.store.document import attempt_to_json

    kit = wiring.open_kit(model, trainee)
    with kit.store:
        warn_of_demo_model(progress_console(), kit)
        if file is not None:
            attempts = [kit.session.mark(kit.library.find_question(str(objection)), file)]
        else:
            attempts = [kit.session.resume(a, kit.library.find_question(a.question.id)) for a in kit.store.unscored()]
        if as_json:
            documents = [attempt_to_json(attempt) for attempt in attempts]
            print_json(documents[0] if file is not None else documents)
            return
        console = result_console()
        if not attempts:
            console.print(t("没有等待评分的录音。", "No recording waits for a score."))
        for attempt in attempts:
            question = kit.library.find_question(attempt.question.id)
            show_attempt(console, attempt, question, stored_places(kit, attempt))
