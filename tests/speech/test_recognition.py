import gc
import shutil
import threading

import numpy as np
import pytest

from voicedrill.core.errors import ModelError, SpeechError
from voicedrill.core.model import RATE, Transcript, Word
from voicedrill.speech.recognition import BackgroundRecognizer, VoskRecognizer

TEXT = "你们的产品太贵了"


@pytest.fixture(scope="module")
def spoken(synthesizer):
    """The text, three seconds of silence, the text again: Vosk ends an utterance in between."""
    once = np.concatenate([synthesizer.synthesize(TEXT).samples, np.zeros(3 * RATE, np.int16)])
    return np.concatenate([once, once])


def feed(recognition, samples, size=512):
    for start in range(0, len(samples), size):
        recognition.feed(samples[start:start + size])


def test_all_utterances_are_collected(recognizer, spoken):
    recognition = recognizer.start()
    feed(recognition, spoken)
    transcript = recognition.finish()
    assert transcript.text == TEXT + TEXT
    half = len(spoken) / 2 / RATE
    first = [w for w in transcript.words if w.end < half]
    second = [w for w in transcript.words if w.start > half - 0.1]
    assert "".join(w.text for w in first) == "".join(w.text for w in second) == TEXT
    for a, b in zip(transcript.words, transcript.words[1:], strict=False):
        assert 0 <= a.start < a.end <= b.start
    # Each word lies where it was spoken, and the second copy is spoken exactly that much later.
    assert first[-1].end == pytest.approx(half - 3, abs=0.3)
    assert second[0].start - first[0].start == pytest.approx(half, abs=0.1)
    assert all(0 < w.confidence <= 1 for w in transcript.words)


def test_partial_text_grows(recognizer, spoken):
    recognition = recognizer.start()
    seen = []
    for start in range(0, len(spoken), 512):
        recognition.feed(spoken[start:start + 512])
        seen.append(recognition.partial())
    assert seen[0] == ""
    assert any(0 < len(text) < len(TEXT) for text in seen)
    assert TEXT in seen[len(seen) // 2]  # kept after its utterance has ended
    assert seen[-1] == TEXT + TEXT
    assert not any(" " in text for text in seen)


def test_silence_and_noise_give_no_words(recognizer):
    noise = np.random.default_rng(1).normal(0, 300, 3 * RATE).astype(np.int16)
    for samples in (np.zeros(3 * RATE, np.int16), noise, np.zeros(0, np.int16)):
        recognition = recognizer.start()
        recognition.feed(samples)
        assert "".join(recognition.finish().text.split("嗯")) == ""


def test_replies_do_not_mix(recognizer, spoken):
    one, other = recognizer.start(), recognizer.start()
    feed(one, spoken[:len(spoken) // 2])
    assert other.finish() == Transcript()
    assert one.finish().text == TEXT


def test_the_name_tells_the_model(recognizer, model_folder):
    name, digest = recognizer.name.split("@")
    assert name == model_folder.name
    assert int(digest, 16) >= 0


def test_a_damaged_model_is_one_line(model_folder, tmp_path):
    shutil.copytree(model_folder, tmp_path / "model", copy_function=shutil.copyfile)
    (tmp_path / "model" / "am").chmod(0o755)
    (tmp_path / "model" / "am" / "final.mdl").write_bytes(b"no model")
    with pytest.raises(ModelError, match="is damaged"):
        VoskRecognizer.load(tmp_path / "model")


# ------------------------------------------------------------ in the background


def test_in_the_background_the_words_are_the_same(recognizer, spoken):
    direct = recognizer.start()
    feed(direct, spoken)
    background = BackgroundRecognizer(recognizer)
    assert background.name == recognizer.name
    recognition = background.start()
    feed(recognition, spoken)
    ours, theirs = recognition.finish(), direct.finish()
    assert ours.text == theirs.text
    assert [w.start for w in ours.words] == pytest.approx([w.start for w in theirs.words], abs=0.05)
    assert recognition.partial() == TEXT + TEXT


class Held:
    """A recognition that works only when it is let, and notes what it is given."""

    def __init__(self):
        self.go = threading.Event()
        self.fed = []
        self.fault = None

    def feed(self, samples):
        assert self.go.wait(30)
        if self.fault:
            raise self.fault
        self.fed.append(samples)

    def partial(self):
        return f"{len(self.fed)}"

    def finish(self):
        return Transcript((Word(str(sum(map(len, self.fed))), 0, 1),))


class HeldRecognizer:
    name = "held"

    def __init__(self):
        self.held = Held()

    def start(self):
        return self.held


def test_feeding_never_waits_and_nothing_is_lost():
    recognizer = HeldRecognizer()
    recognition = BackgroundRecognizer(recognizer).start()
    block = np.zeros(512, np.int16)
    for n in range(1000):  # would never return if it waited: nothing is let go yet
        block[:] = n
        recognition.feed(block)  # the buffer is reused, as a device does
    assert recognition.partial() == ""
    recognizer.held.go.set()
    assert recognition.finish().text == "512000"
    assert np.array_equal(np.concatenate(recognizer.held.fed), np.repeat(np.arange(1000, dtype=np.int16), 512))
    assert len(recognizer.held.fed) > 10  # in chunks, so that the partial text moves on
    with pytest.raises(RuntimeError, match="after finish"):
        recognition.feed(block)


def test_an_error_in_the_thread_surfaces_at_the_end():
    recognizer = HeldRecognizer()
    recognizer.held.fault = SpeechError("坏了", "broken")
    recognizer.held.go.set()
    recognition = BackgroundRecognizer(recognizer).start()
    for _ in range(10):
        recognition.feed(np.zeros(512, np.int16))
    with pytest.raises(SpeechError, match="broken"):
        recognition.finish()


def test_a_dropped_recognition_ends_its_thread():
    recognizer = HeldRecognizer()
    recognizer.held.go.set()
    recognition = BackgroundRecognizer(recognizer).start()
    recognition.feed(np.zeros(512, np.int16))
    thread = recognition._thread
    del recognition
    gc.collect()
    thread.join(30)
    assert not thread.is_alive()
