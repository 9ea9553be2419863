"""What was installed: a list of files with their check sums, written into a model's folder before it is put in place.

It lies in a hidden file, which Vosk doesn't read and which doesn't count as part of the model.
"""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from datetime import datetime, timezone
from pathlib import Path

from voicedrill import __version__
from voicedrill.core.errors import ModelError
from voicedrill.speech.disk import file_sha256

FILE_NAME = ".voicedrill-manifest.json"
_VERSION = 1


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a model came from."""

    source: str
    """Address of the zip without passwords, or path of a zip or folder."""
    sha256: str | None
    """Of the zip; None for a folder."""
    checked: bool
    """The check sum of the zip was known beforehand and agreed."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """A model as it was installed."""

    name: str
    origin: Origin
    installed_at: datetime
    """UTC."""
    files: dict[str, str]
    """Relative path, POSIX style -> SHA-256."""


@dataclass(frozen=True, slots=True)
class Differences:
    """What has changed since the installation; relative paths."""

    missing: tuple[str, ...]
    changed: tuple[str, ...]
    added: tuple[str, ...]

    def __bool__(self) -> bool:
        return bool(self.missing or self.changed or self.added)


def write_manifest(folder: Path, name: str, origin: Origin) -> None:
    """List the files of a folder in a hidden file there, which is on the disk when this returns.

    Raises:
        OSError: it cannot be written.
    """
    document = {"version": _VERSION, "program": __version__, "name": name, "origin": asdict(origin),
                "installed_at": datetime.now(timezone.utc).isoformat(timespec="seconds"),
                "files": {p.relative_to(folder).as_posix(): file_sha256(p) for p in model_files(folder)}}
    with (folder / FILE_NAME).open("w", encoding="utf-8") as file:
        json.dump(document, file, ensure_ascii=False, indent=1)
        file.flush()
        os.fsync(file.fileno())


def read_manifest(folder: Path) -> Manifest | None:
    """The manifest of a model; None where there is none, because the model was not installed by this program.

    Raises:
        ModelError: it cannot be read.
    """
    path = folder / FILE_NAME
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        return Manifest(document["name"], Origin(**document["origin"]),
                        datetime.fromisoformat(document["installed_at"]), dict(document["files"]))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ModelError(f"安装清单 {path} 无法读取或已损坏；请重新安装：voicedrill model install",
                         f"the manifest {path} is damaged or cannot be read: install the model again: "
                         "voicedrill model install") from error


def compare_files(folder: Path, manifest: Manifest) -> Differences:
    """Hash every file of a model again and compare with the manifest.

    Raises:
        ModelError: a file cannot be read.
    """
    present = {p.relative_to(folder).as_posix(): p for p in model_files(folder)}
    return Differences(
        missing=tuple(sorted(manifest.files.keys() - present.keys())),
        changed=tuple(sorted(name for name, digest in manifest.files.items()
                             if name in present and file_sha256(present[name]) != digest)),
        added=tuple(sorted(present.keys() - manifest.files.keys())),
    )


def model_files(folder: Path) -> list[Path]:
    """Every file of a model, sorted; hidden ones are none of the model's."""
    return sorted(p for p in folder.rglob("*") if p.is_file() and not p.name.startswith("."))
