"""The regression replies of the shipped pack: enough, spread out, and none of them from the labelled sets."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest

from voicedrill.content.packs import read_pack
from voicedrill.content.replies import NO_TACTIC

ROOT = Path(__file__).parents[2]
PACK = read_pack(ROOT / "content" / "sales-objections.yaml", ROOT / "content" / "profiles" / "default.yaml")
SETS = ("replies.csv", "unseen.csv", "negatives.csv", "traps.csv")


def bare(text: str) -> str:
    return re.sub(r"\W", "", text)


def labelled(name: str) -> list[dict[str, str]]:
    with (ROOT / "tests" / "data" / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("question", PACK.questions, ids=lambda q: q.id)
def test_every_tactic_has_a_reply_and_every_objection_three_that_earn_nothing(question):
    replies = [r for r in PACK.replies if r.question_id == question.id]
    positive = [r for r in replies if r.positive]
    assert len(positive) >= 5
    assert {r.tactic_id for r in positive} == {t.id for t in question.tactics}
    assert len([r for r in replies if r.tactic_id == NO_TACTIC and r.maximum == 20]) >= 3


def test_no_labelled_reply_is_in_the_pack():
    texts = {bare(row["text"]) for name in SETS for row in labelled(name)}
    assert not texts & {bare(r.text) for r in PACK.replies}
    assert not texts & {bare(p) for q in PACK.questions for c in q.criteria for p in c.phrases}


def test_the_unseen_set_is_large_enough_and_its_labels_exist():
    rows = labelled("unseen.csv")
    points = {c.id: q.id for q in PACK.questions for c in q.criteria}
    made = [row for row in rows if row["tactic"] != NO_TACTIC]
    assert len(rows) - len(made) >= 200
    assert {row["tactic"] for row in made} == {t.id for q in PACK.questions for t in q.tactics}
    for row in made:
        assert row["points"], row["text"]
        assert all(points.get(p) == row["objection"] and p.startswith(row["tactic"] + ".")
                   for p in row["points"].split()), row
