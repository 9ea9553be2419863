"""Red lines from YAML files: those that hold for every pack."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import Field

from voicedrill.content.document import read_document
from voicedrill.content.schema import Form, Id, Name, RedLineForm, validate
from voicedrill.core.model import RedLine, RedLineCategory

_CATEGORIES: dict[str, RedLineCategory] = {
    "绝对化": "absolute", "保证": "guarantee", "贬低同行": "rivals", "威胁": "threat",
    "侮辱": "insult", "其他": "other",
}


class RedLinesForm(Form):
    """A list of red lines."""

    schema_version: Literal["1"] = Field(alias="schema")
    id: Id
    version: Name
    name: Name
    red_lines: list[RedLineForm] = Field(min_length=1, max_length=1000)


@dataclass(frozen=True, slots=True)
class RedLineList:
    """A list of red lines as it was read."""

    id: str
    version: str
    lines: tuple[RedLine, ...]
    sha256: str
    """Over the content as canonical JSON."""


def read_red_lines(path: Path) -> RedLineList:
    """Read a list of red lines.

    Raises:
        ContentError: it cannot be read or is not valid; names file, line and field.
    """
    form = validate(read_document(path), RedLinesForm)
    data = form.model_dump(mode="json", by_alias=True)
    text = json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return RedLineList(form.id, form.version, to_red_lines(form.red_lines), hashlib.sha256(text.encode()).hexdigest())


def find_red_line_lists(folders: Iterable[Path]) -> tuple[RedLineList, ...]:
    """Every list in the `red-lines` folders inside the content folders, in order of their file names.

    A list in a later folder hides one of the same file name in an earlier folder: the user's copy wins.

    Raises:
        ContentError: a list cannot be read.
    """
    files = {p.stem: p for folder in folders if (folder / "red-lines").is_dir()
             for p in sorted((folder / "red-lines").iterdir())
             if p.suffix in (".yaml", ".yml") and not p.name.startswith((".", "_"))}
    return tuple(read_red_lines(files[stem]) for stem in sorted(files))


def to_red_lines(forms: Sequence[RedLineForm], prefix: str = "") -> tuple[RedLine, ...]:
    """The red lines of a file; `prefix` goes before their ids."""
    return tuple(RedLine(prefix + f.id, _CATEGORIES[f.category], f.name, tuple(f.phrases), tuple(f.allowed))
                 for f in forms)
