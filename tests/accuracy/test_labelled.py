"""Labelled sets as people write them, and what is said of those that are wrong."""

from __future__ import annotations

import pytest

from voicedrill import places
from voicedrill.accuracy.labelled import read_labelled
from voicedrill.content.library import read_library
from voicedrill.core.errors import ContentError

LIBRARY = read_library([places.built_in("content")])
HEADER = "text,objection,tactic,points,kind\n"
ROW = "您主要考虑什么呢,o1,t11,t11.b,near\n"


def write(tmp_path, text, encoding="utf-8", name="set.csv"):
    path = tmp_path / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode(encoding))
    return path


def read(tmp_path, text, encoding="utf-8"):
    return read_labelled(write(tmp_path, text, encoding), LIBRARY)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_encodings_and_line_ends(tmp_path, encoding, end):
    row, = read(tmp_path, (HEADER + ROW).replace("\n", end), encoding)
    assert (row.line, row.text, row.tactic_id, row.points, row.kind) == (
        2, "您主要考虑什么呢", "t11", frozenset({"t11.b"}), "near")
    assert [q.id for q in row.questions] == ["o1"]


@pytest.mark.parametrize("text", [
    "text\tobjection\ttactic\n您好，请问\to1\tnone\n",
    "文本,异议,招法\n\"您好，请问\",我要考虑考虑,无\n".replace("我要考虑考虑", LIBRARY.questions[0].name),
    "tactic;objection;text\nNONE;o1;您好，请问\n",
])
def test_separators_and_column_names(tmp_path, text):
    row, = read(tmp_path, text)
    assert (row.text, row.tactic_id, row.points) == ("您好，请问", "none", None)


def test_labels_by_name_short_points_blank_lines_and_silence(tmp_path):
    name = LIBRARY.find_question("o1").tactics[0].name
    rows = read(tmp_path, HEADER + f"\n您考虑什么,o1,{name},a b,\n,,,,\n\"两行\n话\",*,none,,\n,o2,none,,empty\n")
    assert [(r.line, r.tactic_id) for r in rows] == [(3, "t11"), (5, "none"), (7, "none")]
    assert rows[0].points == {"t11.a", "t11.b"}
    assert len(rows[1].questions) == len(LIBRARY.questions)
    assert rows[2].text == ""


@pytest.mark.parametrize(("text", "line", "said"), [
    (HEADER + ROW + "您好,,none,,\n", 3, "没有写异议"),
    (HEADER + "您好,o99,none,,\n", 2, "o99"),
    (HEADER + "您好,o1,,,\n", 2, "没有写招法"),
    (HEADER + "您好,o1,t21,,\n", 2, "没有招法「t21」"),
    (HEADER + "您好,*,t11,,\n", 2, "不能是「t11」"),
    (HEADER + "您好,o1,t11,t11.z,\n", 2, "没有要点「t11.z」"),
    (HEADER + ",o1,t11,,\n", 2, "没有写回答"),
    (HEADER + ROW + "您好，您好,o1,none,,,\n", 3, "6 格"),
    (HEADER + ROW + '"您好,o1,none\n', 3, "不是合格的 CSV"),
    ("text,objection,tactic,mood\n", 1, "「mood」"),
    ("text,objection,tactic,text\n", 1, "重复"),
    ("text,objection\n", 1, "缺少 tactic"),
    ("objection,tactic\n", 1, "缺少 text"),
    (ROW, 1, "没有「您主要考虑什么呢」这一列"),
    (HEADER, 1, "没有数据"),
    ("", 1, "空的"),
    (" \n\n", 1, "空的"),
    (HEADER.encode() + "您好,o1,none,,\n".encode() + b"\xe6\x82,o1,none,,\n", 3, "编码"),
    (HEADER.encode() + b"\xff\xff,o1,none,,\n", 2, "编码"),
    ((HEADER + ROW).encode("utf-16"), 1, "编码"),
    ("file,objection,tactic\nnowhere.wav,o1,none\n", 2, "nowhere.wav"),
])
def test_what_is_wrong_is_told_with_its_line(tmp_path, text, line, said):
    with pytest.raises(ContentError) as caught:
        read(tmp_path, text)
    assert f"set.csv 第 {line} 行" in caught.value.message.zh
    assert said in caught.value.message.zh
    assert f"line {line}" in caught.value.message.en
    assert "\n" not in caught.value.to("zh")


def test_a_folder_without_labels_and_a_missing_file(tmp_path):
    for path, said in ((tmp_path, "labels.csv"), (tmp_path / "no.csv", "no.csv 不存在")):
        with pytest.raises(ContentError) as caught:
            read_labelled(path, LIBRARY)
        assert said in caught.value.message.zh
