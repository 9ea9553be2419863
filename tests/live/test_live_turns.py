"""Live turns on the virtual card, in real time: how exact the prompt's end is, and that prompts are heard whole."""

import json
import sys

import numpy as np
import pytest
from virtual_card import HERE, Program

from voicedrill.audio.files import read_audio
from voicedrill.core.model import RATE

pytestmark = pytest.mark.live

LOUD = 600
TOLERANCE = 0.06
DELAY = 1.4


def drive(card, folder, prompt, turns, *options):
    return Program([sys.executable, str(HERE / "live_driver.py"), str(prompt), str(turns), "--keep", str(folder),
                    *map(str, options)], card.environment)


def run_turns(card, folder, prompt, reply, turns, *options):
    """The turns as the program saw them, each with the truth; what was heard from the loudspeaker."""
    heard = folder / "heard.wav"
    with card.start_trainee(reply, delay=DELAY, keep=heard) as trainee:
        with drive(card, folder, prompt, turns, *options) as program:
            assert program.wait(20 + 8 * turns) == 0, (program.said, program.complaints)
        truth = trainee.stop()
    seen = [s for s in program.said if s["event"] == "ended"]
    assert len(seen) == len(truth) == turns, (seen, truth)
    return list(zip(seen, truth, strict=True)), read_audio(heard).samples


def wrong(seen, truth):
    """Whether a turn called exact is not; a truth whose own clock stumbled proves nothing."""
    return (seen["timing"] == "exact" and not truth["flags"]
            and (seen["latency"] is None or abs(seen["latency"] - truth["delay"]) > TOLERANCE))


def test_latency_is_exact_and_the_prompt_whole(card, tmp_path, prompt, reply):
    turns, heard = run_turns(card, tmp_path, prompt, reply, 6)
    assert [t for t in turns if wrong(*t)] == []
    assert sum(seen["timing"] != "exact" for seen, _ in turns) <= 1, json.dumps(turns)
    assert {seen["reason"] for seen, _ in turns} == {"reply_ended"}
    loud = np.flatnonzero(np.abs(heard.astype(int)) > LOUD)
    prompts = np.split(loud, np.flatnonzero(np.diff(loud) > RATE // 2) + 1)
    assert len(prompts) == 6
    for samples in prompts:
        assert (samples[-1] - samples[0]) / RATE == pytest.approx(1.4, abs=0.005)
        tail = heard[samples[-1] - RATE // 10:samples[-1]].astype(float)
        spectrum = np.abs(np.fft.rfft(tail))
        assert np.argmax(spectrum) * RATE / len(tail) == pytest.approx(1000, abs=15)


@pytest.mark.parametrize("rate", [8_000, 48_000])
def test_every_rate_a_device_may_run_at(card, tmp_path, prompt, reply, rate):
    (turn,), _ = run_turns(card, tmp_path, prompt, reply, 1, "--rate", rate)
    assert not wrong(*turn)
    assert turn[0]["reply"] == pytest.approx(1.3, abs=0.2)


def test_a_refused_rate_falls_back_to_the_device_s_own(card, tmp_path, prompt, reply):
    """Which is 44.1 kHz here."""
    (turn,), _ = run_turns(card, tmp_path, prompt, reply, 1, "--rate", 4_000_000)
    assert not wrong(*turn)
