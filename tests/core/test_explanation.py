from dataclasses import replace

import pytest
from scoring_samples import AVERAGE, facts, rubric, transcript

from voicedrill.core.evaluation import evaluate
from voicedrill.core.explanation import explain, headline
from voicedrill.core.model import Reliability, Timing
from voicedrill.core.scoring import score

RUBRIC = rubric()
FULL = ("这个", "产品", "可以", "用", "十年", "平均", "到", "每天", "才", "几块钱", "真的", "很", "划算")


def told(*words, confidence=None, timing=Timing.EXACT, start=1.0):
    """Reasons and headline for a reply."""
    evaluation = evaluate(AVERAGE, facts(transcript(*words, confidence=confidence, start=start), timing=timing))
    card = score(AVERAGE, evaluation, RUBRIC)
    reasons = explain(AVERAGE, evaluation, card)
    assert len(reasons) == len(card.points)
    assert all(r.zh and r.en for r in reasons)
    return reasons, headline(AVERAGE, evaluation, card)


def test_a_hit_is_told_with_its_words_and_seconds():
    reasons, _ = told(*FULL)
    assert "「可以用十年」" in reasons[0].zh
    assert "2.0–3.2 秒" in reasons[0].zh
    assert "2.0–3.2 s" in reasons[0].en


def test_everything_there_is_praised():
    _, top = told(*FULL)
    assert "要点齐全" in top.zh
    assert "every point" in top.en


def test_the_missing_point_is_named_with_an_example():
    _, top = told("可以", "用", "十年", "平均", "到", "每天", "才", "几块钱")
    assert "averagec点" in top.zh
    assert "很划算" in top.zh


def test_a_slow_start_is_the_thing_to_improve_when_content_is_complete():
    _, top = told(*FULL, start=8.0)
    assert "接上" in top.zh


def test_a_denied_point_sends_to_the_recording():
    reasons, top = told("可以", "用", "十年", "平均", "到", "每天", "真的", "不", "划算")
    assert any("相反" in r.zh for r in reasons)
    assert "反" in top.zh


def test_an_unclear_point_says_that_it_does_not_count():
    evaluation = evaluate(AVERAGE, facts(transcript(*FULL)))
    heard = transcript(*FULL).words
    doubtful = tuple(replace(w, confidence=0.2 if w.text in {"很", "划算", "真的"} else 0.95) for w in heard)
    evaluation = evaluate(AVERAGE, replace(facts(transcript(*FULL)), transcript=type(transcript())(doubtful)))
    card = score(AVERAGE, evaluation, RUBRIC)
    assert "不扣分" in explain(AVERAGE, evaluation, card)[2].zh
    assert "没有听清" in headline(AVERAGE, evaluation, card).zh


def test_delivery_that_counts_in_part_says_so():
    reasons, _ = told("这个", "产品", "可以", "用", "十年", "您", "今天", "就", "带", "回家", "吧", "家里人", "喜欢")
    assert all("只算 67%" in r.zh for r in reasons[3:])
    assert all("67% of it counts" in r.en for r in reasons[3:])


def test_without_a_tactic_they_are_offered():
    reasons, top = told("今天", "天气", "真", "不错", "我们", "一起", "去", "吃", "火锅", "吧")
    assert "average法、compare法" in top.zh
    assert all("没有要点，不得分" in r.zh for r in reasons[1:])


@pytest.mark.parametrize(("words", "part"), [((), "没有听到"), (("真的", "很", "划算"), "太短")])
def test_what_was_not_measured_says_why(words, part):
    reasons, _ = told(*words)
    assert any(part in r.zh for r in reasons)


def test_an_unknown_prompt_is_told():
    reasons, _ = told(*FULL, timing=Timing.UNKNOWN)
    assert any("不计反应时间" in r.zh for r in reasons)


def test_an_unreliable_reply_asks_to_say_it_again():
    evaluation = replace(evaluate(AVERAGE, facts(transcript(*FULL))), reliability=Reliability(False, 0.4, ("noisy",)))
    card = score(AVERAGE, evaluation, RUBRIC)
    assert "再说一遍" in headline(AVERAGE, evaluation, card).zh
