"""Runs turns on the live device and prints what happened, one JSON object a line: the program in small.

    python live_driver.py PROMPT.wav TURNS [--rate HZ] [--input NAME] [--output NAME] [--keep FOLDER]
"""

from __future__ import annotations

import argparse
import json
import sys
from contextlib import closing

import numpy as np

from voicedrill.audio.devices import choose_device
from voicedrill.audio.files import WavWriter, read_audio
from voicedrill.audio.live import LiveDevice
from voicedrill.audio.vad import SileroDetector
from voicedrill.core.errors import AudioError
from voicedrill.core.model import RATE
from voicedrill.core.turn import Phase, Turn, TurnLimits

ONSET = 600
"""Amplitude at which the reply has begun: the virtual trainee's noise lies far below, its replies begin above."""


def main():
    options = parse()
    prompt = read_audio(options.prompt)
    try:
        microphone = choose_device("input", options.input)
        loudspeaker = choose_device("output", options.output)
        with LiveDevice(microphone, loudspeaker, options.rate) as device:
            for number in range(options.turns):
                run_turn(device, prompt, number, options)
    except AudioError as error:
        say(error=error.to("en"), fehler=error.to("zh"))
        return 1
    return 0


def run_turn(device, prompt, number, options):
    detector, turn = SileroDetector(), Turn(TurnLimits(hang_over=options.hang_over, no_speech=options.no_speech))
    heard = []
    say(event="prompt", turn=number)
    device.play(prompt)
    turn.prompt_ended()
    say(event="listening", turn=number)
    with WavWriter(options.keep / f"{number}.wav") as writer, closing(device.blocks()) as blocks:
        for block in blocks:
            heard.append(block)
            writer.write(block)
            if turn.hear(detector.probability(block), len(block)) is Phase.ENDED:
                break
    loud = np.flatnonzero(np.abs(np.concatenate(heard).astype(int)) > ONSET)
    say(event="ended", turn=number, reason=turn.end_reason.value, timing=device.timing.value, doubts=device.doubts,
        latency=float(loud[0] / RATE) if len(loud) else None,
        reply=float((loud[-1] - loud[0]) / RATE) if len(loud) else None)


def say(**what):
    sys.stdout.write(json.dumps(what, ensure_ascii=False) + "\n")
    sys.stdout.flush()


def parse():
    from pathlib import Path

    parser = argparse.ArgumentParser()
    parser.add_argument("prompt", type=Path)
    parser.add_argument("turns", type=int)
    parser.add_argument("--rate", type=int, default=RATE)
    parser.add_argument("--input")
    parser.add_argument("--output")
    parser.add_argument("--hang-over", type=float, default=0.8)
    parser.add_argument("--no-speech", type=float, default=10.0)
    parser.add_argument("--keep", type=Path, required=True)
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
