"""Simulated recognition errors: as many as asked for, of the kinds promised, the same for the same seed."""

from __future__ import annotations

import csv
from pathlib import Path

import jiwer
import pytest

from voicedrill.accuracy.simulation import mishear
from voicedrill.core.text import normalise, spell

with (Path(__file__).parents[1] / "data" / "replies.csv").open(encoding="utf-8", newline="") as _file:
    TEXTS = [row["text"] for row in csv.DictReader(_file)]


def bare(text):
    return "".join(c for c in spell(text) if c not in "嗯呃额啊哦唔诶欸哎唉哈噢呣")


@pytest.mark.parametrize("asked", [0.05, 0.1, 0.2, 0.3])
def test_the_rate_asked_for_is_reached_as_jiwer_counts(asked):
    misheard = mishear(TEXTS, asked, 1)
    assert misheard.cer == pytest.approx(asked, abs=0.01)
    counted = jiwer.cer([bare(t) for t in TEXTS], [bare("".join(w)) or "。" for w in misheard.words])
    assert counted == pytest.approx(misheard.cer, abs=0.002)


def test_the_same_seed_gives_the_same_errors_and_another_gives_others():
    assert mishear(TEXTS[:20], 0.1, 7) == mishear(TEXTS[:20], 0.1, 7)
    assert mishear(TEXTS[:20], 0.1, 7) != mishear(TEXTS[:20], 0.1, 8)


def test_no_errors_leave_the_words_as_they_are():
    misheard = mishear(TEXTS, 0.0, 1)
    assert misheard.cer == 0.0
    assert ["".join(w) for w in misheard.words] == [spell(t) for t in TEXTS]


def test_most_errors_sound_alike():
    misheard = mishear(TEXTS, 0.1, 3)
    by_character = by_sound = 0.0
    for text, words in zip(TEXTS, misheard.words, strict=True):
        said, heard = normalise([text]), normalise(["".join(words)])
        by_character += jiwer.cer(said.characters, heard.characters) * len(said)
        by_sound += jiwer.cer(said.folded, heard.folded) * len(said)
    assert by_sound < 0.6 * by_character


@pytest.mark.parametrize("texts", [[], [""], ["。。。"], ["OK 123"], ["嗯嗯"]])
def test_texts_without_characters_are_no_reason_to_fail(texts):
    assert len(mishear(texts, 0.1, 1).words) == len(texts)
