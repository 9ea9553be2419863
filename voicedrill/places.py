"""Where things lie: built-in content and models, and the home of recordings and database."""

from __future__ import annotations

import os
from pathlib import Path

_PACKAGE = Path(__file__).parent
_CHECKOUT = _PACKAGE.parent


def in_checkout() -> bool:
    """Whether the program runs from a source checkout rather than an installed wheel."""
    return (_CHECKOUT / "pyproject.toml").is_file() and (_CHECKOUT / "content").is_dir()


def built_in(folder: str) -> Path:
    """A folder that ships with the program: `content` or `models`.

    The wheel carries them inside the package, the checkout beside it.
    """
    return _CHECKOUT / folder if in_checkout() else _PACKAGE / "_data" / folder


def home() -> Path:
    """Where recordings and the database are kept.

    `VOICEDRILL_HOME` if set; `recordings/` of the checkout the program runs from; else the user's data folder.
    """
    named = os.environ.get("VOICEDRILL_HOME")
    if named:
        return Path(named).expanduser()
    return _CHECKOUT / "recordings" if in_checkout() else user_data()


def user_data() -> Path:
    """The user's data folder for this program: own packs, models, settings."""
    from platformdirs import user_data_path

    return user_data_path("voicedrill", appauthor=False)


def user_cache() -> Path:
    """The user's cache folder for this program."""
    from platformdirs import user_cache_path

    return user_cache_path("voicedrill", appauthor=False)
