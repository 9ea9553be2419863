"""A virtual trainee on the virtual card: hears a prompt to its end, answers after a known delay, tells the truth.

    python virtual_trainee.py DELAY REPLY.wav ... [--keep HEARD.wav]

A prompt is over when 0.9 s of quiet follow loudness: longer than a pause in it, or the gap after an announcement.
The reply's first loud sample sounds DELAY seconds after the prompt's last loud one; each reply prints the delay that
was really kept, by the clocks of both streams. Between replies the mouth breathes (noise of 3 units), as a microphone
in a real room is never digitally silent. It answers until it is told to stop (SIGTERM), with the replies in turn.
"""

from __future__ import annotations

import argparse
import json
import signal
import sys
import threading
import wave
from statistics import median

import numpy as np
import sounddevice as sd
import soundfile as sf
import soxr

RATE = 16_000
LOUD = 600
QUIET = int(0.9 * RATE)


class Ears:
    def __init__(self):
        self.count = 0
        self.origins = []
        self.last_loud = None
        self.heard = []
        self.flags = []
        self.first_loud = None
        """Unix time of the first loud sample ever: PortAudio's clock on Linux."""

    def hear(self, data, frames, times, status):
        if status:
            self.flags.append(str(status))
        samples = np.frombuffer(data, np.int16)
        self.heard.append(samples.copy())
        self.origins.append(times.inputBufferAdcTime - self.count / RATE)
        loud = np.flatnonzero(np.abs(samples.astype(int)) > LOUD)
        if len(loud):
            self.last_loud = self.count + int(loud[-1])
            self.first_loud = self.first_loud or times.inputBufferAdcTime + int(loud[0]) / RATE
        self.count += frames

    def prompt_end(self):
        """Time of a prompt's last loud sample once it is over, else None; told once."""
        if self.last_loud is None or self.count - self.last_loud <= QUIET:
            return None
        at, self.last_loud = median(self.origins[-21:]) + self.last_loud / RATE, None
        return at


class Mouth:
    def __init__(self, ears, replies, delay):
        self.ears, self.replies, self.delay = ears, replies, delay
        self.count = 0
        self.origins = []
        self.flags = []
        self.noise = np.random.default_rng(7).integers(-3, 4, RATE, dtype=np.int16)
        self.speaking = None
        self.answered = 0
        self.prompt_end = None
        self.began = None
        self.reports = []
        self.news = threading.Event()

    def speak(self, out, frames, times, status):
        if status:
            self.flags.append(str(status))
        at = times.outputBufferDacTime
        self.origins.append(at - self.count / RATE)
        samples = self.noise[:frames].copy()
        if self.speaking is None and (end := self.ears.prompt_end()) is not None:
            self.prompt_end, self.speaking = end, self.replies[self.answered % len(self.replies)]
            start = self.prompt_end + self.delay - median(self.origins[-9:])
            self.began = max(self.count, round(start * RATE))
        if self.speaking is not None:
            offset = self.count - self.began
            skip = max(0, -offset)
            if skip < frames:
                part = self.speaking[max(0, offset):offset + frames]
                samples[skip:skip + len(part)] = part
                if offset + frames >= len(self.speaking):
                    self.finish()
        out[:] = samples.tobytes()
        self.count += frames

    def finish(self):
        began = median(self.origins[-9:]) + self.began / RATE
        self.reports.append({
            "event": "replied", "delay": began - self.prompt_end, "seconds": len(self.speaking) / RATE,
            "first_sound": self.ears.first_loud, "flags": self.flags + self.ears.flags,
        })
        self.speaking, self.flags, self.ears.flags = None, [], []
        self.ears.last_loud = None
        self.answered += 1
        self.news.set()


def read_reply(path):
    """The reply from its first loud sample on."""
    samples, rate = sf.read(path, dtype="int16")
    if rate != RATE:
        samples = soxr.resample(samples, rate, RATE)
    return samples[np.flatnonzero(np.abs(samples.astype(int)) > LOUD)[0]:]


def say(what):
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("delay", type=float)
    parser.add_argument("replies", nargs="+")
    parser.add_argument("--keep")
    options = parser.parse_args()
    ears = Ears()
    mouth = Mouth(ears, [read_reply(r) for r in options.replies], options.delay)
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: (stop.set(), mouth.news.set()))
    common = {"samplerate": RATE, "channels": 1, "dtype": "int16"}
    with (sd.RawInputStream(device="trainee_ears", latency=0.05, callback=ears.hear, **common),
          sd.RawOutputStream(device="trainee_mouth", latency=0.2, callback=mouth.speak, **common)):
        say({"event": "ready"})
        while not stop.is_set():
            mouth.news.wait()
            mouth.news.clear()
            while mouth.reports:
                say(mouth.reports.pop(0))
    if options.keep:
        with wave.open(options.keep, "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(RATE)
            file.writeframes(np.concatenate(ears.heard).tobytes())


if __name__ == "__main__":
    main()
