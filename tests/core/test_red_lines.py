from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scoring_samples import AVERAGE, ROOT, facts, labelled, rubric, shipped_questions, transcript

from voicedrill.content.red_lines import read_red_lines
from voicedrill.core.evaluation import evaluate
from voicedrill.core.explanation import headline, red_line_reasons
from voicedrill.core.model import CardStatus, RedLine
from voicedrill.core.red_lines import find_red_lines
from voicedrill.core.scoring import apply_marks, score

STANDARD = read_red_lines(ROOT / "content" / "red-lines" / "standard.yaml").lines
FIRST = (RedLine("first", "absolute", "第一", ("第一",), ("第一次", "第一时间")),)
FULL = ("这个", "产品", "可以", "用", "十年", "平均", "到", "每天", "才", "几块钱", "真的", "很", "划算")
RUBRIC = rubric()


def found(text, lines=STANDARD, confidence=0.9):
    return find_red_lines(transcript(*text, confidence=confidence), lines, 0.5)


def crossed(text):
    return {r.red_line_id for r in found(text) if not r.doubtful}


@pytest.mark.parametrize(("text", "line"), [
    ("我们家就是全国最低", "lowest-price"), ("我们的销量第一您放心", "number-one"), ("世界上最好的产品", "the-best"),
    ("百分之百有效", "certain-effect"), ("来我们这儿保证升学", "result-guarantee"),
    ("这个项目稳赚不赔", "profit-guarantee"), ("他们家那都是骗子", "rivals"), ("您等着瞧", "threat"),
    ("没钱就别来看", "insult"), ("穷鬼", "insult"),
])
def test_a_red_line_is_found_with_its_clip(text, line):
    hit = next(r for r in found(text) if r.red_line_id == line)
    assert not hit.doubtful
    assert hit.evidence.said in text
    assert hit.evidence.end > hit.evidence.start >= 1.0


@pytest.mark.parametrize("text", [
    "我们不敢说全国最低", "不敢跟您保证升学", "没有人能保证升学", "没有什么投资是稳赚不赔的",
    "不一定能考上",
    "我们从来不说别家是骗子", "谁敢说包赚", "全国最低谈不上", "全国第一我们不敢当真的不敢说", "别信那些说稳赚不赔的",
    "投资哪有稳赚不赔的", "不是全国最低但是品质好", "没有百分之百有效的",
])
def test_what_is_denied_is_none(text):
    assert found(text) == ()


@pytest.mark.parametrize("text", [
    "您说的全国最低我做不到", "您刚才说全国最低", "网上都吹全国第一", "别人说的稳赚不赔",
    "是不是全国最低您可以去比",
    "他们吹的百分之百有效", "任何说百分之百有效的都要小心", "别人家能说全国最低我们不能",
])
def test_other_peoples_words_are_none(text):
    assert found(text) == ()


@pytest.mark.parametrize("text", [
    "不骗您全国最低", "不是我吹我们全国最低", "不得不说我们全国第一", "您放心没问题保证升学",
    "客户都说我们是全国第一", "特别划算全国最低",
])
def test_assurances_and_praise_by_proxy_deny_nothing(text):
    assert crossed(text)


@pytest.mark.parametrize("text", [
    "您第一次来吗最近怎么样", "第一时间给您送到最后看看", "您最需要的是什么",
    "他们家的质量差不多", "最便宜的那款卖完了",
    "傻瓜式操作老人也会用", "还白得一个大礼包过了这村没这店",
])
def test_allowed_collocations_are_none(text):
    assert found(text) == ()
    assert crossed(text) == set()


def test_figures_are_read_as_they_are_spoken():
    assert [r.red_line_id for r in find_red_lines(transcript("100%", "有效"), STANDARD, 0.5)] == ["certain-effect"]


def test_a_collocation_excuses_only_itself():
    assert found("第一次来", FIRST) == ()
    assert [r.evidence.said for r in found("第一次来我们是第一", FIRST)] == ["第一"]
    assert found("第一次来我们是第一", FIRST)[0].evidence.start > 2


def test_what_only_sounds_like_it_is_doubtful():
    (hit,) = found("我们全国罪低")
    assert (hit.red_line_id, hit.doubtful, hit.evidence.said) == ("lowest-price", True, "全国罪低")


def test_words_that_the_recogniser_doubts_are_doubtful():
    (hit,) = found("我们全国最低", confidence=0.3)
    assert hit.doubtful
    assert all(not r.doubtful for r in found("我们全国最低", confidence=None))


def test_a_certain_place_counts_more_than_an_earlier_doubtful_one():
    (hit,) = found("全国罪低就是全国最低")
    assert (hit.doubtful, hit.evidence.said) == (False, "全国最低")


def test_replies_of_the_development_set():
    """Only the tactic that claims the lowest price crosses a line; nobody else's reply does."""
    rows = [r for name in ("replies.csv", "negatives.csv", "traps.csv") for r in labelled(name)]
    guilty = {row.get("tactic") for row in rows if found(row["text"])}
    assert guilty == {"t42"}


def test_model_answers_cross_none():
    for question in shipped_questions().values():
        for tactic in question.tactics:
            assert found(tactic.model_answer) == (), tactic.id


@settings(deadline=None)
@given(st.text())
def test_any_text_is_accepted(text):
    assert all(r.evidence.said for r in found([text]))


# ---------------------------------------------------------------- the gate

ASKED = replace(AVERAGE, red_lines=STANDARD)


def judged(*words, confidence=None, asked=ASKED):
    evaluation = evaluate(asked, facts(transcript(*words, confidence=confidence)), RUBRIC.cut_offs)
    return evaluation, score(asked, evaluation, RUBRIC)


def test_a_red_line_caps_the_total_and_never_passes():
    evaluation, card = judged(*FULL, "全国", "最低")
    assert [r.red_line_id for r in evaluation.red_lines] == ["lowest-price"]
    assert (card.total, card.passed, card.cap, card.review) == (59.0, False, 59.0, ("red_line",))
    assert "全国最低" in headline(ASKED, evaluation, card).zh
    assert "红线" in red_line_reasons(evaluation)[0].zh
    low = replace(RUBRIC, pass_mark=50.0)
    assert score(ASKED, evaluation, low).passed is False


def test_a_cap_between_whole_points_is_rounded_down_like_any_total():
    evaluation, _ = judged(*FULL, "全国", "最低")
    assert score(ASKED, evaluation, replace(RUBRIC, red_line_cap=59.5)).total == 59.0


def test_a_poor_reply_is_not_raised_to_the_cap():
    _, card = judged("全国", "最低")
    assert (card.total, card.cap) == (0.0, 59.0)


def test_a_doubtful_red_line_costs_nothing_but_is_for_review():
    evaluation, card = judged(*FULL, "全国", "罪", "低")
    assert evaluation.red_lines[0].doubtful
    assert (card.total, card.passed, card.cap, card.review) == (100.0, True, None, ("red_line_doubtful",))
    assert "不扣分" in red_line_reasons(evaluation)[0].zh


def test_a_person_may_clear_a_red_line():
    evaluation, _ = judged(*FULL, "全国", "最低")
    card = apply_marks(ASKED, evaluation, RUBRIC, {}, cleared=["lowest-price"])
    assert (card.total, card.passed, card.cap, card.review) == (100.0, True, None, ())


def test_an_unreliable_reply_still_goes_to_review():
    evaluation, _ = judged(*FULL, "全国", "最低")
    doubtful = replace(evaluation, reliability=replace(evaluation.reliability, reliable=False))
    card = score(ASKED, doubtful, RUBRIC)
    assert (card.status, card.total, card.review) == (CardStatus.UNRELIABLE, None, ("red_line",))


def test_without_lists_there_are_no_red_lines():
    evaluation, card = judged(*FULL, "全国", "最低", asked=AVERAGE)
    assert (evaluation.red_lines, card.cap) == ((), None)
