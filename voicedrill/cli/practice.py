"""`voicedrill practice`: questions asked one after another, answered at the microphone or by recordings."""

from __future__ import annotations

import re
import unicodedata
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from voicedrill.cli.language import DEFAULT_TRAINEE, t, tr
from voicedrill.core.errors import AudioError, UsageError

if TYPE_CHECKING:
    from voicedrill.audio.live import LiveDevice
    from voicedrill.cli.drill import Stage
    from voicedrill.content.library import Library
    from voicedrill.core.model import Attempt, Question

AUDIO_SUFFIXES = frozenset((
    ".wav", ".mp3", ".m4a", ".flac", ".ogg", ".opus", ".aac", ".amr", ".aiff", ".aif", ".au", ".wma", ".webm",
))
"""Files of a folder that are taken for recordings; anything else there is left alone."""

Model = Annotated[Path | None, typer.Option(help=t("识别模型的文件夹。", "Folder of the recognition model."))]
InputDevice = Annotated[
    str | None, typer.Option(help=t("麦克风：编号或名称的一部分。", "Microphone: number or part of its name."))
]
OutputDevice = Annotated[
    str | None, typer.Option(help=t("扬声器：编号或名称的一部分。", "Speaker: number or part of its name."))
]


def tidy_name(name: str | None) -> str | None:
    """A trainee's name as it is kept and looked for: without blanks around it or line breaks in it.

    Raises:
        UsageError: nothing is left, it is longer than any name, or it holds what no screen can show.
    """
    if name is None:
        return None
    tidy = " ".join(name.split())
    if not tidy:
        raise UsageError("学员姓名不能为空，请用 --trainee 写明。", "A trainee needs a name: --trainee NAME.")
    if len(tidy) > LONGEST_NAME:
        raise UsageError(f"学员姓名「{tidy[:10]}……」有 {len(tidy)} 个字，最多 {LONGEST_NAME} 个。",
                         f"The trainee's name “{tidy[:10]}...” has {len(tidy)} characters, more than {LONGEST_NAME}.")
    if any(unicodedata.category(character) in ("Cc", "Cs") for character in tidy):
        raise UsageError(f"学员姓名 {tidy!a} 含有无法显示的字符，请改正。",
                         f"The trainee's name {tidy!a} holds characters that cannot be shown.")
    return tidy


LONGEST_NAME = 64
"""Characters: room for any name with branch and department, and a table still fits the screen."""

Trainee = Annotated[str, typer.Option(help=t("学员姓名。", "Name of the trainee."), callback=tidy_name)]

LOUDSPEAKER_GUARD = 0.3
"""Seconds after the prompt in which nothing counts as speech when a loudspeaker is used: its echo in a room has faded
by then, and hardly anyone answers sooner."""


def practice(
    objection: Annotated[
        str | None, typer.Option(help=t("只练这一条异议（编号或名称）。", "Only this objection, by id or name."))
    ] = None,
    count: Annotated[int | None, typer.Option(min=1, max=1000, help=t("练几题。", "How many questions."))] = None,
    input_: Annotated[
        Path | None,
        typer.Option("--input", help=t("用录音（或文件夹里的录音）作答。", "Answer with a recording, or a folder.")),
    ] = None,
    input_device: InputDevice = None,
    output_device: OutputDevice = None,
    headphones: Annotated[
        bool, typer.Option("--headphones/--loudspeaker", help=t("戴耳机，还是外放。", "How the customer is heard."))
    ] = True,
    trainee: Trainee = DEFAULT_TRAINEE,
    model: Model = None,
    as_json: Annotated[bool, typer.Option("--json", help=t("输出 JSON。", "Print JSON."))] = False,
) -> None:
    """Ask, capture, recognise, score, store."""
    from concurrent.futures import ThreadPoolExecutor

    from voicedrill.cli import wiring
    from voicedrill.cli.drill import Stage, offer_to_make_up, warn_of_demo_model
    from voicedrill.cli.screen import print_json, progress_console, result_console
    from voicedrill.core.turn import TurnLimits

    files = None if input_ is None else find_recordings(input_)
    console = progress_console() if as_json else result_console()
    guard = LOUDSPEAKER_GUARD if files is None and not headphones else 0.0
    with ThreadPoolExecutor(1) as pool:  # the sound system is asked while model and packs are read
        finding = pool.submit(wiring.open_live_device, input_device, output_device) if files is None else None
        kit = wiring.open_kit(model, trainee, TurnLimits(guard=guard))
    with kit.store:
        device = finding.result() if finding else None
        questions = select_questions(kit.library, objection, count)  # a wrong name is told before anything else
        warn_of_demo_model(console, kit)
        offer_to_make_up(console, kit)
        if device is not None:
            attempts = answer_live(Stage(console, kit, wiring.open_synthesizer()), questions, device)
        else:
            pairs = pair_questions(files or [], kit.library, objection)[:count]
            attempts = answer_with_files(Stage(console, kit, None), pairs)
    if as_json:
        from voicedrill.store.document import attempt_to_json

        print_json([attempt_to_json(attempt) for attempt in attempts])


def answer_with_files(stage: Stage, pairs: list[tuple[Path, Question]]) -> list[Attempt]:
    """Let recordings answer, as fast as they can be recognised; all are read before the first is asked."""
    from voicedrill.audio.file_device import FileInput, SilentOutput
    from voicedrill.audio.files import read_audio
    from voicedrill.cli.drill import ask
    from voicedrill.session import Devices

    replies = [(question, read_audio(file)) for file, question in pairs]
    return [
        ask(stage, question, Devices(FileInput(reply), SilentOutput()), "practice", number)
        for number, (question, reply) in enumerate(replies, 1)
    ]


def answer_live(stage: Stage, questions: list[Question], device: LiveDevice) -> list[Attempt]:
    """Let a person answer at the microphone, one question after another."""
    from voicedrill.cli.drill import ask, say_aloud
    from voicedrill.cli.wording import DEMO_MODEL_SPOKEN
    from voicedrill.session import Devices

    devices = Devices(device, device)
    with device:
        if stage.kit.model.is_demo:
            say_aloud(stage, tr(DEMO_MODEL_SPOKEN), device)
        return [ask(stage, question, devices, "practice", number) for number, question in enumerate(questions, 1)]


def select_questions(library: Library, objection: str | None, count: int | None) -> list[Question]:
    """What is asked live: one objection, as often as wanted, or the packs' questions from the first on.

    Raises:
        UsageError: the objection is unknown.
    """
    if objection is not None:
        return [library.find_question(objection)] * (count or 1)
    questions = library.questions
    return [questions[i % len(questions)] for i in range(count or len(questions))]


def find_recordings(path: Path) -> list[Path]:
    """The recording, or those in a folder by name.

    Raises:
        AudioError: there is no such file, or the folder holds no recording.
    """
    if not path.exists():
        raise AudioError(f"找不到 {path}，请检查路径。", f"{path} does not exist: check the path.")
    if not path.is_dir():
        return [path]
    found = sorted(p for p in path.iterdir() if p.suffix.lower() in AUDIO_SUFFIXES)
    if not found:
        raise AudioError(f"文件夹 {path} 里没有录音（wav、mp3、m4a、flac 等）。",
                         f"No recordings (wav, mp3, m4a, flac ...) in {path}.")
    return found


def pair_questions(files: list[Path], library: Library, objection: str | None) -> list[tuple[Path, Question]]:
    """Which recording answers which question.

    The objection named on the command line, else the one the file is named after, else the packs' order.

    Raises:
        UsageError: the objection is unknown.
    """
    if objection is not None:
        return [(file, library.find_question(objection)) for file in files]
    pairs = []
    for index, file in enumerate(files):
        named = _named_after(file.stem, library)
        pairs.append((file, named or library.questions[index % len(library.questions)]))
    return pairs


def _named_after(stem: str, library: Library) -> Question | None:
    """`太贵了.wav`, `o2.wav`, and with more behind a separator: `o2-王芳.wav`."""
    for name in (stem, re.split(r"[-_ .+(（]", stem)[0]):
        with suppress(UsageError):
            return library.find_question(name)
    return None
