"""A recogniser made as slow as a large model would be, for the latency benchmark."""

from __future__ import annotations

import time

from voicedrill.core.model import RATE, Samples, Transcript
from voicedrill.ports import Recognition, Recognizer


class SlowedRecognizer:
    """Takes `real_time_factor` seconds for every second of audio, whatever the model behind it takes."""

    def __init__(self, recognizer: Recognizer, real_time_factor: float) -> None:
        self._recognizer = recognizer
        self._factor = real_time_factor

    @property
    def name(self) -> str:
        return f"{self._recognizer.name} slowed to {self._factor:g}"

    def start(self) -> Recognition:
        return _Slowed(self._recognizer.start(), self._factor)


class _Slowed:
    """Debts of time are kept, so that many small blocks cost as much as one large one."""

    def __init__(self, recognition: Recognition, factor: float) -> None:
        self._recognition = recognition
        self._factor = factor
        self._owed = 0.0

    def feed(self, samples: Samples) -> None:
        start = time.perf_counter()
        self._recognition.feed(samples)
        self._owed += self._factor * len(samples) / RATE - (time.perf_counter() - start)
        if self._owed > 0:
            before = time.perf_counter()
            time.sleep(self._owed)
            self._owed -= time.perf_counter() - before

    def partial(self) -> str:
        return self._recognition.partial()

    def finish(self) -> Transcript:
        return self._recognition.finish()
