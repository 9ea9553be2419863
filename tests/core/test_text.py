import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicedrill.core.text import fold, normalise, spell, to_syllables


@pytest.mark.parametrize(("written", "normal"), [
    ("用10年", "用十年"),
    ("８折", "八折"),
    ("省了12.5元", "省了十二点五元"),
    ("打80%", "打百分之八十"),
    ("13800138000", "一三八零零一三八零零零"),
    ("便宜一點兒", "便宜一点"),
    ("女儿喜欢", "女儿喜欢"),
    ("您觉得，咱们行吗？", "你觉得我们行吗"),
    ("嗯，那个，我觉得啊，可以", "我觉得可以"),
    ("这个这个怎么说", "怎么说"),
    ("额外送您", "额外送你"),
    ("名额有限", "名额有限"),
    ("呃，我再说", "我再说"),
    ("VIP客户😀", "vip客户"),
    ("", ""),
    ("……！？", ""),
])
def test_normal_form(written, normal):
    assert normalise([written]).characters == normal


def test_each_character_knows_its_word():
    text = normalise(["嗯", "咱们", "用", "10", "年"])
    assert text.characters == "我们用十年"
    assert text.word_of == (1, 1, 2, 3, 4)


def test_a_variant_that_grows_stays_with_its_word():
    text = normalise(["有", "啥", "疑问"])
    assert text.characters == "有什么疑问"
    assert text.word_of == (0, 1, 1, 2, 2)


@pytest.mark.parametrize(("one", "other"), [("划算", "画蒜"), ("便宜", "片宜"), ("银行", "银航"), ("了解", "料姐")])
def test_homophones_have_equal_syllables(one, other):
    assert to_syllables(one) == to_syllables(other)


def test_a_character_with_two_readings_is_read_by_its_word():
    assert to_syllables("便宜")[0] != to_syllables("方便")[1]


@pytest.mark.parametrize(("one", "other"), [("四", "是"), ("湖", "服"), ("今", "京"), ("参", "仓")])
def test_confusable_syllables_fold_together(one, other):
    a, b = normalise([one + "天"]), normalise([other + "天"])
    assert a.syllables != b.syllables
    assert a.folded == b.folded


@pytest.mark.parametrize(("syllable", "folded"), [
    ("zhang", "zan"), ("neng", "len"), ("hui", "fui"), ("dong", "dong"), ("ying", "yin"), ("lv", "lv"), ("er", "er"),
])
def test_folding(syllable, folded):
    assert fold(syllable) == folded


@given(st.lists(st.text()))
def test_any_words_give_strings_of_one_length(words):
    text = normalise(words)
    assert len(text) == len(text.syllables) == len(text.folded) == len(text.word_of)
    assert list(text.word_of) == sorted(text.word_of)
    assert all(0 <= i < len(words) for i in text.word_of)


@given(st.text())
def test_spelling_is_stable(word):
    assert spell(spell(word)) == spell(word)


@given(st.text(alphabet="0123456789.%", max_size=40))
def test_any_number_can_be_read(number):
    assert not any(c.isascii() for c in spell(number))
