"""Models that can be installed by name, and where they are fetched from."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from voicedrill.core.errors import ModelError

OFFICIAL_SITE = "https://alphacephei.com/vosk/models"
"""The model site of the Vosk project; a mirror has the same files under the same names."""


@dataclass(frozen=True, slots=True)
class Release:
    """A model as it is published: one zip."""

    name: str
    size: int | None = None
    """Bytes of the zip; None where nobody told us."""
    sha256: str | None = None
    """Of the zip, lower-case hexadecimal; None where nobody told us: then only the CRCs in the zip do."""

    def url(self, site: str = OFFICIAL_SITE) -> str:
        """Where the zip lies on a site."""
        return f"{site.rstrip('/')}/{quote(self.name)}.zip"


BUILT_IN = (
    Release("vosk-model-small-cn-0.22", 43_898_754,
            "3af8b0e7e0f835ae9d414ce5df580237a3cfb08d586c9fbbb0f7ff29ad5b14ba"),
    Release("vosk-model-cn-0.22"),
)
"""The Mandarin models of the official site: the small one, which is installed unless another is named, and the large
one, whose size and check sum we could not establish."""


def read_catalogue(path: Path | None) -> tuple[Release, ...]:
    """The built-in releases, those of the same name replaced by the ones in a file, the others after them.

    The file is a JSON list of `{"name", "size", "sha256"}`, for an organisation that serves models of its own.

    Raises:
        ModelError: the file cannot be read or is not such a list.
    """
    if path is None:
        return BUILT_IN
    try:
        entries = json.loads(path.read_text(encoding="utf-8"))
        own = {entry["name"]: _release(entry) for entry in entries}
    except OSError as error:
        raise ModelError(f"无法读取模型目录 {path}（{error.strerror}）；请检查 VOICEDRILL_CATALOGUE。",
                         f"cannot read the catalogue {path} ({error.strerror}): check VOICEDRILL_CATALOGUE."
                         ) from error
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise ModelError(f"模型目录 {path} 有误（{error}）；应为列表，每项含 name、size、sha256。",
                         f"the catalogue {path} is not valid ({error}): a list of name, size, sha256 is expected."
                         ) from error
    return (*(own.pop(r.name, r) for r in BUILT_IN), *own.values())


def _release(entry: dict[str, object]) -> Release:
    name, size, sha256 = entry["name"], entry.get("size"), entry.get("sha256")
    if not isinstance(name, str) or not isinstance(size, int | None) or not isinstance(sha256, str | None):
        raise TypeError(f"{entry!r}")
    return Release(name, size, parse_sha256(sha256) if sha256 else None)


def parse_sha256(text: str) -> str:
    """A SHA-256 as it is written anywhere, in lower case.

    Raises:
        ValueError: it is not one.
    """
    digest = text.strip().lower()
    if len(digest) != 64 or set(digest) - set("0123456789abcdef"):
        raise ValueError(f"not a SHA-256: {text!r}")
    return digest
