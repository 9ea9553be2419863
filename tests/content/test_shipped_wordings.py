"""The wordings of the shipped pack against the real matcher: model answers earn points, small talk none."""

from __future__ import annotations

from pathlib import Path

import pytest

from voicedrill.content.library import read_library
from voicedrill.core.kinds import assess
from voicedrill.core.matching import DEFAULT_CUT_OFFS
from voicedrill.core.model import Rating, Transcript, Verdict, Word

LIBRARY = read_library([Path(__file__).parents[2] / "content"])
TACTICS = [(q, t) for q in LIBRARY.questions for t in q.tactics]
SMALL_TALK = (
    "您好欢迎光临请问您贵姓",
    "今天外面下雨了您带伞了吗",
    "我们店在人民路周末也开门",
    "这款有红色和白色两种颜色",
    "那您去别的店转转吧再见",
    "没问题那您想好了再来",
    "好的打扰您了您慢走",
    "嗯这个这个怎么说呢",
)


def spoken(text: str) -> Transcript:
    characters = [c for c in text if c.isalnum()]
    return Transcript(tuple(Word(c, i / 5, (i + 1) / 5) for i, c in enumerate(characters)))


def hits(question, text: str) -> set[str]:
    findings = assess(question, spoken(text), DEFAULT_CUT_OFFS).findings
    return {f.criterion_id for f in findings if f.verdict is Verdict.HIT}


@pytest.mark.parametrize(("question", "tactic"), [x for x in TACTICS if x[1].rating is not Rating.RED],
                         ids=lambda x: x.id)
def test_a_model_answer_earns_exactly_its_own_points(question, tactic):
    assert hits(question, tactic.model_answer) == {c.id for c in tactic.criteria}
    assert assess(question, spoken(tactic.model_answer), DEFAULT_CUT_OFFS).tactic_id == tactic.id


@pytest.mark.parametrize(("question", "tactic"), [x for x in TACTICS if x[1].rating is Rating.RED],
                         ids=lambda x: x.id)
def test_the_lawful_form_of_a_red_tactic_makes_no_forbidden_claim(question, tactic):
    forbidden = {"t42": {"t42.a"}, "t52": {"t52.a", "t52.b", "t52.c"}}[tactic.id]
    assert not hits(question, tactic.model_answer) & forbidden


@pytest.mark.parametrize("question", LIBRARY.questions, ids=lambda q: q.id)
def test_repeating_the_objection_and_small_talk_earn_nothing(question):
    for text in (question.prompt, question.name, f"您说{question.name}是吧", *SMALL_TALK):
        assert not hits(question, text), text


def test_every_wording_is_heard_as_its_own_point():
    for question in LIBRARY.questions:
        for criterion in question.criteria:
            deaf = [p for p in criterion.phrases if criterion.id not in hits(question, p)]
            assert not deaf, criterion.id
