"""Runs turns on devices and keeps every answer: the only loop that touches them.

The order of things is the product's promise: the attempt is entered and its audio written to disk as it is captured;
then it is recognised, and the facts stored; then it is scored. A crash in between loses no more than the last block,
and what is missing can be made up later (`score_attempt`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timezone
from pathlib import Path
from threading import Thread
from typing import Literal
from uuid import UUID, uuid4

import numpy as np

from voicedrill import __version__
from voicedrill.audio.files import WavWriter, read_audio
from voicedrill.core.errors import StoreError
from voicedrill.core.evaluation import evaluate
from voicedrill.core.model import (
    RATE,
    Attempt,
    EndReason,
    Facts,
    Question,
    QuestionRef,
    Recording,
    RecordingRef,
    Samples,
    Signal,
    Timing,
    Transcript,
    Versions,
    Word,
)
from voicedrill.core.rubric import Rubric
from voicedrill.core.scoring import score
from voicedrill.core.signal import remarks
from voicedrill.core.turn import Phase, Turn, TurnLimits
from voicedrill.evaluate import gather_facts, listen
from voicedrill.ports import AudioInput, AudioOutput, Recognizer, SpeechDetector
from voicedrill.store.attempts import AttemptStore
from voicedrill.store.recordings import Condition

Source = Literal["demo", "practice", "score"]


@dataclass(frozen=True, slots=True)
class Progress:
    """What an onlooker sees of a running turn."""

    phase: Phase
    seconds: float
    """Since the prompt's end."""
    partial: str
    """Understood so far."""
    level: float
    """Of the last block, dBFS; -120 at digital silence."""


@dataclass(frozen=True, slots=True)
class Devices:
    """Where a turn is spoken and heard."""

    input: AudioInput
    output: AudioOutput


@dataclass(frozen=True, slots=True)
class Ears:
    """How a turn is listened to."""

    recognizer: Recognizer
    detector: SpeechDetector
    limits: TurnLimits = field(default_factory=TurnLimits)


@dataclass(frozen=True, slots=True)
class Take:
    """What one turn captured."""

    recording: Recording
    facts: Facts


def ignore(progress: Progress) -> None:
    """An onlooker that does not look."""


def capture(
    prompt: Recording,
    devices: Devices,
    ears: Ears,
    watch: Callable[[Progress], None] = ignore,
    writer: WavWriter | None = None,
) -> Take:
    """Run one turn: speak the prompt, capture the answer and recognise it while it runs.

    With a writer, every block is on its way to disk before anything else is done with it.

    Raises:
        AudioError: a device or the disk failed.
    """
    turn = Turn(ears.limits)
    ears.detector.reset()
    recognition = ears.recognizer.start()
    blocks: list[Samples] = []
    probabilities: list[float] = []
    watch(Progress(turn.phase, 0.0, "", -120.0))
    devices.output.play(prompt)
    turn.prompt_ended()
    with closing(devices.input.blocks()) as captured:
        for block in captured:
            if writer is not None:
                writer.write(block)
            recognition.feed(block)
            blocks.append(block)
            probabilities.append(ears.detector.probability(block))
            turn.hear(probabilities[-1], len(block))
            watch(Progress(turn.phase, turn.position / RATE, recognition.partial(), _level(block)))
            if turn.phase is Phase.ENDED:
                break
    if turn.end_reason is None:
        turn.input_ended()
    recording = Recording(np.concatenate(blocks) if blocks else np.zeros(0, np.int16))
    reason = turn.end_reason or EndReason.INPUT_ENDED
    facts = gather_facts(recording, recognition.finish(), probabilities, devices.input.timing, reason)
    return Take(recording, facts)


class Session:
    """One sitting of one trainee: asks questions, marks recordings, stores all of it."""

    def __init__(
        self, store: AttemptStore, ears: Ears, rubric: Rubric, *, trainee: str, others: Sequence[Question] = (),
    ) -> None:
        """`others` are questions whose tactics are told where a reply has none of its own question's."""
        self._store = store
        self._ears = ears
        self._rubric = rubric
        self._trainee = trainee
        self._others = others

    def ask(
        self,
        question: Question,
        prompt: Recording,
        devices: Devices,
        *,
        source: Source = "practice",
        watch: Callable[[Progress], None] = ignore,
        follows: UUID | None = None,
    ) -> Attempt:
        """Speak the prompt, capture the answer, score it.

        Returns:
            The attempt as stored, with facts, evaluation and score card.

        Raises:
            AudioError: a device or the disk failed; what was captured until then is kept.
            KeyboardInterrupt: the same holds.
        """
        attempt = self._new_attempt(question, source, follows)
        path = self._store.recordings.allocate(attempt.id, attempt.started_at)
        attempt = replace(attempt, recording=RecordingRef(self._store.recordings.relative(path), "", 0.0))
        self._store.begin(attempt)
        rehearsal = Thread(target=self._rehearse, args=(question,), daemon=True)
        rehearsal.start()
        writer = WavWriter(path)
        try:
            with writer:
                take = capture(prompt, devices, self._ears, watch, writer)
        except BaseException:
            with suppress(StoreError):  # what went wrong first is what the user is told
                self._keep_recording(attempt, writer)
            raise
        rehearsal.join()
        return self._complete(self._keep_recording(attempt, writer), question, take.facts)

    def mark(self, question: Question, path: Path) -> Attempt:
        """Score a recording made elsewhere; it stays where it lies.

        Raises:
            AudioError: the file cannot be read.
        """
        recording = read_audio(path)
        attempt = self._new_attempt(question, "score", None)
        ref = RecordingRef(str(path.resolve()), self._store.recordings.digest(path), recording.seconds)
        attempt = replace(attempt, recording=ref)
        self._store.begin(attempt)
        facts = listen(recording, self._ears.recognizer, self._ears.detector, Timing.UNKNOWN, EndReason.INPUT_ENDED)
        return self._complete(attempt, question, facts)

    def resume(self, attempt: Attempt, question: Question) -> Attempt:
        """Recognise and score an attempt whose recording was saved but never scored.

        Raises:
            StoreError: its recording was changed since.
            AudioError: its recording is missing or cannot be read.
        """
        path = self._store.recordings.locate(attempt.recording)
        if self._store.recordings.condition(attempt.recording) is Condition.CHANGED:
            raise StoreError(f"录音 {path} 在录制之后被改动过，不予评分；请用 voicedrill score 文件 另行评分",
                             f"{path} was changed after it was recorded and is not scored; "
                             "score it as a file with voicedrill score FILE")
        recording = read_audio(path)
        made_elsewhere = attempt.source == "score"
        timing = Timing.UNKNOWN if made_elsewhere else Timing.EXACT
        reason = EndReason.INPUT_ENDED if made_elsewhere else EndReason.INTERRUPTED
        ref = replace(attempt.recording, sha256=self._store.recordings.digest(path), seconds=recording.seconds)
        self._store.record_recording(attempt.id, ref)
        facts = listen(recording, self._ears.recognizer, self._ears.detector, timing, reason)
        versions = Versions(program=__version__, model=self._ears.recognizer.name)
        return self._complete(replace(attempt, recording=ref, versions=versions), question, facts)

    def _keep_recording(self, attempt: Attempt, writer: WavWriter) -> Attempt:
        recording = replace(attempt.recording, sha256=writer.sha256, seconds=writer.seconds)
        self._store.record_recording(attempt.id, recording)
        return replace(attempt, recording=recording)

    def _new_attempt(self, question: Question, source: Source, follows: UUID | None) -> Attempt:
        return Attempt(
            id=uuid4(),
            trainee=self._trainee,
            started_at=datetime.now(timezone.utc),
            source=source,
            question=QuestionRef(question.id, question.kind, question.name, question.prompt, question.pack),
            recording=RecordingRef("", "", 0.0),
            versions=Versions(program=__version__, model=self._ears.recognizer.name),
            follows=follows,
        )

    def _rehearse(self, question: Question) -> None:
        """Evaluate the prompt as if it were a reply, while the turn runs.

        Tables load and phrases are compiled now, not between the end of the reply and its verdict.
        """
        words = (Word(question.prompt, 0.0, 1.0),)
        facts = Facts(Transcript(words), (), 1.0, Signal(None, None, 0), Timing.UNKNOWN, EndReason.INPUT_ENDED)
        evaluate(question, facts, self._rubric.cut_offs, self._others)

    def _complete(self, attempt: Attempt, question: Question, facts: Facts) -> Attempt:
        self._store.record_facts(attempt.id, facts, attempt.versions, remarks(facts.signal))
        return self.score_attempt(replace(attempt, facts=facts, notes=remarks(facts.signal)), question)

    def score_attempt(self, attempt: Attempt, question: Question) -> Attempt:
        """Score stored facts against a question and add the score to the attempt's history."""
        if attempt.facts is None:
            raise ValueError("an attempt without facts cannot be scored")
        evaluation = evaluate(question, attempt.facts, self._rubric.cut_offs, self._others)
        card = score(question, evaluation, self._rubric)
        self._store.add_score(attempt.id, question, evaluation, card)
        return replace(attempt, evaluation=evaluation, score_card=card)


def _level(block: Samples) -> float:
    """RMS of a block, dBFS."""
    power = float(np.mean(np.square(block.astype(np.float64))))
    return 10.0 * float(np.log10(power / 32768.0**2)) if power > 0 else -120.0
