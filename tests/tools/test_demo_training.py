"""The whole recipe in miniature: synthesize, train, export, and a model that Vosk loads."""

from __future__ import annotations

import importlib.util
import json
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).parents[2]
MODEL = ROOT / "models" / "voicedrill-demo-cn"
NEEDED = ("torch", "scipy", "kaldi_native_fbank", "jieba")
MISSING = [name for name in NEEDED if importlib.util.find_spec(name) is None]

pytestmark = pytest.mark.skipif(
    bool(MISSING), reason=f"no {', '.join(MISSING)}: pip install -r tools/demo_model/requirements.txt"
)


def command(module, *arguments):
    line = [sys.executable, "-m", f"tools.demo_model.{module}", *map(str, arguments)]
    finished = subprocess.run(line, cwd=ROOT, capture_output=True, text=True, encoding="utf-8", check=False)
    assert finished.returncode == 0, finished.stderr
    return finished.stdout


@pytest.fixture(scope="module")
def shards(tmp_path_factory):
    folder = tmp_path_factory.mktemp("shards")
    command("synthesize", folder, "--shards", 1, "--minutes", 0.5, "--jobs", 1)
    return folder


def test_a_shard_is_labelled_speech_and_the_same_for_the_same_seed(shards, tmp_path):
    from tools.demo_model import phones

    first = np.load(shards / "shard0001.npz")
    assert first["frames"].shape == (len(first["labels"]), 80)
    assert len(first["labels"]) >= 3000
    assert 0 <= first["labels"].min() <= first["labels"].max() < phones.pdf_count()
    assert 0.3 < np.mean(first["labels"] > 0) < 0.9, "speech and pauses"
    command("synthesize", tmp_path, "--shards", 1, "--minutes", 0.5, "--jobs", 1)
    again = np.load(tmp_path / "shard0001.npz")
    assert np.array_equal(first["labels"], again["labels"])


def test_training_and_export_give_a_model_that_vosk_loads(shards, tmp_path):
    import vosk

    report = command("train", shards, tmp_path / "am.pt", "--steps", 3)
    assert "step 3: loss" in report
    model = tmp_path / "model"
    command("export", tmp_path / "am.pt", "--model", model, "--bits", 8)
    assert (model / "am" / "final.mdl").stat().st_size == (MODEL / "am" / "final.mdl").stat().st_size
    assert (model / "conf" / "model.conf").read_text() == (MODEL / "conf" / "model.conf").read_text()
    assert (model / "conf" / "mfcc.conf").read_text() == (MODEL / "conf" / "mfcc.conf").read_text()
    shutil.copytree(MODEL / "graph", model / "graph")
    vosk.SetLogLevel(-1)
    recognizer = vosk.KaldiRecognizer(vosk.Model(model_path=str(model)), 16000)
    recognizer.AcceptWaveform(np.zeros(16000, np.int16).tobytes())
    assert "text" in json.loads(recognizer.FinalResult())
