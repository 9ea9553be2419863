"""`voicedrill check-voice`: does recognition work for this person, with this microphone and this model?"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from itertools import repeat
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from voicedrill.cli.language import DEFAULT_TRAINEE, t, tr
from voicedrill.cli.practice import Model, Trainee, find_recordings
from voicedrill.core.errors import SpeechError, UsageError, VoiceDrillError

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

    from voicedrill.content.voice_check import SentenceList
    from voicedrill.core.voice_check import Reading, VoiceCheck
    from voicedrill.ports import AudioInput
    from voicedrill.session import Ears

    _Inputs = AbstractContextManager[Iterable[AudioInput]]
    """What hears the sentences, one after another."""

HANG_OVER, LONGEST = 1.2, 20.0
"""Seconds of silence that end a sentence, and its limit. A dozen characters are read in three seconds without a pause
for thought; noise that never ends is cut off at seven times that."""

HOW = (
    "接下来有十句话，一句一句显示。看到一句，就照着念出来，用平时说话的声音；念完停一下，自动到下一句。",
    "Ten sentences follow, one by one. Read each aloud in your ordinary voice, then wait a moment for the next.",
)
SPOKEN = "请照着屏幕念十句话。念完停一下，会自动到下一句。"

STYLES = {"exam": "green", "practice": "yellow", "unreliable": "red"}


class InterruptedCheckError(VoiceDrillError):
    """The trainee stopped half-way: what was read so far says too little to be kept."""

    exit_code = 130


def check_voice(
    trainee: Trainee = DEFAULT_TRAINEE,
    input_: Annotated[
        Path | None,
        typer.Option("--input", help=t("用文件夹里的录音（1.wav、2.wav……）代替麦克风。",
                                       "Recordings (1.wav, 2.wav ...) in a folder instead of the microphone.")),
    ] = None,
    input_device: Annotated[
        str | None, typer.Option(help=t("麦克风的编号或名称的一部分。", "Microphone, by index or part of its name."))
    ] = None,
    model: Model = None,
    as_json: Annotated[bool, typer.Option("--json", help=t("输出 JSON。", "Print JSON."))] = False,
) -> None:
    """Ten sentences are read aloud and recognised; the verdict is kept with the trainee's results."""
    from voicedrill import places
    from voicedrill.cli.screen import print_json, progress_console, result_console
    from voicedrill.content.voice_check import read_sentences
    from voicedrill.core.voice_check import summarise
    from voicedrill.store.voice_checks import Setting, VoiceCheckStore, check_to_json

    console = progress_console() if as_json else result_console()
    sentences = read_sentences(places.built_in("content") / "voice-check")
    heard_by, device = _recordings(input_, sentences) if input_ else _microphone(input_device)
    ears, is_demo = _open_ears(model)
    with VoiceCheckStore(places.home()) as store, heard_by as inputs:
        _explain(console, device, aloud=input_ is None)
        try:
            readings = list(_read(console, sentences.sentences, inputs, ears))
        except KeyboardInterrupt as interrupt:
            raise InterruptedCheckError("检查已中断，没有保存；请重新运行 voicedrill check-voice。",
                                        "Interrupted, nothing was kept: run voicedrill check-voice again."
                                        ) from interrupt
        before = store.pace_baseline(trainee)
        setting = Setting(trainee, ears.recognizer.name, device, f"{sentences.id} {sentences.version}")
        kept = store.add(setting, summarise(readings, is_demo=is_demo))
    if as_json:
        print_json(check_to_json(kept))
    else:
        _show(console, kept.result, before, f"{store.path}  #{str(kept.id)[:8]}")


def _open_ears(model: Path | None) -> tuple[Ears, bool]:
    """What listens, and whether it does so with the demo model, of which the screen warns."""
    from voicedrill.audio.vad import SileroDetector
    from voicedrill.cli import wiring
    from voicedrill.cli.screen import progress_console
    from voicedrill.cli.wording import DEMO_MODEL_WARNING
    from voicedrill.core.turn import TurnLimits
    from voicedrill.session import Ears
    from voicedrill.speech.recognition import BackgroundRecognizer

    info = wiring.choose_model(model)
    recognizer = BackgroundRecognizer(wiring.load_recognizer(info))
    if info.is_demo:
        progress_console().print(f"[yellow]⚠ {tr(DEMO_MODEL_WARNING)}[/]", soft_wrap=True)
    return Ears(recognizer, SileroDetector(), TurnLimits(hang_over=HANG_OVER, max_reply=LONGEST)), info.is_demo


def _recordings(path: Path, sentences: SentenceList) -> tuple[_Inputs, str]:
    """One input per sentence from the recordings in a folder, 2.wav before 10.wav, and the folder's name.

    Raises:
        UsageError: there are not as many as sentences.
        AudioError: one cannot be read.
    """
    from voicedrill.audio.file_device import FileInput
    from voicedrill.audio.files import read_audio

    files = sorted(find_recordings(path), key=_natural)
    if len(files) != len(sentences.sentences):
        count = len(sentences.sentences)
        raise UsageError(f"{path} 里有 {len(files)} 段录音，应为 {count} 段：每句一段，1.wav 到 {count}.wav。",
                         f"{path} holds {len(files)} recordings, not {count}: one per sentence, "
                         f"1.wav to {count}.wav.")
    return nullcontext([FileInput(read_audio(file)) for file in files]), path.resolve().name


def _natural(path: Path) -> list[tuple[int, str]]:
    return [(int(part) if part.isdecimal() else -1, part) for part in re.split(r"(\d+)", path.stem)]


def _microphone(wanted: str | None) -> tuple[_Inputs, str]:
    """The microphone, for every sentence again, and its name.

    Raises:
        AudioError: there is none of that name, none at all, or no PortAudio.
    """
    from voicedrill.audio.devices import choose_device
    from voicedrill.audio.microphone import MicrophoneInput
    from voicedrill.settings import read_settings, settings_path

    device = choose_device("input", wanted, read_settings(settings_path()).input_device)

    @contextmanager
    def open_microphone() -> Iterator[Iterable[AudioInput]]:
        with MicrophoneInput(device) as microphone:
            yield repeat(microphone)

    return open_microphone(), device.name


def _explain(console: Console, device: str, *, aloud: bool) -> None:
    """Say how it is done: on screen, and aloud where there is a person, a voice and a loudspeaker."""
    from rich.markup import escape

    from voicedrill.audio.speaker import open_speaker
    from voicedrill.cli import wiring

    console.print(t("[bold]声音检查[/]  输入：", "[bold]Voice check[/]  input: ") + escape(device), soft_wrap=True)
    if not aloud:
        return
    console.print(t(*HOW), soft_wrap=True)
    speaker = open_speaker()
    if speaker is None:
        return
    try:
        speaker.play(wiring.open_synthesizer().synthesize(SPOKEN))
    except SpeechError:
        return  # it stands on the screen; `voicedrill doctor` tells what is wrong with the voice


def _read(
    console: Console, sentences: tuple[str, ...], inputs: Iterable[AudioInput], ears: Ears
) -> Iterator[Reading]:
    import numpy as np
    from rich.markup import escape

    from voicedrill.audio.file_device import SilentOutput
    from voicedrill.cli.live import LiveTurn
    from voicedrill.core.model import Recording
    from voicedrill.core.voice_check import compare
    from voicedrill.session import Devices, capture

    nothing = Recording(np.zeros(0, np.int16))
    for number, (sentence, heard_by) in enumerate(zip(sentences, inputs, strict=False), 1):
        console.print(f"\n[bold cyan]{number}/{len(sentences)}[/]  [bold]{escape(sentence)}[/]")
        with LiveTurn(console) as watch:
            take = capture(nothing, Devices(heard_by, SilentOutput()), ears, watch)
        reading = compare(sentence, take.recording, take.facts)
        console.print(_line(reading), soft_wrap=True)
        yield reading


def _line(reading: Reading) -> Text:
    from rich.text import Text

    from voicedrill.core.voice_check import LOST_SENTENCE

    line = Text("      ")
    if reading.speech_dbfs is None and not reading.heard:
        return line.append(t("没有听到声音", "nothing was heard"), style="yellow")
    line.append(reading.heard or "—")
    for slip in reading.slips if reading.syllable_error <= LOST_SENTENCE else ():  # else there is nothing to align
        line.append(f"  {slip.expected or '∅'}→{slip.heard or '∅'}",
                    style="dim" if slip.homophone else "yellow")
    return line.append("\n      " + _figures(reading), style="dim")


def _figures(of: Reading | VoiceCheck) -> str:
    """CER, syllable error, level, SNR, pace: of one sentence or of all."""
    parts = [t(f"字错率 {of.cer:.0%}", f"CER {of.cer:.0%}"),
             t(f"音节错误 {of.syllable_error:.0%}", f"syllable error {of.syllable_error:.0%}")]
    if of.speech_dbfs is not None:
        parts.append(t(f"音量 {of.speech_dbfs:.0f} dBFS", f"level {of.speech_dbfs:.0f} dBFS"))
    if of.snr_db is not None:
        parts.append(t(f"信噪比 {of.snr_db:.0f} dB", f"SNR {of.snr_db:.0f} dB"))
    if of.speech_rate is not None:
        parts.append(t(f"语速 {of.speech_rate:.0f} 字/分", f"pace {of.speech_rate:.0f} 字/min"))
    return t("，", ", ").join(parts)


def _show(console: Console, result: VoiceCheck, before: float | None, place: str) -> None:
    """The verdict, its reasons, and what to change."""
    from rich.console import Group
    from rich.markup import escape
    from rich.panel import Panel
    from rich.text import Text

    from voicedrill.core.voice_check import ADVICE, VERDICTS

    rows = [Text(_figures(result))]
    rows += [Text("→ " + tr(ADVICE[reason]), style="yellow") for reason in result.reasons]
    if before is not None and result.speech_rate is not None:
        rows.append(Text(t(f"上次的语速 {before:.0f} 字/分", f"pace before: {before:.0f} 字/min"), style="dim"))
    console.print()
    console.print(Panel(Group(*rows), title=tr(VERDICTS[result.fitness]), title_align="left",
                        border_style=STYLES[result.fitness.value], padding=(0, 1)))
    console.print(f"  [dim]{t('记录', 'Log')}  {escape(place)}[/]", soft_wrap=True)
