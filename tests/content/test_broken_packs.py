"""Every way to break a pack gives one line that names the file, the line and the field."""

from __future__ import annotations

import re
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voicedrill.content.document import MAX_BYTES
from voicedrill.content.lint import lint_pack
from voicedrill.content.packs import read_pack, read_profile
from voicedrill.core.errors import ContentError

GOOD = """\
schema: 1
id: tiny
version: 1.0
name: 小题库
questions:
  - id: o1
    kind: rebuttal
    name: 太贵了
    prompt: 这{量词}{产品}太贵了。
    tactics:
      - id: t1
        name: 平均法
        rating: 绿
        model_answer: 平均到每一天，只要两块钱。
        key_points:
          - id: a
            name: 平均到每天
            phrases: [平均到每一天, 分摊到每个月, "只要{价格}", 一天两块钱]
      - id: t2
        name: 比较法
        rating: 黄
        model_answer: 您可以跟同类产品比一比。
        key_points:
          - id: a
            name: 比一比
            phrases:
              - 跟同类产品比一比
              - 货比三家
"""

PROFILE = "schema: 1\nid: p\nname: 档案\nslots:\n  产品: 净水机\n  量词: 台\n  价格: 两块钱\n"

TACTIC = "questions[0].tactics[0]"

# what is replaced, by what, the line and the field named, a piece of the Chinese message
BROKEN = [
    ("schema: 1\n", "", 1, "schema", "缺少这个字段"),
    ("schema: 1", "schema: 2", 1, "schema", "应为 1"),
    ("id: tiny", "id: 小题库", 2, "id", "只能用英文字母"),
    ("id: tiny", "id: a/../b", 2, "id", "只能用英文字母"),
    ("version: 1.0", "version:", 3, "version", "没有填内容"),
    ("version: 1.0", "version: [1, 0]", 3, "version", "应是一句文字"),
    ("name: 小题库", "naem: 小题库", 4, "naem", "是不是 name？"),
    ("name: 小题库", "name: 小题库\n作者: 我", 5, "作者", "没有这个字段，请删去"),
    ("name: 小题库", "name: " + "很" * 41, 4, "name", "最多 40 个字"),
    ("name: 小题库", "name: 小题库\nname: 又一个", 5, "name", "第 4 行已经写过"),
    ("    kind: rebuttal\n", "", 6, "questions[0].kind", "缺少这个字段"),
    ("kind: rebuttal", "kind: quiz", 7, "questions[0].kind", "应为 rebuttal，现在是「quiz」"),
    ("prompt: 这{量词}{产品}太贵了。", "prompt: 这{量词}{商品}太贵了。", 9, "questions[0].prompt", "是不是 {产品}？"),
    ("这{量词}{产品}太贵了。", "这{量词}{产品太贵了。", 9, "questions[0].prompt", "花括号不成对"),
    ("这{量词}{产品}太贵了。", "{产品}太贵了。", 9, "", "加引号"),
    ("prompt: 这{量词}{产品}太贵了。", "prompt: \"\"", 9, "questions[0].prompt", "没有填内容"),
    ("    tactics:\n", "    tactic:\n", 10, "questions[0].tactic", "是不是 tactics？"),
    ("rating: 绿", "rating: 蓝", 13, f"{TACTIC}.rating", "应为 绿、黄 或 红，现在是「蓝」"),
    ("        rating: 绿\n", "", 11, f"{TACTIC}.rating", "缺少这个字段"),
    ("model_answer: 平均到每一天，只要两块钱。", "model_answer: {x: 1}", 14,
     f"{TACTIC}.model_answer", "应是一句文字"),
    ("            name: 平均到每天", "            name: 平均到每天\n            weight: 很重", 18,
     f"{TACTIC}.key_points[0].weight", "应是数字，现在是「很重」"),
    ("            name: 平均到每天", "            name: 平均到每天\n            weight: 0", 18,
     f"{TACTIC}.key_points[0].weight", "要大于 0"),
    ("            name: 平均到每天", "            name: 平均到每天\n            weight: .nan", 18,
     f"{TACTIC}.key_points[0].weight", "应是数字"),
    ("            name: 平均到每天", "            name: 平均到每天\n            required: 也许", 18,
     f"{TACTIC}.key_points[0].required", "应是 true 或 false"),
    ('phrases: [平均到每一天, 分摊到每个月, "只要{价格}", 一天两块钱]', "phrases: []", 18,
     f"{TACTIC}.key_points[0].phrases", "至少要有 1 项"),
    ('phrases: [平均到每一天, 分摊到每个月, "只要{价格}", 一天两块钱]', "phrases: 平均到每一天", 18,
     f"{TACTIC}.key_points[0].phrases", "应是列表"),
    ('phrases: [平均到每一天, 分摊到每个月, "只要{价格}", 一天两块钱]', "phrase: [平均到每一天]", 18,
     f"{TACTIC}.key_points[0].phrase", "是不是 phrases？"),
    ('"只要{价格}"', '"只要{价钱}"', 18, f"{TACTIC}.key_points[0].phrases[2]", "是不是 {价格}？"),
    ('"只要{价格}"', "{价格}就够", 18, "", "引号"),
    ("      - id: t2", "      - id: t1", 19, "questions[0].tactics[1].id", "第 11 行已经用过"),
    ("name: 比较法", "name: 平均法", 20, "questions[0].tactics[1].name", "第 12 行已经用过"),
    ("              - 货比三家", "              -", 28,
     "questions[0].tactics[1].key_points[0].phrases[1]", "没有填内容"),
    ("              - 货比三家", "              - {甲: 乙}", 28,
     "questions[0].tactics[1].key_points[0].phrases[1]", "应是一句文字"),
    ("    name: 太贵了", "\tname: 太贵了", 8, "", "制表符"),
    ("    name: 太贵了", "   name: 太贵了", 8, "", "缩进没有对齐"),
    ("    name: 太贵了", "    name：太贵了", 9, "", "冒号"),
    ("    name: 太贵了", "    name: 太贵了: 真的", 8, "", "冒号"),
    ("    name: 太贵了", "    name: \"太贵了", 8, "", "引号没有成对"),
    ("    name: 太贵了", "    name: &x 太贵了", 8, "", "不支持 & 和 * 引用"),
    ("    name: 太贵了", "    name: *x", 8, "", "不支持 & 和 * 引用"),
    ("    name: 太贵了", "    name: !!python/name:os.system 太贵了", 8, "", "不支持 ! 标签"),
    ("    name: 太贵了", "    name: 太\x07贵了", 8, "", "控制字符"),
    ("questions:\n", "---\nquestions:\n", 5, "", "只能写一份内容"),
]


@pytest.fixture
def profile(tmp_path):
    path = tmp_path / "profile.yaml"
    path.write_text(PROFILE, encoding="utf-8")
    return read_profile(path)


def message(path: Path, profile) -> str:
    with pytest.raises(ContentError) as caught:
        read_pack(path, profile)
    for language in ("zh", "en"):
        text = caught.value.to(language)
        assert "\n" not in text
        assert path.name in text
    return caught.value.to("zh")


def test_the_unbroken_pack_is_read(tmp_path, profile):
    path = tmp_path / "good.yaml"
    path.write_text(GOOD, encoding="utf-8")
    pack = read_pack(path, profile)
    assert pack.version == "1.0"
    assert pack.questions[0].prompt == "这台净水机太贵了。"
    assert pack.questions[0].tactics[0].criteria[0].phrases[2] == "只要两块钱"
    assert [c.id for c in pack.questions[0].criteria] == ["t1.a", "t2.a"]


@pytest.mark.parametrize("case", BROKEN, ids=range(len(BROKEN)))
def test_a_broken_pack_names_line_and_field(tmp_path, profile, case):
    old, new, line, field, said = case
    assert GOOD.count(old) >= 1
    path = tmp_path / "broken.yaml"
    path.write_text(GOOD.replace(old, new, 1), encoding="utf-8")
    text = message(path, profile)
    assert text.startswith(f"broken.yaml 第 {line} 行 {field}：" if field else f"broken.yaml 第 {line} 行：")
    assert said in text


def test_several_faults_are_told_in_order_and_counted(tmp_path, profile):
    broken = GOOD.replace("id: tiny", "id: 小").replace("rating: 绿", "rating: 蓝").replace("{产品}", "{品}")
    broken = broken.replace("kind: rebuttal", "kind: x").replace("货比三家", "货比{三}家")
    path = tmp_path / "broken.yaml"
    path.write_text(broken, encoding="utf-8")
    text = message(path, profile)
    assert [text.find(f"第 {n} 行") for n in (2, 7, 9)] == sorted(text.find(f"第 {n} 行") for n in (2, 7, 9))
    assert "第 2 行 id" in text
    assert "第 13 行" not in text
    assert "共 5 处" in text


SIGNS = ('"', "'", "{", "}", "[", "]", ":", "\t", "- ", "&a ", "*a ", "!x ", "|", ">", "#", "\n", "? ", "%", "@", "`",
         "---\n", "...\n", "：", "\x00", "\x85", "\u2028", "\ufeff", "\U0001f600")


CUT = st.tuples(st.integers(0, len(GOOD) - 1), st.integers(0, 30), st.sampled_from(SIGNS) | st.text(max_size=4))


@settings(deadline=None)
@given(st.lists(CUT, min_size=1, max_size=4))
def test_any_damage_is_read_or_told_in_one_line(damage):
    text = GOOD
    for at, cut, put in damage:
        text = text[:at] + put + text[at + cut:]
    with TemporaryDirectory() as folder:
        path = Path(folder) / "damaged.yaml"
        path.write_bytes(text.encode("utf-8", "surrogatepass"))
        profile = Path(folder) / "profile.yaml"
        profile.write_text(PROFILE, encoding="utf-8")
        try:
            assert read_pack(path, profile).questions
        except ContentError as error:
            assert re.match(r"damaged.yaml 第 \d+ 行", error.to("zh"))
            assert "\n" not in error.to("zh")
            assert "（）" not in error.to("zh")


def write(path: Path, raw: bytes) -> Path:
    path.write_bytes(raw)
    return path


@pytest.mark.parametrize(("raw", "said"), [
    (b"", "文件是空的"),
    (b"# nothing\n", "文件是空的"),
    (b"- a\n- b\n", "最外层"),
    ("题库：好\n".encode(), "最外层"),
    (GOOD.encode("gb18030"), "第 4 行：编码是 GB18030"),
    (GOOD.encode("utf-16"), "UTF-16"),
    (b"id: \xff\xfe\xfa\x80\x81", "UTF-8"),
    (b"\x00\x01\x02", "控制字符"),
    (b"RIFF\x24\x00\x00\x00WAVEfmt ", "第 1 行"),
    (b"a: [" + b"[" * 5000, "嵌套超过"),
    (b"".join(b" " * i + b"a:\n" for i in range(200)), "嵌套超过"),
    (b"a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n", "不支持 & 和 * 引用"),
    (b"x" * (MAX_BYTES + 1), "超过 4 MB"),
])
def test_a_file_that_is_no_pack(tmp_path, profile, raw, said):
    assert said in message(write(tmp_path / "odd.yaml", raw), profile)


def test_a_byte_order_mark_does_no_harm(tmp_path, profile):
    path = write(tmp_path / "bom.yaml", b"\xef\xbb\xbf" + GOOD.replace("\n", "\r\n").encode())
    assert read_pack(path, profile).id == "tiny"


def test_missing_files_and_folders(tmp_path, profile):
    assert "不存在" in message(tmp_path / "none.yaml", profile)
    (tmp_path / "folder.yaml").mkdir()
    assert "不是文件" in message(tmp_path / "folder.yaml", profile)


@pytest.mark.parametrize(("old", "new", "line", "field"), [
    ("id: p\n", "", 1, "id"),
    ("  产品: 净水机", "  产品:", 5, "slots.产品"),
    ("  产品: 净水机", "  产品: 净{水}机", 5, "slots.产品"),
    ("  产品: 净水机", "  产品: [净水机]", 5, "slots.产品"),
    ("slots:\n  产品: 净水机\n  量词: 台\n  价格: 两块钱\n", "slots: 净水机\n", 4, "slots"),
])
def test_a_broken_profile_names_line_and_field(tmp_path, old, new, line, field):
    path = tmp_path / "mine.yaml"
    path.write_text(PROFILE.replace(old, new), encoding="utf-8")
    with pytest.raises(ContentError) as caught:
        read_profile(path)
    assert caught.value.to("zh").startswith(f"mine.yaml 第 {line} 行 {field}：")


# ---------------------------------------------------------------- what a pack says once for all its questions

COMMON = """\
criteria:
  - {id: agree, name: 认同, step: 1, phrases: [我理解您的想法]}
  - {id: resolve, name: 化解, step: 2, kind: key_point}
  - {id: thanks, name: 道谢, kind: words, optional: true, weight: 0.5, phrases: [谢谢]}
  - {id: tone, name: 语气, kind: person}
red_lines:
  - {id: swap, category: 保证, name: 终身换新, phrases: [终身换新, "{产品}永远…免费换"], allowed: [终身换新机油]}
aliases:
  - {name: "{产品}", heard: [竞赛鸡]}
questions:
"""


def with_common(tmp_path, old="", new=""):
    assert old in COMMON
    path = tmp_path / "tiny.yaml"
    path.write_text(GOOD.replace("questions:\n", COMMON.replace(old, new, 1), 1), encoding="utf-8")
    return path


def test_criteria_red_lines_and_aliases_come_with_every_question(tmp_path, profile):
    (question,) = read_pack(with_common(tmp_path), profile).questions
    assert [(c.id, c.kind, c.step, c.optional, c.weight) for c in question.shared] == [
        ("pack.agree", "phrases", 1, False, 1.0), ("pack.resolve", "key_point", 2, False, 1.0),
        ("pack.thanks", "words", 0, True, 0.5), ("pack.tone", "person", 0, False, 1.0)]
    (line,) = question.red_lines
    assert (line.id, line.category, line.phrases[1]) == ("tiny.swap", "guarantee", "净水机永远…免费换")
    assert [(a.name, a.heard) for a in question.aliases] == [("净水机", ("竞赛鸡",))]
    assert {c.id for c in question.criteria} == {"t1.a", "t2.a"}


@pytest.mark.parametrize(("old", "new", "field", "told"), [
    ("phrases: [我理解您的想法]", "phrases: []", "criteria[0].phrases", "至少要有 1 项"),
    ("kind: key_point", "kind: key_point, phrases: [甲]", "criteria[1].phrases", "不用写 phrases"),
    ("kind: words", "kind: word", "criteria[2].kind", "应为"),
    ("id: tone", "id: agree", "criteria[3].id", "重复"),
    ("step: 2", "step: 9", "criteria[1].step", "不能大于 8"),
    ("category: 保证", "category: 吹牛", "red_lines[0].category", "应为"),
    ("heard: [竞赛鸡]", "heart: [竞赛鸡]", "aliases[0].heart", "是不是 heard？"),
])
def test_faults_in_what_is_common_name_the_field(tmp_path, profile, old, new, field, told):
    text = message(with_common(tmp_path, old, new), profile)
    assert field in text
    assert told in text


def test_a_sentence_to_be_said_word_for_word_is_a_key_point(tmp_path, profile):
    path = tmp_path / "tiny.yaml"
    sentence = "投资有风险，过往业绩不代表未来收益，请您谨慎选择。"
    path.write_text(GOOD.replace("""            phrases:
              - 跟同类产品比一比
              - 货比三家
""", f"            kind: verbatim\n            phrases: [\"{sentence}\"]\n"), encoding="utf-8")
    pack = read_pack(path, profile)
    criterion = pack.questions[0].criteria[1]
    assert (criterion.kind, criterion.phrases) == ("verbatim", (sentence,))
    told = [p.message.zh for p in lint_pack(pack) if p.where == "t2.a"]
    assert all("参考话术" in message for message in told)
