"""The small protocols the flows need from the outside world; `cli/wiring.py` alone builds the real ones."""

from __future__ import annotations

from collections.abc import Generator
from typing import Protocol

from voicedrill.core.model import Recording, Samples, Timing, Transcript

BLOCK = 512
"""Samples per block of captured audio (32 ms at 16 kHz): the size Silero VAD takes."""


class AudioOutput(Protocol):
    """A speaker."""

    def play(self, recording: Recording) -> None:
        """Play the recording; return when its last sample has been heard.

        Raises:
            AudioError: the device failed.
        """


class AudioInput(Protocol):
    """A microphone, or a file that plays its part."""

    @property
    def timing(self) -> Timing:
        """How far the first sample of the last capture can be trusted as the prompt's end."""

    def blocks(self) -> Generator[Samples, None, None]:
        """Audio from the end of the last prompt on: int16 at 16 kHz, shape (BLOCK,), one block after another.

        It ends when there is no more audio; closing it releases the device.

        Raises:
            AudioError: the device failed.
        """


class SpeechDetector(Protocol):
    """Voice activity detection, block by block."""

    def reset(self) -> None:
        """Forget what was heard before: call it before every reply."""

    def probability(self, block: Samples) -> float:
        """Probability of speech, 0-1, in one block of `BLOCK` samples at 16 kHz."""


class Recognition(Protocol):
    """The recognition of one reply, fed as it is spoken."""

    def feed(self, samples: Samples) -> None:
        """Take more audio: int16 at 16 kHz, any length."""

    def partial(self) -> str:
        """What has been understood so far."""

    def finish(self) -> Transcript:
        """The final transcript; nothing may be fed afterwards."""


class Recognizer(Protocol):
    """A loaded recognition model."""

    @property
    def name(self) -> str:
        """Name and digest of the model, kept with each attempt."""

    def start(self) -> Recognition:
        """Begin a reply."""


class Synthesizer(Protocol):
    """Text to speech."""

    def synthesize(self, text: str) -> Recording:
        """Speak the text into a recording at 16 kHz.

        Raises:
            SpeechError: no Mandarin voice, or the engine failed.
        """
