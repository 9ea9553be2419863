"""One command after a content change, in a copy of the model, with a pack that nobody has seen."""

from __future__ import annotations

import importlib.util
import json
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from tools.demo_model import pack_text
from tools.demo_model.espeak import RATE, Espeak, EspeakError, Voice
from tools.demo_model.voices import UNSEEN

ROOT = Path(__file__).parents[2]
MODEL = ROOT / "models" / "voicedrill-demo-cn"
PHRASE = "玳瑁眼镜防蓝光"  # 玳 and 瑁 are no common characters
PACK = f"questions:\n  - prompt: {PHRASE}\n    answer: 嗯，送2副镜片\n"


def rebuild(*arguments):
    command = [sys.executable, "-m", "tools.demo_model.rebuild_graph", *map(str, arguments)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, encoding="utf-8", check=False)


@pytest.fixture(scope="module")
def rebuilt(tmp_path_factory):
    if importlib.util.find_spec("jieba") is None:
        pytest.skip("jieba is not installed: pip install -r tools/demo_model/requirements.txt")
    try:
        Espeak()
    except EspeakError as error:
        pytest.skip(str(error))
    folder = tmp_path_factory.mktemp("rebuild")
    content, model = folder / "content", folder / "model"
    content.mkdir()
    (content / "pack.yaml").write_text(PACK, encoding="utf-8")
    for part in ("am", "conf"):
        shutil.copytree(MODEL / part, model / part)
    finished = rebuild("--content", content, "--model", model)
    assert finished.returncode == 0, finished.stderr
    return content, model


def test_the_words_of_the_new_pack_are_recorded_and_in_the_graph(rebuilt):
    content, model = rebuilt
    record = json.loads((model / "vocabulary.json").read_text(encoding="utf-8"))
    lines = (model / "graph" / "words.txt").read_text(encoding="utf-8").splitlines()
    words = {line.split()[0] for line in lines}
    assert record["packs_sha256"] == pack_text.digest(pack_text.read_packs(content))
    assert {"嗯", "镜片"} <= set(record["pack_words"]) <= words
    assert set(PHRASE) <= words


def test_the_new_phrase_is_heard(rebuilt):
    import vosk

    vosk.SetLogLevel(-1)
    model = vosk.Model(model_path=str(rebuilt[1]))
    espeak = Espeak()
    heard = []
    for variant in UNSEEN[:3]:
        samples = np.concatenate([np.zeros(4800), espeak.say(PHRASE, Voice(variant)).samples, np.zeros(4800)])
        recognizer = vosk.KaldiRecognizer(model, RATE)
        recognizer.AcceptWaveform(np.clip(samples, -32768, 32767).astype("<i2").tobytes())
        heard.append("".join(json.loads(recognizer.FinalResult())["text"].split()))
    assert heard.count(PHRASE) >= 2, heard


def test_a_word_that_nobody_can_read_is_named(tmp_path, rebuilt):
    (tmp_path / "pack.yaml").write_text("text: 呣呣\n", encoding="utf-8")
    finished = rebuild("--content", tmp_path, "--model", rebuilt[1])
    assert finished.returncode == 1
    assert "呣" in finished.stderr
    assert len(finished.stderr.strip().splitlines()) == 1


def test_a_broken_pack_is_one_line(tmp_path, rebuilt):
    (tmp_path / "pack.yaml").write_text("text: [太贵了\n", encoding="utf-8")
    finished = rebuild("--content", tmp_path, "--model", rebuilt[1])
    assert finished.returncode == 1
    assert "pack.yaml" in finished.stderr
    assert len(finished.stderr.strip().splitlines()) == 1


def test_a_folder_without_acoustic_model_is_one_line(tmp_path):
    finished = rebuild("--model", tmp_path)
    assert finished.returncode == 1
    assert len(finished.stderr.strip().splitlines()) == 1
