import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scoring_samples import AVERAGE, labelled, question, shipped_questions, transcript

from voicedrill.core.matching import CutOffs, Matcher, matcher
from voicedrill.core.model import Criterion, Transcript, Verdict, Word


def find(asked, said, cut_offs=None):
    """Findings by criterion id."""
    found = Matcher(asked.criteria, asked.prompt, cut_offs or CutOffs()).find(said)
    return {m.finding.criterion_id: m.finding for m in found}


def one(phrases, said, prompt="太贵了"):
    asked = question({"t": {"a": phrases}}, prompt=prompt)
    return find(asked, said if isinstance(said, Transcript) else transcript(said))["t.a"]


def test_a_phrase_is_found_with_its_words_and_seconds():
    said = transcript("这个", "产品", "可以", "用", "十年", "您", "看")
    finding = find(AVERAGE, said)["average.a"]
    assert finding.verdict is Verdict.HIT
    assert finding.score > 80
    evidence = finding.evidence
    assert (evidence.phrase, evidence.said) == ("可以用十年", "可以用十年")
    assert (evidence.first_word, evidence.last_word) == (2, 4)
    assert (evidence.start, evidence.end) == (said.words[2].start, said.words[4].end)


@pytest.mark.parametrize("said", [
    "嗯这个可以用10年的",          # numeral
    "可以用石年",                  # homophone
    "科以用十连",                  # near homophone: nian and lian
    "用可以十年",                  # order
    "可以用個十年",                # traditional, one more
    "可以嗯用那个十年",            # fillers
])
def test_what_is_written_differently_is_still_found(said):
    assert one(["可以用十年"], said).verdict is Verdict.HIT


def test_another_wording_is_missed_without_evidence():
    finding = one(["可以用十年"], "今天天气真不错")
    assert (finding.verdict, finding.score, finding.evidence) == (Verdict.MISSED, 0.0, None)


@pytest.mark.parametrize("said", ["好", "的", "不", "是的", "嗯", "", "、", "产品好"])
def test_a_short_reply_hits_nothing(said):
    """partial_ratio would take the reply as needle: 好 in any phrase, or nothing in anything, is 100 to it."""
    assert fuzz_says_100("好", "质量比他们好")
    for finding in find(AVERAGE, transcript(said)).values():
        assert finding.verdict is Verdict.MISSED


def fuzz_says_100(a, b):
    from rapidfuzz import fuzz

    return fuzz.partial_ratio(a, b) == 100 and fuzz.partial_ratio("", "") == 100


def test_repeating_the_objection_hits_nothing():
    asked = question({"t": {"a": ["价格不算太贵", "一点也不贵"]}}, prompt="价格太贵了")
    assert find(asked, transcript("您说价格太贵了"))["t.a"].verdict is not Verdict.HIT
    assert find(asked, transcript("其实价格不算太贵"))["t.a"].verdict is Verdict.HIT


def test_a_phrase_equal_to_the_objection_is_never_hit_by_an_echo():
    finding = one(["太贵了", "价格合理"], "太贵了", prompt="太贵了")
    assert finding.verdict is not Verdict.HIT


@pytest.mark.parametrize(("phrase", "said"), [
    ("能便宜一些", "我们不能便宜一些"),
    ("说真的", "我不跟您说真的"),
    ("合起来更便宜", "合起来并没有更便宜"),
    ("用过的人都说好", "用过的人都说不好"),
    ("看长远", "不用看长远"),
    ("看长远", "不咏看长远"),                     # 用 misheard
    ("每一部分都不贵", "每一部分都很贵"),
    ("低价的我们没有", "低价的我们也有"),
])
def test_a_denied_phrase_is_negated(phrase, said):
    finding = one([phrase], said, prompt="我要考虑一下")
    assert finding.verdict is Verdict.NEGATED
    assert finding.evidence.phrase == phrase


@pytest.mark.parametrize("words", [("我们", "不能", "送货", "安装"), ("送货", "安装", "我们", "没有")])
def test_the_clip_of_a_denial_lets_hear_the_negator(words):
    finding = one(["送货安装服务"], transcript(*words), prompt="我要考虑一下")
    assert finding.verdict is Verdict.NEGATED
    assert ("不能" in finding.evidence.said) or ("没有" in finding.evidence.said)


@pytest.mark.parametrize(("phrase", "said"), [
    ("质量比他们好", "不是我吹质量比他们好太多了"),
    ("合起来更便宜", "每一部分都不贵合起来更便宜"),
    ("能便宜一些", "您问能不能便宜一些是能便宜一些的"),
    ("非常划算", "真的非常划算"),
    ("没有人维修", "坏了煤油人维修"),              # 没有 misheard
    ("其他地方也没有", "不瞒您说其他地方也没有"),
])
def test_a_negator_that_denies_nothing_is_no_denial(phrase, said):
    assert one([phrase], said, prompt="我要考虑一下").verdict is Verdict.HIT


def test_a_hit_that_the_recogniser_doubts_is_unsure():
    asked = question({"t": {"a": ["可以用十年"]}})
    sure = find(asked, transcript("可以", "用", "十年", confidence=0.9))["t.a"]
    doubtful = find(asked, transcript("可以", "用", "十年", confidence=0.3))["t.a"]
    unknown = find(asked, transcript("可以", "用", "十年", confidence=None))["t.a"]
    assert (sure.verdict, doubtful.verdict, unknown.verdict) == (Verdict.HIT, Verdict.UNSURE, Verdict.HIT)
    assert doubtful.score == sure.score
    lenient = find(asked, transcript("可以", "用", "十年", confidence=0.3), CutOffs(confidence=0.2))["t.a"]
    assert lenient.verdict is Verdict.HIT


def test_a_longer_reply_needs_a_better_match():
    short = Matcher(AVERAGE.criteria, AVERAGE.prompt, CutOffs())
    reply, padding = "用个十来年", "今天天气真不错中午咱们一起去吃火锅吧" * 8
    alone = {m.finding.criterion_id: m for m in short.find(transcript(reply))}["average.a"]
    within = {m.finding.criterion_id: m for m in short.find(transcript(reply + padding))}["average.a"]
    assert within.margin < alone.margin


def test_criteria_without_phrases_and_empty_phrases_are_missed():
    asked = question({"t": {"a": [], "b": ["", "，"], "c": ["很划算", "很划算"]}})
    found = find(asked, transcript("真的很划算"))
    assert [found[c].verdict for c in ("t.a", "t.b", "t.c")] == [Verdict.MISSED, Verdict.MISSED, Verdict.HIT]


def test_compiled_matchers_are_kept():
    assert matcher(AVERAGE.criteria, AVERAGE.prompt) is matcher(AVERAGE.criteria, AVERAGE.prompt)
    assert matcher(AVERAGE.criteria, AVERAGE.prompt) is not matcher(AVERAGE.criteria, "别的")


def test_skipping_hopeless_phrases_changes_no_verdict():
    for asked in shipped_questions().values():
        compiled = Matcher(asked.criteria, asked.prompt, CutOffs())
        plain = PlainMatcher(asked.criteria, asked.prompt, CutOffs())
        for row in [*labelled("replies.csv")[::3], *labelled("negatives.csv")[::3], *labelled("traps.csv")[::3]]:
            said = transcript(row["text"])
            assert compiled.find(said) == plain.find(said)


class PlainMatcher(Matcher):
    """Aligns every phrase with every reply."""

    def _similarities(self, text, overlap, needed):
        return super()._similarities(text, overlap, np.full_like(needed, -1000))


texts = st.text(max_size=12) | st.sampled_from(["可以", "用", "十年", "不", "很划算", "没有", "a", "9"])
word = st.builds(Word, texts, st.floats(0, 600), st.floats(0, 600), st.none() | st.floats(0, 1))


@given(st.lists(word, max_size=30))
def test_any_words_give_one_finding_per_criterion_with_evidence_inside(words):
    said = Transcript(tuple(words))
    found = matcher(AVERAGE.criteria, AVERAGE.prompt).find(said)
    assert [m.finding.criterion_id for m in found] == [c.id for c in AVERAGE.criteria]
    for match in found:
        finding = match.finding
        assert 0 <= finding.score <= 100
        assert finding.evidence is not None or finding.verdict is Verdict.MISSED
        if finding.evidence is not None:
            first, last = finding.evidence.first_word, finding.evidence.last_word
            assert 0 <= first <= last < len(words)
            assert finding.evidence.said == "".join(w.text for w in words[first:last + 1])


@given(st.lists(st.text(max_size=10), max_size=5), st.text(max_size=20), st.text(max_size=40))
def test_any_phrases_and_prompt_can_be_matched(phrases, prompt, said):
    compiled = Matcher([Criterion("c", "c", tuple(phrases))], prompt, CutOffs())
    assert len(compiled.find(transcript(said))) == 1


def test_ten_minutes_of_speech_are_matched():
    said = transcript(*["今天天气真不错咱们去吃火锅"] * 230, "可以用十年", "平均到每天", "才几块钱")
    found = find(AVERAGE, said)
    assert found["average.a"].evidence.first_word == 230
