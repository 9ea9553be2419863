"""Facts compared with a question: the one way from what was heard to what can be scored."""

from __future__ import annotations

from voicedrill.core.fluency import measure
from voicedrill.core.kinds import assess
from voicedrill.core.matching import DEFAULT_CUT_OFFS, CutOffs
from voicedrill.core.model import Evaluation, Facts, Question
from voicedrill.core.trust import judge


def evaluate(question: Question, facts: Facts, cut_offs: CutOffs = DEFAULT_CUT_OFFS) -> Evaluation:
    """Evaluate a reply; for the same arguments always the same, whatever the words are.

    Args:
        question: what was asked.
        facts: what was heard.
        cut_offs: those of the rubric that the evaluation will be scored with.
    """
    assessment = assess(question, facts.transcript, cut_offs)
    return Evaluation(
        tactic_id=assessment.tactic_id,
        tactics=assessment.tactics,
        findings=assessment.findings,
        fluency=measure(facts),
        reliability=judge(facts),
    )
