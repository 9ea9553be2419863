"""The turn's phases, limits and illegal events."""

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from voicedrill.core.model import RATE, EndReason
from voicedrill.core.turn import Phase, Turn, TurnError, TurnLimits

BLOCK = 512


def blocks(seconds):
    return round(seconds * RATE / BLOCK)


def run(turn, *stretches):
    """Feed (probability, seconds) stretches until the turn ends."""
    for probability, seconds in stretches:
        for _ in range(blocks(seconds)):
            if turn.hear(probability, BLOCK) is Phase.ENDED:
                return turn
    return turn


def begun(**limits):
    turn = Turn(TurnLimits(**limits))
    turn.prompt_ended()
    return turn


def test_a_reply_ends_after_the_hang_over_and_knows_where_it_was():
    turn = run(begun(), (0.0, 1.0), (0.9, 2.0), (0.0, 5.0))
    assert turn.end_reason is EndReason.REPLY_ENDED
    assert turn.speech_start == blocks(1.0) * BLOCK
    assert turn.speech_end == blocks(1.0) * BLOCK + blocks(2.0) * BLOCK
    assert 1.5 <= (turn.position - turn.speech_end) / RATE < 1.5 + BLOCK / RATE


def test_a_thinking_pause_shorter_than_the_hang_over_does_not_end_the_reply():
    turn = run(begun(), (0.9, 1.0), (0.0, 1.4), (0.9, 1.0))
    assert turn.phase is Phase.ANSWERING
    assert run(turn, (0.0, 2.0)).end_reason is EndReason.REPLY_ENDED


def test_a_click_does_not_begin_an_answer():
    assert run(begun(), (0.0, 0.5), (0.95, 0.1), (0.0, 2.0)).phase is Phase.WAITING


def test_silence_ends_the_turn():
    turn = run(begun(no_speech=4.0), (0.1, 10.0))
    assert turn.end_reason is EndReason.NO_SPEECH
    assert turn.speech_start is None


def test_speech_that_begins_at_the_very_limit_is_not_cut():
    assert run(begun(no_speech=4.0), (0.0, 3.95), (0.9, 0.3)).phase is Phase.ANSWERING


def test_endless_noise_ends_the_turn():
    turn = run(begun(max_reply=6.0), (0.9, 60.0))
    assert turn.end_reason is EndReason.TOO_LONG
    assert turn.position / RATE == pytest.approx(6.0, abs=0.1)


def test_the_limit_counts_from_the_first_word_not_from_the_prompt():
    turn = run(begun(max_reply=5.0), (0.0, 4.0), (0.9, 20.0))
    assert turn.end_reason is EndReason.TOO_LONG
    assert 5.0 <= (turn.position - turn.speech_start) / RATE < 5.0 + BLOCK / RATE


def test_limits_are_reached_at_exactly_their_length():
    limits = {"onset": 2 * BLOCK / RATE, "hang_over": 4 * BLOCK / RATE}
    turn = begun(**limits)
    assert [turn.hear(0.9, BLOCK), turn.hear(0.9, BLOCK)] == [Phase.WAITING, Phase.ANSWERING]
    assert [turn.hear(0.0, BLOCK) for _ in range(4)] == [Phase.ANSWERING] * 3 + [Phase.ENDED]


def test_the_guard_ignores_the_prompts_echo():
    assert run(begun(guard=0.5), (0.9, 0.5), (0.0, 1.0)).phase is Phase.WAITING


def test_input_that_ends_early_keeps_what_was_said():
    turn = run(begun(), (0.9, 1.0))
    turn.input_ended()
    assert turn.end_reason is EndReason.INPUT_ENDED
    silent = begun()
    silent.input_ended()
    assert silent.end_reason is EndReason.NO_SPEECH


class TurnMachine(RuleBasedStateMachine):
    """Any order of events: legal ones follow the table, illegal ones change nothing."""

    def __init__(self):
        super().__init__()
        self.turn = Turn(TurnLimits(no_speech=1.0, max_reply=3.0, hang_over=0.5))
        self.seen = [Phase.PROMPTING]

    def step(self, event):
        before = vars(self.turn).copy()
        try:
            event()
        except TurnError:
            assert vars(self.turn) == before
        if self.turn.phase is not self.seen[-1]:
            self.seen.append(self.turn.phase)

    @rule()
    def prompt_ended(self):
        self.step(self.turn.prompt_ended)

    @rule(probability=st.floats(0, 1), count=st.integers(1, 40))
    def hear(self, probability, count):
        for _ in range(count):
            self.step(lambda: self.turn.hear(probability, BLOCK))

    @rule()
    @precondition(lambda self: len(self.seen) > 1)
    def input_ended(self):
        self.step(self.turn.input_ended)

    @rule()
    @precondition(lambda self: len(self.seen) > 2)
    def interrupt(self):
        self.step(self.turn.interrupt)

    @invariant()
    def phases_never_go_back(self):
        order = list(Phase)
        assert [order.index(p) for p in self.seen] == sorted({order.index(p) for p in self.seen})

    @invariant()
    def an_end_has_a_reason(self):
        assert (self.turn.phase is Phase.ENDED) == (self.turn.end_reason is not None)

    @invariant()
    def nothing_outlasts_its_limit(self):
        assert self.turn.position <= (1.0 + 3.0 + 0.5) * RATE + 2 * BLOCK


TestTurnMachine = TurnMachine.TestCase
