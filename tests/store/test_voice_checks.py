"""Voice checks in the store: kept exactly, never changed, found by trainee, model and microphone."""

import json
import shutil
import sqlite3
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from attempt_samples import numbered
from sqlalchemy import create_engine

import voicedrill.store.migrations
from voicedrill.core.voice_check import Fitness, Reading, Reason, Slip, VoiceCheck
from voicedrill.store.attempts import AttemptStore
from voicedrill.store.database import DATABASE, migrate
from voicedrill.store.inspection import inspect_database
from voicedrill.store.voice_checks import SCHEMA, Setting, VoiceCheckStore, check_to_json

READING = Reading("这笔钱平均每天只要两块", "这笔钱平均每天制药两块", 11, 2, 0, (Slip("只要", "制药", True),),
                  level_dbfs=-24.0, speech_dbfs=-21.5, snr_db=None, clipped=0, confidence=0.9936241666666665,
                  spoken=11, speaking_time=2.52, pause_time=0.0)
SETTING = Setting("王芳", "voicedrill-demo-cn@21014b0f", "USB 耳麦", "voice-check 1.0.0")


def result(fitness=Fitness.PRACTICE, rate=261.9):
    return VoiceCheck((READING,), fitness, (Reason.NOISY, Reason.DEMO_MODEL), 2 / 11, 0.0, -21.5, None, rate, 4.4)


@pytest.fixture
def store(tmp_path):
    clock = iter(datetime(2026, 3, 1, 8, tzinfo=timezone.utc) + timedelta(days=n) for n in range(100))
    with VoiceCheckStore(tmp_path, now=lambda: next(clock)) as opened:
        yield opened


def test_what_is_kept_comes_back_as_it_was(store, tmp_path):
    kept = store.add(SETTING, result())
    with VoiceCheckStore(tmp_path) as again:
        assert again.list("王芳") == (kept,)
    assert kept.result == result()


def test_silence_has_no_figures_and_is_kept_all_the_same(store):
    silent = VoiceCheck((READING,), Fitness.UNRELIABLE, (Reason.NO_SIGNAL,), 1.0, 1.0, None, None, None, None)
    store.add(SETTING, silent)
    assert store.list("王芳")[0].result == silent


def test_newest_first_by_trainee_model_and_microphone(store):
    first = store.add(SETTING, result())
    other_model = store.add(Setting("王芳", "big@1", "USB 耳麦", "voice-check 1.0.0"), result())
    store.add(Setting("李雷", "big@1", "内置", "voice-check 1.0.0"), result())
    assert store.list("王芳") == (other_model, first)
    assert store.newest("王芳") == other_model
    assert store.newest("王芳", model=SETTING.model) == first
    assert store.newest("王芳", device="内置") is None
    assert store.list("谁也不是") == ()


def test_the_pace_baseline_is_the_newest_that_can_be_trusted(store):
    assert store.pace_baseline("王芳") is None
    store.add(SETTING, result(rate=240.0))
    store.add(SETTING, result(Fitness.EXAM, 200.0))
    store.add(SETTING, result(Fitness.UNRELIABLE, 90.0))
    store.add(SETTING, result(rate=None))
    assert store.pace_baseline("王芳") == 200
    assert store.pace_baseline("李雷") is None


def test_a_trainee_is_one_person_in_checks_and_attempts(store, tmp_path):
    with AttemptStore(tmp_path) as attempts:
        attempts.begin(numbered(1))
    store.add(Setting(numbered(1).trainee, "m", "d", "l"), result())
    database = sqlite3.connect(tmp_path / DATABASE)
    assert database.execute("SELECT count(*) FROM trainee").fetchone() == (1,)
    database.close()


def test_a_check_is_never_changed(store, tmp_path):
    store.add(SETTING, result())
    database = sqlite3.connect(tmp_path / DATABASE)
    with pytest.raises(sqlite3.IntegrityError, match="append-only"):
        database.execute("UPDATE voice_check SET fitness = 'exam'")
    database.close()


def test_the_document(store):
    document = check_to_json(store.add(SETTING, result()))
    assert document["schema"] == SCHEMA
    assert document["created_at"] == "2026-03-01T08:00:00Z"
    assert document["trainee"] == "王芳"
    assert document["fitness"] == "practice"
    assert document["reasons"] == ["noisy", "demo_model"]
    assert document["cer"] == 2 / 11
    assert document["readings"][0]["slips"] == [{"expected": "只要", "heard": "制药", "homophone": True}]
    assert document["readings"][0]["cer"] == 2 / 11
    assert document["readings"][0]["speech_rate"] == pytest.approx(60 * 11 / 2.52)
    assert json.loads(json.dumps(document, allow_nan=False)) == document


def test_a_database_of_the_first_version_is_brought_up_to_date_with_its_attempts(tmp_path):
    scripts = tmp_path / "scripts"
    shutil.copytree(Path(voicedrill.store.migrations.__file__).parent, scripts)
    for later in scripts.glob("versions/r*.py"):
        if not later.name.startswith("r0001"):
            later.unlink()
    old = create_engine(f"sqlite:///{tmp_path / DATABASE}")
    migrate(old, tmp_path / DATABASE, scripts)
    old.dispose()
    state = inspect_database(tmp_path)
    assert (state.revision, state.current) == ("0001", False)
    with AttemptStore(tmp_path) as attempts:
        attempts.begin(numbered(1))
    with VoiceCheckStore(tmp_path) as checks:
        checks.add(SETTING, result())
        assert checks.pace_baseline("王芳") == pytest.approx(261.9)
    assert inspect_database(tmp_path).current
