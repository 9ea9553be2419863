from dataclasses import replace

import pytest
from scoring_samples import AVERAGE, facts, rubric, transcript

from voicedrill.core.evaluation import evaluate
from voicedrill.core.explanation import explain
from voicedrill.core.model import CardStatus, Criterion, Verdict
from voicedrill.core.scoring import apply_marks, score
from voicedrill.core.structure import out_of_order

RUBRIC = rubric()
SHARED = (
    Criterion("pack.agree", "认同", ("我理解您的想法", "您的顾虑很正常"), step=1),
    Criterion("pack.clarify", "澄清", ("请问您是担心哪方面",), step=2),
    Criterion("pack.resolve", "化解", (), kind="key_point", step=3),
    Criterion("pack.close", "促成", ("您看今天就定下来好吗",), step=4),
    Criterion("pack.address", "称呼", ("您", "先生"), kind="words", weight=0.5),
    Criterion("pack.thanks", "道谢", ("谢谢",), kind="words", weight=0.5, optional=True),
)
ASKED = replace(AVERAGE, shared=SHARED)
AGREE = ("我", "理解", "您的", "想法")
CLARIFY = ("请问", "您", "是", "担心", "哪方面")
RESOLVE = ("可以", "用", "十年", "平均", "到", "每天", "真的", "很", "划算")
CLOSE = ("您看", "今天", "就", "定下来", "好吗")


def judged(*words, asked=ASKED, confidence=None):
    evaluation = evaluate(asked, facts(transcript(*words, confidence=confidence)), RUBRIC.cut_offs)
    return evaluation, score(asked, evaluation, RUBRIC)


def lines(card, part="structure"):
    return {p.criterion_id: p for p in card.points if p.part == part}


def verdicts(evaluation):
    return {f.criterion_id.removeprefix("pack."): f.verdict for f in evaluation.shared}


def test_every_step_in_order_earns_everything():
    evaluation, card = judged(*AGREE, *CLARIFY, *RESOLVE, *CLOSE)
    assert {k for k, v in verdicts(evaluation).items() if v is Verdict.HIT} == {
        "agree", "clarify", "resolve", "close", "address"}
    assert out_of_order(ASKED, evaluation) == frozenset()
    assert sum(p.earned for p in lines(card).values()) == pytest.approx(5)
    assert sum(p.possible for p in card.points) == pytest.approx(100)
    assert (card.total, card.passed) == (100.0, True)


def test_a_step_left_out_loses_its_share():
    evaluation, card = judged(*AGREE, *RESOLVE, *CLOSE)
    assert verdicts(evaluation)["clarify"] is Verdict.MISSED
    assert sum(p.earned for p in lines(card).values()) == pytest.approx(5 * 3.5 / 4.5)
    assert card.total == 98


def test_an_optional_criterion_earns_when_heard_and_costs_nothing_when_not():
    _, without = judged(*AGREE, *CLARIFY, *RESOLVE, *CLOSE)
    assert lines(without)["pack.thanks"].possible == 0
    _, thanked = judged(*AGREE, *CLARIFY, *RESOLVE, *CLOSE, "谢谢")
    assert lines(thanked)["pack.thanks"].earned == pytest.approx(5 * 0.5 / 5)
    assert "不扣分" in explain(ASKED, *judged(*AGREE, *RESOLVE))[3 + 5].zh


@pytest.mark.parametrize(("words", "misplaced"), [
    ((*CLOSE, *AGREE, *CLARIFY, *RESOLVE), {"pack.close"}),
    ((*CLARIFY, *RESOLVE, *AGREE), {"pack.agree"}),
    ((*RESOLVE[:3], *CLARIFY, *RESOLVE[3:], *CLOSE), set()),
])
def test_a_step_in_the_wrong_place_earns_half(words, misplaced):
    evaluation, card = judged(*words)
    assert out_of_order(ASKED, evaluation) == misplaced
    for line in lines(card).values():
        share = 0.5 if line.criterion_id in misplaced else 1.0
        if line.verdict is Verdict.HIT:
            assert line.earned == pytest.approx(line.possible * share)
    reasons = dict(zip(card.points, explain(ASKED, evaluation, card), strict=True))
    assert {p.criterion_id for p, r in reasons.items() if "次序不对" in r.zh} == misplaced


def test_courtesy_without_content_is_worth_nothing():
    evaluation, card = judged(*AGREE, *CLARIFY, *CLOSE, "谢谢")
    assert verdicts(evaluation)["agree"] is Verdict.HIT
    assert verdicts(evaluation)["resolve"] is Verdict.MISSED
    assert card.total == 0
    assert "没有要点，不得分" in explain(ASKED, evaluation, card)[1].zh


def test_a_denied_step_earns_nothing():
    evaluation, card = judged("我", "不", "理解", "您的", "想法", *RESOLVE)
    assert verdicts(evaluation)["agree"] is Verdict.NEGATED
    assert lines(card)["pack.agree"].earned == 0


def test_forms_of_address_go_by_the_very_word():
    assert verdicts(judged("你", *RESOLVE)[0])["address"] is Verdict.MISSED
    evaluation, _ = judged("王先生", *RESOLVE)
    finding = evaluation.shared[4]
    assert (finding.verdict, finding.evidence.phrase, finding.evidence.said) == (Verdict.HIT, "先生", "王先生")
    assert verdicts(judged("您", *RESOLVE, confidence=0.2)[0])["address"] is Verdict.UNSURE


def test_a_pack_without_criteria_leaves_the_points_to_the_content():
    _, card = judged(*RESOLVE, asked=AVERAGE)
    assert sum(p.possible for p in card.points if p.part == "content") == pytest.approx(65)
    assert lines(card) == {}


# ---------------------------------------------------------------- what a person marks

PERSON = replace(AVERAGE, shared=(Criterion("pack.warmth", "感染力", (), kind="person"),
                                  Criterion("pack.tone", "语气", (), kind="person", weight=3.0)))
FULL = ("这个", "产品", *RESOLVE[:6], "才", "几块钱", *RESOLVE[6:])


def test_what_a_person_judges_waits_outside_of_the_total():
    evaluation, card = judged(*FULL, asked=PERSON)
    assert [f.verdict for f in evaluation.shared] == [Verdict.PENDING] * 2
    assert [(p.possible, p.verdict) for p in lines(card, "person").values()] == [(0.0, Verdict.PENDING)] * 2
    assert (card.total, card.review) == (100.0, ("pending",))
    assert "待评" in explain(PERSON, evaluation, card)[3].zh


def test_a_mark_enters_the_total():
    evaluation, _ = judged(*FULL, asked=PERSON)
    one = apply_marks(PERSON, evaluation, RUBRIC, {"pack.warmth": 60})
    assert lines(one, "person")["pack.warmth"].earned == pytest.approx(6)
    assert (one.total, one.review) == (96.0, ("pending",))
    both = apply_marks(PERSON, evaluation, RUBRIC, {"pack.warmth": 60, "pack.tone": 20})
    assert (both.total, both.review) == (int(100 * (100 + 1.5 + 1.5) / 110), ())
    assert "由人评定：20" in explain(PERSON, evaluation, both)[4].zh


def test_a_mark_takes_the_place_of_a_verdict():
    evaluation, card = judged(*FULL[:8], asked=AVERAGE)
    assert card.total < 80
    marked = apply_marks(AVERAGE, evaluation, RUBRIC, {"average.c": 100})
    assert marked.total == 100
    assert apply_marks(AVERAGE, evaluation, RUBRIC, {"average.c": 100, "average.a": 0}).total < 80


def test_marks_for_all_points_make_an_unreliable_reply_countable():
    evaluation, _ = judged(*FULL, asked=AVERAGE)
    deaf = replace(evaluation, reliability=replace(evaluation.reliability, reliable=False))
    some = apply_marks(AVERAGE, deaf, RUBRIC, {"average.a": 100})
    every = apply_marks(AVERAGE, deaf, RUBRIC, {f"average.{c}": 100 for c in "abc"})
    assert (some.status, every.status, every.total) == (CardStatus.UNRELIABLE, CardStatus.SCORED, 100.0)


@pytest.mark.parametrize("mark", [-1, 101, float("nan")])
def test_marks_out_of_bounds_are_refused(mark):
    evaluation, _ = judged(*FULL, asked=PERSON)
    with pytest.raises(ValueError, match="0-100"):
        apply_marks(PERSON, evaluation, RUBRIC, {"pack.tone": mark})
