"""One finding of the doctor: what was looked at, how it stands, and what to do about it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

from voicedrill.core.bilingual import Bilingual
from voicedrill.core.errors import VoiceDrillError


class Grade(str, Enum):
    """How a thing stands."""

    OK = "ok"
    WARN = "warn"
    """Something works less well than it could, or could not be looked at."""
    FAIL = "fail"
    """Part of the program does not work before this is mended."""


@dataclass(frozen=True, slots=True)
class Check:
    """One finding."""

    id: str
    grade: Grade
    what: Bilingual
    remedy: Bilingual | None = None
    """What to do, in one line; every warning and failure has one."""
    details: Mapping[str, object] = field(default_factory=dict)
    """Figures for machines, JSON values."""

    def __post_init__(self) -> None:
        if self.grade is not Grade.OK and self.remedy is None:
            raise ValueError(f"{self.id}: a fault without a remedy")


_BORDERS = {
    "zh": re.compile(r"；|，(?=请)"),
    "en": re.compile(r"; |: (?=check |mend |run)"),
}
"""Our messages say what is wrong, and after this what to do."""


def fault(id_: str, error: VoiceDrillError, grade: Grade = Grade.FAIL, remedy: Bilingual | None = None) -> Check:
    """An error as a finding: the first part of its message says what, the rest is the remedy.

    Args:
        id_: of the check.
        error: what was raised.
        grade: how bad it is.
        remedy: what to do, where the message does not say.
    """
    zh, *zh_remedy = _BORDERS["zh"].split(error.to("zh"), maxsplit=1)
    en, *en_remedy = _BORDERS["en"].split(error.to("en"), maxsplit=1)
    if zh_remedy and en_remedy:
        return Check(id_, grade, Bilingual(zh, en), Bilingual(zh_remedy[0], en_remedy[0]))
    return Check(id_, grade, error.message, remedy or Bilingual(
        "按上面的提示改正后，再运行 voicedrill doctor", "mend this, and run voicedrill doctor again"))
