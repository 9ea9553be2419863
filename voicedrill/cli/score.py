"""`voicedrill score`: an existing recording against an objection."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from voicedrill.cli.language import DEFAULT_TRAINEE, t, tr
from voicedrill.cli.practice import Model, Trainee
from voicedrill.core.errors import UsageError, VoiceDrillError

if TYPE_CHECKING:
    from voicedrill.cli.wiring import Kit
    from voicedrill.core.model import Attempt


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
        if file is not None:
            attempts, failures = [kit.session.mark(kit.library.find_question(str(objection)), file)], 0
        else:
            attempts, failures = _make_up(kit)
        warn_of_demo_model(progress_console(), kit)
        if as_json:
            documents = [attempt_to_json(attempt) for attempt in attempts]
            print_json(documents[0] if file is not None else documents)
        else:
            console = result_console()
            if not attempts and not failures:
                console.print(t("没有等待评分的录音。", "No recording waits for a score."))
            for attempt in attempts:
                question = kit.library.find_question(attempt.question.id)
                show_attempt(console, attempt, question, stored_places(kit, attempt))
    if failures:
        raise typer.Exit(1)


STILL_GROWING = 5.0
"""Seconds: a take without a hash that was written to so lately is being recorded by another program right now."""


def _make_up(kit: Kit) -> tuple[list[Attempt], int]:
    """Score every attempt that has no score; one that cannot be scored is told and does not stop the others."""
    from voicedrill.cli.screen import progress_console

    scored, failures = [], 0
    for attempt in kit.store.unscored():
        try:
            if _is_growing(kit.store.recordings.locate(attempt.recording), attempt):
                continue
            scored.append(kit.session.resume(attempt, kit.library.find_question(attempt.question.id)))
        except VoiceDrillError as error:
            failures += 1
            progress_console().print(f"#{str(attempt.id)[:8]}  {tr(error.message)}", markup=False, soft_wrap=True)
    return scored, failures


def _is_growing(path: Path, attempt: Attempt) -> bool:
    if attempt.recording.sha256 or not path.exists():
        return False
    return time.time() - path.stat().st_mtime < STILL_GROWING
