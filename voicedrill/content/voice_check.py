"""The sentences of a voice check (`content/voice-check/sentences.yaml`): what a trainee reads aloud."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from voicedrill.content.document import read_document
from voicedrill.content.schema import Form, Id, Text, validate


@dataclass(frozen=True, slots=True)
class SentenceList:
    """Sentences with the version that later results name."""

    id: str
    version: str
    sentences: tuple[str, ...]


class _SentenceForm(Form):
    text: Text
    sounds: Annotated[str, Field(max_length=80)] = ""


class _ListForm(Form):
    schema_version: Literal["1"] = Field(alias="schema")
    id: Id
    version: Annotated[str, Field(min_length=1, max_length=20)]
    sentences: list[_SentenceForm] = Field(min_length=5, max_length=50)
    """Fewer than five sentences, some sixty characters, would make the error rate a matter of luck."""


def read_sentences(folder: Path) -> SentenceList:
    """The sentences, in the order they are read.

    Raises:
        ContentError: the file cannot be read or is not valid; names file, line and field.
    """
    form = validate(read_document(folder / "sentences.yaml"), _ListForm)
    return SentenceList(form.id, form.version, tuple(s.text for s in form.sentences))
