"""Speed and accuracy of the matcher on the labelled development set: `python benchmarks/matcher.py --json`.

Speed: distinct replies per second against one objection, from words to verdicts with evidence and the tactic, the
pack's own criteria and red lines included, beside plain `partial_ratio` of the same phrases on raw text in the same
run. Nothing is answered from a cache: the replies are all different, and the table of spelt words is emptied first.
`stored_per_s` is the same from stored syllables, key points and tactic alone.

Accuracy: key points (precision, recall, F1 over the points of the labelled tactic, by kind of reply), tactic top-1
with rejection, share of replies without a tactic that were given one, negation traps; without recognition errors
and with simulated ones. One author wrote the set and the first phrases: it compares versions, it does not promise
accuracy in the field.
"""

from __future__ import annotations

import argparse
import csv
import json
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from rapidfuzz import fuzz, process  # noqa: E402

from voicedrill.accuracy.simulation import mishear  # noqa: E402
from voicedrill.content.packs import read_pack, read_profile  # noqa: E402
from voicedrill.content.red_lines import find_red_line_lists  # noqa: E402
from voicedrill.core.aliases import hear  # noqa: E402
from voicedrill.core.kinds import assess  # noqa: E402
from voicedrill.core.matching import DEFAULT_CUT_OFFS  # noqa: E402
from voicedrill.core.model import Question, Transcript, Verdict, Word  # noqa: E402
from voicedrill.core.red_lines import find_red_lines  # noqa: E402
from voicedrill.core.text import normalise, spell  # noqa: E402

DATA = ROOT / "tests" / "data"
PER_CHARACTER = 0.22
PASSES = 3
"""Speed is measured so many times over; the median is told."""
PLAIN_CUT = 80


def transcript(words: Iterable[str]) -> Transcript:
    spoken, start = [], 0.5
    for word in words:
        end = start + PER_CHARACTER * len(word)
        spoken.append(Word(word, start, end, 0.95))
        start = end
    return Transcript(tuple(spoken))


def read(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def questions(pack: Path) -> dict[str, Question]:
    profile = read_profile(ROOT / "content" / "profiles" / "default.yaml")
    lines = tuple(line for each in find_red_line_lists([ROOT / "content"]) for line in each.lines)
    asked = (replace(q, red_lines=(*q.red_lines, *lines)) for q in read_pack(pack, profile).questions)
    return {q.id: q for q in asked}


def distinct_replies(count: int) -> list[tuple[str, ...]]:
    """Replies of the set with errors of different seeds, each once."""
    texts = [row["text"] for row in read("replies.csv")]
    found: dict[str, tuple[str, ...]] = {}
    seed = 100
    while len(found) < count:
        found.update({"".join(words): words for words in mishear(texts, 0.1, seed).words})
        seed += 1
    return list(found.values())[:count]


def per_second(work: Callable[[], int]) -> float:
    """Items per second of processor time, median of several passes: other programs share the machine."""
    rates = []
    for _ in range(PASSES):
        start = time.process_time()
        done = work()
        rates.append(done / (time.process_time() - start))
    return sorted(rates)[PASSES // 2]


def measure_speed(asked: Question, count: int) -> dict[str, float]:
    replies = [transcript(words) for words in distinct_replies(count)]
    spoken = [" ".join(w.text for w in reply.words) for reply in replies]
    phrases = [phrase for criterion in asked.criteria for phrase in criterion.phrases]
    bare = replace(asked, shared=())
    texts = [hear(reply) for reply in replies]
    for question in (asked, bare):
        assess(question, replies[0])  # loads dictionaries, compiles the matcher

    def full() -> int:
        spell.cache_clear()
        normalise(["热"])
        for reply in replies:
            text = hear(reply, asked.aliases)
            assess(asked, reply, text=text)
            find_red_lines(reply, asked.red_lines, DEFAULT_CUT_OFFS.confidence, text)
        return len(replies)

    def stored() -> int:
        for reply, text in zip(replies, texts, strict=True):
            assess(bare, reply, text=text)
        return len(replies)

    def plain() -> int:
        for text in spoken:
            process.cdist([text], phrases, scorer=fuzz.partial_ratio, score_cutoff=PLAIN_CUT)
        return len(spoken)

    rates = {"replies_per_s": per_second(full), "stored_per_s": per_second(stored),
             "partial_ratio_per_s": per_second(plain)}
    return {"phrases": len(phrases), "replies": len(replies), **{k: round(v) for k, v in rates.items()},
            "ratio": round(rates["replies_per_s"] / rates["partial_ratio_per_s"], 3)}


def f1(counts: Counter[str]) -> float:
    found = 2 * counts["true"] + counts["false"] + counts["lost"]
    return 2 * counts["true"] / found if found else 0.0


def measure_accuracy(asked: dict[str, Question], cer: float, seeds: Sequence[int]) -> dict[str, object]:
    points: dict[str, Counter[str]] = defaultdict(Counter)
    tally: Counter[str] = Counter()
    accepted: dict[str, list[bool]] = defaultdict(list)
    reached = []
    for seed in seeds:
        reached.append(_count_replies(asked, cer, seed, points, tally))
        _count_negatives(asked, cer, seed, accepted)
        _count_traps(asked, cer, seed, tally)
    every = sum(points.values(), Counter())
    given = [a for kind in accepted.values() for a in kind]
    return {
        "cer": round(sum(reached) / len(reached), 3),
        "key_point_precision": round(every["true"] / (every["true"] + every["false"]), 3),
        "key_point_recall": round(every["true"] / (every["true"] + every["lost"]), 3),
        "key_point_f1": round(f1(every), 3),
        "key_point_f1_by_kind": {kind: round(f1(c), 3) for kind, c in points.items()},
        "tactic_top1": round(tally["right"] / tally["replies"], 3),
        "tactic_wrong": round(tally["wrong"] / tally["replies"], 3),
        "false_accept_rate": round(sum(given) / len(given), 4),
        "false_accepts_by_kind": {kind: round(sum(v) / len(v), 3) for kind, v in accepted.items()},
        "traps_caught_of_30": round(tally["caught"] / len(seeds), 1),
        "affirmed_kept_of_25": round(tally["kept"] / len(seeds), 1),
        "n": tally["replies"], "n_none": len(given),
    }


def _count_replies(
    asked: dict[str, Question], cer: float, seed: int, points: dict[str, Counter[str]], tally: Counter[str],
) -> float:
    rows = read("replies.csv")
    corrupted = mishear([row["text"] for row in rows], cer, seed)
    for row, words in zip(rows, corrupted.words, strict=True):
        result = assess(asked[row["objection"]], transcript(words))
        own = {f.criterion_id for f in result.findings
               if f.verdict is Verdict.HIT and f.criterion_id.startswith(row["tactic"] + ".")}
        labelled = set(row["points"].split())
        points[row["kind"]].update({"true": len(own & labelled), "false": len(own - labelled),
                                    "lost": len(labelled - own)})
        tally["replies"] += 1
        tally["right"] += result.tactic_id == row["tactic"]
        tally["wrong"] += result.tactic_id not in (row["tactic"], None)
    return corrupted.cer


def _count_negatives(asked: dict[str, Question], cer: float, seed: int, accepted: dict[str, list[bool]]) -> None:
    rows = read("negatives.csv")
    for row, words in zip(rows, mishear([row["text"] for row in rows], cer, seed).words, strict=True):
        for question in [asked[row["objection"]]] if row["objection"] != "*" else asked.values():
            accepted[row["kind"]].append(assess(question, transcript(words)).tactic_id is not None)


def _count_traps(asked: dict[str, Question], cer: float, seed: int, tally: Counter[str]) -> None:
    rows = read("traps.csv")
    for row, words in zip(rows, mishear([row["text"] for row in rows], cer, seed).words, strict=True):
        findings = assess(asked[row["objection"]], transcript(words)).findings
        hit = any(f.criterion_id == row["points"] and f.verdict is Verdict.HIT for f in findings)
        tally["caught"] += row["kind"] == "trap" and not hit
        tally["kept"] += row["kind"] == "affirmed" and hit


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--pack", type=Path, default=ROOT / "content" / "sales-objections.yaml")
    parser.add_argument("--objection", default="o1", help="id of the objection for the speed figures")
    parser.add_argument("--replies", type=int, default=2000, help="distinct replies for the speed figures")
    parser.add_argument("--cer", type=float, nargs="*", default=[0.0, 0.1], help="character error rates to simulate")
    parser.add_argument("--seeds", type=int, default=3, help="simulations per error rate")
    options = parser.parse_args()
    asked = questions(options.pack)
    figures = {
        "speed": measure_speed(asked[options.objection], options.replies),
        "accuracy": [measure_accuracy(asked, cer, range(1, 1 + (options.seeds if cer else 1)))
                     for cer in options.cer],
    }
    if options.json:
        print(json.dumps(figures, ensure_ascii=False))
        return
    for name, value in figures["speed"].items():
        print(f"{name:28} {value}")
    for figure in figures["accuracy"]:
        print()
        for name, value in figure.items():
            print(f"{name:28} {value}")


if __name__ == "__main__":
    main()
