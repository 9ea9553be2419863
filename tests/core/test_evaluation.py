from dataclasses import replace

import pytest
from scoring_samples import AVERAGE, facts, question, rubric, transcript

from voicedrill.core.evaluation import evaluate
from voicedrill.core.explanation import headline
from voicedrill.core.matching import CutOffs
from voicedrill.core.model import CardStatus, Elsewhere, Transcript, Verdict
from voicedrill.core.scoring import score


def test_everything_comes_together():
    evaluation = evaluate(AVERAGE, facts(transcript("可以", "用", "十年", "真的", "很", "划算", confidence=0.9)))
    assert evaluation.tactic_id == "average"
    assert [f.verdict for f in evaluation.findings][:3] == [Verdict.HIT, Verdict.MISSED, Verdict.HIT]
    assert evaluation.fluency.characters == 10
    assert evaluation.reliability.reliable


def test_the_rubrics_cut_offs_decide():
    heard = facts(transcript("可以", "用", "十年"))
    assert evaluate(AVERAGE, heard, CutOffs(hit=100.0, per_doubling=0)).tactic_id != "compare"
    strict = evaluate(AVERAGE, heard, CutOffs(hit=100.0, unsure_margin=0.0, usual_length=1, per_doubling=50))
    assert all(f.verdict is Verdict.MISSED for f in strict.findings)


def test_the_same_facts_give_the_same_evaluation():
    heard = facts(transcript("平均", "到", "每天", "才", "几块钱"))
    assert evaluate(AVERAGE, heard) == evaluate(AVERAGE, heard)


def test_nothing_heard():
    evaluation = evaluate(AVERAGE, facts(Transcript()))
    assert evaluation.tactic_id is None
    assert evaluation.fluency is None
    assert evaluation.reliability.reliable


# ---------------------------------------------------------------- tactics of other questions

OTHER = replace(question({"promise": {"a": ["坏了免费换新", "十年包修"], "b": ["随叫随到", "当天上门"]}}),
                id="other", name="怕坏")
RIVAL = replace(question({"weak": {"a": ["坏了免费换新"]}}), id="rival", name="别的")
SAID = ("坏了", "免费", "换新", "我们", "当天", "上门")


def test_a_tactic_of_another_question_is_told():
    heard = facts(transcript(*SAID))
    found = evaluate(AVERAGE, heard, others=(AVERAGE, RIVAL, OTHER))
    assert found.tactic_id is None
    assert found.elsewhere == Elsewhere("other", "怕坏", "promise", "promise法")
    assert evaluate(AVERAGE, heard).elsewhere is None
    card = score(AVERAGE, found, rubric())
    assert card.total == 0
    assert "怕坏" in headline(AVERAGE, found, card).zh


def test_a_recognised_tactic_looks_nowhere_else():
    words = ("可以", "用", "十年", "平均", "到", "每天", *SAID)
    assert evaluate(AVERAGE, facts(transcript(*words)), others=(OTHER,)).elsewhere is None


def test_one_point_of_another_question_is_not_enough():
    assert evaluate(AVERAGE, facts(transcript("坏了", "免费", "换新")), others=(OTHER, RIVAL)).elsewhere is None


# ---------------------------------------------------------------- bad input, exactly

def judged(text, asked=AVERAGE, confidence=0.9):
    evaluation = evaluate(asked, facts(transcript(*text, confidence=confidence)), rubric().cut_offs)
    return evaluation, score(asked, evaluation, rubric())


def hits(evaluation):
    return [f.criterion_id for f in evaluation.findings if f.verdict is Verdict.HIT]


def test_an_empty_transcript_is_silence():
    evaluation, card = judged("")
    assert (hits(evaluation), evaluation.tactic_id, evaluation.fluency, evaluation.red_lines) == ([], None, None, ())
    assert (card.status, card.total, card.passed) == (CardStatus.SILENT, 0.0, False)


@pytest.mark.parametrize("word", ["好", "嗯", "贵", "OK", "😀", "。"])
def test_one_word_earns_nothing(word):
    evaluation, card = judged([word])
    assert (hits(evaluation), evaluation.tactic_id, card.total) == ([], None, 0.0)


def test_ten_minutes_of_speech_are_searched_to_the_end():
    talk = list("今天天气真不错我们一起去公园走走吧") * 141
    early, late = ["可以", "用", "十年", "平均", "到", "每天"], ["真的", "很", "划算"]
    evaluation, card = judged([*early, *talk, *late])
    assert evaluation.fluency.speaking_time > 600
    assert evaluation.tactic_id == "average"
    assert "average.a" in hits(evaluation)
    assert card.status is CardStatus.SCORED
    assert not hits(judged(talk)[0])
    assert evaluate(AVERAGE, facts(transcript(*talk))).tactic_id is None


def test_chinese_english_digits_and_emoji_are_read_as_they_are_spoken():
    words = ["我们的", "WiFi", "路由", "可以", "用", "10", "年", "😀", "平均", "到", "每天", "NICE", "很划算！"]
    evaluation, _ = judged(words)
    assert hits(evaluation) == ["average.a", "average.b", "average.c"]
    assert evaluation.findings[0].evidence.said == "可以用10年"


def test_a_pack_with_one_phrase():
    asked = question({"only": {"a": ["可以用十年"]}})
    assert judged(["可以", "用", "十年"], asked)[0].tactic_id == "only"
    assert judged(["今天", "天气", "不错"], asked)[0].tactic_id is None


def test_duplicate_phrases_count_once():
    once, twice = (question({"t": {"a": ["可以用十年"] * n, "b": ["平均到每天"]}}) for n in (1, 3))
    words = ["可以", "用", "十年", "呢"]
    assert judged(words, once) == judged(words, twice)
    shared = question({"t": {"a": ["可以用十年"]}, "u": {"a": ["可以用十年"]}})
    evaluation, _ = judged(words, shared)
    assert (evaluation.tactic_id, hits(evaluation)) == ("t", ["t.a", "u.a"])


def test_a_phrase_that_equals_the_objection_is_never_earned_by_repeating_it():
    asked = question({"t": {"a": ["太贵了"], "b": ["你们的产品太贵了"]}}, prompt="你们的产品太贵了")
    evaluation, card = judged(list("你们的产品太贵了"), asked)
    assert (hits(evaluation), evaluation.tactic_id, card.total) == ([], None, 0.0)


def test_missing_confidence_is_no_doubt():
    words = ["可以", "用", "十年", "平均", "到", "每天"]
    sure, none = judged(words, confidence=0.95)[0], judged(words, confidence=None)[0]
    assert hits(none) == hits(sure) == ["average.a", "average.b"]
    assert none.reliability.reliable


def test_words_out_of_order_in_time_are_read_as_they_stand():
    first, second, third, *rest = transcript("可以", "用", "十年", "平均", "到", "每天").words
    said = Transcript((replace(first, start=third.start, end=third.end), second,
                       replace(third, start=first.start, end=first.end), *rest))
    evaluation = evaluate(AVERAGE, replace(facts(transcript("好")), transcript=said))
    assert hits(evaluation) == ["average.a", "average.b"]
    clip = evaluation.findings[0].evidence
    assert (clip.said, clip.start, clip.end) == ("可以用十年", first.start, third.end)
    assert evaluation.fluency.speaking_time > 0


def test_phrases_in_another_order_are_still_heard():
    evaluation, _ = judged(["十年", "都", "可以", "用", "每天", "平均", "到"])
    assert evaluation.tactic_id == "average"
