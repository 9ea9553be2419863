from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scoring_samples import AVERAGE, facts, labelled, rubric, shipped_questions, transcript

from voicedrill.core.evaluation import evaluate
from voicedrill.core.explanation import explain, headline
from voicedrill.core.model import CardStatus, Rating, Reliability, Timing, Transcript, Verdict, Word
from voicedrill.core.scoring import score

RUBRIC = rubric()
FULL = ("这个", "产品", "可以", "用", "十年", "平均", "到", "每天", "才", "几块钱", "真的", "很", "划算")


def card_for(*words, confidence=None, timing=Timing.EXACT, asked=AVERAGE, start=1.0):
    heard = facts(transcript(*words, confidence=confidence, start=start), timing=timing)
    return score(asked, evaluate(asked, heard, RUBRIC.cut_offs), RUBRIC)


def scored(verdicts, fluency_from=FULL):
    """The card for given verdicts on the three points of the tactic `average`."""
    evaluation = evaluate(AVERAGE, facts(transcript(*fluency_from)))
    findings = tuple(
        replace(f, verdict=verdicts.get(f.criterion_id[-1], Verdict.MISSED)) if f.criterion_id.startswith("average")
        else f for f in evaluation.findings)
    return score(AVERAGE, replace(evaluation, findings=findings), RUBRIC)


def points(card, part):
    return [p for p in card.points if p.part == part]


def test_a_complete_fluent_reply_is_worth_everything():
    card = card_for(*FULL)
    assert (card.status, card.total, card.passed) == (CardStatus.SCORED, 100.0, True)
    assert sum(p.possible for p in card.points) == pytest.approx(100)
    assert [p.verdict for p in points(card, "content")] == [Verdict.HIT] * 3
    assert sum(p.possible for p in points(card, "content")) == pytest.approx(65)


def test_coverage_counts_as_it_is():
    """One of three points earns a third of the content, and two thirds of the delivery."""
    card = scored({"a": Verdict.HIT})
    assert sum(p.earned for p in points(card, "content")) == pytest.approx(65 / 3)
    assert points(card, "pace")[0].earned == pytest.approx(10 * 2 / 3)
    assert card.total == 45


def test_an_unclear_point_is_not_held_against_the_trainee():
    clear = scored({"a": Verdict.HIT, "b": Verdict.HIT, "c": Verdict.HIT})
    unclear = scored({"a": Verdict.HIT, "b": Verdict.HIT, "c": Verdict.UNSURE})
    missed = scored({"a": Verdict.HIT, "b": Verdict.HIT, "c": Verdict.MISSED})
    assert unclear.total == clear.total > missed.total
    assert points(unclear, "content")[2].possible == 0


def test_one_clear_point_among_unclear_ones_is_no_full_score():
    card = scored({"a": Verdict.HIT, "b": Verdict.UNSURE, "c": Verdict.UNSURE})
    assert not card.passed
    assert sum(p.possible for p in points(card, "content")) == pytest.approx(65)


def test_nothing_but_unclear_points_gives_no_total():
    card = scored(dict.fromkeys("abc", Verdict.UNSURE))
    assert (card.status, card.total, card.passed) == (CardStatus.UNRELIABLE, None, None)


@pytest.mark.parametrize("verdict", [Verdict.NEGATED, Verdict.MISSED])
def test_negated_points_earn_nothing(verdict):
    card = scored(dict.fromkeys("abc", verdict))
    assert card.total == 0


def test_a_reply_without_a_required_point_does_not_pass():
    tactic = AVERAGE.tactics[0]
    criteria = (*tactic.criteria[:2], replace(tactic.criteria[2], weight=0.1, required=True))
    asked = replace(AVERAGE, tactics=(replace(tactic, criteria=criteria),))
    card = card_for(*FULL[:10], asked=asked)
    assert card.total >= 80
    assert card.passed is False
    assert card_for(*FULL, asked=asked).passed is True


def test_an_unreliable_reply_has_no_total():
    evaluation = evaluate(AVERAGE, facts(transcript(*FULL)))
    doubted = replace(evaluation, reliability=Reliability(False, 0.3, ("low_confidence", "noisy")))
    card = score(AVERAGE, doubted, RUBRIC)
    assert (card.status, card.total, card.passed) == (CardStatus.UNRELIABLE, None, None)


@pytest.mark.parametrize("words", [(), ("嗯",), ("啊", "嗯")])
def test_silence_scores_nothing(words):
    card = card_for(*words)
    assert (card.status, card.total, card.passed) == (CardStatus.SILENT, 0.0, False)


def test_an_unknown_prompt_leaves_latency_out():
    card = card_for(*FULL, timing=Timing.UNKNOWN)
    latency = points(card, "latency")[0]
    assert (latency.earned, latency.possible, latency.measure) == (0, 0, None)
    assert card.total == 100


def test_a_late_start_costs_latency_points():
    """3 s is worth 80 of 100."""
    late = card_for(*FULL, start=3.0)
    assert points(late, "latency")[0].earned == pytest.approx(8)
    assert late.total == 98


def test_a_short_reply_gets_no_pace_and_fluency():
    card = card_for("真的", "很", "划算")
    assert [p.possible for p in points(card, "pace") + points(card, "fluency")] == [0, 0]


def test_many_characters_in_too_little_speech_get_no_pace_and_fluency():
    hurried = Transcript(tuple(replace(w, start=w.start / 4, end=w.end / 4) for w in transcript(*FULL).words))
    assert hurried.words[-1].end - hurried.words[0].start < RUBRIC.shortest_seconds
    evaluation = evaluate(AVERAGE, facts(hurried))
    assert evaluation.fluency.characters >= RUBRIC.shortest_characters
    card = score(AVERAGE, evaluation, RUBRIC)
    assert [p.possible for p in points(card, "pace") + points(card, "fluency")] == [0, 0]


@pytest.mark.parametrize("words", [
    ("您好", "欢迎", "光临", "请问", "有", "什么", "可以", "帮", "您", "的", "我们", "公司", "很", "大"),
    ("您", "觉得", "太贵了", "这个", "东西", "太贵了", "是", "吧", "太贵了"),
    ("那", "好吧", "我", "给", "您", "打个", "八折", "您", "看", "行不行", "行", "就", "定"),
    ("好",),
])
def test_fluent_talk_without_content_scores_under_20(words):
    assert card_for(*words).total < 20


def test_negatives_score_under_20():
    """Share of small talk, surrender, echo and fillers that reaches 20 on any objection."""
    scores = []
    questions = shipped_questions()
    for row in labelled("negatives.csv"):
        for asked in [questions[row["objection"]]] if row["objection"] != "*" else questions.values():
            scores.append(card_for(*([row["text"]] if row["text"] else []), asked=asked).total)
    assert len(scores) > 400
    assert sum((total or 0) >= 20 for total in scores) / len(scores) <= 0.03


def test_the_total_never_rounds_up():
    barely = card_for(*FULL, start=1.52)
    assert 99 < sum(p.earned for p in barely.points) < 100
    assert barely.total == 99


def test_the_least_that_was_earned_shows():
    faint = replace(RUBRIC, without_tactic=0.002)
    evaluation = evaluate(AVERAGE, facts(transcript(*FULL)))
    card = score(AVERAGE, replace(evaluation, tactic_id=None), faint)
    assert 0 < sum(p.earned for p in card.points) < 1
    assert card.total == 1


words = st.lists(st.builds(Word, st.text(max_size=4) | st.sampled_from(FULL), st.floats(0, 60), st.floats(0, 60),
                           st.none() | st.floats(0, 1)), max_size=20)


@given(words, st.sampled_from(Timing))
def test_any_reply_has_a_card_within_bounds(heard, timing):
    evaluation = evaluate(AVERAGE, facts(Transcript(tuple(heard)), timing=timing))
    card = score(AVERAGE, evaluation, RUBRIC)
    assert (card.total is None) == (card.status is CardStatus.UNRELIABLE)
    assert card.total is None or 0 <= card.total <= 100
    assert all(0 <= p.earned <= p.possible + 1e-9 for p in card.points)
    assert sum(p.possible for p in card.points) <= 100 + 1e-9
    assert score(AVERAGE, evaluation, RUBRIC) == card


def test_a_red_tactic_is_recognised_and_earns_nothing():
    asked = replace(AVERAGE, tactics=(replace(AVERAGE.tactics[0], rating=Rating.RED, rating_reason="骗人。"),
                                      AVERAGE.tactics[1]))
    evaluation = evaluate(asked, facts(transcript(*FULL)), RUBRIC.cut_offs)
    card = score(asked, evaluation, RUBRIC)
    assert evaluation.tactic_id == "average"
    assert [(p.verdict, p.earned, p.possible > 0) for p in points(card, "content")] == [(Verdict.HIT, 0.0, True)] * 3
    assert (card.total, card.passed, card.review) == (0.0, False, ("red_tactic",))
    reasons = explain(asked, evaluation, card)
    assert all("「" in r.zh and "合规评级为红，不得分" in r.zh for r in reasons[:3])
    assert "骗人。" in headline(asked, evaluation, card).zh


def test_a_yellow_tactic_earns_as_before():
    asked = replace(AVERAGE, tactics=(replace(AVERAGE.tactics[0], rating=Rating.YELLOW), AVERAGE.tactics[1]))
    assert card_for(*FULL, asked=asked).total == 100
    assert card_for(*FULL, asked=asked).review == ()


def test_points_of_a_red_tactic_that_was_not_made_out_earn_nothing():
    red = replace(AVERAGE, tactics=(replace(AVERAGE.tactics[0], rating=Rating.RED),))
    part = evaluate(AVERAGE, facts(transcript(*FULL[:5])), RUBRIC.cut_offs)
    unmade = replace(part, tactic_id=None)
    assert points(score(AVERAGE, unmade, RUBRIC), "content")[0].earned > 0
    assert points(score(red, unmade, RUBRIC), "content")[0].earned == 0
