import os
import shutil
import subprocess
import sys
import wave
from difflib import SequenceMatcher
from types import SimpleNamespace

import numpy as np
import pytest

from voicedrill.core.errors import SpeechError
from voicedrill.core.model import RATE
from voicedrill.speech import espeak
from voicedrill.speech.synthesis import Pyttsx3Synthesizer
from voicedrill.speech.synthesis_worker import choose_voice

SENTENCES = ("你们的产品太贵了", "我再考虑考虑", "我们没有这个预算，明年再说吧。", "隔壁那家比你们便宜多了")

linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="espeak-ng speaks on Linux only")


def right(reference, hypothesis):
    """Share of the characters of the reference that were heard, in order."""
    wanted = [c for c in reference if c not in "，。"]
    blocks = SequenceMatcher(None, wanted, list(hypothesis), autojunk=False).get_matching_blocks()
    return sum(b.size for b in blocks) / len(wanted)


def hear(recognizer, recording):
    recognition = recognizer.start()
    recognition.feed(recording.samples)
    recognition.feed(np.zeros(RATE // 2, np.int16))
    return recognition.finish().text


@pytest.mark.parametrize("library", [
    "system", pytest.param("bundled", marks=linux),
])
def test_it_speaks_mandarin(library, recognizer, monkeypatch):
    """Decoded back by the recogniser: the voice `cmn` of Debian 12 would fail."""
    monkeypatch.setenv("VOICEDRILL_ESPEAK", library)
    synthesizer = Pyttsx3Synthesizer(None)
    try:
        heard = {text: hear(recognizer, synthesizer.synthesize(text)) for text in SENTENCES}
    except SpeechError as missing:
        pytest.skip(missing.to("en"))
    assert np.mean([right(text, said) for text, said in heard.items()]) >= 0.8, heard


def test_pace_level_and_ends(synthesizer):
    recording = synthesizer.synthesize("一分钱一分货，好东西自然有它的价值")
    assert recording.rate == RATE
    assert recording.samples.dtype == np.int16
    assert 3.5 < 16 / recording.seconds < 6.5  # 字 per second
    peak = np.abs(recording.samples.astype(int)).max()
    assert 8000 < peak < 32700  # audible, not clipped
    # Sample 0 of the answer is the end of the prompt: no silence may follow the last vowel.
    assert np.abs(recording.samples[-int(0.05 * RATE):].astype(int)).max() > 33


def test_rate_and_volume(synthesizer, tmp_path):
    text = "好东西自然有它的价值"
    usual = synthesizer.synthesize(text)
    slow_and_quiet = Pyttsx3Synthesizer(None, rate=150, volume=0.3).synthesize(text)
    assert slow_and_quiet.seconds > 1.2 * usual.seconds
    assert np.std(slow_and_quiet.samples) < 0.6 * np.std(usual.samples)


@linux
def test_a_voice_variant(synthesizer):
    text = "好东西自然有它的价值"
    low = Pyttsx3Synthesizer(None, voice="cmn-latn-pinyin+m3").synthesize(text)
    assert low.seconds == pytest.approx(synthesizer.synthesize(text).seconds, rel=0.3)


@linux
def test_an_unknown_voice():
    with pytest.raises(SpeechError, match="no voice named xyz-klingon"):
        Pyttsx3Synthesizer(None, voice="xyz-klingon").synthesize("你好")


@linux
def test_no_espeak_names_the_package(monkeypatch, tmp_path):
    monkeypatch.setenv("VOICEDRILL_ESPEAK", str(tmp_path / "missing.so"))
    for cache in (None, tmp_path):
        with pytest.raises(SpeechError) as caught:
            Pyttsx3Synthesizer(cache).synthesize("你好")
        assert "apt install espeak-ng" in caught.value.to("en")
        assert "espeakng-loader" in caught.value.to("zh")


def test_nothing_to_say(synthesizer):
    with pytest.raises(SpeechError, match="speech synthesis failed"):
        synthesizer.synthesize("。")


def test_an_engine_that_takes_too_long():
    with pytest.raises(SpeechError, match=r"no speech within 0\.01 s"):
        Pyttsx3Synthesizer(None, timeout=0.01).synthesize("你好")


@linux
def test_the_bundled_voices_in_a_deep_folder(tmp_path):
    """espeak-ng keeps the path of its voices in 160 bytes, and ends the process when it is longer."""
    loader = pytest.importorskip("espeakng_loader")
    deep = tmp_path / ("d" * 80) / ("d" * 80)
    shutil.copytree(os.path.dirname(loader.__file__), deep / "espeakng_loader")  # noqa: PTH120
    script = "from voicedrill.speech.synthesis import *; print(Pyttsx3Synthesizer(None).synthesize('你好').seconds)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False,
                          env={**os.environ, "VOICEDRILL_ESPEAK": "bundled", "PYTHONPATH": str(deep)})
    assert done.stderr == ""
    assert float(done.stdout) > 0.3


# ------------------------------------------------------------ cache


def rendered_again(synthesizer, text):
    """Whether it had to be spoken. Without an engine only the cache can answer."""
    muted = Pyttsx3Synthesizer(synthesizer._cache_dir, timeout=0.0001)
    try:
        muted.synthesize(text)
    except SpeechError:
        return True
    return False


@pytest.fixture
def cached(tmp_path, synthesizer):
    return Pyttsx3Synthesizer(tmp_path / "new" / "prompts")


def test_a_prompt_is_rendered_once(cached):
    first = cached.synthesize("太贵了")
    assert not rendered_again(cached, "太贵了")
    assert rendered_again(cached, "太贵啦")
    assert np.array_equal(cached.synthesize("太贵了").samples, first.samples)
    assert [p.suffix for p in cached._cache_dir.iterdir()] == [".wav"]


def test_the_cache_knows_voices_apart(cached):
    cached.synthesize("太贵了")
    fast = Pyttsx3Synthesizer(cached._cache_dir, rate=300)
    assert fast.synthesize("太贵了").seconds < 0.9 * cached.synthesize("太贵了").seconds
    assert len(list(cached._cache_dir.iterdir())) == 2


@pytest.mark.parametrize("damage", ["cut", "empty", "text", "other rate", "folder"])
def test_a_damaged_entry_is_rendered_again(cached, damage):
    good = cached.synthesize("太贵了")
    entry = next(cached._cache_dir.iterdir())
    data = entry.read_bytes()
    entry.unlink()
    if damage == "cut":
        entry.write_bytes(data[:len(data) // 2])
    elif damage == "empty":
        entry.touch()
    elif damage == "text":
        entry.write_text("not audio", encoding="utf-8")
    elif damage == "other rate":
        with wave.open(str(entry), "wb") as file:
            file.setparams((1, 2, 8000, 0, "NONE", ""))
            file.writeframes(bytes(8000))
    else:
        entry.mkdir()
    assert cached.synthesize("太贵了").seconds == pytest.approx(good.seconds, rel=0.1)
    assert damage == "folder" or not rendered_again(cached, "太贵了")


def test_a_cache_that_cannot_be_written(tmp_path, synthesizer):
    (tmp_path / "file").touch()
    assert Pyttsx3Synthesizer(tmp_path / "file" / "prompts").synthesize("太贵了").seconds > 0.3


# ------------------------------------------------------------ other systems


def voice(identifier, name, *languages):
    return SimpleNamespace(id=identifier, name=name, languages=list(languages))


@pytest.mark.parametrize(("voices", "chosen"), [
    ([voice("a", "Samantha", "en_US"), voice("b", "Mei-Jia", "zh_TW"), voice("c", "Tingting", "zh_CN")], "c"),
    ([voice("a", "Microsoft David", "en-US"), voice("b", "Microsoft Huihui Desktop", "zh-CN")], "b"),
    ([voice("a", "Microsoft Huihui Desktop - Chinese (Simplified)")], "a"),
    ([voice("a", "Samantha", "en_US"), voice("b", "Sinji", "zh_HK")], None),
    ([voice("a", None, None)], None),
    ([], None),
])
def test_the_mandarin_voice_of_macos_and_windows(voices, chosen):
    assert choose_voice(voices) == chosen


@linux
def test_espeak_is_found(monkeypatch):
    monkeypatch.setenv("VOICEDRILL_ESPEAK", "bundled")
    library = espeak.load_library()
    assert library is not None
    assert library.version.startswith("1.")
    assert os.path.isdir(library.data)  # noqa: PTH112
