import pytest
from scoring_samples import AVERAGE, labelled, question, shipped_questions, transcript

from voicedrill.core.kinds import assess
from voicedrill.core.model import Verdict


def test_the_tactic_with_more_points_is_recognised():
    assessment = assess(AVERAGE, transcript("可以", "用", "十年", "平均", "到", "每天", "质量", "比", "他们", "好"))
    assert assessment.tactic_id == "average"
    assert [t.tactic_id for t in assessment.tactics] == ["average", "compare"]
    assert [t.coverage for t in assessment.tactics] == [pytest.approx(2 / 3), 0.5]
    assert [f.criterion_id for f in assessment.findings] == [c.id for c in AVERAGE.criteria]


@pytest.mark.parametrize("words", [(), ("好",), ("今天", "天气", "真", "不错"), ("太贵了",), ("不", "划算")])
def test_no_tactic_is_recognised_without_its_points(words):
    assert assess(AVERAGE, transcript(*words)).tactic_id is None


def test_doubtful_words_do_not_hide_the_tactic():
    assessment = assess(AVERAGE, transcript("可以", "用", "十年", "平均", "到", "每天", confidence=0.2))
    assert assessment.tactic_id == "average"
    assert assessment.tactics[0].coverage == 0


def test_a_denied_tactic_is_not_recognised():
    assessment = assess(AVERAGE, transcript("不", "可以", "用", "十年"))
    assert assessment.tactic_id is None
    assert assessment.findings[0].verdict is Verdict.NEGATED


def test_a_question_without_tactics_has_none():
    assessment = assess(question({}), transcript("可以"))
    assert (assessment.tactic_id, assessment.tactics, assessment.findings) == (None, (), ())


def test_labelled_replies():
    """Regression bounds on the development set without recognition errors, a little below what was measured."""
    questions = shipped_questions()
    right, rows = 0, [r for r in labelled("replies.csv") if r["kind"] != "far"]
    for row in rows:
        right += assess(questions[row["objection"]], transcript(row["text"])).tactic_id == row["tactic"]
    assert right / len(rows) >= 0.9


def test_labelled_negatives():
    questions = shipped_questions()
    accepted = [
        assess(asked, transcript(row["text"])).tactic_id is not None
        for row in labelled("negatives.csv")
        for asked in ([questions[row["objection"]]] if row["objection"] != "*" else questions.values())
    ]
    assert sum(accepted) / len(accepted) <= 0.03


def test_labelled_traps():
    questions = shipped_questions()
    verdicts = {"trap": [], "affirmed": []}
    for row in labelled("traps.csv"):
        found = assess(questions[row["objection"]], transcript(row["text"])).findings
        verdicts[row["kind"]] += [f.verdict for f in found if f.criterion_id == row["points"]]
    assert sum(v is not Verdict.HIT for v in verdicts["trap"]) >= 26
    assert sum(v is Verdict.HIT for v in verdicts["affirmed"]) >= 22
