"""Does recognition work for this person, with this microphone and this model? Ten sentences read aloud tell.

What was read is aligned with what was heard, after the same normalisation that matching uses (`core/text.py`):

- cer = character edits / characters, edits being the fewest insertions, deletions and substitutions (Levenshtein);
- syllable_error = the same on toneless syllables. Matching works on these as much as on characters, so a homophone
  (制药 for 只要) costs a trainee nothing, and the verdict rests on this rate rather than on the CER.

Both are pooled over all sentences: long ones count more. Ten sentences have some 120 characters, so that a rate of
10 % is known to about 6 points either way (95 %, binomial): the verdict is a good guess, not a measurement.

Speech rate and articulation rate are those of `core/fluency.py`, pooled, so that later replies of the same person can
be compared with them: the personal pace baseline.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from statistics import median

import numpy as np
from rapidfuzz.distance import Levenshtein

from voicedrill.core.bilingual import Bilingual
from voicedrill.core.fluency import measure
from voicedrill.core.matching import mean_confidence
from voicedrill.core.model import Facts, Recording
from voicedrill.core.signal import NOISY_DB, TOO_QUIET_DBFS
from voicedrill.core.text import normalise

EXAM_SYLLABLE_ERROR = 0.10
"""Up to here a result may count. Key-point F1 falls from .83 to .81 at 10 % recognition errors: less than the
matcher's own doubt. A stricter limit would turn away people whom the program judges as well as any other."""
PRACTICE_SYLLABLE_ERROR = 0.30
"""Up to here a drill is useful: F1 .73 at 30 %, so one key point in eight is lost to recognition. With much more,
feedback would be about the recogniser, not about the trainee."""
LOST_SENTENCE = 0.5
"""Syllable error from which a sentence as a whole was not understood: one key point gone, so no exam with it."""
OTHER_WORDS_ERROR = 0.7
"""Syllable error from which, when the recogniser is sure of what it heard,"""
SURE = 0.85
"""(mean word confidence: synthetic voices have .88 and more, people that a model does not understand .73)
something else was read."""
DIN_DBFS = -40.0
"""Level from which a recording without speech is noise and not quiet: a voice at a headset has -25."""
_MANY = 0.3
"""Share of the sentences from which a fault is one of the set-up; less is chance: a cough, a bump."""


class Fitness(str, Enum):
    """What recognition is good for with this person: 可考试 / 可练习 / 不可靠."""

    EXAM = "exam"
    PRACTICE = "practice"
    UNRELIABLE = "unreliable"


class Reason(str, Enum):
    """Why it is not better; worst first."""

    NO_SIGNAL = "no_signal"
    NO_SPEECH = "no_speech"
    OTHER_WORDS = "other_words"
    TOO_QUIET = "too_quiet"
    NOISY = "noisy"
    CLIPPED = "clipped"
    MISHEARD = "misheard"
    LOST_SENTENCE = "lost_sentence"
    DEMO_MODEL = "demo_model"


VERDICTS = {
    Fitness.EXAM: Bilingual("可考试：识别听得懂您", "fit for exams: recognition understands you"),
    Fitness.PRACTICE: Bilingual("可练习：可以练，成绩还不能作数", "fit for practice: the results don't count yet"),
    Fitness.UNRELIABLE: Bilingual("不可靠：先照下面的办法改，再检查一次",
                                  "unreliable: change what is said below, and check again"),
}
"""In a line."""

ADVICE = {
    Reason.NO_SIGNAL: Bilingual(
        "输入全是静音：麦克风可能静音、被系统禁止使用，或选错了设备；取消静音，放开麦克风权限，或换一个输入设备",
        "the input is pure silence: the microphone is muted, blocked by the system, or the wrong one; unmute it, "
        "allow its use, or choose another device"),
    Reason.NO_SPEECH: Bilingual(
        "有的句子没有听到人声：看到句子就大声念；不行就靠近麦克风，或换一个输入设备",
        "in some sentences no speech was heard: read aloud once the sentence is shown; if that does not help, move "
        "closer to the microphone or choose another device"),
    Reason.OTHER_WORDS: Bilingual(
        "听清了，但说的不是屏幕上的句子：请照着屏幕一字一字念（用录音时检查文件的顺序）",
        "other words were heard than those shown: read what stands on the screen (with recordings, check the order)"),
    Reason.TOO_QUIET: Bilingual(
        "声音太小：靠近麦克风，或在系统设置里调高输入音量",
        "too quiet: move closer to the microphone, or raise the input level in the system's settings"),
    Reason.NOISY: Bilingual(
        "环境噪声大：换个安静的地方，或换一副耳麦", "too noisy: find a quieter place, or use a headset"),
    Reason.CLIPPED: Bilingual(
        "声音过载：离麦克风远一点，或调低输入音量", "clipped: move away from the microphone, or lower its level"),
    Reason.MISHEARD: Bilingual(
        "声音清楚，但这个模型常听错：说普通话、放慢一点；还不行就换模型（voicedrill model install）",
        "the sound is clear, but this model often mishears: speak standard Mandarin, a little slower; if that does "
        "not help, install another model (voicedrill model install)"),
    Reason.LOST_SENTENCE: Bilingual(
        "有整句没听懂：正式考试前请重做一次检查", "a whole sentence was not understood: check again before an exam"),
    Reason.DEMO_MODEL: Bilingual(
        "用的是内置演示模型，不能用于考试：请安装官方模型（voicedrill model install）",
        "this is the embedded demo model, not fit for exams: install the official one (voicedrill model install)"),
}
"""Each reason, and what to change."""


@dataclass(frozen=True, slots=True)
class Slip:
    """A place where something else was heard than was to be read."""

    expected: str
    """Characters; empty where something was put in."""
    heard: str
    """Empty where something was left out."""
    homophone: bool
    """The same toneless syllables: harmless for matching."""


@dataclass(frozen=True, slots=True)
class Reading:
    """One sentence, read and heard."""

    expected: str
    heard: str
    characters: int
    """Of the sentence, normalised: what the error rates are divided by."""
    character_edits: int
    syllable_edits: int
    slips: tuple[Slip, ...]
    level_dbfs: float | None
    """Of everything that was captured, but for digital silence; None: every sample was zero."""
    speech_dbfs: float | None
    """None: no speech was found."""
    snr_db: float | None
    clipped: int
    confidence: float | None
    """Of the recogniser, 0-1, mean over the words by duration."""
    spoken: int
    """字 heard in `speaking_time`."""
    speaking_time: float
    """Seconds from the first to the last word."""
    pause_time: float
    """Seconds of hesitation in it."""

    @property
    def cer(self) -> float:
        """Character error rate; above 1 when much was put in."""
        return self.character_edits / self.characters

    @property
    def syllable_error(self) -> float:
        """Toneless syllable error rate."""
        return self.syllable_edits / self.characters

    @property
    def speech_rate(self) -> float | None:
        """字 per minute; None when nothing was understood."""
        return 60 * self.spoken / self.speaking_time if self.speaking_time > 0 else None


@dataclass(frozen=True, slots=True)
class VoiceCheck:
    """What the sentences say together."""

    readings: tuple[Reading, ...]
    fitness: Fitness
    reasons: tuple[Reason, ...]
    cer: float
    syllable_error: float
    speech_dbfs: float | None
    """Median over the sentences."""
    snr_db: float | None
    """Median; None when there is no noise to compare with (digital silence)."""
    speech_rate: float | None
    """字 per minute, pauses included."""
    articulation_rate: float | None
    """字 per second, pauses excluded."""


def compare(sentence: str, recording: Recording, facts: Facts) -> Reading:
    """What was heard beside what was to be read.

    Raises:
        ValueError: the sentence has no character that counts.
    """
    expected, heard = normalise([sentence]), normalise([w.text for w in facts.transcript.words])
    if not expected.characters:
        raise ValueError(f"nothing to read in {sentence!r}")
    fluency = measure(facts)
    return Reading(
        expected=sentence,
        heard=facts.transcript.text,
        characters=len(expected.characters),
        character_edits=Levenshtein.distance(expected.characters, heard.characters),
        syllable_edits=Levenshtein.distance(expected.syllables, heard.syllables),
        slips=tuple(
            Slip(expected.characters[e.src_start:e.src_end], heard.characters[e.dest_start:e.dest_end],
                 expected.syllables[e.src_start:e.src_end] == heard.syllables[e.dest_start:e.dest_end])
            for e in Levenshtein.opcodes(expected.characters, heard.characters) if e.tag != "equal"),
        level_dbfs=_level(recording),
        speech_dbfs=facts.signal.speech_dbfs,
        snr_db=facts.signal.snr_db,
        clipped=facts.signal.clipped,
        confidence=mean_confidence(facts.transcript.words),
        spoken=fluency.characters if fluency else 0,
        speaking_time=fluency.speaking_time if fluency else 0.0,
        pause_time=fluency.pause_time if fluency else 0.0,
    )


def summarise(readings: Sequence[Reading], *, is_demo: bool) -> VoiceCheck:
    """The verdict over all sentences.

    Args:
        readings: one per sentence.
        is_demo: the model was trained on synthetic voices, which no exam may rest on.

    Raises:
        ValueError: there is no reading.
    """
    if not readings:
        raise ValueError("no sentence was read")
    characters = sum(r.characters for r in readings)
    syllable_error = _syllable_error(readings)
    reasons = _reasons(readings, syllable_error, is_demo)
    spoken, time = sum(r.spoken for r in readings), sum(r.speaking_time for r in readings)
    moving = time - sum(r.pause_time for r in readings)
    return VoiceCheck(
        readings=tuple(readings),
        fitness=_fitness(syllable_error, reasons),
        reasons=reasons,
        cer=sum(r.character_edits for r in readings) / characters,
        syllable_error=syllable_error,
        speech_dbfs=_median([r.speech_dbfs for r in readings]),
        snr_db=_median([r.snr_db for r in readings]),
        speech_rate=60 * spoken / time if time > 0 else None,
        articulation_rate=spoken / moving if moving > 0 else None,
    )


def _fitness(syllable_error: float, reasons: tuple[Reason, ...]) -> Fitness:
    """Errors decide; with few errors and a fault of the set-up, good enough to practise with, not to count."""
    if syllable_error > PRACTICE_SYLLABLE_ERROR:
        return Fitness.UNRELIABLE
    return Fitness.PRACTICE if reasons or syllable_error > EXAM_SYLLABLE_ERROR else Fitness.EXAM


def _reasons(readings: Sequence[Reading], syllable_error: float, is_demo: bool) -> tuple[Reason, ...]:
    many = max(1, round(_MANY * len(readings)))
    silent = [r for r in readings if r.speech_dbfs is None]
    lost = [r for r in readings if r.speech_dbfs is not None and r.syllable_error > LOST_SENTENCE]
    other = [r for r in lost if r.syllable_error >= OTHER_WORDS_ERROR and (r.confidence or 0) >= SURE]
    level, snr = _median([r.speech_dbfs for r in readings]), _median([r.snr_db for r in readings])
    # Where a din drowns the voice, no speech is found either; a silent reader sits in a silent room.
    drowned = [r for r in silent if r.level_dbfs is not None and r.level_dbfs > DIN_DBFS]
    found = {
        Reason.NO_SIGNAL: any(r.level_dbfs is None for r in readings),
        Reason.NO_SPEECH: any(r.level_dbfs is not None for r in silent if r not in drowned),
        Reason.OTHER_WORDS: len(other) >= many,
        Reason.TOO_QUIET: level is not None and level < TOO_QUIET_DBFS,
        Reason.NOISY: bool(drowned) or (snr is not None and snr < NOISY_DB),
        Reason.CLIPPED: sum(r.clipped > 0 for r in readings) >= many,
        Reason.LOST_SENTENCE: bool(lost) and syllable_error <= PRACTICE_SYLLABLE_ERROR,
        Reason.DEMO_MODEL: is_demo,
    }
    # Only what neither the sound nor the reader explains is the model's doing.
    read = [r for r in readings if r.speech_dbfs is not None and r not in other]
    poor_sound = found[Reason.TOO_QUIET] or found[Reason.NOISY] or found[Reason.CLIPPED]
    found[Reason.MISHEARD] = not poor_sound and _syllable_error(read) > EXAM_SYLLABLE_ERROR
    return tuple(reason for reason in Reason if found[reason])


def _syllable_error(readings: Sequence[Reading]) -> float:
    """Pooled over the sentences; 0 without any."""
    return sum(r.syllable_edits for r in readings) / max(1, sum(r.characters for r in readings))


def _level(recording: Recording) -> float | None:
    """RMS of all samples that are not zero, dBFS."""
    heard = recording.samples[recording.samples != 0].astype(np.float64) / 32768
    return 10 * float(np.log10(np.mean(heard**2))) if len(heard) else None


def _median(values: Sequence[float | None]) -> float | None:
    known = [v for v in values if v is not None]
    return median(known) if known else None
