"""The JSON of an attempt."""

from __future__ import annotations

import dataclasses
import json
import re
import subprocess
import sys
import types
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from enum import Enum
from pathlib import Path
from typing import Literal, Union, get_args, get_origin, get_type_hints
from uuid import UUID

import pytest
from attempt_samples import ATTEMPT, BEGUN, ENVIRONMENT, FACTS
from hypothesis import given, settings
from hypothesis import strategies as st

from voicedrill.core.errors import StoreError
from voicedrill.core.model import Attempt, Evaluation, Facts, ScoreCard
from voicedrill.store.document import SCHEMA, attempt_from_json, attempt_to_json, from_text, json_schema, to_text

DOCS = Path(__file__).parents[2] / "docs"

PLAIN = {
    str: st.text(),
    float: st.floats(allow_nan=False, allow_infinity=False),
    int: st.integers(),
    bool: st.booleans(),
    type(None): st.none(),
    UUID: st.uuids(),
    datetime: st.datetimes(timezones=st.just(timezone.utc)),
}


def anything(hint):
    """A strategy for any value that the annotation allows."""
    if hint in PLAIN:
        return PLAIN[hint]
    if get_origin(hint) in (Union, types.UnionType):
        return st.one_of(*(anything(part) for part in get_args(hint)))
    if get_origin(hint) is Literal:
        return st.sampled_from(get_args(hint))
    if get_origin(hint) is tuple:
        return st.lists(anything(get_args(hint)[0]), max_size=3).map(tuple)
    if issubclass(hint, Enum):
        return st.sampled_from(hint)
    assert dataclasses.is_dataclass(hint), hint
    return st.builds(hint, **{name: anything(part) for name, part in get_type_hints(hint).items()})


@settings(max_examples=60, deadline=None)
@given(anything(Attempt))
def test_round_trip_is_exact(attempt):
    text = json.dumps(attempt_to_json(attempt), allow_nan=False, ensure_ascii=False)
    assert attempt_from_json(json.loads(text)) == attempt


@settings(max_examples=60, deadline=None)
@given(st.one_of(*(st.tuples(st.just(kind), anything(kind)) for kind in (Facts, Evaluation, ScoreCard))))
def test_parts_come_back_from_the_database_exactly(case):
    kind, value = case
    assert from_text(to_text(value, kind), kind) == value


def test_terms_of_the_document():
    document = attempt_to_json(ATTEMPT)
    assert list(document)[:2] == ["schema", "id"]
    assert document["schema"] == SCHEMA == "voicedrill.attempt/1"
    assert document["started_at"] == "2026-03-01T08:00:00Z"
    assert document["question"]["kind"] == "rebuttal"
    assert document["facts"]["transcript"]["text"] == "一分价钱一分货"
    assert document["evaluation"]["findings"][0] == {
        "criterion_id": "t11.a",
        "verdict": "hit",
        "score": 96.5,
        "evidence": {
            "phrase": "一分价钱一分货",
            "said": "一分价钱一分货",
            "start": 0.87,
            "end": 2.4,
            "first_word": 0,
            "last_word": 2,
        },
        "parts": [],
    }
    assert attempt_to_json(BEGUN)["facts"] is None


def test_times_of_other_zones_become_utc():
    china = timezone(timedelta(hours=8))
    document = attempt_to_json(replace(ATTEMPT, started_at=ATTEMPT.started_at.astimezone(china)))
    assert document["started_at"] == "2026-03-01T08:00:00Z"
    document["started_at"] = "2026-03-01T16:00:00+08:00"
    assert attempt_from_json(document).started_at.utcoffset() == timedelta(0)
    with pytest.raises(ValueError, match="naive"):
        attempt_to_json(replace(ATTEMPT, started_at=datetime(2026, 3, 1)))  # noqa: DTZ001


def test_unknown_fields_are_ignored():
    document = attempt_to_json(ATTEMPT)
    document["mood"] = document["facts"]["mood"] = "calm"
    assert attempt_from_json(document) == ATTEMPT


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"schema": "voicedrill.attempt/2"}, "schema: 'voicedrill.attempt/2'"),
        ({"schema": None}, "schema: None"),
        ({"id": "seven"}, "field id:"),
        ({"facts": {}}, "field facts.transcript:"),
        ({"question": 3}, "field question:"),
        ({"started_at": "2026-03-01T08:00:00"}, "no time zone"),
        ({"notes": [1]}, "field notes.0:"),
    ],
)
def test_wrong_document_names_the_field(change, told):
    with pytest.raises(StoreError) as caught:
        attempt_from_json(attempt_to_json(ATTEMPT) | change)
    assert told in caught.value.message.en
    assert "\n" not in caught.value.message.en


@pytest.mark.parametrize("value", [[], None, "text", 3])
def test_not_a_document_at_all(value):
    with pytest.raises(StoreError, match="not an attempt"):
        attempt_from_json(value)


@pytest.mark.parametrize("number", [float("nan"), float("inf")])
def test_numbers_that_json_cannot_say_are_refused(number):
    with pytest.raises(ValueError, match="JSON compliant"):
        attempt_to_json(replace(ATTEMPT, facts=replace(FACTS, seconds=number)))


def test_schema_file_is_current():
    kept = (DOCS / "attempt.schema.json").read_text(encoding="utf-8")
    assert json.loads(kept) == json_schema(), "run: python -m voicedrill.store.document > docs/attempt.schema.json"


def test_schema_file_is_what_the_command_prints():
    command = [sys.executable, "-m", "voicedrill.store.document"]
    done = subprocess.run(command, capture_output=True, check=True, encoding="utf-8", env=ENVIRONMENT)
    assert done.stdout == (DOCS / "attempt.schema.json").read_text(encoding="utf-8")


def test_schema_describes_every_field_of_the_sample():
    schema = json_schema()

    def walk(value, part, path):
        part = schema["$defs"][part["$ref"].rsplit("/", 1)[1]] if "$ref" in part else part
        for choice in part.get("anyOf", []):
            if "$ref" in choice or choice.get("type") == "array":
                walk(value, choice, path)
        if isinstance(value, dict) and "properties" in part:
            assert set(value) == set(part["properties"]), path
            for key, below in value.items():
                walk(below, part["properties"][key], f"{path}.{key}")
        elif isinstance(value, list) and "items" in part:
            for below in value:
                walk(below, part["items"], path)

    walk(attempt_to_json(ATTEMPT), schema, "")
    assert schema["$defs"]["Word"]["properties"]["confidence"]["description"].startswith("Posterior")
    assert schema["properties"]["follows"]["description"] == "The attempt this one retries."


def test_example_in_the_manual_is_real():
    manual = (DOCS / "store.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"```json\n(.*?)```", manual, re.DOTALL)
    assert example == json.dumps(attempt_to_json(ATTEMPT), ensure_ascii=False, indent=2) + "\n"


def test_manual_names_every_table():
    from voicedrill.store.schema import Base

    manual = (DOCS / "store.md").read_text(encoding="utf-8")
    assert {table.name for table in Base.metadata.sorted_tables} <= set(re.findall(r"\| `(\w+)` \|", manual))


def test_importing_the_document_is_cheap():
    code = "import sys, voicedrill.store.document; sys.exit(bool({'pydantic', 'sqlalchemy'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], check=False, env=ENVIRONMENT).returncode == 0


def test_a_document_of_the_first_release_still_loads():
    """Fields were added since; what is missing has a default that means: nothing of the kind."""
    document = attempt_to_json(ATTEMPT)
    for field in ("shared", "red_lines", "elsewhere"):
        del document["evaluation"][field]
    for finding in document["evaluation"]["findings"]:
        del finding["parts"]
    for field in ("review", "cap"):
        del document["score_card"][field]
    assert attempt_from_json(document) == ATTEMPT
