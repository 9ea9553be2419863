"""A text for people, in the two languages of the program: written side by side, so neither can go missing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Language = Literal["zh", "en"]


@dataclass(frozen=True, slots=True)
class Bilingual:
    """One message in Simplified Chinese and in English."""

    zh: str
    en: str

    def to(self, language: Language) -> str:
        """The message in that language."""
        return self.en if language == "en" else self.zh
