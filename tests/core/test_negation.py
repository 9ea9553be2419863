import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicedrill.core.negation import denials
from voicedrill.core.text import normalise


def count(text):
    return len(denials(normalise([text])).positions)


@pytest.mark.parametrize(("text", "negators"), [
    ("不能便宜", 1), ("没有不好", 0), ("不贵也不差", 2), ("未来", 0), ("特别", 0), ("是不是", 0), ("时不时", 0),
    ("有没有疑问", 0), ("补药买", 1), ("部分", 0), ("质量不错", 0), ("不值", 1), ("", 0),
])
def test_negators_are_counted(text, negators):
    assert count(text) == negators


@pytest.mark.parametrize(("text", "start", "reaches"), [
    ("不用看长远", 2, 1), ("我不跟你说真的", 4, 1), ("不贵合起来便宜", 2, 0), ("没关系看长远", 3, 0),
    ("不亏真的划算", 4, 0),
])
def test_a_negator_reaches_over_auxiliaries_only(text, start, reaches):
    found = denials(normalise([text]))
    assert len(found.reaching(start, len(text))) == reaches


@given(st.text(alphabet="不没有别未能会要是你的好贵a", max_size=30), st.integers(0, 30), st.integers(0, 30))
def test_any_stretch_can_be_asked_about(text, start, end):
    found = denials(normalise([text]))
    assert set(found.reaching(start, end)) <= found.positions
    assert not found.contradict(found, 0, len(text))
