"""Real-time factor and memory of the whole pipeline beside `vosk-transcriber` on the same files and model.

    python benchmarks/pipeline.py --json        (needs ffmpeg, which vosk-transcriber decodes with)

Ours: read, voice activity, recognition, matching, fluency, score card. Theirs: recognition alone. Each runs as one
process over the same folder of WAV files; figures are of that process and its children.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import wave
from pathlib import Path

from voicedrill import places
from voicedrill.cli import wiring
from voicedrill.content.demo import read_demo_replies

COPIES = 20
"""Each demo reply is used this often, so that loading does not dominate."""


def prepare(folder: Path) -> float:
    """Fill the folder with replies named after their questions; return their seconds."""
    seconds = 0.0
    for reply in read_demo_replies(places.built_in("content") / "demo"):
        with wave.open(str(reply.path)) as recording:
            seconds += COPIES * recording.getnframes() / recording.getframerate()
        for copy in range(COPIES):
            shutil.copy(reply.path, folder / f"{reply.question_id}-{copy:02}.wav")
    return seconds


def measure(command: list[str], environment: dict[str, str]) -> dict[str, float]:
    """Wall and processor seconds and peak resident MB of a command, by a process of its own: peaks don't mix."""
    code = (
        "import json,resource,subprocess,sys,time;b=time.monotonic();"
        "r=subprocess.run(sys.argv[1:],stdout=subprocess.DEVNULL,stderr=subprocess.PIPE);"
        "u=resource.getrusage(resource.RUSAGE_CHILDREN);"
        "print(json.dumps([r.returncode,time.monotonic()-b,u.ru_utime+u.ru_stime,u.ru_maxrss/1024]));"
        "sys.stderr.write(r.stderr.decode()[-400:] if r.returncode else '')"
    )
    watcher = [sys.executable, "-c", code, *command]
    done = subprocess.run(watcher, env=environment, capture_output=True, text=True, check=True)
    status, wall, processor, memory = json.loads(done.stdout)
    if status:
        sys.exit(f"{command[0]} failed: {done.stderr}")
    return {"wall_s": round(wall, 2), "cpu_s": round(processor, 2), "peak_mb": round(memory, 1)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    transcriber = shutil.which("vosk-transcriber") or str(Path(sys.executable).parent / "vosk-transcriber")
    model = places.built_in("models") / wiring.DEMO_MODEL
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "in"
        folder.mkdir()
        seconds = prepare(folder)
        environment = {**os.environ, "VOICEDRILL_HOME": str(Path(name) / "home")}
        ours = measure([sys.executable, "-m", "voicedrill", "practice", "--input", str(folder), "--model", str(model),
                        "--json"], environment)
        result: dict[str, object] = {"audio_s": round(seconds, 1), "files": 3 * COPIES, "voicedrill": ours}
        ours["rtf"] = round(ours["cpu_s"] / seconds, 4)
        if shutil.which("ffmpeg"):
            (Path(name) / "out").mkdir()
            theirs = measure([transcriber, "--model", str(model), "--input", str(folder), "--output",
                              str(Path(name) / "out"), "--tasks", "1"], environment)
            theirs["rtf"] = round(theirs["cpu_s"] / seconds, 4)
            result["vosk_transcriber"] = theirs
            result["cpu_ratio"] = round(ours["cpu_s"] / theirs["cpu_s"], 2)
            result["memory_ratio"] = round(ours["peak_mb"] / theirs["peak_mb"], 2)
        else:
            result["vosk_transcriber"] = None
            print("ffmpeg is missing: vosk-transcriber cannot be measured", file=sys.stderr)
    json.dump(result, sys.stdout, indent=None if not arguments.json else 2)
    print()


if __name__ == "__main__":
    main()
