"""`voicedrill practice`: questions asked one after another. With `--input`, recordings play the trainee's part."""

from __future__ import annotations

import re
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from voicedrill.cli.language import DEFAULT_TRAINEE, t
from voicedrill.core.errors import AudioError, UsageError

if TYPE_CHECKING:
    from voicedrill.content.library import Library
    from voicedrill.core.model import Question

AUDIO_SUFFIXES = frozenset((
    ".wav", ".mp3", ".m4a", ".flac", ".ogg", ".opus", ".aac", ".amr", ".aiff", ".aif", ".au", ".wma", ".webm",
))
"""Files of a folder that are taken for recordings; anything else there is left alone."""

Model = Annotated[Path | None, typer.Option(help=t("识别模型的文件夹。", "Folder of the recognition model."))]
Trainee = Annotated[str, typer.Option(help=t("学员姓名。", "Name of the trainee."))]


def practice(
    input_: Annotated[
        Path | None,
        typer.Option("--input", help=t("用录音（或文件夹里的录音）作答。", "Answer with a recording, or a folder.")),
    ] = None,
    objection: Annotated[
        str | None, typer.Option(help=t("只练这一条异议（编号或名称）。", "Only this objection, by id or name."))
    ] = None,
    trainee: Trainee = DEFAULT_TRAINEE,
    model: Model = None,
    as_json: Annotated[bool, typer.Option("--json", help=t("输出 JSON。", "Print JSON."))] = False,
) -> None:
    """Ask, capture, recognise, score, store."""
    if input_ is None:
        raise UsageError("麦克风实时练习还没有完成，请用 --input 指定录音文件或文件夹。",
                         "Practice with a microphone is not ready yet: name a recording or a folder with --input.")
    from voicedrill.audio.file_device import FileInput, SilentOutput
    from voicedrill.audio.files import read_audio
    from voicedrill.cli import wiring
    from voicedrill.cli.drill import Stage, ask, warn_of_demo_model
    from voicedrill.cli.screen import print_json, progress_console, result_console
    from voicedrill.session import Devices

    files = find_recordings(input_)
    console = progress_console() if as_json else result_console()
    kit = wiring.open_kit(model, trainee)
    with kit.store:
        warn_of_demo_model(console, kit)
        pairs = pair_questions(files, kit.library, objection)
        replies = [(question, read_audio(file)) for file, question in pairs]
        attempts = []
        for number, (question, reply) in enumerate(replies, 1):
            devices = Devices(FileInput(reply), SilentOutput())
            attempts.append(ask(Stage(console, kit, None), question, devices, "practice", number))
    if as_json:
        from voicedrill.store.document import attempt_to_json

        print_json([attempt_to_json(attempt) for attempt in attempts])


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
