from dataclasses import replace

import pytest
from scoring_samples import facts, transcript

from voicedrill.core.model import EndReason, Signal, Transcript
from voicedrill.core.trust import judge

CLEAR = Signal(-20.0, 30.0, 0)
NOISY = Signal(-20.0, 5.0, 0)


def reply(confidence, signal=CLEAR, segments=None):
    said = transcript("可以", "用", "十年", "很", "划算", confidence=confidence)
    return judge(facts(said, segments, signal=signal))


def test_a_clear_reply_shows_no_sign():
    judged = reply(0.95)
    assert (judged.reliable, judged.signs, judged.confidence) == (True, (), pytest.approx(0.95))


@pytest.mark.parametrize(("confidence", "signal", "segments", "signs"), [
    (0.5, CLEAR, None, ("low_confidence",)),
    (0.95, NOISY, None, ("noisy",)),
    (0.95, CLEAR, [(1.0, 3.5)], ("uncovered_speech",)),
])
def test_one_sign_alone_is_not_enough(confidence, signal, segments, signs):
    judged = reply(confidence, signal, segments)
    assert (judged.reliable, judged.signs) == (True, signs)


@pytest.mark.parametrize(("confidence", "signal", "segments"), [
    (0.5, NOISY, None),
    (0.5, CLEAR, [(1.0, 3.5)]),
    (0.95, NOISY, [(1.0, 3.5)]),
])
def test_two_signs_make_a_reply_unreliable(confidence, signal, segments):
    judged = reply(confidence, signal, segments)
    assert not judged.reliable
    assert len(judged.signs) == 2


def test_much_speech_of_which_nothing_was_understood_is_unreliable():
    judged = judge(facts(Transcript(), segments=[(1.0, 5.0)]))
    assert (judged.reliable, judged.signs) == (False, ("too_few_words", "uncovered_speech"))


@pytest.mark.parametrize("segments", [[], [(1.0, 1.4)]])
def test_silence_is_reliable(segments):
    judged = judge(facts(Transcript(), segments=segments, signal=Signal(None, None, 0)))
    assert (judged.reliable, judged.confidence, judged.signs) == (True, None, ())


def test_missing_confidences_and_levels_are_no_sign():
    judged = reply(None, Signal(None, None, 0))
    assert (judged.reliable, judged.confidence, judged.signs) == (True, None, ())


@pytest.mark.parametrize(("reason", "reliable"), [
    (EndReason.INTERRUPTED, False),
    (EndReason.NO_SPEECH, True),
])
def test_silence_is_an_answer_unless_the_take_was_cut_off(reason, reliable):
    assert judge(replace(facts(Transcript(), [], signal=CLEAR), end_reason=reason)).reliable is reliable
