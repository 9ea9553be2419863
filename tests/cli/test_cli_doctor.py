"""`voicedrill doctor` in whole and in broken surroundings, through the real program."""

import json
import sys

import pytest
from repository import DEMO_MODEL

pytestmark = pytest.mark.skipif(not DEMO_MODEL.is_dir(), reason="the demo model is not built")
LINUX = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="ALSA and /proc are Linux's")


@pytest.fixture
def examine(run):
    """The document, and its checks by id."""
    def run_doctor(**environment):
        finished = run("doctor", "--json", **environment)
        assert "Traceback" not in finished.stderr
        document = json.loads(finished.stdout)
        checks = {check["id"]: check for check in document["checks"]}
        failed = [c["id"] for c in document["checks"] if c["grade"] == "fail"]
        assert document["ok"] is (not failed)
        assert finished.returncode == (1 if failed else 0)
        for check in document["checks"]:
            assert (check["remedy"] is None) == (check["grade"] == "ok")
        return checks

    return run_doctor


def test_everything_is_looked_at_and_nothing_left_behind(examine, home, tmp_path):
    checks = examine()
    assert {"versions", "settings", "home", "cache", "config", "disk", "database", "model", "voice",
            "portaudio"} <= set(checks)
    for id_ in ("versions", "settings", "home", "cache", "config", "database"):
        assert checks[id_]["grade"] == "ok", checks[id_]
    assert checks["model"]["grade"] == "warn"
    assert "model install" in checks["model"]["remedy"]["zh"]
    assert checks["versions"]["details"]["packages"]["vosk"]
    assert not home.exists()


def test_for_people(run):
    finished = run("doctor", "--lang", "en")
    assert "checks:" in finished.stdout
    assert "voicedrill model install" in finished.stdout
    assert finished.stderr == ""


@LINUX
def test_nothing_can_be_written_heard_or_spoken(examine, tmp_path):
    (tmp_path / "libportaudio.so.2").write_text("not a library")
    checks = examine(VOICEDRILL_HOME="/proc/voicedrill", XDG_CACHE_HOME="/proc/cache",
                     VOICEDRILL_CONFIG="/proc/config/settings.json", LD_LIBRARY_PATH=str(tmp_path),
                     VOICEDRILL_ESPEAK="/nowhere/libespeak.so")
    assert checks["home"]["grade"] == "fail"
    assert checks["cache"]["grade"] == checks["config"]["grade"] == "warn"
    assert "VOICEDRILL_HOME" in checks["home"]["remedy"]["en"]
    assert checks["portaudio"]["grade"] == "fail"
    assert "libportaudio2" in checks["portaudio"]["remedy"]["zh"]
    assert checks["voice"]["grade"] == "fail"
    assert "microphone" not in checks


def test_a_missing_model_a_corrupt_database_and_settings_that_are_no_json(examine, home, tmp_path):
    home.mkdir()
    (home / "voicedrill.db").write_bytes(b"no database at all, but long enough for one. " * 50)
    (tmp_path / "settings.json").write_text("{ not json")
    checks = examine(VOICEDRILL_MODEL=str(tmp_path / "gone"))
    assert checks["database"]["grade"] == "fail"
    assert checks["model"]["grade"] == "fail"
    assert "gone" in checks["model"]["what"]["zh"]
    assert checks["settings"]["grade"] == "fail"
    assert "settings.json" in checks["settings"]["what"]["zh"]
