"""Finding packs, questions and tactics by whatever people type."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voicedrill.content.library import find_profile, read_library
from voicedrill.content.names import simplify
from voicedrill.core.errors import ContentError, UsageError

CONTENT = Path(__file__).parents[2] / "content"
LIBRARY = read_library([CONTENT])

OTHER = """\
schema: 1
id: other
version: "1"
name: 另一个题库
questions:
  - id: x1
    kind: rebuttal
    name: 我没时间
    prompt: 我现在没时间。
    tactics:
      - id: x11
        name: 比较法
        rating: 绿
        model_answer: 只要两分钟。
        key_points:
          - {id: a, name: 两分钟, phrases: [只要两分钟, 耽误您两分钟]}
"""


@pytest.mark.parametrize(("asked", "found"), [
    ("o2", "o2"), ("O2", "o2"), ("太贵了", "o2"), ("太贵", "o2"), ("太贵了！", "o2"), ("「太贵了」", "o2"),
    ("2、顾客说:太贵了", "o2"), ("太贵了（第二题）", "o2"), ("太 贵 了", "o2"), ("太貴了", "o2"), ("考慮", "o1"),
    ("你们这个，也太贵了吧。", "o2"), ("o5_张三.wav", "o5"), ("不，我不要……", "o8"), ("不 我不要", "o8"),
    ("市场不景气", "o3"), ("景气", "o3"), ("预算", "o6"), ("这个嘛，我还要再考虑一下", "o1"), ("Ｏ７", "o7"),
])
def test_a_question_is_found(asked, found):
    assert LIBRARY.find_question(asked).id == found


@pytest.mark.parametrize(("asked", "found"), [
    ("t11", "t11"), ("询问法", "t11"), ("询问", "t11"), ("(1)询问法:", "t11"), ("【绿】询问法", "t11"),
    ("詢問法", "t11"), ("太贵了/比较法", "t21"), ("o2／比较", "t21"), ("T83", "t83"), ("死磨", "t83"),
])
def test_a_tactic_is_found_with_its_question(asked, found):
    question, tactic = LIBRARY.find_tactic(asked)
    assert tactic.id == found
    assert tactic in question.tactics


def test_an_ambiguous_name_lists_what_it_may_mean():
    with pytest.raises(UsageError) as caught:
        LIBRARY.find_question("便宜")
    assert "能不能便宜一些（o4）、别的地方更便宜（o5）" in caught.value.to("zh")


@pytest.mark.parametrize("asked", ["", "。", "()", "zzz", "今天天气真好", "🙂", "法"])
def test_an_unknown_name_lists_near_ones(asked):
    with pytest.raises(UsageError) as caught:
        LIBRARY.find_question(asked)
    assert "相近的有" in caught.value.to("zh")
    assert caught.value.to("zh").count("（o") == 3


def test_a_misspelt_name_lists_the_meant_one_first():
    with pytest.raises(UsageError) as caught:
        LIBRARY.find_question("市厂不景七")
    assert "相近的有 市场不景气（o3）" in caught.value.to("zh")


MARKS = st.text("，。！？、 …《》“”「」!?,.:;~—\u3000\t", max_size=4)
REMARKS = st.sampled_from(["", "（第二题）", "(new)", "【重点】", "[绿]"])


@settings(deadline=None)
@given(name=st.sampled_from([(q.name, q.id) for q in LIBRARY.questions]), before=MARKS, after=MARKS, remark=REMARKS,
       where=st.integers(0, 20))
def test_a_decorated_question_name_is_still_found(name, before, after, remark, where):
    text, found = name
    cut = where % (len(text) + 1)
    assert LIBRARY.find_question(f"{before}{text[:cut]}{remark}{after}{text[cut:]}{after}").id == found


@settings(deadline=None)
@given(name=st.sampled_from([(t.name, t.id) for q in LIBRARY.questions for t in q.tactics]), before=MARKS,
       after=MARKS, remark=REMARKS, law=st.booleans())
def test_a_decorated_tactic_name_is_still_found(name, before, after, remark, law):
    text, found = name
    text = text if law else text.removesuffix("法")
    assert LIBRARY.find_tactic(f"{before}{text}{after}{remark}")[1].id == found


@settings(deadline=None)
@given(st.text(max_size=30))
def test_any_text_is_found_or_refused_in_one_line(asked):
    try:
        assert LIBRARY.find_tactic(asked)[1].id
    except UsageError as error:
        assert "\n" not in error.to("zh")


@settings(deadline=None)
@given(st.text(max_size=20))
def test_simplifying_twice_changes_nothing_but_a_second_law(name):
    once = simplify(name)
    assert simplify(once) in (once, once.removesuffix("法"))


def test_packs_of_several_folders_are_one_library(tmp_path):
    (tmp_path / "other.yaml").write_text(OTHER, encoding="utf-8")
    (tmp_path / "_draft.yaml").write_text("not: finished", encoding="utf-8")
    library = read_library([CONTENT, tmp_path, tmp_path / "none"])
    assert library.find_question("没时间").id == "x1"
    assert library.find_pack("另一个题库").id == "other"
    with pytest.raises(UsageError, match="x11"):
        library.find_tactic("比较法")
    assert library.find_tactic("我没时间/比较法")[1].id == "x11"


@pytest.mark.parametrize(("old", "new", "kind"), [
    ("id: other", "id: sales-objections", "题库编号 sales-objections"),
    ("id: x1\n", "id: o1\n", "题目编号 o1"),
    ("id: x11", "id: t11", "招法编号 t11"),
])
def test_clashing_ids_name_both_files(tmp_path, old, new, kind):
    (tmp_path / "other.yaml").write_text(OTHER.replace(old, new), encoding="utf-8")
    with pytest.raises(ContentError) as caught:
        read_library([CONTENT, tmp_path])
    text = caught.value.to("zh")
    assert kind in text
    assert "sales-objections.yaml" in text
    assert "other.yaml" in text


def test_no_pack_at_all_is_an_error(tmp_path):
    with pytest.raises(ContentError, match="no pack"):
        read_library([tmp_path])


def test_profiles_are_found_by_id_name_and_file(tmp_path):
    assert find_profile([CONTENT]).id == "default"
    assert find_profile([CONTENT], "门店管理软件").id == "software"
    with pytest.raises(UsageError, match="insurance"):
        find_profile([CONTENT], "insurance-")
    own = tmp_path / "profiles" / "default.yaml"
    own.parent.mkdir()
    text = (CONTENT / "profiles" / "default.yaml").read_text(encoding="utf-8")
    own.write_text(text.replace("净水机", "咖啡机"), encoding="utf-8")
    assert find_profile([CONTENT, tmp_path]).slots["产品"] == "咖啡机"
    assert "咖啡机" in read_library([CONTENT], own).find_tactic("比较法")[1].model_answer


def test_the_hash_follows_content_and_profile_but_not_layout(tmp_path):
    path = tmp_path / "other.yaml"
    profile = CONTENT / "profiles" / "default.yaml"

    def digest(text: str) -> str:
        path.write_text(text, encoding="utf-8")
        return read_library([tmp_path], profile).packs[0].ref.sha256

    first = digest(OTHER)
    assert digest("# a remark\n" + OTHER.replace("phrases: [只要两分钟, 耽误您两分钟]",
                                                 "phrases: [ '只要两分钟',   耽误您两分钟 ]")) == first
    assert digest(OTHER.replace("耽误您两分钟", "占用您两分钟")) != first
    slotted = OTHER.replace("我现在没时间。", "我没时间看{产品}。")
    other = digest(slotted)
    profile = CONTENT / "profiles" / "software.yaml"
    assert digest(slotted) != other


def test_red_lines_that_hold_everywhere_come_with_every_pack(tmp_path):
    (tmp_path / "other.yaml").write_text(OTHER, encoding="utf-8")
    library = read_library([CONTENT, tmp_path])
    for question in library.questions:
        assert {"lowest-price", "rivals", "threat"} <= {line.id for line in question.red_lines}
    assert {q.pack for q in library.find_pack("other").questions} == {library.find_pack("other").ref}


def test_a_list_of_ones_own_takes_the_place_of_a_shipped_one(tmp_path):
    (tmp_path / "other.yaml").write_text(OTHER, encoding="utf-8")
    folder = tmp_path / "red-lines"
    folder.mkdir()
    mine = ("schema: 1\nid: mine\nversion: 1\nname: 我的\nred_lines:\n"
            "  - {id: x, category: 其他, name: 甲, phrases: [甲乙丙]}\n")
    (folder / "standard.yaml").write_text(mine, encoding="utf-8")
    library = read_library([CONTENT, tmp_path])
    assert [line.id for line in library.questions[0].red_lines] == ["x"]
    before = library.packs[0].ref.sha256
    (folder / "more.yaml").write_text(mine.replace("id: x", "id: y"), encoding="utf-8")
    library = read_library([CONTENT, tmp_path])
    assert [line.id for line in library.questions[0].red_lines] == ["y", "x"]
    assert library.packs[0].ref.sha256 != before


def test_a_fault_in_a_list_of_red_lines_is_told_with_file_and_field(tmp_path):
    (tmp_path / "other.yaml").write_text(OTHER, encoding="utf-8")
    (tmp_path / "red-lines").mkdir()
    (tmp_path / "red-lines" / "mine.yaml").write_text(
        "schema: 1\nid: m\nversion: 1\nname: 我\nred_lines:\n  - {id: x, category: 其他, name: 甲, phrases: []}\n",
        encoding="utf-8")
    with pytest.raises(ContentError) as caught:
        read_library([tmp_path], CONTENT / "profiles" / "default.yaml")
    assert "mine.yaml" in caught.value.to("zh")
    assert "red_lines[0].phrases" in caught.value.to("zh")
