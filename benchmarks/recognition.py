"""Character error rate of the demo model on synthetic voices it has never heard.

usage: python benchmarks/recognition.py [--model DIR] [--content DIR] [--json]

Two groups of sentences, each clean and with white noise at 15 dB: pack text, which is in the language model, and
sentences that are neither in it nor in any training audio (tools/demo_model/text: held_out.txt, and every sixth line
of sentences.txt). The espeak-ng variants are those
that no training utterance used; pace and pitch are random with a fixed seed.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import vosk

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from tools.demo_model import pack_text, vocabulary  # noqa: E402
from tools.demo_model.espeak import RATE, Espeak, EspeakError, Voice  # noqa: E402
from tools.demo_model.voices import UNSEEN  # noqa: E402

SEED = 5
PHRASES, TEXTS = 160, 32
SHORT = 12  # characters: a phrase; longer pack texts are prompts and model answers
MATCHABLE = 4  # characters from which a phrase says something
HELD_OUT_ROUNDS = 2  # each held-out sentence by two voices
KINDS = ("similar", "sales", "daily")
NOISE_DB = 15.0
EDGE = 0.3  # seconds of silence before and after
BLOCK = 3200  # samples given to the recogniser at a time


@dataclass(frozen=True)
class Utterance:
    """A sentence as it was spoken: reference text and int16-scaled samples at 16 kHz."""

    reference: str
    samples: NDArray[np.float32]


@dataclass(frozen=True)
class Decoded:
    """What the recogniser made of a set of utterances."""

    references: list[str]
    hypotheses: list[str]
    confidences: list[float]
    seconds: float
    audio_seconds: float


def pack_sentences(content: Path) -> tuple[list[str], list[str]]:
    """Random phrases and long texts of the packs, clauses separated by commas."""
    runs = pack_text.read_packs(content)
    source = random.Random(SEED)
    phrases = sorted({run for run in runs if 3 <= len(run) <= SHORT})
    texts = sorted({"，".join(text) for text in pack_text.read_texts(content) if len("".join(text)) > 2 * SHORT})
    return (
        source.sample(phrases, min(PHRASES, len(phrases))),
        source.sample(texts, min(TEXTS, len(texts))),
    )


def speak(espeak: Espeak, sentences: Sequence[str], seed: int) -> list[Utterance]:
    """Each sentence by the next unseen voice that does not render it as silence."""
    source = random.Random(seed)
    spoken = []
    for index, sentence in enumerate(sentences):
        rate, pitch = source.randint(130, 270), source.randint(20, 80)
        for shift in range(len(UNSEEN)):
            variant = UNSEEN[(index + shift) % len(UNSEEN)]
            samples = espeak.say(sentence, Voice(variant, rate, pitch)).samples
            if len(samples) > RATE // 10 and np.abs(samples).max() > 100:
                break
        edge = np.zeros(int(EDGE * RATE), np.float32)
        spoken.append(Utterance(sentence.replace("，", ""), np.concatenate([edge, samples, edge])))
    return spoken


def add_noise(utterances: Sequence[Utterance], seed: int) -> list[Utterance]:
    """White noise NOISE_DB under the mean power of the speech, pauses not counted."""
    source = np.random.default_rng(seed)
    noisy = []
    for utterance in utterances:
        loud = utterance.samples[np.abs(utterance.samples) > 0.02 * np.abs(utterance.samples).max()]
        level = np.sqrt(np.mean(loud**2)) * 10 ** (-NOISE_DB / 20)
        noise = source.standard_normal(len(utterance.samples)).astype(np.float32) * level
        noisy.append(Utterance(utterance.reference, utterance.samples + noise))
    return noisy


def decode(model: vosk.Model, utterances: Sequence[Utterance]) -> Decoded:
    """All utterances, one after the other, in one thread."""
    import vosk

    hypotheses, confidences, audio = [], [], 0
    started = time.perf_counter()
    for utterance in utterances:
        recognizer = vosk.KaldiRecognizer(model, RATE)
        recognizer.SetWords(True)
        pcm = np.clip(np.round(utterance.samples), -32768, 32767).astype(np.int16)
        words = []
        for first in range(0, len(pcm), BLOCK):
            if recognizer.AcceptWaveform(pcm[first : first + BLOCK].tobytes()):
                words += json.loads(recognizer.Result()).get("result", [])
        words += json.loads(recognizer.FinalResult()).get("result", [])
        hypotheses.append("".join(word["word"] for word in words))
        confidences += [word["conf"] for word in words]
        audio += len(pcm)
    seconds = time.perf_counter() - started
    return Decoded([u.reference for u in utterances], hypotheses, confidences, seconds, audio / RATE)


def figures(decoded: Decoded) -> dict[str, float]:
    """CER (edits over reference characters), share of perfect sentences, confidence."""
    import jiwer

    result = jiwer.process_characters(decoded.references, decoded.hypotheses)
    right = sum(r == h for r, h in zip(decoded.references, decoded.hypotheses, strict=True))
    return {
        "cer": round(result.cer, 4),
        "utterances": len(decoded.references),
        "characters": sum(map(len, decoded.references)),
        "sentences_right": round(right / len(decoded.references), 3),
        "mean_word_confidence": round(float(np.mean(decoded.confidences or [0.0])), 3),
    }


def invented_phrases(decoded: Decoded, phrases: Sequence[str]) -> float:
    """Share of utterances in which a pack phrase was heard that nobody said: a free reply forced into the pack."""
    invented = [
        any(phrase in heard and phrase not in said for phrase in phrases)
        for said, heard in zip(decoded.references, decoded.hypotheses, strict=True)
    ]
    return round(sum(invented) / len(invented), 3)


def _join(decoded: dict[str, Decoded], *names: str) -> Decoded:
    """Several sets as one."""
    parts = [decoded[name] for name in names]
    return Decoded(
        [text for part in parts for text in part.references],
        [text for part in parts for text in part.hypotheses],
        [value for part in parts for value in part.confidences],
        sum(part.seconds for part in parts),
        sum(part.audio_seconds for part in parts),
    )


def measure(model_folder: Path, content: Path) -> dict[str, Any]:
    """Everything this benchmark prints.

    `in_language_model` joins the two sets of pack text, `held_out` the three of sentences that are not in it: such
    as are like its text, other sales talk, and daily life.
    """
    espeak = Espeak()
    phrases, answers = pack_sentences(content)
    pack_phrases = [run for run in pack_text.read_packs(content) if MATCHABLE <= len(run) <= SHORT]
    held_out = vocabulary.read_lines("held_out.txt")
    half = len(held_out) // 2  # first sales talk, then daily life
    clean = {
        "pack_phrases": speak(espeak, phrases, SEED),
        "pack_texts": speak(espeak, answers, SEED + 1),
        "held_out_similar": speak(espeak, vocabulary.kept_out_sentences(), SEED + 5),
        "held_out_sales": speak(espeak, held_out[:half] * HELD_OUT_ROUNDS, SEED + 2),
        "held_out_daily": speak(espeak, held_out[half:] * HELD_OUT_ROUNDS, SEED + 3),
    }
    sets = clean | {f"{name}_noise_15db": add_noise(items, SEED + 4) for name, items in clean.items()}

    import vosk

    vosk.SetLogLevel(-1)
    started = time.perf_counter()
    model = vosk.Model(model_path=str(model_folder))
    load_seconds = time.perf_counter() - started
    decoded = {name: decode(model, utterances) for name, utterances in sets.items()}
    for noise in ("", "_noise_15db"):
        decoded[f"in_language_model{noise}"] = _join(decoded, f"pack_phrases{noise}", f"pack_texts{noise}")
        decoded[f"held_out{noise}"] = _join(decoded, *(f"held_out_{kind}{noise}" for kind in KINDS))
    seconds = sum(decoded[name].seconds for name in sets)
    audio_seconds = sum(decoded[name].audio_seconds for name in sets)
    size = sum(path.stat().st_size for path in model_folder.rglob("*") if path.is_file())
    return {
        "model": model_folder.name,
        "model_megabytes": round(size / 1e6, 2),
        "load_seconds": round(load_seconds, 3),
        "real_time_factor": round(seconds / audio_seconds, 4),
        "audio_seconds": round(audio_seconds, 1),
        "held_out_invented_phrases": invented_phrases(decoded["held_out"], pack_phrases),
        "voices": list(UNSEEN),
        "sets": {name: figures(items) for name, items in decoded.items()},
        "errors": {
            name: [f"{r} -> {h}" for r, h in zip(d.references, d.hypotheses, strict=True) if r != h]
            for name, d in decoded.items()
            if name in sets
        },
    }


def main() -> int:
    """Run the benchmark and print it."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--model", type=Path, default=ROOT / "models" / "voicedrill-demo-cn")
    parser.add_argument("--content", type=Path, default=ROOT / "content")
    parser.add_argument("--json", action="store_true", help="one JSON object on stdout, without the list of errors")
    parser.add_argument("--errors", action="store_true", help="also list every wrong sentence")
    options = parser.parse_args()
    try:
        result = measure(options.model, options.content)
    except EspeakError as error:
        print(f"recognition: {error}", file=sys.stderr)
        return 1
    errors = result.pop("errors")
    if options.json:
        print(json.dumps(result, ensure_ascii=False, indent=2))
        return 0
    for name, value in result.items():
        if name != "sets":
            print(f"{name}: {value}")
    for name, values in result["sets"].items():
        print(f"{name}: " + ", ".join(f"{key} {value}" for key, value in values.items()))
        for line in errors.get(name, ()) if options.errors else ():
            print(f"    {line}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
