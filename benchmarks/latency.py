"""How long after the end of a reply its verdict is there, beyond the hang-over, beside decoding after the fact.

    python benchmarks/latency.py --json

The demo's replies are fed in real time through the file device into the real turn. The verdict's lag is the time from
the moment the microphone would have delivered the hang-over's last sample to the stored score card. It is measured
with the demo model as it is, and with recognition slowed to half of real time, as a large model would be. Beside it,
in the same run: the same recognizer given the finished recording, as a tool without streaming would do.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Generator
from pathlib import Path

import numpy as np
from slowed import SlowedRecognizer

from voicedrill import places
from voicedrill.audio.file_device import FileInput, SilentOutput
from voicedrill.audio.files import read_audio
from voicedrill.audio.vad import SileroDetector
from voicedrill.cli import wiring
from voicedrill.content.demo import read_demo_replies
from voicedrill.core.evaluation import evaluate
from voicedrill.core.model import RATE, EndReason, Recording, Samples, Timing
from voicedrill.core.scoring import score
from voicedrill.core.turn import Phase
from voicedrill.evaluate import listen
from voicedrill.ports import Recognizer
from voicedrill.session import Devices, Ears, Progress, Session
from voicedrill.speech.recognition import BackgroundRecognizer
from voicedrill.store.attempts import AttemptStore


class TimedInput(FileInput):
    """Real time, and the moment at which it began."""

    began = 0.0

    def blocks(self) -> Generator[Samples, None, None]:
        self.began = time.monotonic()
        yield from super().blocks()


def lags(
    recognizer: Recognizer, replies: list[tuple[str, Recording]], rounds: int
) -> tuple[list[float], list[float]]:
    """Seconds of lag per reply: streaming, and decoding after the fact."""
    library, rubric, detector = wiring.open_library(), wiring.open_rubric(), SileroDetector()
    streaming, batch = [], []
    with tempfile.TemporaryDirectory() as folder, AttemptStore(Path(folder)) as store:
        session = Session(store, Ears(BackgroundRecognizer(recognizer), detector), rubric, trainee="benchmark")
        for question_id, recording in replies * rounds:
            question = library.find_question(question_id)
            ended = 0.0

            def watch(progress: Progress) -> None:
                nonlocal ended
                if progress.phase is Phase.ENDED:
                    ended = progress.seconds

            source = TimedInput(recording, pace=1.0)
            prompt = Recording(np.zeros(0, np.int16))
            attempt = session.ask(question, prompt, Devices(source, SilentOutput()), watch=watch)
            streaming.append(time.monotonic() - (source.began + ended))
            kept = read_audio(store.recordings.locate(attempt.recording))
            begin = time.monotonic()
            facts = listen(kept, recognizer, detector, Timing.EXACT, EndReason.REPLY_ENDED)
            score(question, evaluate(question, facts), rubric)
            batch.append(time.monotonic() - begin)
    return streaming, batch


def summary(values: list[float]) -> dict[str, float]:
    """Milliseconds."""
    return {"median_ms": round(1000 * statistics.median(values), 1), "max_ms": round(1000 * max(values), 1)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--rounds", type=int, default=2)
    arguments = parser.parse_args()
    replies = [(r.question_id, read_audio(r.path)) for r in read_demo_replies(places.built_in("content") / "demo")]
    model = wiring.load_recognizer(wiring.choose_model(places.built_in("models") / wiring.DEMO_MODEL))
    result: dict[str, object] = {
        "replies": len(replies) * arguments.rounds,
        "reply_seconds": round(sum(len(r.samples) for _, r in replies) / RATE / len(replies), 2),
    }
    for name, recognizer in (("demo_model", model), ("slowed_to_rtf_0.5", SlowedRecognizer(model, 0.5))):
        streaming, batch = lags(recognizer, replies, arguments.rounds)
        result[name] = {
            "verdict_after_hang_over": summary(streaming),
            "batch_after_the_fact": summary(batch),
            "batch_over_streaming": round(statistics.median(batch) / statistics.median(streaming), 1),
        }
    if arguments.json:
        json.dump(result, sys.stdout, indent=2)
        print()
        return
    for name, value in result.items():
        print(f"{name}: {value}")


if __name__ == "__main__":
    main()
