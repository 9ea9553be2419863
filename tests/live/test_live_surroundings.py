"""Doctor and voice check at a virtual sound card."""

import json
import os
import signal
import subprocess
import sys

import pytest

pytestmark = pytest.mark.live


def start(card, home, *arguments):
    environment = {**card.environment, "VOICEDRILL_HOME": str(home), "PYTHONUTF8": "1",
                   "VOICEDRILL_CONFIG": str(home / "settings.json")}
    return subprocess.Popen([sys.executable, "-m", "voicedrill", *arguments], env=environment, text=True,
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def test_the_doctor_finds_the_card_and_tells_a_silent_microphone_from_one_that_hears(card, tmp_path, reply):
    def microphone():
        told, _ = start(card, tmp_path, "doctor", "--json").communicate(timeout=60)
        checks = {check["id"]: check for check in json.loads(told)["checks"]}
        assert checks["input_device"]["grade"] == checks["output_device"]["grade"] == "ok"
        return checks["microphone"]

    silent = microphone()
    assert silent["grade"] == "warn"
    assert silent["details"]["dbfs"] is None
    repeat = f"while paplay --device=mic_in {reply}; do :; done"
    speaking = subprocess.Popen(["sh", "-c", repeat], env=card.environment, start_new_session=True)
    try:
        heard = microphone()
    finally:
        os.killpg(speaking.pid, signal.SIGTERM)
        speaking.wait()
    assert heard["details"]["dbfs"] > -60
    assert heard["details"]["seconds"] == pytest.approx(1, abs=0.1)


def test_a_dead_microphone_ends_the_voice_check_in_one_line(card, tmp_path):
    program = start(card, tmp_path, "check-voice")
    _, errors = program.communicate(timeout=60)
    assert program.returncode == 1
    last = errors.splitlines()[-1]
    assert "全是零" in last
    assert "Traceback" not in errors
