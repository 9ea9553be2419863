"""How exact a live turn is, end to end, on a virtual sound card (PulseAudio).

usage: python benchmarks/live.py [--turns 20] [--rate 16000] [--json]

A virtual trainee hears each prompt end and answers after a known delay; the error is the latency in the recording
minus that delay. Also: the time from the command to the first sound of `voicedrill practice`. Takes about 6 s a turn.
Packages: pulseaudio pulseaudio-utils libportaudio2 libasound2-plugins.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "live")]

from virtual_card import HERE, Program, VirtualCard, missing  # noqa: E402

from voicedrill.audio.files import read_audio, write_wav  # noqa: E402
from voicedrill.core.model import RATE, Recording  # noqa: E402

REPLY = ROOT / "content" / "demo" / "reply-1.wav"
MODEL = ROOT / "models" / "voicedrill-demo-cn"


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--turns", type=int, default=20)
    parser.add_argument("--rate", type=int, default=RATE)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    if reason := missing():
        print(reason, file=sys.stderr)
        return 1
    with tempfile.TemporaryDirectory() as folder:
        figures = measure_latency(Path(folder), options.turns, options.rate)
        figures |= measure_start(Path(folder))
    if options.json:
        print(json.dumps(figures, indent=2))
    else:
        for name, value in figures.items():
            print(f"{name:36} {value}")
    return 0


def measure_latency(folder: Path, turns: int, rate: int) -> dict[str, Any]:
    """Errors over that many turns of the device alone."""
    prompt, reply = folder / "prompt.wav", folder / "reply.wav"
    tone = 8000 * np.sign(np.sin(2 * np.pi * 220 * np.arange(int(1.4 * RATE)) / RATE))
    write_wav(prompt, Recording(tone.astype(np.int16)))
    spoken = read_audio(REPLY).samples
    start = int(np.flatnonzero(np.abs(spoken.astype(int)) > 600)[0])
    write_wav(reply, Recording(spoken[start:start + int(1.3 * RATE)]))
    with VirtualCard() as card, card.start_trainee(reply) as trainee:
        command = [sys.executable, str(HERE / "live_driver.py"), str(prompt), str(turns), "--rate", str(rate),
                   "--keep", str(folder)]
        card.environment["PYTHONPATH"] = str(ROOT)
        with Program(command, card.environment) as program:
            if program.wait(30 + 10 * turns):
                raise SystemExit(f"{program.said} {program.complaints}")
        truth = trainee.stop()
    seen = [s for s in program.said if s["event"] == "ended"]
    pairs = list(zip(seen, truth, strict=True))
    sure = [(s, t) for s, t in pairs if s["timing"] == "exact" and not t["flags"] and s["latency"] is not None]
    errors = [1000 * (s["latency"] - t["delay"]) for s, t in sure]
    off = np.abs(errors)
    return {
        "turns": turns,
        "rate_hz": rate,
        "load_average": round(os.getloadavg()[0], 1),
        "latency_error_ms_median": round(float(np.median(off)), 2),
        "latency_error_ms_p90": round(float(np.percentile(off, 90)), 2),
        "latency_error_ms_max": round(float(off.max()), 2),
        "latency_bias_ms": round(float(np.median(errors)), 2),
        "flagged_unreliable_share": round(sum(s["timing"] != "exact" for s in seen) / turns, 3),
        "truth_uncertain_share": round(sum(bool(t["flags"]) for _, t in pairs) / turns, 3),
    }


def measure_start(folder: Path) -> dict[str, Any]:
    """Seconds from the command to the first sound, prompts cached: the median of three starts, after one that fills
    the cache."""
    surroundings = {"VOICEDRILL_HOME": "home", "XDG_DATA_HOME": "data", "XDG_CONFIG_HOME": "config",
                    "XDG_CACHE_HOME": "cache"}
    seconds = []
    for _ in range(4):
        with VirtualCard() as card, card.start_trainee(REPLY) as trainee:
            places = {name: str(folder / place) for name, place in surroundings.items()}
            began = time.time()
            command = [sys.executable, "-m", "voicedrill", "practice", "--objection", "o2", "--count", "1",
                       "--model", str(MODEL), "--json"]
            subprocess.run(command, cwd=ROOT, env={**card.environment, **places}, capture_output=True, check=True,
                           timeout=120)
            seconds.append(trainee.stop()[0]["first_sound"] - began)
    return {"command_to_first_sound_s": round(float(np.median(seconds[1:])), 2)}


if __name__ == "__main__":
    sys.exit(main())
