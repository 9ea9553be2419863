from __future__ import annotations

import pytest

from tools.demo_model import phones, readings
from tools.demo_model.topology import Topology


@pytest.mark.parametrize(
    ("syllable", "sounds"),
    [
        ("zhong1", ("zh", "ong1")),
        ("yi1", ("i1",)),
        ("zi5", ("z", "ii5")),
        ("shi4", ("sh", "iii4")),
        ("nv3", ("n", "v3")),
        ("ju4", ("j", "v4")),
        ("yue4", ("ve4",)),
        ("er2", ("er2",)),
        ("wo3", ("uo3",)),
        ("ma", ("m", "a5")),
    ],
)
def test_a_syllable_splits_into_initial_and_tonal_final(syllable, sounds):
    assert phones.split_syllable(syllable) == sounds


def test_sounds_outside_the_phone_set_are_refused():
    with pytest.raises(KeyError):
        phones.split_syllable("hm5")
    assert not phones.is_known("ê2")


def test_every_syllable_of_mandarin_is_covered():
    syllables = phones.all_syllables()
    assert len(syllables) > 400
    assert {"zhuang", "lve", "nv", "yo", "er", "zi", "shi"} <= set(syllables)


def test_pdfs_are_numbered_without_gaps():
    numbers = [pdf for pdfs in phones.pdf_table().values() for pdf in pdfs]
    assert numbers == list(range(phones.pdf_count()))


def test_transition_ids_are_one_loop_and_one_way_out_per_hmm_state():
    topology = Topology()
    assert topology.triples == sorted(topology.triples)
    ids = sorted([*topology.loop.values(), *topology.forward.values()])
    assert ids == list(range(1, topology.transition_count + 1))
    assert topology.transition_count == 2 * len(topology.triples)


def test_word_positions_mark_where_a_word_begins_and_ends():
    topology = Topology()
    names = [topology.names[phone] for phone in topology.word_phones(("ni3", "hao3"))]
    assert names == ["n_B", "i3_I", "h_I", "ao3_E"]
    assert [topology.names[phone] for phone in topology.word_phones(("yi1",))] == ["i1_S"]


def test_third_tones_change_inside_a_word_and_before_the_next():
    forms = readings.with_third_tone_sandhi(("zhan3", "lan3", "guan3"))
    assert ("zhan2", "lan2", "guan3") in forms
    assert ("zhan2", "lan2", "guan2") in forms
    assert ("zhan3", "lan3", "guan3") in forms
    assert readings.with_third_tone_sandhi(("tai4", "gui4")) == {("tai4", "gui4")}


def test_espeak_mnemonics_become_sounds_and_tones():
    assert readings.parse_mnemonics("n'i35_| X'Au214_|") == [("ni", "2"), ("XAu", "3")]
    assert readings.parse_mnemonics("m'@11_|") == [("m@", "5")]
