"""`voicedrill doctor`: looks at everything a drill needs, and says what to do about what is wrong."""

from __future__ import annotations

import platform
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer

from voicedrill.cli.language import t, tr

if TYPE_CHECKING:
    from voicedrill.diagnosis.check import Check
    from voicedrill.ports import Recognizer

SCHEMA = "voicedrill.doctor/1"

MARKS = {"ok": ("✓", "green"), "warn": ("!", "yellow"), "fail": ("✗", "red")}

TITLES = {
    "versions": ("版本", "Versions"),
    "settings": ("设置", "Settings"),
    "home": ("数据", "Data"),
    "cache": ("缓存", "Cache"),
    "config": ("配置", "Config"),
    "disk": ("磁盘", "Disk"),
    "database": ("数据库", "Database"),
    "model": ("模型", "Model"),
    "voice": ("语音", "Voice"),
    "portaudio": ("声卡", "Sound"),
    "input_device": ("输入", "Input"),
    "output_device": ("输出", "Output"),
    "microphone": ("麦克风", "Microphone"),
}


def doctor(
    as_json: Annotated[bool, typer.Option("--json", help=t("输出 JSON。", "Print JSON."))] = False,
) -> None:
    """Exit 0 when nothing fails, 1 otherwise."""
    from rich.text import Text

    from voicedrill.cli.screen import print_json, result_console
    from voicedrill.diagnosis.check import Grade

    console, checks = result_console(), []
    for check in _diagnose():
        checks.append(check)
        if not as_json:
            mark, style = MARKS[check.grade.value]
            console.print(Text(f"{mark} ", style=style) + Text(f"{t(*TITLES[check.id])}  ", style="bold")
                          + Text(tr(check.what)), soft_wrap=True)
            if check.remedy is not None:
                console.print(Text("    → " + tr(check.remedy), style=style), soft_wrap=True)
    failures = sum(c.grade is Grade.FAIL for c in checks)
    warnings = sum(c.grade is Grade.WARN for c in checks)
    if as_json:
        print_json({"schema": SCHEMA, "ok": not failures, "checks": [_to_json(check) for check in checks]})
    else:
        console.print(t(f"\n{len(checks)} 项检查：{failures} 项有问题，{warnings} 项要留意。",
                        f"\n{len(checks)} checks: {failures} failed, {warnings} warnings."))
    if failures:
        raise typer.Exit(1)


def _to_json(check: Check) -> dict[str, object]:
    remedy = check.remedy
    return {"id": check.id, "grade": check.grade.value, "what": {"zh": check.what.zh, "en": check.what.en},
            "remedy": None if remedy is None else {"zh": remedy.zh, "en": remedy.en}, "details": dict(check.details)}


def _diagnose() -> Iterator[Check]:
    """Every check in turn, from what needs least to what needs most."""
    from voicedrill import places
    from voicedrill.cli import wiring
    from voicedrill.core.bilingual import Bilingual
    from voicedrill.diagnosis.check import Grade
    from voicedrill.diagnosis.recognition import check_recognition
    from voicedrill.diagnosis.sound import check_sound
    from voicedrill.diagnosis.storage import check_database, check_disk, check_folder
    from voicedrill.diagnosis.versions import check_versions
    from voicedrill.diagnosis.voice import check_voice
    from voicedrill.settings import settings_path
    from voicedrill.speech.synthesis import Pyttsx3Synthesizer

    yield from _guard("versions", check_versions)
    microphone: list[str | None] = [None]
    yield from _guard("settings", partial(_settings, microphone))
    home = places.home()
    for id_, folder, name, grade in (
        ("home", home, Bilingual("数据文件夹", "data folder"), Grade.FAIL),
        ("cache", places.user_cache(), Bilingual("缓存文件夹", "cache folder"), Grade.WARN),
        ("config", settings_path().parent, Bilingual("配置文件夹", "configuration folder"), Grade.WARN),
    ):
        yield from _guard(id_, partial(check_folder, id_, folder, name, grade))
    yield from _guard("disk", partial(check_disk, home))
    yield from _guard("database", partial(check_database, home))
    yield from _guard("model", partial(check_recognition, partial(wiring.choose_model, None)))
    yield from _guard("voice", lambda: check_voice(Pyttsx3Synthesizer(None), _voice_judge()))
    yield from _guard("portaudio", partial(check_sound, microphone[0]))


def _settings(microphone: list[str | None]) -> Check:
    """Read the settings; the name of the microphone chosen in them is put into the list."""
    from voicedrill.core.bilingual import Bilingual
    from voicedrill.core.errors import SettingsError
    from voicedrill.diagnosis.check import Check, Grade, fault
    from voicedrill.settings import read_settings, settings_path

    path = settings_path()
    try:
        microphone[0] = read_settings(path).input_device
    except SettingsError as error:
        return fault("settings", error)
    chosen = path.exists()
    return Check("settings", Grade.OK, Bilingual(f"设置 {path} 可读" if chosen else "没有设置文件，全部用默认值",
                                                 f"the settings {path} are readable" if chosen else
                                                 "no settings file: everything is left to the program"))


def _voice_judge() -> Recognizer | None:
    """What understands the platform's Mandarin voice: for espeak-ng the demo model, which grew up with it."""
    from voicedrill import places
    from voicedrill.cli import wiring
    from voicedrill.core.errors import SpeechError
    from voicedrill.speech.models import describe_model

    try:
        if platform.system() == "Linux":
            return wiring.load_recognizer(describe_model(places.built_in("models") / wiring.DEMO_MODEL))
        model = wiring.choose_model(None)
        return None if model.is_demo else wiring.load_recognizer(model)
    except SpeechError:
        return None  # the model has a check of its own


def _guard(id_: str, check: Callable[[], Check | Iterable[Check]]) -> Iterator[Check]:
    """Run one check; a fault in the check itself is a finding too: a doctor that falls ill helps nobody."""
    from voicedrill.core.bilingual import Bilingual
    from voicedrill.diagnosis.check import Check, Grade

    try:
        found = check()
        if isinstance(found, Check):
            yield found
        else:
            yield from found
    except Exception as error:  # noqa: BLE001
        reason = " ".join(f"{type(error).__name__}: {error}".split())[:200]
        yield Check(id_, Grade.FAIL, Bilingual(f"检查时出错（{reason}）", f"the check itself failed ({reason})"),
                    Bilingual("重装 voicedrill；仍不行就把这一行发给开发者",
                              "install voicedrill again; if that does not help, send this line to the developers"))
