"""Finds the espeak-ng library that pyttsx3 will speak with on Linux: the system's, or the one from PyPI.

`VOICEDRILL_ESPEAK` overrides the choice: `system`, `bundled` (espeakng-loader), or the path of a library.
"""

from __future__ import annotations

import ctypes
import importlib.util
import os
from dataclasses import dataclass
from pathlib import Path

MANDARIN = "cmn-latn-pinyin"
"""The one Mandarin voice to use. Debian 12's `cmn` reads 这个 as English; this one is right on 1.51 and 1.52."""

_SYSTEM = "libespeak-ng.so.1"


@dataclass(frozen=True, slots=True)
class Library:
    """A loaded espeak-ng."""

    path: str
    data: str | None
    """Folder of its voices, to be put into `ESPEAK_DATA_PATH`; None where the library knows it."""
    version: str


def load_library() -> Library | None:
    """Load espeak-ng into this process (4 ms), the system's before the bundled one; None when there is none.

    Once it is loaded, the dynamic linker gives the same library to pyttsx3, which asks for it by its bare name.
    """
    choice = os.environ.get("VOICEDRILL_ESPEAK", "")
    bundled = _bundled()
    candidates: list[tuple[str, str | None]] = []
    if choice in ("", "system"):
        candidates.append((_SYSTEM, None))
    if choice in ("", "bundled") and bundled:
        candidates.append((str(bundled / "libespeak-ng.so"), str(bundled / "espeak-ng-data")))
    if choice not in ("", "system", "bundled"):
        candidates.append((choice, None))
    for path, data in candidates:
        try:
            library = ctypes.CDLL(path)
            library.espeak_Info.restype = ctypes.c_char_p
            version = (library.espeak_Info(None) or b"").decode("ascii", "replace")
        except (OSError, AttributeError):
            continue
        return Library(path, data, version)
    return None


def _bundled() -> Path | None:
    """The folder of espeakng-loader, found without importing it."""
    found = importlib.util.find_spec("espeakng_loader")
    return Path(found.origin).parent if found and found.origin else None
