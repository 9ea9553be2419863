"""`voicedrill demo`: a real drill with a virtual trainee, for a first look and for tests. It waits for no input."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from voicedrill.cli.language import t

if TYPE_CHECKING:
    from collections.abc import Generator
    from contextlib import AbstractContextManager

    from voicedrill.audio.file_device import FileInput
    from voicedrill.audio.speaker import Speaker
    from voicedrill.cli.drill import Stage
    from voicedrill.core.model import Recording, Samples, Timing
    from voicedrill.ports import AudioOutput

SILENT_PACE = 2.0
"""How many times faster than real time the demo runs where nothing can be heard."""


def demo(
    fast: Annotated[
        bool, typer.Option("--fast", help=t("不放声音，尽快跑完。", "No sound, as fast as possible."))
    ] = False,
) -> None:
    """Three objections are spoken, answered by recorded synthetic voices, recognised, scored and stored."""
    from voicedrill import places
    from voicedrill.audio.files import read_audio
    from voicedrill.audio.speaker import open_speaker
    from voicedrill.cli import wiring
    from voicedrill.cli.drill import Stage, ask
    from voicedrill.cli.screen import result_console
    from voicedrill.content.demo import read_demo_replies
    from voicedrill.session import Devices

    console = result_console()
    console.print(t("[bold]voicedrill 演示[/]  客户提异议，虚拟学员（合成语音）作答；识别、评分、存档都是真的。",
                    "[bold]voicedrill demo[/]  A customer objects, a virtual trainee (synthetic voice) answers; "
                    "capture, recognition, scoring and storage are real."), soft_wrap=True)
    kit = wiring.open_kit(places.built_in("models") / wiring.DEMO_MODEL, t("虚拟学员", "virtual trainee"))
    speaker = None if fast else open_speaker()
    pace = None if fast else 1.0 if speaker else SILENT_PACE
    with kit.store:
        stage = Stage(console, kit, wiring.open_synthesizer())
        for number, reply in enumerate(read_demo_replies(places.built_in("content") / "demo"), 1):
            question = kit.library.find_question(reply.question_id)
            voice = VirtualTrainee(read_audio(reply.path), pace, speaker)
            ask(stage, question, Devices(voice, _output(speaker, pace)), "demo", number)
        _close(stage)


def _output(speaker: Speaker | None, pace: float | None) -> AudioOutput:
    from voicedrill.audio.file_device import SilentOutput

    return speaker or SilentOutput(pace)


def _close(stage: Stage) -> None:
    """What to do next."""
    stage.console.rule(t("接下来", "What next"), align="left")
    for command, zh, en in (
        ("voicedrill history", "看刚才的成绩（加 --json 给程序读）", "see these results (--json for programs)"),
        ("voicedrill model install", "安装听得懂真人的官方模型（演示模型只认合成语音）",
         "install the official model that understands people (the demo model knows synthetic voices only)"),
        ("voicedrill practice", "戴上耳麦，自己来一遍", "put on a headset and try it yourself"),
    ):
        stage.console.print(f"  [bold cyan]{command:<26}[/]{t(zh, en)}")


class VirtualTrainee:
    """An input that plays a recorded reply, and is heard through the speaker where there is one."""

    def __init__(self, reply: Recording, pace: float | None, speaker: Speaker | None) -> None:
        from voicedrill.audio.file_device import FileInput

        self._reply = reply
        self._file: FileInput = FileInput(reply, pace)
        self._speaker = speaker

    @property
    def timing(self) -> Timing:
        """That of the file device: exact."""
        return self._file.timing

    def blocks(self) -> Generator[Samples, None, None]:
        """The reply's blocks, while it sounds."""
        from contextlib import nullcontext

        sound: AbstractContextManager[object] = nullcontext()
        if self._speaker is not None:
            sound = self._speaker.play_async(self._reply)
        with sound:
            yield from self._file.blocks()
