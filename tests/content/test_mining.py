"""The miner proposes what was said where a key point should stand, and nothing that was matched already."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime, timezone
from uuid import uuid4

import pytest
import yaml

from voicedrill import places
from voicedrill.content.mining import LONGEST, SHORTEST, passed_by_person, propose, to_snippet
from voicedrill.content.packs import read_pack
from voicedrill.content.rubrics import read_rubric
from voicedrill.core.model import Attempt, QuestionRef, RecordingRef, Versions
from voicedrill.core.typed import assess_typed, split_words, typed_facts
from voicedrill.store.attempts import AttemptStore

CONTENT = places.built_in("content")
RUBRIC = read_rubric(CONTENT / "rubrics" / "standard.yaml")
PACK = """schema: 1
id: shop
version: 1
name: 门店
questions:
  - id: s1
    kind: rebuttal
    name: 没时间
    prompt: 我现在没时间看。
    tactics:
      - id: s11
        name: 两分钟法
        rating: 绿
        model_answer: 给我两分钟就够，没用我马上走，不耽误您的正事。
        key_points:
          - {id: a, name: 时间很短, weight: 8, phrases: [给我两分钟, 耽误您一小会儿]}
          - {id: b, name: 没用就走, phrases: [没用我马上走, 不合适您就走]}
          - {id: c, name: 不误正事, phrases: [不耽误您的正事, 您的正事要紧]}
"""
SAID = "给我两分钟、要是听着没意思我扭头就撤、不耽误您的正事"


@pytest.fixture
def question(tmp_path):
    path = tmp_path / "shop.yaml"
    path.write_text(PACK, encoding="utf-8")
    return read_pack(path, CONTENT / "profiles" / "default.yaml").questions[0]


def attempt_of(question, said):
    """A scored attempt; 、 marks a pause of half a second."""
    words, clauses = [], said.split("、")
    shift = 0.0
    for clause in clauses:
        facts = typed_facts(split_words(clause))
        words += [replace(w, start=w.start + shift, end=w.end + shift) for w in facts.transcript.words]
        shift = words[-1].end + 0.5
    facts = replace(facts, transcript=replace(facts.transcript, words=tuple(words)), seconds=shift)
    result = assess_typed(question, split_words(said.replace("、", "")), RUBRIC)
    return Attempt(uuid4(), "王芳", datetime.now(timezone.utc), "practice",
                   QuestionRef(question.id, question.kind, question.name, question.prompt, question.pack),
                   RecordingRef("a.wav", "", 1.0), Versions("1", "m"), facts, result.evaluation, result.card)


def passed(question, *said, events=(("override", {"passed": True}),)):
    return [passed_by_person(attempt_of(question, text), question, events) for text in said]


def test_what_stands_between_the_points_taught_before_and_after_comes_first(question):
    proposals = propose(passed(question, SAID))
    assert {p.criterion.id for p in proposals} == {"s11.b"}
    assert proposals[0].wording in SAID
    assert "我扭头就撤" in proposals[0].wording or "没意思" in proposals[0].wording
    assert proposals[0].reply == SAID.replace("、", "")


def test_what_was_matched_or_is_known_is_not_proposed(question):
    assert propose(passed(question, "给我两分钟、没用我马上走、不耽误您的正事")) == ()
    for proposal in propose(passed(question, SAID)):
        assert "两分钟" not in proposal.wording
        assert SHORTEST <= len(proposal.wording) <= LONGEST


def test_what_is_said_often_ranks_first_and_once(question):
    proposals = propose(passed(
        question, "给我两分钟、嫌没劲扭头就撤、不耽误您的正事", "给我两分钟、嫌没劲转头就撤、不耽误您的正事",
        "给我两分钟、今天风和日丽、不耽误您的正事"))
    assert proposals[0].times == 2
    assert "就撤" in proposals[0].wording
    assert proposals[0].other_reply
    assert proposals[0].wording not in proposals[0].other_reply
    assert [p.wording for p in proposals if "风和日丽" in p.wording]


def test_only_what_a_person_or_the_program_passed_counts(question):
    attempt = attempt_of(question, SAID)
    failed = replace(attempt, score_card=replace(attempt.score_card, passed=False))
    good = replace(attempt, score_card=replace(attempt.score_card, passed=True))
    assert passed_by_person(failed, question, []) is None
    assert passed_by_person(good, question, []) is not None
    assert passed_by_person(good, question, [("override", {"passed": False})]) is None
    assert passed_by_person(failed, question, [("mark", {"passed": True})]) is not None
    assert passed_by_person(failed, question, [("comment", {"passed": True})]) is None
    assert passed_by_person(failed, question, [("mark", {"passed": True}), ("mark", {"passed": False})]) is None
    named = passed_by_person(failed, question, [("override", {"passed": True, "criterion_id": "s11.b"})])
    assert named.missing == {"s11.b"}


def test_the_snippet_is_yaml_with_a_regression_reply_that_copies_nothing(question):
    twice = propose(passed(question, "给我两分钟、嫌没劲扭头就撤、不耽误您的正事",
                           "给我两分钟、嫌没劲转头就撤、不耽误您的正事"))
    snippet = to_snippet(twice[:1])
    document = yaml.safe_load(snippet)
    assert document["phrases"] == [twice[0].wording]
    assert document["replies"][0]["hits"] == ["s11.b"]
    assert twice[0].wording not in document["replies"][0]["text"]
    once = to_snippet(propose(passed(question, SAID))[:1])
    assert yaml.safe_load(once)["replies"] is None


def test_the_command_mines_the_store(run, failure, tmp_path, home, question):
    packs = tmp_path / "data" / "voicedrill" / "content"
    packs.mkdir(parents=True)
    (packs / "shop.yaml").write_text(PACK, encoding="utf-8")
    assert json.loads(run("content", "mine", "--json").stdout) == []
    attempt = attempt_of(question, SAID)
    with AttemptStore(home) as store:
        store.begin(attempt)
        store.add_event(attempt.id, "教练", "override", {"passed": True})
    found = json.loads(run("content", "mine", "--objection", "s1", "--json").stdout)
    assert {p["criterion"] for p in found} == {"s11.b"}
    assert json.loads(run("content", "mine", "--objection", "o1", "--json").stdout) == []
    finished = run("content", "mine", "--write", tmp_path / "new.yaml")
    assert "s11.b" in finished.stdout
    assert "1 次通过" in finished.stderr
    assert found[0]["wording"] in (tmp_path / "new.yaml").read_text(encoding="utf-8")
    assert "new.yaml" in failure(run("content", "mine", "--write", tmp_path / "new.yaml"), 1)
