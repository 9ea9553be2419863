"""Builds the real adapters: the one place where files, models, database and devices are put together."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING

from voicedrill import places
from voicedrill.core.turn import TurnLimits

if TYPE_CHECKING:
    from voicedrill.audio.live import LiveDevice
    from voicedrill.content.library import Library
    from voicedrill.content.packs import Pack
    from voicedrill.core.rubric import Rubric
    from voicedrill.session import Session
    from voicedrill.speech.models import ModelInfo
    from voicedrill.speech.recognition import VoskRecognizer
    from voicedrill.speech.synthesis import Pyttsx3Synthesizer
    from voicedrill.store.attempts import AttemptStore


DEMO_MODEL = "voicedrill-demo-cn"
"""Folder of the model that ships with the program."""

def open_library(profile: Path | None = None) -> Library:
    """All packs: those that ship with the program and the user's own."""
    from voicedrill.content.library import read_library

    return read_library(_content_folders(), profile or built_in_profile())


def open_pack(path: Path, profile: Path | None = None) -> Pack:
    """One pack from any file, judged as in the library: with the red lines that hold everywhere."""
    from voicedrill.content.library import add_red_lines
    from voicedrill.content.packs import read_pack
    from voicedrill.content.red_lines import find_red_line_lists

    return add_red_lines(read_pack(path, profile or built_in_profile()), find_red_line_lists(_content_folders()))


def _content_folders() -> list[Path]:
    """The built-in folder, then the user's."""
    folders = [places.built_in("content"), places.user_data() / "content"]
    return [f for f in folders if f.is_dir()]


def built_in_profile() -> Path:
    """The product profile that fills the slots of the built-in packs."""
    return places.built_in("content") / "profiles" / "default.yaml"


def open_rubric() -> Rubric:
    """The standard rubric."""
    from voicedrill.content.rubrics import read_rubric

    return read_rubric(places.built_in("content") / "rubrics" / "standard.yaml")


def open_store() -> AttemptStore:
    """The attempts kept at home."""
    from voicedrill.store.attempts import AttemptStore

    return AttemptStore(places.home())


def model_folders() -> list[Path]:
    """Folders that may hold models, the user's own before those that ship with the program."""
    vosk_cache = Path("~/AppData/Local/vosk" if os.name == "nt" else "~/.cache/vosk").expanduser()
    return [places.user_data() / "models", vosk_cache, places.built_in("models")]


def choose_model(explicit: Path | None) -> ModelInfo:
    """The model to recognise with: option, `VOICEDRILL_MODEL`, settings, then the first one installed.

    Raises:
        ModelError: none is found, or the one asked for cannot be used.
        SettingsError: the settings cannot be read.
    """
    from voicedrill.settings import read_settings, settings_path
    from voicedrill.speech.models import find_model
    from voicedrill.speech.shelf import Shelf

    Shelf(model_folders()[0]).settle()
    environment = os.environ.get("VOICEDRILL_MODEL")
    chosen = None if explicit or environment else read_settings(settings_path()).model
    return find_model(explicit, environment, model_folders(), chosen)


def load_recognizer(model: ModelInfo) -> VoskRecognizer:
    """Load a recognition model; that it loads safely is tried once in a process of its own, and remembered."""
    from voicedrill.speech.recognition import VoskRecognizer

    return VoskRecognizer.load(model, places.user_cache() / "models")


def open_synthesizer() -> Pyttsx3Synthesizer:
    """The voice of the customer."""
    from voicedrill.speech.synthesis import Pyttsx3Synthesizer

    return Pyttsx3Synthesizer(places.user_cache() / "prompts")


def open_live_device(wanted_input: str | None, wanted_output: str | None) -> LiveDevice:
    """Microphone and loudspeaker: those wanted, by index or part of the name, else those used last time.

    What is wanted is remembered by name once it is known to be there. The device is the caller's to enter.

    Raises:
        AudioError: no PortAudio, no such device, or several that fit.
        SettingsError: the settings cannot be read or written.
    """
    from voicedrill.audio.devices import choose_device
    from voicedrill.audio.live import LiveDevice
    from voicedrill.settings import change_settings, read_settings, settings_path

    settings = read_settings(settings_path())
    microphone = choose_device("input", wanted_input, settings.input_device)
    loudspeaker = choose_device("output", wanted_output, settings.output_device)
    wanted = {"input_device": microphone.name if wanted_input else None,
              "output_device": loudspeaker.name if wanted_output else None}
    if any(wanted.values()):
        change_settings(settings_path(), **{key: name for key, name in wanted.items() if name})
    return LiveDevice(microphone, loudspeaker)


@dataclass(frozen=True, slots=True)
class Kit:
    """Everything a session needs, opened."""

    library: Library
    model: ModelInfo
    store: AttemptStore
    session: Session


def open_kit(model: Path | None, trainee: str, limits: TurnLimits | None = None) -> Kit:
    """Open packs, rubric, store and model for one trainee; the store is the caller's to close.

    Content and model come before the store, so that a mistake there leaves no empty database behind.
    """
    from voicedrill.audio.vad import SileroDetector
    from voicedrill.session import Ears, Session
    from voicedrill.speech.recognition import BackgroundRecognizer

    reading = Thread(target=_read_dictionary, daemon=True)
    reading.start()
    library, rubric, info = open_library(), open_rubric(), choose_model(model)
    recognizer = BackgroundRecognizer(load_recognizer(info))
    store = open_store()
    reading.join()
    ears = Ears(recognizer, SileroDetector(), limits or TurnLimits())
    session = Session(store, ears, rubric, trainee=trainee, others=library.questions)
    return Kit(library, info, store, session)


def _read_dictionary() -> None:
    """Read the table of syllables now: it holds the interpreter for a third of a second, and sound would stumble."""
    from voicedrill.core.text import normalise

    normalise(("您好",))
