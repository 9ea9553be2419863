"""The real program, live on the virtual card: asked aloud, answered aloud, scored, stored."""

import errno
import json
import subprocess
import sys
import time
import wave

import numpy as np
import pytest

from voicedrill import places
from voicedrill.audio.files import read_audio
from voicedrill.core.model import RATE
from voicedrill.speech.recognition import VoskRecognizer
from voicedrill.speech.synthesis import Pyttsx3Synthesizer

pytestmark = pytest.mark.live

LOUD = 600
DELAY = 1.4
REPLY = places.built_in("content") / "demo" / "reply-1.wav"
MODEL = places.built_in("models") / "voicedrill-demo-cn"


@pytest.fixture
def live(run, card):
    """Runs the real program on the card: `live("practice", "--json")`; `live.start` does not wait for its end."""
    def run_live(*arguments, **more):
        return run(*arguments, **{"timeout": 90, "VOICEDRILL_LANG": "en", **card.addresses, **more})

    def start(*arguments, **more):
        return subprocess.Popen([sys.executable, "-m", "voicedrill", *map(str, arguments)],
                                env={**run.environment, "VOICEDRILL_LANG": "en", **card.addresses, **more},
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    run_live.start = start
    return run_live


def practise(count):
    return ("practice", "--objection", "o2", "--count", count, "--model", MODEL, "--json")


def test_live_turns_are_scored_as_their_replies_deserve(card, live, home, tmp_path):
    heard = tmp_path / "heard.wav"
    with card.start_trainee(REPLY, delay=DELAY, keep=heard) as trainee:
        done = live(*practise(2), "--input-device", "default")
        truths = trainee.stop()
    assert done.returncode == 0, done.stderr
    attempts = json.loads(done.stdout)
    marked = json.loads(live("score", REPLY, "--objection", "o2", "--model", MODEL, "--json").stdout)
    prompt = Pyttsx3Synthesizer(tmp_path / "cache" / "voicedrill" / "prompts").synthesize(
        attempts[0]["question"]["prompt"])
    for attempt, truth in zip(attempts, truths, strict=True):
        assert attempt["evaluation"]["tactic_id"] == marked["evaluation"]["tactic_id"]
        assert hits(attempt) == hits(marked) != set()
        (take,) = home.rglob(attempt["recording"]["path"])
        latency = first_loud(read_audio(take).samples) + quiet_tail(prompt.samples)
        if attempt["facts"]["timing"] == "exact" and not truth["flags"]:
            assert latency == pytest.approx(truth["delay"], abs=0.06)
    assert "exact" in {attempt["facts"]["timing"] for attempt in attempts}
    recognizer = VoskRecognizer.load(MODEL)
    whole = understand(recognizer, prompt.samples)
    assert understand(recognizer, read_audio(heard).samples).count(whole) == 2
    logged = json.loads(live("history", "--json").stdout)
    assert {a["id"] for a in attempts} <= {a["id"] for a in logged}


def test_devices_are_listed_and_chosen_by_name(live, failure):
    listed = json.loads(live("devices", "--json").stdout)
    assert {"card_speaker", "card_mic", "default"} <= {device["name"] for device in listed}
    assert [device["name"] for device in listed if device["is_default_input"]] == ["default"]
    told = failure(live(*practise(1), "--input-device", "card_"), 1)
    assert "card_speaker" in told
    assert "card_mic" in told
    assert "webcam" in failure(live(*practise(1), "--output-device", "webcam"), 1)


def test_a_headset_pulled_out_in_mid_reply_costs_nothing_but_the_turn(card, live, home):
    with card.start_trainee(REPLY, delay=DELAY), live.start(*practise(1)) as program:
        take = wait_for_take(program, home, 3.0)
        card.unplug()
        assert "has gone" in last_line(program)
    with wave.open(str(take)) as kept:
        assert kept.getnframes() / kept.getframerate() >= 3.0
    scored = live("score", "--unscored", "--model", MODEL, "--json")
    assert scored.returncode == 0, scored.stderr
    assert "transcript" in scored.stdout


def test_a_disk_that_fills_up_in_mid_reply_leaves_the_take_readable(card, live, tmp_path):
    disk = tmp_path / "disk"
    disk.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64m", "tmpfs", disk], capture_output=True,
                      check=False).returncode:
        pytest.skip("mounting a small disk needs root")
    try:
        with card.start_trainee(REPLY, delay=DELAY), live.start(*practise(1), VOICEDRILL_HOME=str(disk)) as program:
            take = wait_for_take(program, disk, 2.0)
            fill(disk / "filler")
            assert "disk" in last_line(program)
        with wave.open(str(take)) as kept:
            assert kept.getnframes() / kept.getframerate() >= 2.0
    finally:
        subprocess.run(["umount", disk], check=True)


def fill(path):
    try:
        with path.open("wb", buffering=0) as file:
            while file.write(bytes(65536)):
                pass
    except OSError as error:
        assert error.errno == errno.ENOSPC


def last_line(program):
    """What a program that fails says last, once it has."""
    _, complaints = program.communicate(timeout=20)
    assert program.returncode == 1, complaints
    assert "Traceback" not in complaints
    return complaints.splitlines()[-1]


def hits(attempt):
    return {f["criterion_id"] for f in attempt["evaluation"]["findings"] if f["verdict"] == "hit"}


def wait_for_take(program, home, seconds):
    """The recording in progress, once it is that long."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and program.poll() is None:
        for take in home.rglob("*.wav"):
            if take.stat().st_size > seconds * RATE * 2:
                return take
        time.sleep(0.05)
    program.kill()
    raise AssertionError(f"no recording was begun: {program.communicate()}")


def first_loud(samples):
    return np.flatnonzero(np.abs(samples.astype(int)) > LOUD)[0] / RATE


def quiet_tail(samples):
    return (len(samples) - 1 - np.flatnonzero(np.abs(samples.astype(int)) > LOUD)[-1]) / RATE


def understand(recognizer, samples):
    recognition = recognizer.start()
    recognition.feed(samples)
    return recognition.finish().text
