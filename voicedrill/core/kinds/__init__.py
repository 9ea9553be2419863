"""The kinds of question: one pure module each, chosen by `Question.kind`."""

from __future__ import annotations

from voicedrill.core.kinds import rebuttal
from voicedrill.core.kinds.assessment import Assessment
from voicedrill.core.matching import DEFAULT_CUT_OFFS, CutOffs
from voicedrill.core.model import Question, Transcript

__all__ = ["Assessment", "assess"]

_KINDS = {"rebuttal": rebuttal.assess}


def assess(question: Question, transcript: Transcript, cut_offs: CutOffs = DEFAULT_CUT_OFFS) -> Assessment:
    """Compare a transcript with a question, as its kind demands."""
    return _KINDS[question.kind](question, transcript, cut_offs)
