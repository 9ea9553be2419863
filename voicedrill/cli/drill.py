"""One question in the terminal: ask it, watch the turn, show the score card."""

from __future__ import annotations

from dataclasses import dataclass

from rich.console import Console
from rich.markup import escape

from voicedrill.cli.cards import show_attempt
from voicedrill.cli.language import t, tr
from voicedrill.cli.live import LiveTurn
from voicedrill.cli.wiring import Kit
from voicedrill.cli.wording import DEMO_MODEL_WARNING
from voicedrill.core.errors import SpeechError
from voicedrill.core.model import Attempt, Question, Recording
from voicedrill.ports import AudioOutput, Synthesizer
from voicedrill.session import Devices, Source


@dataclass(frozen=True, slots=True)
class Stage:
    """Where questions are shown and by whom they are spoken."""

    console: Console
    kit: Kit
    synthesizer: Synthesizer | None
    """None: the prompt is shown, not spoken."""


def ask(stage: Stage, question: Question, devices: Devices, source: Source, number: int) -> Attempt:
    """Ask one question and show how it was answered."""
    console = stage.console
    name = escape(question.name)
    console.rule(t(f"第 {number} 题 · {name}", f"Question {number} · {name}"), align="left")
    console.print(f"[bold]{t('客户', 'Customer')}[/]  {escape(question.prompt)}", soft_wrap=True)
    prompt = _render(stage, question.prompt)
    with LiveTurn(console) as watch:
        attempt = stage.kit.session.ask(question, prompt, devices, source=source, watch=watch)
    show_attempt(console, attempt, question, stored_places(stage.kit, attempt))
    return attempt


def stored_places(kit: Kit, attempt: Attempt) -> dict[str, str]:
    """Where the recording and the log of an attempt lie."""
    return {
        t("录音", "Recording"): str(kit.store.recordings.locate(attempt.recording)),
        t("记录", "Log"): f"{kit.store.path}  #{str(attempt.id)[:8]}",
    }


def warn_of_demo_model(console: Console, kit: Kit) -> None:
    """Say on screen that the model in use does not understand people."""
    if kit.model.is_demo:
        console.print(f"[yellow]⚠ {tr(DEMO_MODEL_WARNING)}[/]", soft_wrap=True)


def offer_to_make_up(console: Console, kit: Kit) -> None:
    """Say that takes of an earlier session, cut short, wait for their score."""
    waiting = len(kit.store.unscored())
    if waiting:
        console.print(t(f"上次有 {waiting} 段录音没来得及评分，已保存；补评：voicedrill score --unscored",
                        f"{waiting} earlier takes are kept without a score: voicedrill score --unscored"),
                      soft_wrap=True)


def say_aloud(stage: Stage, text: str, output: AudioOutput) -> None:
    """Speak a sentence of the program's own."""
    output.play(_render(stage, text))


def _render(stage: Stage, text: str) -> Recording:
    """The text spoken; silence of no length where nothing can speak, after saying so."""
    import numpy as np

    if stage.synthesizer is not None:
        try:
            return stage.synthesizer.synthesize(text)
        except SpeechError as error:
            stage.console.print(f"[yellow]⚠ {escape(tr(error.message))}[/]")
    return Recording(np.zeros(0, np.int16))
