from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scoring_samples import AVERAGE, facts, rubric, transcript

from voicedrill.core.evaluation import evaluate
from voicedrill.core.explanation import explain
from voicedrill.core.matching import DEFAULT_CUT_OFFS
from voicedrill.core.model import Criterion, Verdict
from voicedrill.core.scoring import score
from voicedrill.core.verbatim import recite

RUBRIC = rubric()
SENTENCE = "投资有风险，过往业绩不代表未来收益，请您谨慎选择"
MUST = Criterion("must", "风险提示", (SENTENCE,), kind="verbatim")


def said(*words, confidence=0.9, criterion=MUST):
    return recite(criterion, transcript(*words, confidence=confidence).words, DEFAULT_CUT_OFFS)


def parts(finding):
    return [(p.kind, p.expected, p.heard) for p in finding.parts if p.kind != "said"]


def test_word_for_word_is_a_full_hit():
    words = ("投资", "有", "风险", "过往", "业绩", "不", "代表", "未来", "收益", "请您", "谨慎", "选择")
    finding = said("好的", *words, "再见")
    assert (finding.verdict, finding.score) == (Verdict.HIT, 100.0)
    assert (finding.evidence.start, finding.evidence.first_word, finding.evidence.last_word) == (1.5, 1, 12)
    assert [p.kind for p in finding.parts] == ["said"]


def test_homophones_count_as_said():
    finding = said("头子", *"有风险过往业绩不代表未来收益请您谨慎选择")
    assert (finding.verdict, finding.score) == (Verdict.HIT, 100.0)


def test_what_was_changed_skipped_and_added_is_told_with_its_seconds():
    finding = said("投资", "都", "有", "危机", "过往", "业绩", "不", "代表", "未来", "请您", "谨慎", "选择")
    assert finding.verdict is Verdict.PARTIAL
    assert finding.score == pytest.approx(100 * 18 / 23, abs=0.1)
    assert [(k, e) for k, e, _ in parts(finding)] == [("added", ""), ("changed", "风险"), ("skipped", "收益")]
    added, changed, skipped = (p for p in finding.parts if p.kind != "said")
    assert (added.heard, changed.heard, skipped.heard) == ("都", "危机", "")
    assert (added.start, added.end) == (1.5, 1.75)
    assert skipped.start == skipped.end == transcript("投资", "都", "有", "危机", "过往业绩不代表未来").words[-1].end


def test_a_negator_left_out_turns_the_sentence_round():
    finding = said("投资", "有", "风险", "过往", "业绩", "代表", "未来", "收益", "请您", "谨慎", "选择")
    assert finding.verdict is Verdict.NEGATED
    assert said(*SENTENCE.replace("有风险", "没有风险")).verdict is Verdict.NEGATED


def test_doubted_words_are_unsure():
    assert said(*SENTENCE, confidence=0.2).verdict is Verdict.UNSURE


@pytest.mark.parametrize("words", [(), ("好",), ("今天天气不错",), ("投资",)])
def test_something_else_is_missed(words):
    assert said(*words).verdict is Verdict.MISSED


def test_of_several_sentences_the_best_counts():
    both = replace(MUST, phrases=("感谢您的来电祝您生活愉快", SENTENCE))
    assert said(*SENTENCE, criterion=both).score == 100


def test_the_part_that_was_said_earns_its_share():
    asked = replace(AVERAGE, tactics=(replace(AVERAGE.tactics[0], criteria=(
        *AVERAGE.tactics[0].criteria, replace(MUST, id="average.d"))),))
    words = ("可以", "用", "十年", "平均", "到", "每天", "很", "划算",
             "投资", "有", "风险", "过往", "业绩", "不", "代表", "未来", "收益")
    evaluation = evaluate(asked, facts(transcript(*words)), RUBRIC.cut_offs)
    card = score(asked, evaluation, RUBRIC)
    finding = evaluation.findings[3]
    assert (finding.verdict, card.points[3].earned) == (
        Verdict.PARTIAL, pytest.approx(card.points[3].possible * finding.score / 100))
    assert "漏了「请您谨慎选择」" in explain(asked, evaluation, card)[3].zh
    required = replace(asked, tactics=(replace(asked.tactics[0], criteria=(
        *AVERAGE.tactics[0].criteria, replace(MUST, id="average.d", required=True))),))
    assert score(required, evaluation, replace(RUBRIC, pass_mark=1.0)).passed is False


@settings(deadline=None)
@given(st.lists(st.text(max_size=8), max_size=12), st.text(max_size=20))
def test_any_words_and_any_sentence_have_a_verdict(words, sentence):
    finding = recite(Criterion("x", "x", (sentence, SENTENCE), kind="verbatim"), transcript(*words).words,
                     DEFAULT_CUT_OFFS)
    assert 0 <= finding.score <= 100
    assert all(p.start <= p.end for p in finding.parts)
