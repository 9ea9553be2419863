from __future__ import annotations

import math

import pytest

from tools.demo_model.language_model import END, Trigram, Weights

VOCABULARY = ["太", "贵", "了", "便宜", "飞机", "罕"]
COMMON = {"飞机": 500, "便宜": 50, "太": 900}
SENTENCES = [(["太", "贵", "了"], 6.0), (["太", "便宜", "了"], 1.0), (["贵"], 1.0)]


@pytest.fixture
def model():
    return Trigram(SENTENCES, VOCABULARY, COMMON, Weights())


@pytest.mark.parametrize("history", [(), ("太",), ("<s>", "太"), ("<s>",), ("飞机",), ("罕", "太")])
def test_probabilities_of_a_history_sum_to_one(model, history):
    total = sum(model.probability(word, history) for word in [*VOCABULARY, END])
    assert total == pytest.approx(1.0)


def test_a_sentence_of_the_domain_beats_free_words_and_both_are_possible(model):
    assert model.probability("贵", ("<s>", "太")) > 0.6
    assert 0 < model.probability("飞机", ("<s>", "太")) < model.probability("便宜", ("<s>", "太"))
    assert model.probability("罕", ("太", "贵")) > 0


def test_common_words_follow_their_counts(model):
    assert model.probability("飞机") > model.probability("罕")


def test_a_larger_common_share_makes_free_speech_cheaper():
    free = Trigram(SENTENCES, VOCABULARY, COMMON, Weights(common_share=0.5))
    tied = Trigram(SENTENCES, VOCABULARY, COMMON, Weights(common_share=0.05))
    assert free.probability("飞机") > tied.probability("飞机")


def test_the_acceptor_gives_a_sentence_its_probability(model):
    number = {word: index for index, word in enumerate(VOCABULARY, start=1)}
    fst = model.acceptor(number)
    state, cost = fst.start, 0.0
    for word in ("太", "贵", "了"):
        (arc,) = [arc for arc in fst.arcs if arc.source == state and arc.input == number[word]]
        state, cost = arc.target, cost + arc.weight
    cost += fst.finals[state]
    expected = (
        model.probability("太", ("<s>",))
        * model.probability("贵", ("<s>", "太"))
        * model.probability("了", ("太", "贵"))
        * model.probability(END, ("贵", "了"))
    )
    assert math.exp(-cost) == pytest.approx(expected)


def test_every_state_can_back_off_to_every_word(model):
    fst = model.acceptor({word: index for index, word in enumerate(VOCABULARY, start=1)})
    backoff = {arc.source: arc.target for arc in fst.arcs if arc.input == 0}
    roots = set(range(fst.state_count())) - set(backoff)
    assert len(roots) == 1
    (root,) = roots
    assert {arc.input for arc in fst.arcs if arc.source == root} == set(range(1, len(VOCABULARY) + 1))
