"""Training data: espeak-ng speech, augmented, as MFCC frames with a pdf label each, in .npz shards.

usage: python -m tools.demo_model.synthesize FOLDER [--shards 60] [--minutes 15] [--jobs 2]

Every shard is made in a process of its own (libespeak-ng crashes now and then in a long-lived one) from its own seed,
and appears under its name only when whole: run the command again to make what is missing.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tools.demo_model import alignment, augmentation, features, phones, readings, voices
from tools.demo_model.alignment import Segment
from tools.demo_model.espeak import RATE, Espeak, Speech, Voice
from tools.demo_model.training_text import PAUSE, TextSampler

_FOREIGN_SHARE = 0.05
_FOREIGN_WORDS = (
    "hello price market informacion guten morgen window contract telefon banana computer seven strasse merci monday"
)
_AS_HANZI = 0.4  # the rest is given to espeak as pypinyin reads it
_WARPED = 0.6
_WARPS = ((4, 5), (17, 20), (9, 10), (19, 20), (21, 20), (11, 10), (23, 20), (5, 4))
"""Stretching of the wave (formants, pitch and tempo together): voices that espeak does not have."""
_NOISE_ONLY = 0.02
ATTEMPTS, SEED_STEP = 3, 100_000
"""A shard whose utterances crash libespeak-ng is tried again with another seed, its number plus the step."""


class ShardMaker:
    """Random utterances with their labels, the same for the same seed."""

    def __init__(self, seed: int) -> None:
        self._source = np.random.default_rng(seed)
        self._espeak = Espeak()
        self._reader = readings.EspeakReader(self._espeak)
        self._text = TextSampler(seed)
        self._last = np.zeros(0, np.float32)

    def utterance(self) -> tuple[NDArray[np.float32], NDArray[np.int16]] | None:
        """Frames (n, DIMENSION) and labels (n,); None when this draw gave nothing usable."""
        source = self._source
        if source.random() < _NOISE_ONLY:
            return self._noise()
        drawn = self._foreign() if source.random() < _FOREIGN_SHARE else self._mandarin()
        if drawn is None:
            return None
        speech, segments = drawn
        samples = speech.samples
        if len(samples) < RATE // 10 or np.abs(samples).max() < 100:
            return None
        stretch = 1.0
        if source.random() < _WARPED:
            import soxr

            up, down = _WARPS[source.integers(len(_WARPS))]
            samples, stretch = soxr.resample(samples, down * RATE, up * RATE), up / down
        lead, tail = (int(count) for count in source.integers(800, 9600, 2))
        samples = np.concatenate([np.zeros(lead), samples, np.zeros(tail)]).astype(np.float32)
        heard = augmentation.augment(samples, source, self._last)
        self._last = samples
        frames = features.mfcc(heard)
        return frames, alignment.frame_labels(segments, len(frames), lead / RATE, stretch)

    def _voice(self, base: str) -> Voice:
        source = self._source
        return Voice(
            variant=voices.TRAINING[source.integers(len(voices.TRAINING))],
            rate=int(source.integers(110, 300)),
            pitch=int(source.integers(10, 90)),
            pitch_range=int(source.integers(20, 90)),
            word_gap=0 if source.random() < 0.8 else int(source.integers(1, 8)),
            base=base,
        )

    def _mandarin(self) -> tuple[Speech, list[Segment]] | None:
        is_pinyin, words = self._text.sample()
        if is_pinyin:
            text = " ".join(map(readings.as_espeak_writes, words))
        elif self._source.random() < _AS_HANZI:
            text = "".join(words)
        else:
            text = " ".join("," if word == PAUSE else _spell(word) for word in words)
        speech = self._espeak.say(text, self._voice(base=Voice.base))
        segments = alignment.align(speech, self._reader)
        return None if segments is None else (speech, segments)

    def _foreign(self) -> tuple[Speech, list[Segment]]:
        """Other languages, every sound labelled SPN: what `[unk]` in a grammar listens to."""
        text = " ".join(self._source.choice(_FOREIGN_WORDS.split(), 6))
        base = voices.FOREIGN[self._source.integers(len(voices.FOREIGN))]
        speech = self._espeak.say(text, self._voice(base))
        segments = [
            Segment(start, end, phones.SPN, 0)
            for (start, name), (end, _) in zip(speech.events, speech.events[1:], strict=False)
            if not name.startswith("_")
        ]
        return speech, segments

    def _noise(self) -> tuple[NDArray[np.float32], NDArray[np.int16]]:
        """One to three seconds of digital silence or noise at any level."""
        source = self._source
        count = int(source.uniform(1, 3) * RATE)
        level = 0.0 if source.random() < 0.3 else float(np.exp(source.uniform(0, 8)))
        noise = augmentation.coloured_noise(source, count) * level
        frames = features.mfcc(np.clip(np.round(noise), -32768, 32767).astype(np.float32))
        return frames, alignment.frame_labels([], len(frames), 0.0, 1.0)


def _spell(word: str) -> str:
    return " ".join(map(readings.as_espeak_writes, readings.pinyin(word)))


def shard_path(folder: Path, number: int) -> Path:
    """Where a shard lies."""
    return folder / f"shard{number:04d}.npz"


def make_shard(path: Path, seed: int, minutes: float) -> None:
    """Write one shard: `frames` (n, DIMENSION) float16 and `labels` (n,) int16, utterances one after the other."""
    maker = ShardMaker(seed)
    frames, labels, total = [], [], 0
    while total * features.FRAME_SHIFT < 60 * minutes:
        made = maker.utterance()
        if made is not None:
            frames.append(made[0].astype(np.float16))
            labels.append(made[1])
            total += len(made[1])
    partial = path.with_suffix(".part.npz")
    np.savez(partial, frames=np.concatenate(frames), labels=np.concatenate(labels))
    partial.replace(path)


def make_all(folder: Path, shards: int, minutes: float, jobs: int) -> list[int]:
    """Make the shards that are missing, each in its own process.

    Returns:
        Numbers of the shards that failed in every attempt.
    """
    folder.mkdir(parents=True, exist_ok=True)

    def run(number: int) -> bool:
        command = [sys.executable, "-m", "tools.demo_model.synthesize", str(folder)]
        command += ["--minutes", str(minutes), "--one", str(number), "--attempt"]
        return any(subprocess.run([*command, str(n)], check=False).returncode == 0 for n in range(ATTEMPTS))

    missing = [number for number in range(1, shards + 1) if not shard_path(folder, number).exists()]
    with ThreadPoolExecutor(jobs) as pool:
        done = list(pool.map(run, missing))
    return [number for number, good in zip(missing, done, strict=True) if not good]


def main(arguments: list[str] | None = None) -> int:
    """Run the command; 1 when a shard could not be made."""
    parser = argparse.ArgumentParser(description="Synthesize training data for the demo model.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--shards", type=int, default=60)
    parser.add_argument("--minutes", type=float, default=15.0, help="audio in one shard")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--one", type=int, metavar="NUMBER", help="make this one shard only, in this process")
    parser.add_argument("--attempt", type=int, default=0, help="draw other utterances for --one: some draws crash")
    options = parser.parse_args(arguments)
    if options.one is not None:
        seed = options.one + SEED_STEP * options.attempt
        make_shard(shard_path(options.folder, options.one), seed, options.minutes)
        print(f"{shard_path(options.folder, options.one)} made", flush=True)
        return 0
    failed = make_all(options.folder, options.shards, options.minutes, options.jobs)
    if failed:
        print(f"synthesize: shards {failed} failed {ATTEMPTS} times: run the command again", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
