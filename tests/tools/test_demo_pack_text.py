from __future__ import annotations

from pathlib import Path

import pytest

from tools.demo_model import pack_text


def write(folder: Path, name: str, text: str) -> None:
    (folder / name).write_text(text, encoding="utf-8")


@pytest.mark.parametrize(
    ("text", "runs"),
    [
        ("太贵了，能不能便宜一些？", ["太贵了", "能不能便宜一些"]),
        ("可以用10年", ["可以用十年"]),
        ("优惠20%以上", ["优惠百分之二十以上"]),
        ("送2台", ["送二台", "送两台"]),
        ("省20元", ["省二十元"]),
        ("一台{产品}吧", ["一台", "吧"]),
        ("OK, no Chinese", []),
        ("VIP客户", ["客户"]),
    ],
)
def test_runs_are_what_is_spoken(text, runs):
    assert pack_text.chinese_runs(text) == runs


def test_every_string_of_every_file_counts(tmp_path):
    write(tmp_path, "a.yaml", "list:\n  - deep: {deeper: [太贵了, {x: 没有预算}]}\n    size: 3\n    empty:\n")
    (tmp_path / "sub").mkdir()
    write(tmp_path / "sub", "b.yml", "text: 我要考虑一下\n")
    write(tmp_path, "c.txt", "不是题库")
    assert pack_text.read_packs(tmp_path) == sorted(["太贵了", "没有预算", "我要考虑一下"])


def test_slots_are_filled_from_every_profile(tmp_path):
    write(tmp_path, "pack.yaml", "answer: 这台{产品}很好\nother: 您看{没有}呢\n")
    write(tmp_path, "one.yaml", "slots: {产品: 净水机}\n")
    write(tmp_path, "two.yaml", "slots: {产品: 课程}\n")
    runs = pack_text.read_packs(tmp_path)
    assert {"这台净水机很好", "这台课程很好", "您看", "呢", "净水机"} <= set(runs)


def test_the_digest_follows_the_words_only(tmp_path):
    write(tmp_path, "pack.yaml", "a: 太贵了\nb: 没有预算\n")
    before = pack_text.digest(pack_text.read_packs(tmp_path))
    write(tmp_path, "pack.yaml", "# 注释\nnew_name: 没有预算\nlist: [太贵了, 太贵了]\n")
    assert pack_text.digest(pack_text.read_packs(tmp_path)) == before
    write(tmp_path, "pack.yaml", "a: 太贵了\nb: 没有预算吧\n")
    assert pack_text.digest(pack_text.read_packs(tmp_path)) != before


def test_a_broken_file_is_named(tmp_path):
    write(tmp_path, "bad.yaml", "a: [太贵了\n")
    with pytest.raises(ValueError, match=r"bad\.yaml"):
        pack_text.read_packs(tmp_path)
