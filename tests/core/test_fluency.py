import pytest
from hypothesis import given
from hypothesis import strategies as st
from scoring_samples import facts

from voicedrill.core.fluency import measure, repetitions, spoken_characters
from voicedrill.core.model import Timing, Transcript, Word


def said(*words):
    """Words as (text, start, end)."""
    return Transcript(tuple(Word(*w) for w in words))


def test_an_even_reply():
    """16 字 in 4 s: 240 字/分, no hesitation."""
    words = said(*[("产品", 1 + i * 0.5, 1.5 + i * 0.5) for i in range(8)])
    fluency = measure(facts(words))
    assert fluency.response_latency == 1.0
    assert (fluency.characters, fluency.speaking_time) == (16, 4.0)
    assert fluency.speech_rate == pytest.approx(240)
    assert fluency.articulation_rate == pytest.approx(4)
    assert fluency.phonation_ratio == 1
    assert (fluency.silent_pauses, fluency.long_pauses, fluency.pause_time) == (0, 0, 0)
    assert fluency.mean_length_of_run == 16


def test_pauses_are_counted_from_a_quarter_of_a_second():
    """Gaps of .2, .3 and 1.2 s: two silent pauses, one of them long, 1.5 s of hesitation."""
    words = said(("可以", 0.5, 1.0), ("用", 1.2, 1.4), ("十年", 1.7, 2.1), ("很好", 3.3, 3.8))
    fluency = measure(facts(words, segments=[(0.5, 1.0), (1.2, 1.4), (1.7, 2.1), (3.3, 3.8)]))
    assert (fluency.silent_pauses, fluency.long_pauses) == (2, 1)
    assert fluency.pause_time == pytest.approx(1.5)
    assert fluency.speaking_time == pytest.approx(3.3)
    assert fluency.phonation_ratio == pytest.approx(1 - 1.5 / 3.3)
    assert fluency.mean_length_of_run == pytest.approx(7 / 3)


def test_a_pause_between_clauses_is_not_mid_clause():
    inside = measure(facts(said(("可以", 0, 0.5), ("用", 1.0, 1.2)), segments=[(0, 0.5), (1.0, 1.2)]))
    between = measure(facts(said(("可以", 0, 0.5), ("但是", 1.0, 1.4)), segments=[(0, 0.5), (1.0, 1.4)]))
    after = measure(facts(said(("好吧", 0, 0.5), ("用", 1.0, 1.2)), segments=[(0, 0.5), (1.0, 1.2)]))
    assert inside.mid_clause_hesitations == pytest.approx(100 / 3)
    assert between.mid_clause_hesitations == after.mid_clause_hesitations == 0


def test_fillers_are_no_content_and_delay_the_first_word():
    words = said(("嗯", 0.5, 0.8), ("可以", 1.2, 1.6), ("用", 1.6, 1.8))
    fluency = measure(facts(words, segments=[(0.5, 0.8), (1.2, 1.8)]))
    assert fluency.response_latency == 1.2
    assert fluency.characters == 3
    assert fluency.fillers == pytest.approx(100 / 3)


def test_a_filler_in_silence_is_the_recognisers_invention():
    words = said(("可以", 0.5, 1.0), ("嗯", 1.2, 1.5), ("用", 2.0, 2.2))
    assert measure(facts(words, segments=[(0.5, 1.0), (2.0, 2.2)])).fillers == 0
    assert measure(facts(words, segments=[(0.5, 1.0), (1.2, 1.5), (2.0, 2.2)])).fillers > 0


def test_a_sound_beside_silence_is_a_filler_that_the_recogniser_dropped():
    words = said(("可以", 0.5, 1.0), ("用", 2.0, 2.2))
    dropped = measure(facts(words, segments=[(0.5, 1.0), (1.3, 1.7), (2.0, 2.2)]))
    assert dropped.fillers == pytest.approx(100 / 3)
    continuous = measure(facts(words, segments=[(0.5, 2.2)]))
    assert continuous.fillers == 0


@pytest.mark.parametrize(("words", "fillers"), [
    ((("那个", 0.0, 0.3), ("产品", 0.3, 0.7)), 0),                              # that product
    ((("那个", 0.0, 0.3), ("那个", 0.3, 0.6), ("产品", 0.6, 1.0)), 2),          # said twice
    ((("那个", 0.0, 0.9), ("产品", 0.9, 1.3)), 1),                              # drawn out
    ((("好", 0.0, 0.2), ("那个", 0.6, 0.9), ("产品", 1.3, 1.7)), 1),            # between pauses
    ((("好", 0.0, 0.2), ("啊", 0.2, 0.4), ("产品", 0.4, 0.8)), 0),              # particle
])
def test_words_that_may_be_fillers(words, fillers):
    fluency = measure(facts(said(*words), segments=[(0.0, 2.0)]))
    assert round(fluency.fillers * fluency.characters / 100) == fillers


@pytest.mark.parametrize(("text", "count"), [
    ("可以可以用十年", 1), ("我我我觉得", 2), ("您看看", 0), ("考虑考虑", 0), ("一天一天算", 1), ("一一解答", 0),
    ("能用能用很久", 1), ("", 0),
])
def test_repetitions(text, count):
    assert repetitions(text) == count


@pytest.mark.parametrize(("text", "count"), [("10年", 2), ("80%", 5), ("vip", 1), ("，", 0), ("咱们", 2)])
def test_spoken_characters(text, count):
    assert spoken_characters(text) == count


@pytest.mark.parametrize("words", [(), (("嗯", 0.5, 0.8),), (("，", 0.5, 0.8),)])
def test_without_a_lexical_word_there_is_no_measure(words):
    assert measure(facts(said(*words))) is None


def test_latency_is_unknown_where_the_prompts_end_is():
    words = said(("可以", 0.5, 1.0))
    assert measure(facts(words, timing=Timing.UNKNOWN)).response_latency is None
    assert measure(facts(words, timing=Timing.UNRELIABLE)).response_latency == 0.5


word = st.builds(Word, st.text(max_size=5) | st.sampled_from(["嗯", "那个", "可以", "啊"]), st.floats(0, 60),
                 st.floats(0, 60))


@given(st.lists(word, max_size=12), st.lists(st.tuples(st.floats(0, 60), st.floats(0, 60)), max_size=6))
def test_any_words_and_segments_give_sane_measures(words, segments):
    fluency = measure(facts(Transcript(tuple(words)), segments=segments))
    if fluency is not None:
        assert fluency.characters > 0
        assert fluency.speaking_time >= 0
        assert 0 <= fluency.phonation_ratio <= 1
        assert 0 <= fluency.pause_time <= fluency.speaking_time
        assert fluency.long_pauses <= fluency.silent_pauses
        assert min(fluency.fillers, fluency.repeats, fluency.mid_clause_hesitations, fluency.speech_rate) >= 0
