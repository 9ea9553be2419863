from scoring_samples import AVERAGE, facts, transcript

from voicedrill.core.evaluation import evaluate
from voicedrill.core.matching import CutOffs
from voicedrill.core.model import Transcript, Verdict


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
