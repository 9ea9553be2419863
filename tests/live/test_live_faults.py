"""Devices that are missing, silent, frozen or pulled out: each told in one line, nothing hangs, the take is kept."""

import sys
import time
import wave

import pytest
from virtual_card import HERE, Program

pytestmark = pytest.mark.live


def drive(environment, folder, prompt):
    return Program([sys.executable, str(HERE / "live_driver.py"), str(prompt), "1", "--keep", str(folder)],
                   environment)


def require_one_line(program, *words, within=10.0):
    """The program ends by itself, says what is wrong in both languages, and nothing else reaches the screen."""
    assert program.wait(within) == 1, (program.said, program.complaints)
    told = program.said[-1]
    for word in words:
        assert word in told["error"]
    assert "\n" not in told["error"]
    assert told["fehler"] != told["error"]
    assert program.complaints == ""


@pytest.mark.parametrize(("fault", "words"), [("unplug", "has gone"), ("kill", "has gone"),
                                              ("freeze", "stopped answering")])
def test_device_lost_in_mid_reply(card, tmp_path, prompt, reply, fault, words):
    with card.start_trainee(reply, delay=1.4), drive(card.environment, tmp_path, prompt) as program:
        program.wait_for("listening")
        time.sleep(2.0)                            # the fault must come while the trainee speaks
        getattr(card, fault)()
        require_one_line(program, words)
    with wave.open(str(tmp_path / "0.wav")) as take:
        assert take.getnframes() / take.getframerate() > 1.0


@pytest.mark.parametrize(("fault", "words"), [("unplug", "has gone"), ("kill", "has gone"),
                                              ("freeze", "stopped answering")])
def test_device_lost_in_mid_prompt(card, tmp_path, prompt, fault, words):
    with drive(card.environment, tmp_path, prompt) as program:
        program.wait_for("prompt")
        time.sleep(0.8)                            # the fault must come while the prompt sounds
        getattr(card, fault)()
        require_one_line(program, words)


def test_a_microphone_that_sends_only_zeros(card, tmp_path, prompt):
    with drive(card.environment, tmp_path, prompt) as program:
        require_one_line(program, "nothing but zeros", "mute")


def test_no_device(card, tmp_path, prompt):
    card.kill()
    with drive(card.environment, tmp_path, prompt) as program:
        require_one_line(program, "no microphone was found", "--input FILE")


def test_no_portaudio(card, tmp_path, prompt):
    with drive(card.without_portaudio(), tmp_path, prompt) as program:
        require_one_line(program, "PortAudio", "libportaudio2", "--input FILE")


def test_a_configuration_that_makes_portaudio_abort(card, tmp_path, prompt):
    with drive(card.with_broken_alsa(), tmp_path, prompt) as program:
        require_one_line(program, "PortAudio does not start", "--input FILE")
