"""The demo model must be able to write everything the packs say."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tools.demo_model import pack_text, vocabulary

ROOT = Path(__file__).parents[2]
MODEL = ROOT / "models" / "voicedrill-demo-cn"
REBUILD = "the packs have changed: run `python -m tools.demo_model.rebuild_graph` and commit the model"


@pytest.fixture(scope="module")
def words():
    lines = (MODEL / "graph" / "words.txt").read_text(encoding="utf-8").splitlines()
    return {line.split()[0] for line in lines}


@pytest.fixture(scope="module")
def packs():
    return pack_text.read_packs(ROOT / "content")


@pytest.fixture(scope="module")
def record():
    return json.loads((MODEL / "vocabulary.json").read_text(encoding="utf-8"))


def test_the_packs_have_text(packs):
    assert len(packs) > 500
    assert any("太贵了" in run for run in packs)


def test_every_character_of_the_packs_is_a_word_of_its_own(packs, words):
    missing = {character for run in packs for character in run} - words
    assert not missing, f"the model cannot write {''.join(sorted(missing))}: {REBUILD}"


def test_every_word_the_builder_found_is_in_the_graph(record, words):
    missing = set(record["pack_words"]) - words
    assert not missing, f"the model lacks {sorted(missing)}: {REBUILD}"


def test_the_recorded_words_cover_the_packs_of_today(packs, record):
    known = set(record["pack_words"])
    longest = max(map(len, known))
    uncovered = [run for run in packs if not _covered(run, known, longest)]
    assert not uncovered, f"{uncovered[:5]} hold words that the graph was not built for: {REBUILD}"


def test_the_graph_was_built_from_the_packs_of_today(packs, record):
    assert record["packs_sha256"] == pack_text.digest(packs), REBUILD


def test_every_voice_command_is_in_the_graph(words):
    commands = vocabulary.read_lines("commands.txt")
    assert {"开始", "再说一遍", "提示", "重来", "跳过", "下一题", "暂停", "继续", "我说完了", "标准答案",
            "听我的录音", "我的成绩", "慢一点", "快一点", "结束"} <= set(commands)
    assert not {character for command in commands for character in command} - words


def test_free_speech_has_words_beyond_the_packs(record, words):
    # Everyday words that no sales pack holds, and rarer characters alone.
    assert {"医院", "飞机", "音乐", "孩子", "星期", "历史"} <= words
    assert {"鹅", "柿", "葫", "砚"} <= words
    assert sum(len(word) > 1 for word in words - set(record["pack_words"])) > 3000
    assert sum(len(word) == 1 for word in words) > 3500


def _covered(run, known, longest):
    """Whether the run is a sequence of known words."""
    reached = [True] + [False] * len(run)
    for end in range(1, len(run) + 1):
        reached[end] = any(
            reached[start] and run[start:end] in known for start in range(max(0, end - longest), end)
        )
    return reached[-1]
