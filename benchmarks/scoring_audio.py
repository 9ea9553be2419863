"""Scoring through real audio: labelled replies spoken by synthetic voices, heard by the demo model, evaluated.

usage: python benchmarks/scoring_audio.py [--set FILE] [--n 144] [--none 80] [--seed 1] [--human FOLDER] [--json]

Every reply is spoken by one of the voices that no training utterance used (pace and pitch random with a seed), clean
and with white noise at 15 dB, and goes the way of a recorded reply: voice activity, recognition, evaluation. Figures
by condition and by voice: character error rate reached, tactic top-1 with rejection, key points (of the labelled
tactic), share of replies without a tactic that were given one, share that was found unreliable. Sub-sampled with a
seed to bound the time.

Clips of people (a folder with a manifest.csv: columns file, transcript, style) are replies to no objection: each is
held against all of them. The demo model understands synthetic voices only, so for these the error rate is high and
the unreliable share should be too. Their timing measures are printed, since pauses and pace come from voice activity
and word times, not from what was understood.
"""

from __future__ import annotations

import argparse
import csv
import json
import random
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "benchmarks")]

import jiwer  # noqa: E402
import numpy as np  # noqa: E402
from recognition import NOISE_DB, Utterance, add_noise  # noqa: E402

from tools.demo_model.espeak import RATE, Espeak, Voice  # noqa: E402
from tools.demo_model.pack_text import chinese_runs  # noqa: E402
from tools.demo_model.voices import UNSEEN  # noqa: E402
from voicedrill.audio.files import read_audio  # noqa: E402
from voicedrill.audio.vad import SileroDetector  # noqa: E402
from voicedrill.content.packs import read_pack, read_profile  # noqa: E402
from voicedrill.core.evaluation import evaluate  # noqa: E402
from voicedrill.core.model import (  # noqa: E402
    EndReason,
    Evaluation,
    Facts,
    Question,
    Recording,
    Timing,
    Verdict,
)
from voicedrill.evaluate import listen  # noqa: E402
from voicedrill.speech.recognition import VoskRecognizer  # noqa: E402

DATA = ROOT / "tests" / "data"
HUMAN = ROOT.parent / "shared" / "audio-samples" / "human-mandarin"
ANY = "*"
PACES, PITCHES = (150, 240), (25, 75)
"""Ranges of espeak's words a minute and of its pitch: 3.5 to 5.5 syllables a second."""
EDGE = 0.5
"""Seconds of quiet before and after a reply."""
HISS = 4.0
"""Amplitude of the noise that even a clean recording has: digital silence would look like a dead microphone."""
FLUENCY = ("speech_rate", "articulation_rate", "phonation_ratio", "silent_pauses", "long_pauses",
           "mean_length_of_run", "fillers")


@dataclass(frozen=True)
class Row:
    """A labelled reply and the voice that speaks it."""

    text: str
    objection: str
    tactic: str
    points: frozenset[str]
    voice: str


@dataclass
class Tally:
    """Counts over a set of replies."""

    references: list[str] = field(default_factory=list)
    heard: list[str] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)

    def figures(self) -> dict[str, Any]:
        """Shares of the counts; None where there is nothing to divide by."""
        c = self.counts
        found = 2 * c["true"] + c["false"] + c["lost"]
        return {
            "n": c["replies"], "n_none": c["none"],
            "cer": round(float(jiwer.cer(self.references, self.heard)), 4),
            "tactic_top1": _share(c["right"], c["replies"]),
            "tactic_wrong": _share(c["wrong"], c["replies"]),
            "key_point_precision": _share(c["true"], c["true"] + c["false"]),
            "key_point_recall": _share(c["true"], c["true"] + c["lost"]),
            "key_point_f1": _share(2 * c["true"], found),
            "false_accept_rate": _share(c["accepted"], c["none"]),
            "unreliable": _share(c["unreliable"], c["replies"] + c["none"]),
        }


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None


def sample_rows(path: Path, replies: int, negatives: int, seed: int) -> list[Row]:
    """Random rows of a labelled set that hold something to say, each given a voice in turn."""
    source = random.Random(seed)
    with path.open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if chinese_runs(row["text"])]
    if not any(row["tactic"] == "none" for row in rows):
        rows += [row for row in _read_negatives() if chinese_runs(row["text"])]
    chosen = []
    for wanted, count in ((False, replies), (True, negatives)):
        group = [row for row in rows if (row["tactic"] == "none") is wanted]
        chosen += source.sample(group, min(count, len(group)))
    questions = [f"o{n}" for n in range(1, 9)]
    return [Row(row["text"], source.choice(questions) if row["objection"] == ANY else row["objection"], row["tactic"],
                frozenset(row["points"].split()), UNSEEN[i % len(UNSEEN)]) for i, row in enumerate(chosen)]


def _read_negatives() -> list[dict[str, str]]:
    with (DATA / "negatives.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def speak(espeak: Espeak, rows: Sequence[Row], seed: int) -> list[Utterance]:
    """Each reply by its voice, with quiet around it."""
    source, noise = random.Random(seed), np.random.default_rng(seed)
    spoken = []
    for row in rows:
        runs = chinese_runs(row.text)
        voice = Voice(row.voice, source.randint(*PACES), source.randint(*PITCHES))
        samples = espeak.say("，".join(runs), voice).samples
        quiet = np.zeros(int(EDGE * RATE), np.float32)
        whole = np.concatenate([quiet, samples, quiet])
        hiss = HISS * noise.standard_normal(len(whole))
        spoken.append(Utterance("".join(runs), (whole + hiss).astype(np.float32)))
    return spoken


class Ear:
    """The recogniser and the voice activity detector of the product."""

    def __init__(self, model: Path) -> None:
        self._recognizer = VoskRecognizer.load(model)
        self._detector = SileroDetector()

    def hear(self, recording: Recording) -> Facts:
        """The facts of a recording, as a stored file gives them."""
        return listen(recording, self._recognizer, self._detector, Timing.UNKNOWN, EndReason.INPUT_ENDED)


def measure(ear: Ear, questions: dict[str, Question], rows: Sequence[Row], spoken: Iterable[Utterance],
            ) -> dict[str, Any]:
    """Figures over all rows, and by voice."""
    tallies: dict[str, Tally] = defaultdict(Tally)
    for row, utterance in zip(rows, spoken, strict=True):
        samples = np.clip(np.round(utterance.samples), -32768, 32767).astype(np.int16)
        facts = ear.hear(Recording(samples))
        found = evaluate(questions[row.objection], facts)
        heard = "".join(word.text for word in facts.transcript.words)
        for tally in (tallies[""], tallies[row.voice]):
            tally.references.append(utterance.reference)
            tally.heard.append(heard)
            _count(tally.counts, row, found)
    everything = tallies.pop("")
    return {**everything.figures(), "by_voice": {voice: t.figures() for voice, t in sorted(tallies.items())}}


def _count(counts: Counter[str], row: Row, found: Evaluation) -> None:
    counts["unreliable"] += not found.reliability.reliable
    if row.tactic == "none":
        counts["none"] += 1
        counts["accepted"] += found.tactic_id is not None
        return
    own = {f.criterion_id for f in found.findings
           if f.verdict is Verdict.HIT and f.criterion_id.startswith(row.tactic + ".")}
    counts.update({"replies": 1, "right": found.tactic_id == row.tactic,
                   "wrong": found.tactic_id not in (row.tactic, None), "true": len(own & row.points),
                   "false": len(own - row.points), "lost": len(row.points - own)})


def measure_people(ear: Ear, questions: dict[str, Question], folder: Path) -> dict[str, Any]:
    """The clips of people: false accepts over all objections, unreliable share, timing measures of each clip."""
    with (folder / "manifest.csv").open(encoding="utf-8", newline="") as file:
        clips = [row for row in csv.DictReader(file) if (folder / row["file"]).is_file()]
    tally, timing = Tally(), []
    for clip in clips:
        facts = ear.hear(read_audio(folder / clip["file"]))
        evaluations = [evaluate(question, facts) for question in questions.values()]
        reliable = evaluations[0].reliability.reliable
        accepted = sum(e.tactic_id is not None for e in evaluations)
        tally.counts.update({"clips": 1, "none": len(evaluations), "accepted": accepted, "unreliable": not reliable,
                             "accepted_reliable": accepted * reliable})
        reference = "".join(chinese_runs(clip["transcript"]))
        if reference:
            tally.references.append(reference)
            tally.heard.append("".join(word.text for word in facts.transcript.words))
        speech = sum(s.end - s.start for s in facts.segments)
        measures = asdict(evaluations[0].fluency) if evaluations[0].fluency else {}
        timing.append({
            "file": clip["file"], "style": clip["style"], "seconds": round(facts.seconds, 1),
            # By the clip's own transcript: what a recogniser that understands people would measure.
            "spoken_per_minute": round(60 * len(reference) / speech) if reference and speech else None,
            **{name: round(value, 2) for name, value in measures.items() if name in FLUENCY},
        })
    counts = tally.counts
    return {
        "clips": counts["clips"], "n_none": counts["none"],
        "cer": round(float(jiwer.cer(tally.references, tally.heard)), 3) if tally.references else None,
        "false_accept_rate": _share(counts["accepted"], counts["none"]),
        "false_accept_rate_reliable_only": _share(counts["accepted_reliable"], counts["none"]),
        "unreliable": _share(counts["unreliable"], counts["clips"]),
        "fluency": timing,
    }


def read_questions(pack: Path) -> dict[str, Question]:
    """The questions of a pack, with the default profile."""
    profile = read_profile(ROOT / "content" / "profiles" / "default.yaml")
    return {q.id: q for q in read_pack(pack, profile).questions}


def show(result: dict[str, Any]) -> None:
    """The figures as lines of text."""
    for name, value in result.items():
        if not isinstance(value, dict):
            print(f"{name}: {value}")
            continue
        print(f"\n{name}: " + ", ".join(f"{k} {v}" for k, v in value.items() if not isinstance(v, dict | list)))
        for voice, figures in value.get("by_voice", {}).items():
            print(f"    {voice:8} " + ", ".join(f"{k} {v}" for k, v in figures.items()))
        for clip in value.get("fluency", ()):
            print("    " + ", ".join(str(v) if k in ("file", "style") else f"{k} {v}" for k, v in clip.items()))


def main() -> None:
    """Run the benchmark and print it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--set", type=Path, default=DATA / "replies.csv", dest="labelled",
                        help="labelled replies; without any of none, those of tests/data/negatives.csv are added")
    parser.add_argument("--n", type=int, default=144, help="replies at most")
    parser.add_argument("--none", type=int, default=80, help="replies without a tactic at most")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--pack", type=Path, default=ROOT / "content" / "sales-objections.yaml")
    parser.add_argument("--model", type=Path, default=ROOT / "models" / "voicedrill-demo-cn")
    parser.add_argument("--human", type=Path, default=HUMAN, help="folder of clips of people with a manifest.csv")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    options = parser.parse_args()
    started = time.perf_counter()
    questions, ear = read_questions(options.pack), Ear(options.model)
    rows = sample_rows(options.labelled, options.n, options.none, options.seed)
    spoken = speak(Espeak(), rows, options.seed)
    audio = sum(len(u.samples) for u in spoken) / RATE
    result: dict[str, Any] = {"set": options.labelled.name, "seed": options.seed, "voices": len(UNSEEN),
                              "audio_seconds": round(audio)}
    result["clean"] = measure(ear, questions, rows, spoken)
    result[f"noise_{NOISE_DB:.0f}db"] = measure(ear, questions, rows, add_noise(spoken, options.seed))
    if (options.human / "manifest.csv").is_file():
        result["people"] = measure_people(ear, questions, options.human)
    else:
        print(f"no clips of people in {options.human}: left out", file=sys.stderr)
    result["seconds"] = round(time.perf_counter() - started)
    print(json.dumps(result, ensure_ascii=False)) if options.json else show(result)


if __name__ == "__main__":
    main()
