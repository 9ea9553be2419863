"""The linter finds each weakness, and only that."""

from __future__ import annotations

import pytest

from voicedrill.content.lint import lint_pack
from voicedrill.content.packs import Pack
from voicedrill.core.model import Criterion, PackRef, Question, Rating, Tactic

REF = PackRef("p", "1", "0" * 64)
DAYS = ("平均到每一天", "分摊到每个月", "算下来才两块钱", "除以三百六十五天")
COMPARE = ("跟同类产品比一比", "货比三家您就知道", "市面上同款更贵", "别的牌子卖得更高")
ANSWER = "平均到每一天才两块钱，真的不多。"


def lint(tmp_path, phrases=DAYS, answer=ANSWER, rating=Rating.GREEN, compare=COMPARE, prompt="这也太贵了吧。"):
    tactics = (
        Tactic("t1", "平均法", (Criterion("t1.a", "平均到每天", tuple(phrases)),), rating, model_answer=answer),
        Tactic("t2", "比较法", (Criterion("t2.a", "比一比", tuple(compare)),), model_answer="您跟同类产品比一比。"),
    )
    question = Question("o1", "rebuttal", "太贵了", prompt, REF, tactics)
    pack = Pack("p", "1", "题库", REF, (question,), tmp_path / "p.yaml", "default")
    return [(p.severity, p.where, p.message.zh) for p in lint_pack(pack)]


def test_a_good_pack_has_no_problem(tmp_path):
    assert lint(tmp_path) == []


@pytest.mark.parametrize(("phrases", "said"), [
    (DAYS[:3], "只有 3 种说法"),
    ((*DAYS[:3], "一天"), "「一天」应有 3 到 14 个字"),
    ((*DAYS, "您看平均下来每一天其实只要花两块钱而已"), "应有 3 到 14 个字"),
    ((*DAYS, "平均到每一天"), "太像"),
    ((*DAYS, "平均到每一天呢"), "太像"),
    ((*DAYS, "分摊到每一个月"), "太像"),
    ((*DAYS, "一天一杯奶茶>"), "里有符号「>」"),
    ((*DAYS, "这也太贵了吧"), "重复了客户的话"),
    ((*DAYS, "您说太贵了"), "重复了客户的话"),
    ((*DAYS, "跟同类产品比比"), "和 t1.a 的「跟同类产品比比」太像"),
])
def test_a_poor_wording_is_a_warning(tmp_path, phrases, said):
    problems = lint(tmp_path, phrases=phrases)
    assert len(problems) == 1
    assert problems[0][0] == "warning"
    assert problems[0][1] in ("t1.a", "t2.a")
    assert said in problems[0][2]


def test_a_model_answer_without_its_key_point_is_a_warning(tmp_path):
    answer = "这个东西的做工很精细，您可以摸一摸。"
    assert lint(tmp_path, answer=answer) == [("warning", "t1.a", "参考话术里没有要点「平均到每天」的说法")]
    assert lint(tmp_path, answer=answer, rating=Rating.RED) == []


@pytest.mark.parametrize("word", ["全国最低", "保证", "绝对", "百分之百", "第一品牌"])
def test_a_red_line_in_a_model_answer_is_an_error(tmp_path, word):
    problems = lint(tmp_path, answer=f"{word}划算，{ANSWER}")
    assert [(severity, where) for severity, where, _ in problems] == [("error", "t1")]
    assert word in problems[0][2]


@pytest.mark.parametrize("said", ["我不敢保证，", "我没说绝对，", "最近、最后、您最需要的，"])
def test_negations_and_harmless_words_are_no_red_lines(tmp_path, said):
    assert lint(tmp_path, answer=said + ANSWER) == []


def test_a_slot_left_is_an_error(tmp_path):
    assert lint(tmp_path, prompt="这个{产品}也贵。")[0][:2] == ("error", "o1")
    assert lint(tmp_path, phrases=(*DAYS, "只要{每天价格}"))[0][:2] == ("error", "t1.a")
