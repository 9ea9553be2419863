"""Attempts in a real database."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from attempt_samples import ATTEMPT, BEGUN, CARD, EVALUATION, FACTS, PACK, QUESTION, START, numbered

from voicedrill.core.errors import StoreError, UsageError
from voicedrill.core.model import CardStatus, PackRef, RecordingRef, Transcript, Versions, Word
from voicedrill.store.attempts import AttemptFilter, AttemptStore


@pytest.fixture
def store(tmp_path):
    with AttemptStore(tmp_path) as opened:
        yield opened


def test_attempt_grows_from_recording_to_score(store):
    store.begin(BEGUN)
    assert store.get(BEGUN.id) == BEGUN
    store.record_facts(BEGUN.id, FACTS)
    assert store.get(BEGUN.id) == replace(BEGUN, facts=FACTS)
    store.add_score(BEGUN.id, QUESTION, EVALUATION, CARD)
    assert store.get(BEGUN.id) == ATTEMPT


def test_recording_is_confirmed_when_complete(store):
    store.begin(replace(BEGUN, recording=RecordingRef("2026-03-01/x.wav", "", 0.0)))
    assert store.get(BEGUN.id).recording.sha256 == ""
    store.record_recording(BEGUN.id, BEGUN.recording)
    assert store.list() == (BEGUN,)


def test_what_was_written_is_there_for_another_program(tmp_path):
    with AttemptStore(tmp_path) as first:
        first.begin(ATTEMPT)
        with AttemptStore(tmp_path) as second:
            assert second.list() == (ATTEMPT,)


def test_whole_attempt_is_kept_at_once(store):
    retry = numbered(7, follows=ATTEMPT.id, notes=("too_quiet", "clipped"))
    store.begin(retry)
    assert store.get(retry.id) == retry
    assert store.unscored() == ()


def test_same_attempt_twice_is_refused_and_changes_nothing(store):
    store.begin(ATTEMPT)
    with pytest.raises(StoreError, match="already stored"):
        store.begin(replace(BEGUN, trainee="另一个人"))
    assert store.list() == (ATTEMPT,)


def test_newest_score_counts_and_older_ones_stay(store):
    store.begin(ATTEMPT)
    judged_by = PackRef("sales-objections", "1.1.0", "6e" * 32)
    other = replace(EVALUATION, tactic_id="t12")
    later = replace(QUESTION, pack=judged_by)
    store.add_score(ATTEMPT.id, later, other, replace(CARD, total=90.0, passed=True), program="0.2.0")
    assert store.get(ATTEMPT.id).score_card.total == 90.0
    assert store.get(ATTEMPT.id).question.pack == PACK
    first, second = store.scores(ATTEMPT.id)
    assert (first.card, first.evaluation, first.pack, first.program) == (CARD, EVALUATION, PACK, "0.1.0")
    assert (second.card.total, second.evaluation, second.pack, second.program) == (90.0, other, judged_by, "0.2.0")
    assert [a.id for a in store.list(AttemptFilter(tactic_id="t12", min_total=90))] == [ATTEMPT.id]
    assert store.list(AttemptFilter(tactic_id="t11")) == ()


def test_newest_score_counts_although_the_clock_went_back(tmp_path):
    clock = iter([START - timedelta(hours=n) for n in range(9)])
    with AttemptStore(tmp_path, now=lambda: next(clock)) as store:
        store.begin(ATTEMPT)
        store.add_score(ATTEMPT.id, QUESTION, EVALUATION, replace(CARD, total=90.0))
        assert [s.card.total for s in store.scores(ATTEMPT.id)] == [62.5, 90.0]
        assert store.get(ATTEMPT.id).score_card.total == 90.0


def test_second_recognition_is_added_with_what_made_it(store, tmp_path):
    store.begin(ATTEMPT)
    better = replace(FACTS, transcript=Transcript((Word("贵", 0.1, 0.2),)))
    big_model = Versions("0.2.0", "vosk-model-cn-0.22@aa")
    store.record_facts(ATTEMPT.id, better, versions=big_model, notes=("clipped", "demo_model"))
    again = store.get(ATTEMPT.id)
    assert (again.facts, again.versions, again.notes) == (better, big_model, ("demo_model", "clipped"))
    assert again.score_card == CARD
    with sqlite3.connect(tmp_path / "voicedrill.db") as database:
        assert database.execute("SELECT model FROM facts ORDER BY seq").fetchall() == [
            ("voicedrill-demo-cn@1f3c9a0d",),
            ("vosk-model-cn-0.22@aa",),
        ]
    database.close()


def test_score_without_facts_is_refused(store):
    store.begin(BEGUN)
    with pytest.raises(StoreError, match="no facts"):
        store.add_score(BEGUN.id, QUESTION, EVALUATION, CARD)
    assert store.unscored() == (BEGUN,)


def test_unscored_lists_what_a_crash_left_oldest_first(store):
    left = [numbered(n, facts=None, evaluation=None, score_card=None) for n in (3, 1)]
    for attempt in (*left, ATTEMPT):
        store.begin(attempt)
    store.record_facts(left[0].id, FACTS)
    assert store.unscored() == (left[1], replace(left[0], facts=FACTS))


def test_unknown_attempt(store):
    stranger = UUID(int=1)
    for call in (
        lambda: store.get(stranger),
        lambda: store.record_recording(stranger, BEGUN.recording),
        lambda: store.record_facts(stranger, FACTS),
        lambda: store.add_score(stranger, QUESTION, EVALUATION, CARD),
        lambda: store.add_event(stranger, "教练", "comment", {}),
    ):
        with pytest.raises(UsageError, match="there is no attempt"):
            call()


@pytest.mark.parametrize(
    "typed", ["3f2a", "3F2A9C1E", "3f2a9c1e-7b64", "3f2a9c1e7b644", " 3f2a9c1e-", str(ATTEMPT.id)]
)
def test_found_by_the_beginning_of_the_id(store, typed):
    store.begin(ATTEMPT)
    store.begin(numbered(1))
    assert store.get(typed) == ATTEMPT


@pytest.mark.parametrize("typed", ["", "3f2", "太贵了", "3f2a%", "3f2a9c1e-7b64-4d0a-9e51-0c8d2b6f4a170"])
def test_not_the_beginning_of_an_id(store, typed):
    store.begin(ATTEMPT)
    with pytest.raises(UsageError, match="not the id"):
        store.get(typed)


def test_ambiguous_beginning(store):
    store.begin(ATTEMPT)
    store.begin(replace(ATTEMPT, id=UUID("3f2affff-0000-4000-8000-000000000000")))
    with pytest.raises(UsageError, match="several attempts"):
        store.get("3f2a")


def test_filters(store):
    silent = replace(CARD, status=CardStatus.UNRELIABLE, total=None, passed=None)
    mine = numbered(1, score_card=replace(CARD, total=80.0))
    hers = numbered(2, trainee="小李", source="demo", question=replace(ATTEMPT.question, id="o2"))
    unheard = numbered(3, score_card=silent)
    for attempt in (hers, unheard, mine):
        store.begin(attempt)

    def shown(**conditions):
        which = AttemptFilter(**conditions)
        assert store.count(which) == len(store.list(replace(which, limit=None, offset=0)))
        return [attempt.id.int >> 96 for attempt in store.list(which)]

    assert shown() == [3, 2, 1]
    assert shown(trainee="小李") == [2]
    assert shown(trainee="谁") == []
    assert shown(question_id="o1") == [3, 1]
    assert shown(tactic_id="t11", trainee="小王") == [3, 1]
    assert shown(source="demo") == [2]
    assert shown(since=mine.started_at, until=unheard.started_at) == [2, 1]
    assert shown(min_total=62.5) == [2, 1]
    assert shown(max_total=62.5) == [2]
    assert shown(min_total=80, max_total=80) == [1]
    assert shown(limit=2) == [3, 2]
    assert shown(limit=2, offset=2) == [1]
    assert shown(offset=1) == [2, 1]


def test_pages_of_one_moment_never_overlap(store):
    same = [numbered(n, started_at=START) for n in range(1, 8)]
    for attempt in same:
        store.begin(attempt)
    pages = [a for offset in range(0, 7, 2) for a in store.list(AttemptFilter(limit=2, offset=offset))]
    assert pages == sorted(same, key=lambda a: a.id.int, reverse=True)


def test_names_in_any_script(store):
    for number, name in enumerate(["欧阳·娜娜", "Ольга", "'; DROP TABLE attempt; --", "👩‍💼", "", "a\x00b"], 1):
        store.begin(numbered(number, trainee=name))
        assert [a.trainee for a in store.list(AttemptFilter(trainee=name))] == [name]


def test_undecodable_file_name_is_refused_before_anything_is_kept(store):
    with pytest.raises(StoreError, match="not valid Unicode"):
        store.begin(replace(BEGUN, recording=replace(BEGUN.recording, path="\udcff.wav")))
    assert store.count() == 0


def test_undecodable_name_is_told(store):
    with pytest.raises(StoreError, match="not valid Unicode"):
        store.list(AttemptFilter(trainee="\udcff"))


@pytest.mark.parametrize("name", ["数据 100%?#&", "it's", "a;b", "file:x"])
def test_home_of_any_name(tmp_path, name):
    with AttemptStore(tmp_path / name) as store:
        store.begin(ATTEMPT)
    assert (tmp_path / name / "voicedrill.db").is_file()
    with AttemptStore(tmp_path / name) as store:
        assert store.count() == 1


def test_summary_is_a_projection_of_the_other_tables(store, tmp_path):
    for number in (1, 2, 3):
        store.begin(numbered(number))
    store.begin(BEGUN)
    store.record_facts(BEGUN.id, FACTS)
    store.add_score(numbered(2).id, QUESTION, replace(EVALUATION, tactic_id=None), replace(CARD, total=1.5))
    database = sqlite3.connect(tmp_path / "voicedrill.db")
    kept = database.execute("SELECT * FROM summary ORDER BY attempt_id").fetchall()
    derived = database.execute(
        """
        SELECT a.id, a.trainee_id, a.started_at, a.question_id, a.source,
               r.id, f.id, s.id, s.tactic_id, s.status, s.total
        FROM attempt a
        JOIN recording r ON r.seq = (SELECT max(seq) FROM recording WHERE attempt_id = a.id)
        LEFT JOIN facts f ON f.seq = (SELECT max(seq) FROM facts WHERE attempt_id = a.id)
        LEFT JOIN score s ON s.seq = (SELECT max(seq) FROM score WHERE attempt_id = a.id)
        ORDER BY a.id
        """
    ).fetchall()
    database.close()
    assert len(kept) == 4
    assert kept == derived


def test_events_are_appended(store):
    store.begin(ATTEMPT)
    said = store.add_event(ATTEMPT.id, "陈教练", "comment", {"at": 1.2, "text": "这里停顿太久"})
    ruled = store.add_event(ATTEMPT.id, "陈教练", "override", {"criterion_id": "t11.b", "verdict": "hit"})
    assert store.events(ATTEMPT.id) == (said, ruled)
    assert store.events(UUID(int=1)) == ()


@pytest.mark.parametrize("table", ["attempt", "recording", "facts", "score", "event"])
def test_what_happened_cannot_be_changed_even_by_hand(store, tmp_path, table):
    store.begin(ATTEMPT)
    store.add_event(ATTEMPT.id, "陈教练", "comment", {})
    database = sqlite3.connect(tmp_path / "voicedrill.db")
    with pytest.raises(sqlite3.IntegrityError, match="append-only"):
        database.execute(f"UPDATE {table} SET id = 'x'")
    database.close()
