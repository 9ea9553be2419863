"""Facts compared with a question: the one way from what was heard to what can be scored."""

from __future__ import annotations

from collections.abc import Iterable

from voicedrill.core.aliases import hear
from voicedrill.core.fluency import measure
from voicedrill.core.kinds import assess
from voicedrill.core.matching import DEFAULT_CUT_OFFS, CutOffs
from voicedrill.core.model import Elsewhere, Evaluation, Facts, Question, Transcript
from voicedrill.core.red_lines import find_red_lines
from voicedrill.core.trust import judge

PLAIN_ELSEWHERE = 1.2
"""Strength from which a tactic of another question is told: many questions have many chances, so it takes more than
one key point."""


def evaluate(
    question: Question, facts: Facts, cut_offs: CutOffs = DEFAULT_CUT_OFFS, others: Iterable[Question] = (),
) -> Evaluation:
    """Evaluate a reply; for the same arguments always the same, whatever the words are.

    Args:
        question: what was asked.
        facts: what was heard.
        cut_offs: those of the rubric that the evaluation will be scored with.
        others: questions among whose tactics to look where none of the asked question's was recognised.
    """
    text = hear(facts.transcript, question.aliases)
    assessment = assess(question, facts.transcript, cut_offs, text)
    return Evaluation(
        tactic_id=assessment.tactic_id,
        tactics=assessment.tactics,
        findings=assessment.findings,
        fluency=measure(facts),
        reliability=judge(facts),
        shared=assessment.shared,
        red_lines=find_red_lines(facts.transcript, question.red_lines, cut_offs.confidence, text),
        elsewhere=None if assessment.tactic_id else _elsewhere(question, others, facts.transcript, cut_offs),
    )


def _elsewhere(
    question: Question, others: Iterable[Question], transcript: Transcript, cut_offs: CutOffs,
) -> Elsewhere | None:
    """The plainest tactic of another question, if one was heard plainly."""
    best, plainest = None, PLAIN_ELSEWHERE
    for other in others:
        if other.id == question.id:
            continue
        found = assess(other, transcript, cut_offs)
        if found.tactic_id and (found.strength > plainest or (best is None and found.strength == plainest)):
            best, plainest = (other, found.tactic_id), found.strength
    if best is None:
        return None
    other, tactic_id = best
    name = next(t.name for t in other.tactics if t.id == tactic_id)
    return Elsewhere(other.id, other.name, tactic_id, name)
