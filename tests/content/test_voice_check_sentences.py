"""The sentences of the voice check: short, of the packs' words, unknown to the model, full of what is confused."""

import json
from pathlib import Path

import pytest
from pypinyin import Style, lazy_pinyin

from tools.demo_model import pack_text
from voicedrill.content.voice_check import read_sentences
from voicedrill.core.errors import ContentError
from voicedrill.core.text import normalise

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "content" / "voice-check"
SENTENCES = read_sentences(FOLDER).sentences


def test_there_are_ten_different_ones():
    assert len(set(SENTENCES)) == len(SENTENCES) == 10


@pytest.mark.parametrize("sentence", SENTENCES)
def test_each_is_read_in_one_breath_and_counts_in_full(sentence):
    assert 8 <= len(sentence) <= 15
    assert len(normalise([sentence]).characters) == len(sentence)


@pytest.mark.parametrize("sentence", SENTENCES)
def test_each_is_made_of_the_packs_words(sentence):
    record = json.loads((ROOT / "models" / "voicedrill-demo-cn" / "vocabulary.json").read_text(encoding="utf-8"))
    words = set(record["pack_words"])
    reached = [True] + [False] * len(sentence)
    for end in range(1, len(sentence) + 1):
        reached[end] = any(reached[start] and sentence[start:end] in words for start in range(end))
    assert reached[-1], f"known up to {sentence[:max(i for i, r in enumerate(reached) if r)]}"


def test_none_stands_in_the_language_model_or_in_a_pack():
    runs = pack_text.read_packs(ROOT / "content")
    assert not [s for s in SENTENCES for run in runs if s in run]


def test_the_sounds_that_recognisers_confuse_are_all_there():
    text = "".join(SENTENCES)
    initials = lazy_pinyin(text, style=Style.INITIALS, strict=True)
    finals = lazy_pinyin(text, style=Style.FINALS, strict=True)
    assert {"zh", "z", "ch", "sh", "s", "n", "l", "h", "f", "r", "j", "q", "x", "b", "p", "d", "t"} <= set(initials)
    assert {"an", "ang", "en", "eng", "in", "ing", "v", "u", "ong"} <= set(finals)


@pytest.mark.parametrize(("text", "named"), [
    ("schema: 1\nid: a\nversion: 1\nsentences: []\n", "sentences"),
    ("schema: 1\nid: a\nversion: 1\nsentences:\n  - text: 好\n    sound: a\n", "sound"),
    ("schema: 2\nid: a\nversion: 1\n", "schema"),
    ("- 一\n", "sentences.yaml"),
])
def test_a_broken_list_is_told_in_one_line(tmp_path, text, named):
    (tmp_path / "sentences.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(ContentError, match=named) as caught:
        read_sentences(tmp_path)
    assert "\n" not in caught.value.to("zh")
