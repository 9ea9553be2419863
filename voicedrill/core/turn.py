"""One turn: prompt, wait, answer, end of reply. Practice and exam are both made of it.

Theory. A turn passes through four phases, never backwards:

    PROMPTING --prompt_ended--> WAITING --speech for `onset`--> ANSWERING --silence for `hang_over`--> ENDED
                                   |                               |
                                   +--no speech for `no_speech`--> ENDED      longer than `max_reply` --> ENDED

and from WAITING or ANSWERING to ENDED when the input ends, from any phase when it is interrupted.
There is one clock: the number of samples heard since the prompt's end. Time-outs are counts of samples, so that a
file drives a turn faster than real time and gives the same result. An event that does not belong to the phase
raises `TurnError` and changes nothing.

The only state is what this file holds: phase, position, and where speech was.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from voicedrill.core.activity import END_OF_REPLY, Hysteresis
from voicedrill.core.model import RATE, EndReason


class Phase(str, Enum):
    """Where a turn stands."""

    PROMPTING = "prompting"
    WAITING = "waiting"
    ANSWERING = "answering"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class TurnLimits:
    """When a turn goes on, in seconds."""

    onset: float = 0.15
    """Speech that begins an answer: a click or a cough is shorter."""
    hang_over: float = 1.5
    """Silence that ends it; at 1.2 and below most thoughtful replies were cut off, above 2.5 people wait."""
    no_speech: float = 10.0
    """Silence after the prompt that ends the turn: latency scores nothing from here on anyway."""
    max_reply: float = 180.0
    """Length of an answer: noise that never stops must not hold a session for ever."""
    guard: float = 0.0
    """After the prompt's end, time in which nothing counts as speech (loudspeaker echo); 0 with headphones."""


class TurnError(RuntimeError):
    """An event that the present phase does not allow: a programmer's error."""


class Turn:
    """The pure state machine of one turn."""

    def __init__(self, limits: TurnLimits | None = None) -> None:
        self.limits = limits or TurnLimits()
        self.phase = Phase.PROMPTING
        self.position = 0
        """Samples heard since the prompt's end."""
        self.speech_start: int | None = None
        """Sample where the answer began, None before."""
        self.speech_end: int | None = None
        """Sample where the speech heard last stopped."""
        self.end_reason: EndReason | None = None
        self._activity = Hysteresis(END_OF_REPLY)
        self._run = 0
        """Samples of unbroken speech up to the position."""

    def prompt_ended(self) -> None:
        """The last sample of the prompt has been heard: sample 0 of the answer."""
        self._require(Phase.PROMPTING)
        self.phase = Phase.WAITING

    def hear(self, probability: float, samples: int) -> Phase:
        """Take one block of the answer.

        Args:
            probability: of speech in the block, 0-1.
            samples: length of the block.

        Returns:
            The phase after it.
        """
        self._require(Phase.WAITING, Phase.ANSWERING)
        start, self.position = self.position, self.position + samples
        if start < self.limits.guard * RATE:
            return self.phase
        speaking = self._activity.update(probability)
        self._run = self._run + samples if speaking else 0
        if self.phase is Phase.WAITING:
            self._wait()
        else:
            self._answer(speaking)
        return self.phase

    def input_ended(self) -> None:
        """No more audio will come."""
        self._require(Phase.WAITING, Phase.ANSWERING)
        self._end(EndReason.NO_SPEECH if self.speech_start is None else EndReason.INPUT_ENDED)

    def interrupt(self) -> None:
        """The trainee or the program stops the turn."""
        self._require(Phase.PROMPTING, Phase.WAITING, Phase.ANSWERING)
        self._end(EndReason.INTERRUPTED)

    def _wait(self) -> None:
        if self._run >= self.limits.onset * RATE:
            self.phase = Phase.ANSWERING
            self.speech_start = self.position - self._run
            self.speech_end = self.position
        elif self.position >= self.limits.no_speech * RATE and not self._run:
            self._end(EndReason.NO_SPEECH)

    def _answer(self, speaking: bool) -> None:
        if self.speech_start is None or self.speech_end is None:
            raise TurnError("answering without a start of speech")
        if speaking:
            self.speech_end = self.position
        if self.position - self.speech_end >= self.limits.hang_over * RATE:
            self._end(EndReason.REPLY_ENDED)
        elif self.position - self.speech_start >= self.limits.max_reply * RATE:
            self._end(EndReason.TOO_LONG)

    def _end(self, reason: EndReason) -> None:
        self.phase, self.end_reason = Phase.ENDED, reason

    def _require(self, *phases: Phase) -> None:
        if self.phase not in phases:
            raise TurnError(f"not allowed while {self.phase.value}")
