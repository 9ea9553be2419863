"""Which language the program speaks; decided before the commands are built, because their help is text too."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

from voicedrill.core.bilingual import Bilingual, Language


def choose_language(argv: Sequence[str], environment: str | None) -> Language:
    """`--lang` anywhere on the command line, else the environment, else Chinese.

    An unknown value counts as Chinese here; the option itself reports it later.
    """
    asked = environment or "zh"
    for index, word in enumerate(argv):
        if word == "--lang" and index + 1 < len(argv):
            asked = argv[index + 1]
        elif word.startswith("--lang="):
            asked = word.removeprefix("--lang=")
    return "en" if asked.lower().startswith("en") else "zh"


LANGUAGE: Language = choose_language(sys.argv[1:], os.environ.get("VOICEDRILL_LANG"))


def t(zh: str, en: str) -> str:
    """The one of two texts that is in the program's language."""
    return en if LANGUAGE == "en" else zh


def tr(text: Bilingual) -> str:
    """A bilingual text in the program's language."""
    return text.to(LANGUAGE)


DEFAULT_TRAINEE = t("学员", "trainee")
"""Name under which attempts are kept when nobody is named."""
