"""The data that flows through voicedrill: question -> recording -> facts -> evaluation -> score card -> attempt.

All frozen. Times are seconds (float) from sample 0 of the answer, which is the end of the spoken prompt.
Positions are integer samples at `RATE`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Literal
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

RATE = 16_000
"""Hertz. The one sample rate inside the pipeline; devices and files are converted at the edge."""

Samples = NDArray[np.int16]


# ---------------------------------------------------------------- what is asked


class Rating(str, Enum):
    """Compliance rating of a tactic: a flag for people, never a legal ruling."""

    GREEN = "green"
    YELLOW = "yellow"
    RED = "red"


CriterionKind = Literal["phrases", "words", "key_point", "verbatim", "person"]
"""How a criterion is judged: by similar wording; by words exactly as heard; by any key point of the question; by a
sentence said word for word (必说原话); by a person (感染力, 语气)."""

RedLineCategory = Literal["absolute", "guarantee", "rivals", "threat", "insult", "other"]


@dataclass(frozen=True, slots=True)
class Criterion:
    """Something a reply should contain: a key point (要点) of a tactic, or what every reply of a pack should have."""

    id: str
    """Unique in its pack, e.g. `t11.a`."""
    name: str
    phrases: tuple[str, ...]
    """Wordings; one of them heard is enough."""
    weight: float = 1.0
    required: bool = False
    kind: CriterionKind = "phrases"
    step: int = 0
    """Place in the order of a good reply, from 1; 0 for what has no place (pack-wide criteria only)."""
    optional: bool = False
    """Earns when it is heard and costs nothing when it is not (pack-wide criteria only)."""


@dataclass(frozen=True, slots=True)
class RedLine:
    """Something that must not be said."""

    id: str
    category: RedLineCategory
    name: str
    phrases: tuple[str, ...]
    """Wordings, word for word; … stands for up to six characters."""
    allowed: tuple[str, ...] = ()
    """Collocations that hold a wording and are harmless: 第一次 for 第一."""


@dataclass(frozen=True, slots=True)
class Alias:
    """What a recogniser makes of a name that it does not know (听成)."""

    name: str
    heard: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Tactic:
    """One of several ways to answer a question, with criteria of its own."""

    id: str
    name: str
    criteria: tuple[Criterion, ...]
    rating: Rating = Rating.GREEN
    rating_reason: str = ""
    idea: str = ""
    model_answer: str = ""


@dataclass(frozen=True, slots=True)
class PackRef:
    """Which pack, in which version; the hash is over the pack as it was read, profile included."""

    id: str
    version: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Question:
    """What is put to the trainee. `kind` decides how the reply is assessed (`core/kinds/`)."""

    id: str
    kind: Literal["rebuttal"]
    name: str
    prompt: str
    """Spoken text, slots filled."""
    pack: PackRef
    tactics: tuple[Tactic, ...] = ()
    maxim: str = ""
    """The counter-maxim (对策) taught with the objection."""
    shared: tuple[Criterion, ...] = ()
    """Criteria of the pack, scored on every reply: structure and courtesy."""
    red_lines: tuple[RedLine, ...] = ()
    """Those of the pack and those that hold everywhere."""
    aliases: tuple[Alias, ...] = ()

    @property
    def criteria(self) -> tuple[Criterion, ...]:
        """Every criterion of the question's tactics, in order."""
        return tuple(c for t in self.tactics for c in t.criteria)


# ---------------------------------------------------------------- what was captured


@dataclass(frozen=True, slots=True)
class Recording:
    """Mono audio."""

    samples: Samples
    """Shape (n,), int16."""
    rate: int = RATE
    """Hertz."""

    @property
    def seconds(self) -> float:
        """Duration."""
        return len(self.samples) / self.rate


@dataclass(frozen=True, slots=True)
class SpeechSegment:
    """A stretch of speech found by voice activity detection, end exclusive."""

    start_sample: int
    end_sample: int

    @property
    def start(self) -> float:
        """Seconds."""
        return self.start_sample / RATE

    @property
    def end(self) -> float:
        """Seconds."""
        return self.end_sample / RATE


@dataclass(frozen=True, slots=True)
class Word:
    """A recognised word with its place in the recording, seconds."""

    text: str
    start: float
    end: float
    confidence: float | None = None
    """Posterior of the recogniser, 0-1; None where it gives none."""


@dataclass(frozen=True, slots=True)
class Transcript:
    """Words in order of time."""

    words: tuple[Word, ...] = ()

    @property
    def text(self) -> str:
        """The words without blanks between them, as Chinese is written."""
        return "".join(w.text for w in self.words)


class Timing(str, Enum):
    """How far sample 0 can be trusted as the end of the prompt."""

    EXACT = "exact"
    UNRELIABLE = "unreliable"
    """The device dropped or delayed audio near the prompt's end."""
    UNKNOWN = "unknown"
    """The recording was made elsewhere: no prompt is known, latency is not scored."""


class EndReason(str, Enum):
    """Why the answer ended."""

    REPLY_ENDED = "reply_ended"
    """The trainee stopped speaking for the length of the hang-over."""
    NO_SPEECH = "no_speech"
    TOO_LONG = "too_long"
    INPUT_ENDED = "input_ended"
    """The file or the device had no more audio."""
    INTERRUPTED = "interrupted"


@dataclass(frozen=True, slots=True)
class Signal:
    """How well the reply was captured."""

    speech_dbfs: float | None
    """RMS level inside the speech segments, dB relative to full scale; None without speech."""
    snr_db: float | None
    """Speech level over the level outside the segments, dB; None when either is missing or zero."""
    clipped: int
    """Number of runs of 3 or more consecutive samples at |x| >= 32700."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What was heard in a recording: scores are derived from it and can be derived again at any time."""

    transcript: Transcript
    segments: tuple[SpeechSegment, ...]
    seconds: float
    """Duration of the recording."""
    signal: Signal
    timing: Timing
    end_reason: EndReason


# ---------------------------------------------------------------- what it is worth


class Verdict(str, Enum):
    """How a criterion fared: 命中 / 听不清 / 未命中 / 疑似否定 / 不完整 / 待评."""

    HIT = "hit"
    UNSURE = "unsure"
    MISSED = "missed"
    NEGATED = "negated"
    PARTIAL = "partial"
    """Of a sentence to be said word for word, a part."""
    PENDING = "pending"
    """Waits for a person."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """The stretch of the reply that earned a verdict."""

    phrase: str
    """The expected wording it was matched with."""
    said: str
    """What the recogniser heard there."""
    start: float
    end: float
    first_word: int
    """Index into the transcript's words."""
    last_word: int
    """Inclusive."""


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of a sentence that was to be said word for word, and what became of it."""

    kind: Literal["said", "changed", "skipped", "added"]
    expected: str
    """Empty for what was added."""
    heard: str
    """Empty for what was skipped."""
    start: float
    """Seconds; where it should have stood, for what was skipped."""
    end: float


@dataclass(frozen=True, slots=True)
class Finding:
    """The verdict on one criterion."""

    criterion_id: str
    verdict: Verdict
    score: float
    """0-100, similarity of the best phrase."""
    evidence: Evidence | None = None
    """None when nothing in the reply comes near."""
    parts: tuple[Part, ...] = ()
    """For a sentence to be said word for word: all of it, in order."""


@dataclass(frozen=True, slots=True)
class RedLineFinding:
    """A red line that the reply crosses, or seems to."""

    red_line_id: str
    category: RedLineCategory
    name: str
    evidence: Evidence
    doubtful: bool = False
    """Heard by sound alone, or the recogniser doubted the words: to be heard by a person, not held against anyone."""


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """A tactic of another question that a reply without a tactic of its own contains."""

    question_id: str
    question_name: str
    tactic_id: str
    tactic_name: str


@dataclass(frozen=True, slots=True)
class TacticMatch:
    """How much of a tactic the reply contains."""

    tactic_id: str
    coverage: float
    """0-1, share of the tactic's criterion weight that was hit."""


@dataclass(frozen=True, slots=True)
class Fluency:
    """Timing measures of a reply; formulas and sources in `core/fluency.py`."""

    response_latency: float | None
    """Seconds from the prompt's end to the first lexical word; None when the prompt's end is unknown."""
    characters: int
    """Spoken characters (字), fillers not counted."""
    speaking_time: float
    """Seconds from the first to the last lexical word."""
    speech_rate: float
    """字 per minute of speaking time."""
    articulation_rate: float
    """字 per second of speaking time without hesitation."""
    phonation_ratio: float
    """0-1, share of speaking time without hesitation."""
    silent_pauses: int
    """Silences of 250 ms or more between lexical words."""
    long_pauses: int
    """Those of 1 s or more."""
    pause_time: float
    """Seconds of hesitation in all."""
    mid_clause_hesitations: float
    """Per 100 字."""
    mean_length_of_run: float
    """字 between hesitations."""
    fillers: float
    """Per 100 字, transcribed and probable."""
    repeats: float
    """Per 100 字, immediate repetitions."""


@dataclass(frozen=True, slots=True)
class Reliability:
    """Whether recognition as a whole can be trusted; if not, the attempt gets no total (识别不可靠)."""

    reliable: bool
    confidence: float | None
    """Mean word confidence weighted by duration, 0-1."""
    signs: tuple[str, ...] = ()
    """Codes of what speaks against it, e.g. `low_confidence`, `too_few_words`, `noisy`."""


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Facts compared with a question."""

    tactic_id: str | None
    """The tactic recognised, None if none was."""
    tactics: tuple[TacticMatch, ...]
    """All tactics of the question, best first."""
    findings: tuple[Finding, ...]
    """One per criterion of the question, in its order."""
    fluency: Fluency | None
    """None when no lexical word was heard."""
    reliability: Reliability
    shared: tuple[Finding, ...] = ()
    """One per pack-wide criterion, in their order."""
    red_lines: tuple[RedLineFinding, ...] = ()
    """In order of time."""
    elsewhere: Elsewhere | None = None
    """Looked for only where no tactic of the question was recognised."""


class CardStatus(str, Enum):
    """Whether an attempt has a total."""

    SCORED = "scored"
    SILENT = "silent"
    """Nothing was said: the total is 0."""
    UNRELIABLE = "unreliable"
    """识别不可靠: no total, to be heard by a person or said again."""


PointsPart = Literal["content", "structure", "person", "latency", "pace", "fluency"]


@dataclass(frozen=True, slots=True)
class Points:
    """One line of a score card: what was earned, of how much, and the figure it rests on."""

    part: PointsPart
    earned: float
    possible: float
    criterion_id: str | None = None
    """For content, structure and what a person marks: the criterion."""
    verdict: Verdict | None = None
    measure: float | None = None
    """For timing and fluency: the measured value; its unit follows from the part. For a person's mark: 0-100."""


@dataclass(frozen=True, slots=True)
class RubricRef:
    """Which rubric, in which version."""

    id: str
    version: str
    sha256: str


@dataclass(frozen=True, slots=True)
class ScoreCard:
    """Points derived from an evaluation by a rubric."""

    status: CardStatus
    total: float | None
    """0-100; None when the recognition is not reliable."""
    passed: bool | None
    points: tuple[Points, ...]
    rubric: RubricRef
    review: tuple[str, ...] = ()
    """Codes of why a person should hear it: `red_tactic`, `red_line`, `red_line_doubtful`, `pending`."""
    cap: float | None = None
    """What a red line limits the total to; None where none was crossed for certain."""


# ---------------------------------------------------------------- what is kept


@dataclass(frozen=True, slots=True)
class QuestionRef:
    """A question as it stood when the attempt was made."""

    id: str
    kind: str
    name: str
    prompt: str
    pack: PackRef


@dataclass(frozen=True, slots=True)
class RecordingRef:
    """A recording on disk."""

    path: str
    """Relative to the recordings folder, POSIX style; absolute for a file scored where it lies."""
    sha256: str
    seconds: float


@dataclass(frozen=True, slots=True)
class Versions:
    """What made the facts: a change of any of these can change them."""

    program: str
    model: str
    """Name of the recognition model, with a digest, e.g. `voicedrill-demo-cn@1f3c9a0d`."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One answer to one question: who, when, what was heard, what it is worth."""

    id: UUID
    trainee: str
    started_at: datetime
    """UTC."""
    source: Literal["demo", "practice", "score"]
    question: QuestionRef
    recording: RecordingRef
    versions: Versions
    facts: Facts | None = None
    """None until the recording was recognised."""
    evaluation: Evaluation | None = None
    score_card: ScoreCard | None = None
    follows: UUID | None = None
    """The attempt this one retries."""
    notes: tuple[str, ...] = field(default=())
    """Codes of remarks, e.g. `demo_model`, `too_quiet`, `clipped`."""
