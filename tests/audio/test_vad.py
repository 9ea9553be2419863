import numpy as np
import pytest

from voicedrill.audio.vad import SileroDetector
from voicedrill.core.errors import SpeechError
from voicedrill.core.model import RATE
from voicedrill.ports import BLOCK
from voicedrill.speech.synthesis import Pyttsx3Synthesizer


@pytest.fixture(scope="module")
def voice():
    try:
        return Pyttsx3Synthesizer(None).synthesize("我们的产品质量很好，服务也很周到").samples
    except SpeechError as missing:
        pytest.skip(missing.to("en"))


def probabilities(detector, samples):
    return [detector.probability(samples[i:i + BLOCK]) for i in range(0, len(samples) - BLOCK + 1, BLOCK)]


def test_silence_and_noise_are_no_speech():
    detector = SileroDetector()
    noise = np.random.default_rng(1).normal(0, 300, 2 * RATE).astype(np.int16)
    assert max(probabilities(detector, np.zeros(RATE, np.int16))) < 0.35
    assert np.mean(probabilities(detector, noise)) < 0.35


def test_a_voice_is_speech(voice):
    assert np.mean(np.array(probabilities(SileroDetector(), voice)) > 0.5) > 0.5


def test_reset_forgets(voice):
    detector = SileroDetector()
    first = probabilities(detector, voice)
    assert probabilities(detector, voice) != first
    detector.reset()
    assert probabilities(detector, voice) == first


def test_only_whole_blocks_are_taken():
    with pytest.raises(ValueError, match="511"):
        SileroDetector().probability(np.zeros(BLOCK - 1, np.int16))
