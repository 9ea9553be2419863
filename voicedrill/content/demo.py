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
    audio: Path
    voice: str = ""
    """The synthetic voice that spoke it; empty where any will do."""
    rate: int = 210
    """Words a minute, as pyttsx3 counts."""


def read_demo(folder: Path) -> tuple[DemoReply, ...]:
    """The demo's replies, in the order they are given, from `demo/replies.yaml` in a content folder.

    Raises:
        ContentError: the file cannot be read or is not valid; names file, line and field.
    """
    path = folder / "demo" / "replies.yaml"
    form = validate(read_document(path), DemoForm)
    return tuple(DemoReply(r.question, r.text, path.parent / r.audio, r.voice, r.rate) for r in form.replies)
