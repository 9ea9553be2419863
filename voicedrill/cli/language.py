"""Which language the program speaks; decided before the commands are built, because their help is text too."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

from voicedrill.core.bilingual import Bilingual, Language


def choose_language(argv: Sequence[str], environment: str | None, encoding: str | None = None) -> Language:
    """`--lang` anywhere on the command line, else the environment, else Chinese where the screen can show it.

    An unknown value counts as Chinese here; the option itself reports it later.

    Args:
        argv: the command line.
        environment: value of `VOICEDRILL_LANG`.
        encoding: of the terminal or pipe; None: any character can be shown.
    """
    asked = environment or ("zh" if _has_chinese(encoding) else "en")
    for index, word in enumerate(argv):
        if word == "--lang" and index + 1 < len(argv):
            asked = argv[index + 1]
        elif word.startswith("--lang="):
            asked = word.removeprefix("--lang=")
    return "en" if asked.lower().startswith("en") else "zh"


def _has_chinese(encoding: str | None) -> bool:
    try:
        "话术".encode(encoding or "utf-8")
    except UnicodeEncodeError:
        return False
    return True


LANGUAGE: Language = choose_language(sys.argv[1:], os.environ.get("VOICEDRILL_LANG"),
                                     getattr(sys.stdout, "encoding", None))


def t(zh: str, en: str) -> str:
    """The one of two texts that is in the program's language."""
    return en if LANGUAGE == "en" else zh


def tr(text: Bilingual) -> str:
    """A bilingual text in the program's language."""
    return text.to(LANGUAGE)


DEFAULT_TRAINEE = t("学员", "trainee")
"""Name under which attempts are kept when nobody is named."""
