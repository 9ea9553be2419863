"""The replies of the demo's virtual trainee (虚拟学员): text, and the WAV it was spoken into."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from voicedrill.content.document import read_document
from voicedrill.content.schema import DemoForm, validate


@dataclass(frozen=True, slots=True)
class DemoReply:
    """One reply."""

    question_id: str
    text: str
    path: Path
    """The WAV."""
    voice: str = ""
    """The synthetic voice that spoke it; empty where any will do."""
    rate: int = 210
    """Words a minute, as pyttsx3 counts."""


def read_demo_replies(folder: Path) -> tuple[DemoReply, ...]:
    """The demo's replies, in the order they are given, from `replies.yaml` in the folder that holds the WAVs.

    Raises:
        ContentError: the file cannot be read or is not valid; names file, line and field.
    """
    form = validate(read_document(folder / "replies.yaml"), DemoForm)
    return tuple(DemoReply(r.question, r.text, folder / r.audio, r.voice, r.rate) for r in form.replies)
