"""The pronunciation lexicon as a transducer from transition ids to words (Kaldi's H, C and L in one).

Built directly as a prefix tree, so nothing has to be determinized afterwards: beginnings are shared by all words, and
from the phone where only one word is left, endings are shared too. The word is written at that phone, or behind the
last one for homophones. Between words stands optional silence.

Every state is entered by one phone only. That keeps the HMM expansion trivial: the self-loop of the phone's last HMM
state sits on the state itself (Kaldi's reordered convention: first the way out of an HMM state, then its loop).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from tools.demo_model import phones
from tools.demo_model.fst_files import Arc, Fst
from tools.demo_model.topology import Topology

Pronunciation = tuple[int, ...]
_GAP, _WORD = 0, 1
_EVEN = math.log(2)  # silence between two words is as likely as none


@dataclass
class _Tree:
    topology: Topology
    arcs: list[Arc] = field(default_factory=list)
    states: int = 2
    tails: dict[tuple[int, Pronunciation], int] = field(default_factory=dict)

    def new_state(self, phone: int) -> int:
        """A state entered by that phone, with the self-loop of its last HMM state."""
        state = self.states
        self.states += 1
        loop = self.topology.loop[phone, self.topology.state_count(phone) - 1]
        self.arcs.append(Arc(state, loop, 0, 0.0, state))
        return state

    def connect(self, source: int, phone: int, word: int, target: int, cost: float = 0.0) -> None:
        """The phone's HMM from one state to another that is entered by it."""
        if self.topology.state_count(phone) == 2:
            middle = self.states
            self.states += 1
            self.arcs.append(Arc(source, self.topology.forward[phone, 0], word, cost, middle))
            self.arcs.append(Arc(middle, self.topology.loop[phone, 0], 0, 0.0, middle))
            self.arcs.append(Arc(middle, self.topology.forward[phone, 1], 0, 0.0, target))
        else:
            self.arcs.append(Arc(source, self.topology.forward[phone, 0], word, cost, target))

    def tail(self, phone: int, rest: Pronunciation) -> int:
        """The state behind a phone from which only `rest` can follow; shared by all words that end alike."""
        if (phone, rest) not in self.tails:
            state = self.new_state(phone)
            self.tails[phone, rest] = state
            if rest:
                self.connect(state, rest[0], 0, self.tail(rest[0], rest[1:]))
            else:
                self.arcs.append(Arc(state, 0, 0, 0.0, _GAP))
        return self.tails[phone, rest]

    def grow(self, source: int, entries: Sequence[tuple[Pronunciation, int]], depth: int) -> None:
        """Add sorted (pronunciation, word) entries that share their first `depth` phones behind a state."""
        for phone, group in groupby(entries, key=lambda entry: entry[0][depth]):
            same = list(group)
            if len(same) == 1:
                pronunciation, word = same[0]
                self.connect(source, phone, word, self.tail(phone, pronunciation[depth + 1 :]))
                continue
            state = self.new_state(phone)
            self.connect(source, phone, 0, state)
            for pronunciation, word in same:
                if len(pronunciation) == depth + 1:
                    self.arcs.append(Arc(state, 0, word, 0.0, _GAP))
            longer = [entry for entry in same if len(entry[0]) > depth + 1]
            if longer:
                self.grow(state, longer, depth + 1)


def build(
    topology: Topology, pronunciations: Mapping[str, set[tuple[str, ...]]], number: Mapping[str, int], unknown: str
) -> Fst:
    """The lexicon transducer.

    Args:
        topology: phones and transitions of the acoustic model.
        pronunciations: word -> its readings in syllables.
        number: word -> output label, `unknown` included.
        unknown: the word for a stretch of foreign sound (SPN); only grammars given at run time use it.
    """
    entries = [
        (topology.word_phones(reading), number[word])
        for word, readings in pronunciations.items()
        for reading in readings
    ]
    entries.append(((topology.ids[phones.SPN],), number[unknown]))
    tree = _Tree(topology)
    silence = topology.ids[phones.SIL]
    quiet = tree.new_state(silence)
    tree.arcs.append(Arc(_GAP, 0, 0, _EVEN, _WORD))
    tree.connect(_GAP, silence, 0, quiet, _EVEN)
    tree.arcs.append(Arc(quiet, 0, 0, 0.0, _WORD))
    tree.grow(_WORD, sorted(set(entries)), 0)
    return Fst(_GAP, {_WORD: 0.0}, tree.arcs)
