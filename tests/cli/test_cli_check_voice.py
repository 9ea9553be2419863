"""`voicedrill check-voice` on recordings that are synthesized on the spot, through the real program."""

import json
import signal
import subprocess
import sys
import wave

import numpy as np
import pytest
from repository import DEMO_MODEL, ROOT

from voicedrill.content.voice_check import read_sentences
from voicedrill.core.errors import SpeechError
from voicedrill.core.model import RATE
from voicedrill.speech.synthesis import Pyttsx3Synthesizer
from voicedrill.store.voice_checks import VoiceCheckStore, check_to_json

SENTENCES = read_sentences(ROOT / "content" / "voice-check").sentences

pytestmark = pytest.mark.skipif(not DEMO_MODEL.is_dir(), reason="the demo model is not built")


@pytest.fixture(scope="module")
def spoken():
    """Each sentence as samples, float, half a second of a quiet room before and after."""
    synthesizer = Pyttsx3Synthesizer(None)
    try:
        voiced = [synthesizer.synthesize(sentence).samples.astype(float) for sentence in SENTENCES]
    except SpeechError as missing:
        pytest.skip(missing.to("en"))
    room = np.zeros(RATE // 2)
    return [np.concatenate([room, samples, room]) + np.random.default_rng(i).normal(0, 20, len(samples) + RATE)
            for i, samples in enumerate(voiced)]


@pytest.fixture
def folder(tmp_path):
    """`folder(takes)` writes 1.wav, 2.wav ... and returns where."""
    def write(takes):
        place = tmp_path / "takes"
        place.mkdir(exist_ok=True)
        for number, samples in enumerate(takes, 1):
            with wave.open(str(place / f"{number}.wav"), "wb") as file:
                file.setparams((1, 2, RATE, 0, "NONE", ""))
                file.writeframes(np.clip(samples, -32768, 32767).astype("<i2").tobytes())
        return place

    return write


@pytest.fixture
def check(run, folder):
    """`check(takes)` gives the JSON of a check of them."""
    def check_takes(takes, *arguments):
        finished = run("check-voice", "--input", folder(takes), "--json", *arguments)
        assert finished.returncode == 0, finished.stderr
        return json.loads(finished.stdout)

    return check_takes


def test_a_voice_that_the_model_understands_may_practise_and_gives_the_pace(check, spoken, home):
    document = check(spoken, "--trainee", "王芳")
    assert document["schema"] == "voicedrill.voice_check/1"
    assert document["fitness"] == "practice"
    assert document["reasons"] == ["demo_model"]
    assert document["syllable_error"] < 0.05
    assert document["cer"] < 0.1
    assert -35 < document["speech_dbfs"] < -10
    assert document["snr_db"] > 25
    assert 180 < document["speech_rate"] < 400
    assert [r["expected"] for r in document["readings"]] == list(SENTENCES)
    with VoiceCheckStore(home) as store:
        assert check_to_json(store.newest("王芳")) == document
        assert store.pace_baseline("王芳") == document["speech_rate"]


def test_text_shows_each_sentence_and_the_verdict(run, folder, spoken):
    finished = run("check-voice", "--input", folder(spoken))
    assert finished.returncode == 0, finished.stderr
    for number, sentence in enumerate(SENTENCES, 1):
        assert f"{number}/10  {sentence}" in finished.stdout
    for figure in ("可练习", "字错率", "音节错误", "dBFS", "信噪比", "字/分", "voicedrill model install"):
        assert figure in finished.stdout
    assert "演示模型" in finished.stderr


@pytest.mark.parametrize(("spoil", "reason"), [
    (lambda takes: [t + np.random.default_rng(1).normal(0, 8000, len(t)) for t in takes], "noisy"),
    (lambda takes: takes[1:] + takes[:1], "other_words"),
    (lambda takes: [np.zeros(RATE)] * len(takes), "no_signal"),
    (lambda takes: [t * 0.01 for t in takes], "too_quiet"),
])
def test_what_is_wrong_is_found_and_the_remedy_named(check, spoken, spoil, reason):
    document = check(spoil(spoken))
    assert document["fitness"] == "unreliable"
    assert document["reasons"][0] == reason
    assert document["syllable_error"] > 0.3


@pytest.mark.parametrize("count", [0, 9])
def test_the_wrong_number_of_recordings(run, failure, folder, count):
    place = folder([np.zeros(RATE)] * count)
    line = failure(run("check-voice", "--input", place), 2 if count else 1)
    assert str(place) in line


def test_no_such_folder(run, failure, tmp_path):
    assert "nowhere" in failure(run("check-voice", "--input", tmp_path / "nowhere"), 1)


def test_a_mistake_leaves_no_database_behind(run, failure, folder, home):
    failure(run("check-voice", "--input", folder([np.zeros(RATE)])), 2)
    assert not home.exists()


def test_without_a_microphone_the_line_names_the_other_way(run, failure, tmp_path):
    (tmp_path / "libportaudio.so.2").write_text("not a library")
    finished = run("check-voice", LD_LIBRARY_PATH=str(tmp_path))
    assert "--input" in failure(finished, 1)


def test_interrupting_keeps_nothing_and_says_so(run, folder, spoken, home):
    command = [sys.executable, "-m", "voicedrill", "check-voice", "--input", str(folder(spoken))]
    process = subprocess.Popen(command, env=run.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                               text=True, encoding="utf-8")
    for line in process.stdout:
        if line.startswith("3/10"):
            break
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "Traceback" not in errors
    assert "没有保存" in errors.splitlines()[-1]
    with VoiceCheckStore(home) as store:
        assert store.list("学员") == ()
