from __future__ import annotations

import shutil
import wave
from pathlib import Path

import numpy as np
import pytest

from tools import demo_replies
from tools.demo_model.espeak import RATE, Espeak, EspeakError

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def espeak():
    try:
        return Espeak()
    except EspeakError as error:
        pytest.skip(str(error))


@pytest.mark.parametrize("thinking", [0.8, 1.2])
def test_a_reply_is_rendered_after_its_thinking_time_at_its_level(espeak, thinking):
    reply = demo_replies.Reply("reply.wav", "其实很划算。", 210, "")
    samples = demo_replies.render(espeak, reply, "f3", thinking)
    assert samples.dtype == np.int16
    quiet = samples[: int(thinking * RATE)]
    assert 0 < np.abs(quiet).max() < 20
    assert 20 * np.log10(np.abs(samples.astype(float)).max() / 32768) == pytest.approx(-6, abs=0.1)
    onset = np.flatnonzero(np.abs(samples) > 50)[0] / RATE
    assert onset == pytest.approx(thinking, abs=0.1)


def test_the_command_renders_every_reply_and_prints_its_error_rate(tmp_path, espeak, capsys):
    (tmp_path / "demo").mkdir()
    shutil.copy(ROOT / "content" / "demo" / "replies.yaml", tmp_path / "demo")
    assert demo_replies.main(["--content", str(tmp_path)]) == 0
    lines = capsys.readouterr().out.splitlines()
    replies = demo_replies.read_replies(tmp_path / "demo" / "replies.yaml")
    assert [line.split(":")[0] for line in lines] == [reply.audio for reply in replies]
    for reply in replies:
        with wave.open(str(tmp_path / "demo" / reply.audio), "rb") as file:
            assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (RATE, 1, 2)
            assert file.getnframes() > 3 * RATE


def test_the_error_rate_counts_characters(espeak):
    import vosk

    vosk.SetLogLevel(-1)
    model = vosk.Model(model_path=str(ROOT / "models" / "voicedrill-demo-cn"))
    samples = demo_replies.render(espeak, demo_replies.Reply("x.wav", "太贵了。", 175, ""), "", 0.5)
    assert demo_replies.error_rate(model, samples, "太贵了。") == 0
    assert demo_replies.error_rate(model, samples, "太贵了，没有预算。") == pytest.approx(4 / 7)
