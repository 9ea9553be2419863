from __future__ import annotations

import struct

import pytest

from tools.demo_model import fst_files, lexicon
from tools.demo_model.fst_files import Arc, Fst
from tools.demo_model.topology import Topology

PRONUNCIATIONS = {
    "太": {("tai4",)},
    "态": {("tai4",)},
    "太太": {("tai4", "tai5")},
    "贵": {("gui4",)},
    "珍贵": {("zhen1", "gui4")},
    "你好": {("ni3", "hao3"), ("ni2", "hao3")},
    "一": {("yi1",), ("yi4",)},
}
UNKNOWN = "[unk]"


@pytest.fixture(scope="module")
def topology():
    return Topology()


@pytest.fixture(scope="module")
def number():
    return {word: index for index, word in enumerate([*PRONUNCIATIONS, UNKNOWN], start=1)}


@pytest.fixture(scope="module")
def fst(topology, number):
    return lexicon.build(topology, PRONUNCIATIONS, number, UNKNOWN)


def transcribe(topology, fst, readings):
    """All word sequences for the phones of some words said without silence; one frame per HMM state."""
    frames = []
    for reading in readings:
        for phone in topology.word_phones(reading):
            frames += [topology.forward[phone, state] for state in range(topology.state_count(phone))]
    found = set()
    todo = [(fst.start, 0, ())]
    while todo:
        state, at, words = todo.pop()
        if at == len(frames) and state in fst.finals:
            found.add(words)
        for arc in fst.arcs:
            if arc.source != state or (arc.input and (at == len(frames) or arc.input != frames[at])):
                continue
            todo.append((arc.target, at + bool(arc.input), words + ((arc.output,) if arc.output else ())))
    return found


@pytest.mark.parametrize("word", PRONUNCIATIONS)
def test_every_reading_gives_its_word(topology, fst, number, word):
    for reading in PRONUNCIATIONS[word]:
        assert (number[word],) in transcribe(topology, fst, [reading])


def test_homophones_are_all_offered(topology, fst, number):
    assert transcribe(topology, fst, [("tai4",)]) == {(number["太"],), (number["态"],)}


def test_words_follow_each_other(topology, fst, number):
    heard = transcribe(topology, fst, [("tai4",), ("gui4",)])
    assert heard == {(number["太"], number["贵"]), (number["态"], number["贵"])}


def test_word_boundaries_are_heard_from_the_phones(topology, fst, number):
    # The same sounds as one word: another path, because begin and end phones differ.
    assert transcribe(topology, fst, [("tai4", "tai5")]) == {(number["太太"],)}


def test_a_state_has_at_most_one_self_loop(fst):
    loops = [arc.source for arc in fst.arcs if arc.source == arc.target]
    assert len(loops) == len(set(loops))


def test_endings_are_shared(topology):
    few = lexicon.build(topology, {"甲贵": {("jia3", "gui4")}}, {"甲贵": 1, UNKNOWN: 2}, UNKNOWN)
    more = lexicon.build(
        topology, {"甲贵": {("jia3", "gui4")}, "乙贵": {("bi3", "gui4")}}, {"甲贵": 1, "乙贵": 2, UNKNOWN: 3}, UNKNOWN
    )
    # b + i3 with their loops are new, gui4 is not: fewer arcs than a second full word of four phones.
    assert 0 < len(more.arcs) - len(few.arcs) <= 7


def test_lookahead_intervals_name_the_words_ahead(tmp_path, fst, number):
    relabel = fst_files.write_olabel_lookahead(tmp_path / "HCLr.fst", fst)
    assert sorted(relabel) == sorted(number.values())
    assert len(set(relabel.values())) == len(relabel)
    order, index = fst_files._number_outputs(fst)
    reach = fst_files._reachable(fst, order, index)
    # From the start every word and the end can come next.
    assert reach[fst.start] == ((1, len(number) + 2),)
    for arc in fst.arcs:
        if arc.output:
            label = index[arc.output]
            assert any(first <= label < last for first, last in reach[arc.source])


def test_the_file_is_an_openfst_lookahead_fst(tmp_path, fst):
    path = tmp_path / "HCLr.fst"
    fst_files.write_olabel_lookahead(path, fst)
    data = path.read_bytes()
    assert struct.unpack("<ii", data[:8]) == (2125659606, len("olabel_lookahead"))
    assert data[8:24] == b"olabel_lookahead"


def test_a_cycle_without_words_is_refused(tmp_path):
    loop = Fst(0, {0: 0.0}, [Arc(0, 1, 0, 0.0, 1), Arc(1, 2, 0, 0.0, 0)])
    with pytest.raises(ValueError, match="cycle"):
        fst_files.write_olabel_lookahead(tmp_path / "x.fst", loop)
