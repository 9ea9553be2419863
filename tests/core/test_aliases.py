from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st
from scoring_samples import facts, question, transcript

from voicedrill.core.aliases import Proposal, hear, learn_aliases
from voicedrill.core.evaluation import evaluate
from voicedrill.core.model import Alias, Verdict

NAMES = (Alias("沃德康", ("我等看", "窝得慌")), Alias("云途通", ("云图",)))


def test_what_the_recogniser_made_of_a_name_is_put_right():
    text = hear(transcript("这台", "我等", "看", "很", "好"), NAMES)
    assert text.characters == "这台沃德康很好"
    assert text.word_of == (0, 0, 1, 1, 2, 3, 4)
    assert len(text.syllables) == len(text.folded) == len(text)


def test_a_name_may_be_longer_or_shorter_than_what_was_heard():
    text = hear(transcript("云图", "很", "好"), NAMES)
    assert (text.characters, text.word_of) == ("云途通很好", (0, 0, 0, 1, 2))


def test_a_name_that_was_heard_rightly_is_left_alone():
    known = (Alias("云图通", ("云图",)),)
    assert hear(transcript("云图通", "很", "好"), known).characters == "云图通很好"


def test_evidence_shows_what_was_recognised():
    asked = replace(question({"brand": {"a": ["沃德康净水机质量好"]}}), aliases=NAMES)
    heard = facts(transcript("窝", "得", "慌", "净水机", "质量", "好"))
    finding = evaluate(asked, heard).findings[0]
    assert finding.verdict is Verdict.HIT
    assert finding.evidence.said == "窝得慌净水机质量好"
    assert finding.score > evaluate(replace(asked, aliases=()), heard).findings[0].score


def test_aliases_are_learnt_from_what_was_read_and_what_was_heard():
    pairs = [("这台沃德康净水机很好", "这台我等看净水机很好"), ("沃德康用十年", "我等看用十年"),
             ("买沃德康吧", "买窝得慌吧"),
             ("沃德康", "沃得康"), ("这是沃德康", "这是沃德康")]
    assert learn_aliases(pairs, ["沃德康"]) == (Proposal("沃德康", "我等看", 2), Proposal("沃德康", "窝得慌", 1))


def test_true_words_and_other_talk_are_not_learnt():
    assert learn_aliases([("沃德康好", "我的好"), ("我的", "我的")], ["沃德康"]) == ()
    assert learn_aliases([("买沃德康", "买一台全自动洗碗机回家")], ["沃德康"]) == ()
    assert learn_aliases([("", ""), ("沃德康", ""), ("", "沃德康")], ["沃德康", ""]) == ()


@settings(deadline=None)
@given(st.lists(st.text(max_size=6), max_size=6), st.lists(st.tuples(st.text(), st.lists(st.text())), max_size=3))
def test_any_text_and_any_alias_keeps_the_way_back_to_the_words(words, aliases):
    text = hear(transcript(*words), tuple(Alias(n, tuple(h)) for n, h in aliases))
    assert len(text.characters) == len(text.syllables) == len(text.folded) == len(text.word_of)
    assert list(text.word_of) == sorted(text.word_of)
    assert all(0 <= w < len(words) for w in text.word_of)
