"""`voicedrill explain --aloud` on the virtual card: the reason is spoken, then the clip sounds."""

import json

import numpy as np
import pytest

from voicedrill import places
from voicedrill.audio.files import read_audio
from voicedrill.core.model import RATE
from voicedrill.speech.recognition import VoskRecognizer

pytestmark = pytest.mark.live

REPLY = places.built_in("content") / "demo" / "reply-3.wav"
MODEL = places.built_in("models") / "voicedrill-demo-cn"
PACK = """schema: 1
id: small
version: 1
name: 小题库
questions:
  - id: s1
    kind: rebuttal
    name: 小题
    prompt: 别处卖得低。
    tactics:
      - id: s11
        name: 认同法
        rating: 绿
        model_answer: 您说的可能是真的。
        key_points:
          - {id: a, name: 先认可, phrases: [您说的可能是真的]}
          - {id: b, name: 讲交情, phrases: [咱们都是老朋友]}
"""
"""One hit and one miss: a whole page of the shipped pack takes a minute to say."""
SIMILAR = 0.6
"""Normalised correlation from which a stretch of the loudspeaker's sound is that of the clip."""


def test_reasons_and_clips_are_heard(run, card, tmp_path):
    packs = tmp_path / "data" / "voicedrill" / "content"
    packs.mkdir(parents=True)
    (packs / "small.yaml").write_text(PACK, encoding="utf-8")
    scored = json.loads(run("score", REPLY, "--objection", "s1", "--model", MODEL, "--json").stdout)
    heard = tmp_path / "heard.wav"
    with card.start_trainee(REPLY, delay=60.0, keep=heard) as trainee:
        finished = run("explain", scored["id"], "--aloud", **card.addresses)
        trainee.stop()
    assert finished.returncode == 0, finished.stderr
    assert "扬声器" not in finished.stderr
    sound = read_audio(heard).samples
    page = json.loads(run("explain", scored["id"], "--json").stdout)
    clip = next(r["clip"] for r in page["reasons"] if r["clip"])
    said = read_audio(REPLY).samples[round(clip["start"] * RATE):round(clip["end"] * RATE)]
    assert likeness(sound, said) > SIMILAR
    recognition = VoskRecognizer.load(MODEL).start()
    recognition.feed(sound)
    assert "没有" in recognition.finish().text  # 没有说到, the reason for what was missed


def likeness(sound, piece):
    """Greatest normalised correlation of the piece with a stretch of the sound."""
    sound, piece = sound.astype(float), piece.astype(float)
    size = 1 << (len(sound) + len(piece)).bit_length()
    product = np.fft.irfft(np.fft.rfft(sound, size) * np.conj(np.fft.rfft(piece, size)), size)
    total = np.concatenate([[0.0], np.cumsum(sound**2)])
    power = total[len(piece):] - total[:-len(piece)]
    product = product[:len(power)]
    return float(np.max(product / np.sqrt(np.maximum(power, 1.0) * np.sum(piece**2))))
