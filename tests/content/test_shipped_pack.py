"""The pack that ships keeps its promises: complete, filled, clean, its ids stable."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from voicedrill.content.demo import read_demo_replies
from voicedrill.content.lint import lint_pack
from voicedrill.content.packs import read_pack
from voicedrill.core.model import Rating

CONTENT = Path(__file__).parents[2] / "content"
PROFILES = sorted((CONTENT / "profiles").glob("*.yaml"))

# Stored attempts and labelled replies refer to these: they may grow, never shrink or change their meaning.
POINTS = """
t11.abc t12.abc t13.abc t21.abc t22.abc t23.abc t24.ab t31.abc t32.abc t33.abc t41.abcd t42.ab t43.abc t51.abcd
t52.abc t53.abc t61.abc t62.abc t71.abc t72.abc t73.abc t81.abc t82.abc t83.abc
"""
IDS = {f"{tactic}.{letter}" for tactic, letters in (p.split(".") for p in POINTS.split()) for letter in letters}
NAMES = """
询问 假设 直接 比较 拆散 平均 赞美 讨好 化小 例证 得失 底牌 诚实 分析
转向 提醒 前瞻 攻心 投资 反驳 肯定 吹牛 比心 死磨
"""


@pytest.fixture(params=PROFILES, ids=lambda p: p.stem)
def pack(request):
    return read_pack(CONTENT / "sales-objections.yaml", request.param)


def test_it_has_all_objections_tactics_and_key_points(pack):
    tactics = [t for q in pack.questions for t in q.tactics]
    assert [q.id for q in pack.questions] == [f"o{n}" for n in range(1, 9)]
    assert [t.name for t in tactics] == [f"{n}法" for n in NAMES.split()]
    assert len(IDS) == 72
    assert {c.id for q in pack.questions for c in q.criteria} >= IDS
    assert all(q.maxim and q.prompt for q in pack.questions)
    assert all(t.idea and t.rating_reason for t in tactics)


def test_every_key_point_has_four_distinct_wordings(pack):
    for question in pack.questions:
        for criterion in question.criteria:
            assert len(set(criterion.phrases)) >= 4, criterion.id
            assert all(3 <= len(p) <= 14 for p in criterion.phrases), criterion.id


def test_no_slot_is_left(pack):
    for question in pack.questions:
        texts = [question.prompt, question.maxim, *(p for c in question.criteria for p in c.phrases)]
        texts += [text for t in question.tactics for text in (t.idea, t.model_answer)]
        assert not [text for text in texts if re.search(r"[{}]", text)]


def test_model_answers_can_be_said_in_one_breath(pack):
    for question in pack.questions:
        for tactic in question.tactics:
            characters = len(re.sub(r"\W", "", tactic.model_answer))
            assert 40 <= characters <= 95, f"{tactic.id}: {characters}"


def test_what_is_spoken_has_no_digits_and_no_latin_letters(pack):
    for question in pack.questions:
        spoken = question.prompt + "".join(t.model_answer for t in question.tactics)
        assert not re.search(r"[0-9A-Za-z]", spoken), question.id


def test_it_lints_clean(pack):
    assert lint_pack(pack) == ()


def test_the_dishonest_tactics_are_red(pack):
    ratings = {t.id: t.rating for q in pack.questions for t in q.tactics}
    assert {t for t, r in ratings.items() if r is Rating.RED} == {"t42", "t52"}
    assert {"t12", "t13", "t21", "t33", "t61", "t71", "t83"} <= {t for t, r in ratings.items() if r is Rating.YELLOW}


def test_the_demo_replies_answer_three_different_objections(pack):
    replies = read_demo_replies(CONTENT / "demo")
    assert len({r.question_id for r in replies}) == 3
    assert {r.question_id for r in replies} <= {q.id for q in pack.questions}
    assert all(r.path.parent == CONTENT / "demo" and r.path.suffix == ".wav" for r in replies)
    assert all(25 <= len(re.sub(r"\W", "", r.text)) <= 45 for r in replies)


def test_the_documented_example_is_a_clean_pack(tmp_path):
    text = (CONTENT.parent / "docs" / "content.md").read_text(encoding="utf-8")
    pack, profile, shared, red_lines, aliases, *_ = re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)
    pack = pack.replace("questions:\n", f"{shared}{red_lines}{aliases}questions:\n", 1)
    (tmp_path / "pack.yaml").write_text(pack, encoding="utf-8")
    (tmp_path / "profile.yaml").write_text(profile, encoding="utf-8")
    assert lint_pack(read_pack(tmp_path / "pack.yaml", tmp_path / "profile.yaml")) == ()


def test_the_documented_ratings_and_slots_are_the_shipped_ones(pack):
    text = (CONTENT.parent / "docs" / "content.md").read_text(encoding="utf-8")
    for sign, rating in (("绿", Rating.GREEN), ("黄", Rating.YELLOW), ("红", Rating.RED)):
        row = re.search(rf"^\| {sign} \|.*\| (.*) \|$", text, re.MULTILINE)
        names = [t.name.removesuffix("法") for q in pack.questions for t in q.tactics if t.rating is rating]
        assert row
        assert row[1].split() == names
    source = (CONTENT / "sales-objections.yaml").read_text(encoding="utf-8")
    slots = set(re.findall(r"\{(\w+)\}", source.split("questions:")[1]))
    listed = re.search(r"The shipped pack uses (.*?);", text, re.DOTALL)
    assert listed
    assert set(re.findall(r"[\u4e00-\u9fff]+", listed[1])) == slots
