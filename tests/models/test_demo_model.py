"""The shipped demo model in stock Vosk, on the shipped replies."""

from __future__ import annotations

import json
import wave
from pathlib import Path

import jiwer
import numpy as np
import pytest
import vosk
import yaml

from tools.demo_model import pack_text

ROOT = Path(__file__).parents[2]
MODEL = ROOT / "models" / "voicedrill-demo-cn"
DEMO = ROOT / "content" / "demo"
RATE = 16000
REPLIES = yaml.safe_load((DEMO / "replies.yaml").read_text(encoding="utf-8"))["replies"]

vosk.SetLogLevel(-1)


@pytest.fixture(scope="module")
def model():
    return vosk.Model(model_path=str(MODEL))


def recognize(model, samples, grammar=None):
    recognizer = vosk.KaldiRecognizer(model, RATE, *([json.dumps(grammar, ensure_ascii=False)] if grammar else []))
    recognizer.SetWords(True)
    words = []
    for first in range(0, len(samples), 4000):
        if recognizer.AcceptWaveform(samples[first : first + 4000].astype("<i2").tobytes()):
            words += json.loads(recognizer.Result()).get("result", [])
    return words + json.loads(recognizer.FinalResult()).get("result", [])


def read_wav(path):
    with wave.open(str(path), "rb") as file:
        assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (RATE, 1, 2)
        return np.frombuffer(file.readframes(file.getnframes()), "<i2")


def test_the_folder_holds_what_vosk_needs_and_nothing_else():
    files = {str(path.relative_to(MODEL)) for path in MODEL.rglob("*") if path.is_file()}
    assert files == {
        "am/final.mdl",
        "conf/mfcc.conf",
        "conf/model.conf",
        "graph/Gr.fst",
        "graph/HCLr.fst",
        "graph/disambig_tid.int",
        "graph/phones.txt",
        "graph/phones/word_boundary.int",
        "graph/words.txt",
        "vocabulary.json",
    }
    assert sum((MODEL / name).stat().st_size for name in files) < 6_000_000


@pytest.mark.parametrize("reply", REPLIES, ids=lambda reply: reply["question"])
def test_a_demo_reply_is_understood(model, reply):
    samples = read_wav(DEMO / reply["audio"])
    heard = "".join(word["word"] for word in recognize(model, samples))
    assert jiwer.cer("".join(pack_text.chinese_runs(reply["text"])), heard) <= 0.08, heard


@pytest.mark.parametrize("reply", REPLIES, ids=lambda reply: reply["question"])
def test_a_demo_reply_is_a_small_wav_with_time_to_think(reply):
    path = DEMO / reply["audio"]
    samples = read_wav(path).astype(float)
    assert path.stat().st_size < 350_000
    assert -7 < 20 * np.log10(np.abs(samples).max() / 32768) < -5
    loud = np.flatnonzero(np.abs(samples) > 300)
    assert 0.75 < loud[0] / RATE < 1.3
    assert np.abs(samples[:RATE // 2]).max() > 0, "digital silence would look like a dead microphone"


def test_the_demo_replies_start_at_different_times():
    onsets = [np.flatnonzero(np.abs(read_wav(DEMO / reply["audio"])) > 300)[0] / RATE for reply in REPLIES]
    assert min(abs(a - b) for index, a in enumerate(onsets) for b in onsets[:index]) > 0.1


@pytest.mark.parametrize("amplitude", [0, 3, 100])
def test_silence_and_quiet_noise_give_no_words(model, amplitude):
    noise = np.random.default_rng(0).standard_normal(4 * RATE) * amplitude
    assert recognize(model, noise.astype(np.int16)) == []


def test_word_times_lie_inside_the_speech(model):
    samples = read_wav(DEMO / REPLIES[0]["audio"])
    words = recognize(model, samples)
    loud = np.flatnonzero(np.abs(samples.astype(float)) > 300) / RATE
    assert abs(words[0]["start"] - loud[0]) < 0.15
    assert abs(words[-1]["end"] - loud[-1]) < 0.25
    assert all(0 <= word["conf"] <= 1 for word in words)


def test_a_grammar_given_at_run_time_is_obeyed(model):
    samples = read_wav(DEMO / REPLIES[0]["audio"])
    grammar = ["其实 很 划算", "下 一 题", "[unk]"]
    heard = [word["word"] for word in recognize(model, samples, grammar)]
    allowed = {word for phrase in grammar for word in phrase.split()}
    assert set(heard) <= allowed
    assert "划算" in heard
