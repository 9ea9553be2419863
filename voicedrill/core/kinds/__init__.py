"""The kinds of question: one pure module each, chosen by `Question.kind`."""

from __future__ import annotations

from voicedrill.core.aliases import hear
from voicedrill.core.kinds import rebuttal
from voicedrill.core.kinds.assessment import Assessment
from voicedrill.core.matching import DEFAULT_CUT_OFFS, CutOffs
from voicedrill.core.model import Question, Transcript
from voicedrill.core.text import Text

__all__ = ["Assessment", "assess"]

_KINDS = {"rebuttal": rebuttal.assess}


def assess(
    question: Question, transcript: Transcript, cut_offs: CutOffs = DEFAULT_CUT_OFFS, text: Text | None = None,
) -> Assessment:
    """Compare a transcript with a question, as its kind demands.

    `text` is the transcript as it is to be compared (`core.aliases.hear`), where that is known already.
    """
    heard = hear(transcript, question.aliases) if text is None else text
    return _KINDS[question.kind](question, transcript, cut_offs, heard)
