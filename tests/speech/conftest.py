import os
from pathlib import Path

import pytest

from voicedrill.core.errors import SpeechError
from voicedrill.speech.models import describe_model
from voicedrill.speech.recognition import VoskRecognizer
from voicedrill.speech.synthesis import Pyttsx3Synthesizer

DEMO = Path(__file__).parents[2] / "models" / "voicedrill-demo-cn"


@pytest.fixture(scope="session")
def model_folder():
    """A Mandarin model: the demo model of the repository, or the one in VOICEDRILL_MODEL."""
    folder = DEMO if DEMO.is_dir() else Path(os.environ.get("VOICEDRILL_MODEL", DEMO))
    if not folder.is_dir():
        pytest.skip(f"no recognition model in {folder}")
    return folder


@pytest.fixture(scope="session")
def recognizer(model_folder, tmp_path_factory):
    return VoskRecognizer.load(describe_model(model_folder), tmp_path_factory.mktemp("verified"))


@pytest.fixture(scope="session")
def synthesizer(tmp_path_factory):
    made = Pyttsx3Synthesizer(tmp_path_factory.mktemp("prompts"))
    try:
        made.synthesize("你好")
    except SpeechError as missing:
        pytest.skip(missing.to("en"))
    return made
