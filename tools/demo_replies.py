"""Render the replies of the demo's virtual trainee to the WAV files beside content/demo/replies.yaml.

usage: python -m tools.demo_replies [--content content] [--model models/voicedrill-demo-cn]

Each reply names its WAV, pace and text, and may name an espeak-ng variant; where it does not, the first of CANDIDATES
that the demo model understands best is taken. The character error rate of each is printed.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import wave
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from tools.demo_model import pack_text
from tools.demo_model.espeak import RATE, Espeak, EspeakError, Voice

if TYPE_CHECKING:
    import vosk

ROOT = Path(__file__).resolve().parents[1]
CANDIDATES = ("", "f3", "m3", "f2", "m7", "Alicia", "adam", "Annie", "edward", "belinda")
PITCH = 50
GOOD_ENOUGH = 0.0
THINKING_SECONDS = (0.8, 1.2, 1.0)
"""Before the first word: a different response latency for each reply, in turn."""
TAIL_SECONDS = 0.4
PEAK = 10 ** (-6 / 20)
NOISE_RMS = 3.0
"""Room noise in units of int16 (-81 dBFS): never a digital silence, which would look like a dead microphone."""
FULL_SCALE = 32767


@dataclass(frozen=True)
class Reply:
    """One entry of replies.yaml."""

    audio: str
    text: str
    rate: int
    voice: str


def read_replies(path: Path) -> list[Reply]:
    """The replies in file order."""
    import yaml

    entries = yaml.safe_load(path.read_text(encoding="utf-8"))["replies"]
    return [
        Reply(
            audio=str(entry.get("audio") or f"{entry['question']}.wav"),
            text=str(entry["text"]),
            rate=int(entry.get("rate") or 210),
            voice=str(entry.get("voice") or ""),
        )
        for entry in entries
    ]


def render(espeak: Espeak, reply: Reply, variant: str, thinking: float) -> NDArray[np.int16]:
    """16 kHz samples: thinking time, speech with its peak at -6 dBFS, a short tail, all over quiet noise."""
    speech = espeak.say(reply.text, Voice(variant, reply.rate, PITCH)).samples
    voiced = np.flatnonzero(np.abs(speech) > 0.01 * np.abs(speech).max(initial=1.0))
    if not len(voiced):
        return np.zeros(0, np.int16)
    speech = speech[voiced[0] : voiced[-1] + 1]
    speech = speech * (PEAK * FULL_SCALE / np.abs(speech).max())
    samples = np.concatenate(
        [np.zeros(int(thinking * RATE)), speech, np.zeros(int(TAIL_SECONDS * RATE))]
    )
    samples += np.random.default_rng(1).standard_normal(len(samples)) * NOISE_RMS
    return np.round(samples).astype(np.int16)


def error_rate(model: vosk.Model, samples: NDArray[np.int16], text: str) -> float:
    """CER of the model on the samples against the Chinese characters of the text."""
    import jiwer
    import vosk

    recognizer = vosk.KaldiRecognizer(model, RATE)
    heard = []
    for first in range(0, len(samples), RATE // 5):
        if recognizer.AcceptWaveform(samples[first : first + RATE // 5].tobytes()):
            heard.append(json.loads(recognizer.Result())["text"])
    heard.append(json.loads(recognizer.FinalResult())["text"])
    reference = "".join(pack_text.chinese_runs(text))
    return float(jiwer.cer(reference, re.sub(r"\s", "", "".join(heard))))


def write_wav(path: Path, samples: NDArray[np.int16]) -> None:
    """16 kHz mono PCM16."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(samples.astype("<i2").tobytes())


def main(arguments: list[str] | None = None) -> int:
    """Render every reply; 1 with one line on stderr when something is missing."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--content", type=Path, default=ROOT / "content")
    parser.add_argument("--model", type=Path, default=ROOT / "models" / "voicedrill-demo-cn")
    options = parser.parse_args(arguments)
    try:
        import vosk

        vosk.SetLogLevel(-1)
        espeak = Espeak()
    except (ImportError, EspeakError) as error:
        print(f"demo_replies: {error}", file=sys.stderr)
        return 1
    model = vosk.Model(model_path=str(options.model))
    folder = options.content / "demo"
    for index, reply in enumerate(read_replies(folder / "replies.yaml")):
        thinking = THINKING_SECONDS[index % len(THINKING_SECONDS)]
        best: tuple[float, str, NDArray[np.int16]] | None = None
        # Another voice for each reply, so that the demo does not stand on one timbre.
        candidates = (reply.voice,) if reply.voice else CANDIDATES[index:] + CANDIDATES[:index]
        for variant in candidates:
            samples = render(espeak, reply, variant, thinking)
            rate = error_rate(model, samples, reply.text) if len(samples) else 1.0
            if best is None or rate < best[0]:
                best = (rate, variant, samples)
            if rate <= GOOD_ENOUGH:
                break
        assert best is not None
        rate, variant, samples = best
        path = folder / reply.audio
        write_wav(path, samples)
        print(
            f"{path.name}: CER {100 * rate:.1f} %, voice {variant or 'plain'}, "
            f"{len(samples) / RATE:.1f} s, {path.stat().st_size / 1000:.0f} kB"
        )
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
