"""Memory over a 30-minute session driven through the file device: it must not grow with the number of turns.

    python benchmarks/memory.py --json [--minutes 30]

The real session, store and recogniser; the demo's replies answer as fast as they are recognised. Resident memory is
read from /proc (Linux) after every turn; the first tenth fills caches and is left out of the growth.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from itertools import cycle
from pathlib import Path

import numpy as np

from voicedrill import places
from voicedrill.audio.file_device import FileInput, SilentOutput
from voicedrill.audio.files import read_audio
from voicedrill.cli import wiring
from voicedrill.content.demo import read_demo_replies
from voicedrill.core.model import Recording
from voicedrill.session import Devices


def resident_mb() -> float:
    """Megabytes of physical memory this process holds now."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--minutes", type=float, default=30.0)
    arguments = parser.parse_args()
    replies = [(r.question_id, read_audio(r.path)) for r in read_demo_replies(places.built_in("content") / "demo")]
    series, heard = [], 0.0
    with tempfile.TemporaryDirectory() as folder:
        os.environ["VOICEDRILL_HOME"] = folder
        kit = wiring.open_kit(places.built_in("models") / wiring.DEMO_MODEL, "benchmark")
        with kit.store:
            for question_id, reply in cycle(replies):
                devices = Devices(FileInput(reply), SilentOutput())
                question = kit.library.find_question(question_id)
                attempt = kit.session.ask(question, Recording(np.zeros(0, np.int16)), devices)
                heard += attempt.recording.seconds
                series.append(resident_mb())
                if heard >= arguments.minutes * 60:
                    break
    settled = series[len(series) // 10 :]
    result = {
        "minutes_of_audio": round(heard / 60, 1),
        "turns": len(series),
        "mb_after_first_tenth": round(settled[0], 1),
        "mb_at_end": round(settled[-1], 1),
        "mb_peak": round(max(series), 1),
        "growth_mb": round(settled[-1] - settled[0], 1),
        "growth_kb_per_turn": round(1000 * float(np.polyfit(range(len(settled)), settled, 1)[0]), 1),
    }
    json.dump(result, sys.stdout, indent=2 if arguments.json else None)
    print()


if __name__ == "__main__":
    main()
