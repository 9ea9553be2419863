"""The verdict of a voice check, on hand-made transcripts."""

import numpy as np
import pytest

from voicedrill.core.model import (
    EndReason,
    Facts,
    Recording,
    Signal,
    SpeechSegment,
    Timing,
    Transcript,
    Word,
)
from voicedrill.core.voice_check import ADVICE, VERDICTS, Fitness, Reason, Slip, compare, summarise

SENTENCE = "这笔钱平均每天只要两块"
NOISE = Recording(np.full(16_000, 7, np.int16))
DIN = Recording(np.full(16_000, 3000, np.int16))
SILENCE = Recording(np.zeros(16_000, np.int16))


def heard(text, *, signal=None, confidence=0.95, word_seconds=0.4):
    """Facts in which every two characters are a word of that length, one after another."""
    pieces = [text[i:i + 2] for i in range(0, len(text), 2)]
    words = tuple(Word(piece, i * word_seconds, (i + 1) * word_seconds, confidence) for i, piece in enumerate(pieces))
    end = int(len(words) * word_seconds * 16_000)
    return Facts(Transcript(words), (SpeechSegment(0, end),) if words else (), end / 16_000,
                 signal or Signal(-22.0, 30.0, 0), Timing.EXACT, EndReason.REPLY_ENDED)


def read(text, **more):
    return compare(SENTENCE, NOISE, heard(text, **more))


def silent(recording):
    return compare(SENTENCE, recording, heard("", signal=Signal(None, None, 0)))


def spoil(edits):
    """The sentence with that many of its characters replaced by ones of other syllables."""
    return "".join("喔" if i < edits else c for i, c in enumerate(SENTENCE))


def misread(edits):
    """The sentence with that many characters missing at its end."""
    return SENTENCE[:len(SENTENCE) - edits]


def test_read_as_written():
    reading = read(SENTENCE)
    assert (reading.characters, reading.character_edits, reading.syllable_edits) == (11, 0, 0)
    assert reading.slips == ()
    assert (reading.cer, reading.syllable_error) == (0, 0)


def test_a_homophone_counts_as_a_wrong_character_but_not_as_a_wrong_syllable():
    reading = read("这笔钱平均每天制药两块")
    assert reading.character_edits == 2
    assert reading.syllable_edits == 0
    assert reading.slips == (Slip("只要", "制药", homophone=True),)
    assert reading.cer == pytest.approx(2 / 11)


def test_slips_say_what_was_left_out_and_put_in():
    assert read("这笔钱平均每天要两块").slips == (Slip("只", "", homophone=False),)
    assert read("这笔钱平均每天只要两千块").slips == (Slip("", "千", homophone=False),)
    assert read("这笔钱平均明天只要两块").slips == (Slip("每", "明", homophone=False),)


def test_differences_that_matching_ignores_are_no_errors():
    """Fillers, numerals and 您/你 are the same to the matcher, so to the check."""
    reading = compare("您花20块", NOISE, heard("嗯你花二十块"))
    assert reading.character_edits == 0


def test_pace_is_that_of_the_fluency_measures_and_pooled_by_time():
    slow, fast = read(SENTENCE, word_seconds=0.6), read(SENTENCE, word_seconds=0.3)
    assert slow.speech_rate == pytest.approx(60 * 11 / (6 * 0.6))
    both = summarise([slow, fast], is_demo=False)
    assert both.speech_rate == pytest.approx(60 * 22 / (6 * 0.6 + 6 * 0.3))
    assert both.articulation_rate == pytest.approx(22 / (6 * 0.9))


def test_good_recognition_is_fit_for_exams_without_a_reason():
    check = summarise([read(SENTENCE)] * 10, is_demo=False)
    assert check.fitness is Fitness.EXAM
    assert check.reasons == ()
    assert check.speech_dbfs == -22
    assert check.snr_db == 30


@pytest.mark.parametrize(("edits", "fitness"), [(1, Fitness.EXAM), (2, Fitness.PRACTICE), (3, Fitness.PRACTICE),
                                                (4, Fitness.UNRELIABLE), (11, Fitness.UNRELIABLE)])
def test_the_share_of_wrong_syllables_decides(edits, fitness):
    """1/11 = 9 %, 2/11 = 18 %, 3/11 = 27 %, 4/11 = 36 %."""
    check = summarise([read(misread(edits))] * 10, is_demo=False)
    assert check.syllable_error == pytest.approx(edits / 11)
    assert check.fitness is fitness


def test_errors_are_pooled_not_averaged():
    short = compare("四块钱", NOISE, heard("我们好"))
    check = summarise([short, read(SENTENCE)], is_demo=False)
    assert check.syllable_error == pytest.approx(3 / 14)


@pytest.mark.parametrize(("readings", "reason"), [
    ([silent(SILENCE)], Reason.NO_SIGNAL),
    ([silent(NOISE)], Reason.NO_SPEECH),
    ([silent(DIN)], Reason.NOISY),
    ([read(SENTENCE, signal=Signal(-50.0, 30.0, 0))], Reason.TOO_QUIET),
    ([read(SENTENCE, signal=Signal(-20.0, 5.0, 0))], Reason.NOISY),
    ([read(SENTENCE, signal=Signal(-5.0, 30.0, 4))], Reason.CLIPPED),
    ([read("老客户都说我们的质量很放心")], Reason.OTHER_WORDS),
    ([read(misread(4), confidence=0.6)], Reason.MISHEARD),
    ([read("老客户都说我们的质量很放心", confidence=0.6)] + [read(SENTENCE)] * 19, Reason.LOST_SENTENCE),
])
def test_each_fault_has_its_reason(readings, reason):
    check = summarise(readings, is_demo=False)
    assert check.reasons == (reason,)
    assert check.fitness is not Fitness.EXAM


def test_unsure_nonsense_is_the_models_doing_not_the_readers():
    assert summarise([read(spoil(11), confidence=0.5)] * 10, is_demo=False).reasons == (Reason.MISHEARD,)
    assert summarise([read(spoil(11), confidence=0.95)] * 10, is_demo=False).reasons == (Reason.OTHER_WORDS,)


def test_what_the_sound_explains_is_not_blamed_on_the_model():
    noisy = read(misread(6), confidence=0.6, signal=Signal(-20.0, 3.0, 0))
    assert summarise([noisy] * 10, is_demo=False).reasons == (Reason.NOISY,)


def test_one_silent_sentence_does_not_excuse_the_model():
    check = summarise([silent(NOISE)] + [read(spoil(11), confidence=0.5)] * 9, is_demo=False)
    assert check.reasons == (Reason.NO_SPEECH, Reason.MISHEARD)


def test_one_cough_or_bump_is_chance():
    clipped = read(SENTENCE, signal=Signal(-5.0, 30.0, 4))
    assert summarise([clipped] * 2 + [read(SENTENCE)] * 8, is_demo=False).fitness is Fitness.EXAM
    assert summarise([clipped] * 3 + [read(SENTENCE)] * 7, is_demo=False).reasons == (Reason.CLIPPED,)


def test_the_demo_model_is_never_fit_for_exams():
    check = summarise([read(SENTENCE)] * 10, is_demo=True)
    assert check.fitness is Fitness.PRACTICE
    assert check.reasons == (Reason.DEMO_MODEL,)


def test_silence_has_no_pace_and_no_level():
    check = summarise([silent(SILENCE)] * 10, is_demo=False)
    assert check.fitness is Fitness.UNRELIABLE
    assert (check.speech_rate, check.articulation_rate, check.speech_dbfs, check.snr_db) == (None,) * 4
    assert check.cer == 1


def test_nothing_to_judge_is_refused():
    with pytest.raises(ValueError, match="no sentence"):
        summarise([], is_demo=False)
    with pytest.raises(ValueError, match="nothing to read"):
        compare("！？", NOISE, heard("好"))


def test_every_verdict_and_reason_has_a_line():
    assert set(ADVICE) == set(Reason)
    assert set(VERDICTS) == set(Fitness)
    assert all("\n" not in text.zh + text.en for text in (*ADVICE.values(), *VERDICTS.values()))
