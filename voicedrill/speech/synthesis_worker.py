"""`python -m voicedrill.speech.synthesis_worker`: speaks one text into a file through pyttsx3, then dies.

One process per utterance, because pyttsx3 can't be trusted with a second one: after the first, a file may come out
with 0 frames, of two queued calls only the last runs, and on Linux the first `runAndWait()` does not wait. The
parent owns the time-out.

Reads a JSON object from stdin: `text`, `out` (path), `voice` (name, or null for the system's Mandarin voice), `rate`
(words per minute), `volume` (0-1). Prints one: `{"fault": null, "voice": ...}`, or `fault` one of the FAULTS, with a
`detail`.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
import threading
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Literal, Protocol

from voicedrill.speech import espeak

Fault = Literal["no_library", "no_pyttsx3", "no_voice", "engine"]
"""No espeak-ng (Linux); pyttsx3 missing; the voice asked for, or any Mandarin one, is missing; anything else."""

_RENDER_TIMEOUT = 60.0
"""Seconds to wait for the end of the utterance; only a net under the parent's own, shorter limit."""

_LONGEST_DATA_PATH = 120
"""Bytes. espeak-ng keeps the path in a buffer of 160 bytes and ends the process when it does not fit."""


class Voice(Protocol):
    """What pyttsx3 says about a voice."""

    id: str
    name: str | None
    languages: list[str] | None


def choose_voice(voices: Iterable[Voice]) -> str | None:
    """The id of the best Mandarin voice of macOS or Windows: mainland Chinese by language, else by its usual name."""
    def rank(voice: Voice) -> int:
        languages = [str(language).lower().replace("_", "-") for language in voice.languages or []]
        name = (voice.name or "").lower()
        if any(language.startswith(("zh-cn", "zh-hans", "cmn")) for language in languages):
            return 0
        if any(known in name for known in ("huihui", "kangkang", "yaoyao", "ting-ting", "tingting", "(simpl")):
            return 1
        return 2 if "zh" in languages else 9

    ranked = sorted(voices, key=rank)
    return ranked[0].id if ranked and rank(ranked[0]) < 9 else None


def main(request: dict[str, Any]) -> dict[str, object]:
    """Speak the request's text into its file."""
    if sys.platform.startswith("linux"):
        library = espeak.load_library()
        if library is None:
            return {"fault": "no_library"}
        if library.data:
            os.environ["ESPEAK_DATA_PATH"] = _short_path(library.data, Path(request["out"]).parent)
    try:
        import pyttsx3
    except ImportError as error:
        return {"fault": "no_pyttsx3", "detail": str(error)}
    try:
        return _speak(pyttsx3.init(), request)
    except Exception as error:  # noqa: BLE001 - drivers raise whatever their platform raises
        return {"fault": "engine", "detail": f"{type(error).__name__}: {error}"}


def _short_path(data: str, folder: Path) -> str:
    """The folder itself, or a link to it in `folder`, which the parent throws away."""
    if len(os.fsencode(data)) <= _LONGEST_DATA_PATH:
        return data
    link = folder / "espeak-ng-data"
    link.symlink_to(data)
    return str(link)


def _speak(engine: Any, request: dict[str, Any]) -> dict[str, object]:  # noqa: ANN401 - pyttsx3 has no types
    finished = threading.Event()
    errors: list[str] = []
    engine.connect("finished-utterance", lambda name, completed: finished.set())
    engine.connect("error", lambda name, exception: errors.append(repr(exception)))
    uses_espeak = engine.driver_name == "espeak"
    voice = request["voice"] or (espeak.MANDARIN if uses_espeak else choose_voice(engine.getProperty("voices")))
    if voice is None:
        return {"fault": "no_voice"}
    if uses_espeak:
        engine.runAndWait()  # empty: afterwards runAndWait() really waits
        _settle()
    for name in ("voice", "rate", "volume"):
        engine.setProperty(name, voice if name == "voice" else request[name])
        if uses_espeak:
            _settle()
    if uses_espeak and not _is_current(voice, str(engine.getProperty("voice"))):
        return {"fault": "no_voice", "detail": voice}
    engine.save_to_file(request["text"], request["out"])
    engine.runAndWait()
    if uses_espeak and not finished.wait(_RENDER_TIMEOUT):
        return {"fault": "engine", "detail": "the utterance did not end"}
    return {"fault": "engine", "detail": errors[0]} if errors else {"fault": None, "voice": voice}


def _settle() -> None:
    """Wait until espeak-ng has done what was asked of it: settings are queued like speech."""
    from pyttsx3.drivers import _espeak

    _espeak.Synchronize()


def _is_current(voice: str, identifier: str) -> bool:
    """Whether espeak-ng took the voice: an unknown name raises nothing and leaves the one before."""
    wanted = voice.lower().split("+")[0]
    return identifier.lower().split("+")[0].split("/")[-1] == wanted.split("/")[-1]


if __name__ == "__main__":
    with contextlib.redirect_stdout(sys.stderr):  # pyttsx3 prints "Audio saved to ..."
        answer = main(json.load(sys.stdin))
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()
    os._exit(0)  # espeak-ng and some drivers crash while they are torn down
