"""Graph phones (with word position), HMM topology and transition ids: what Kaldi calls the lang folder.

SIL and SPN exist once; every other base phone as _B _E _I _S (begin, end, inside, single), initials only as _B
and _I. The variants of a phone share its pdfs and differ in their transition ids, from which Vosk reads where a
word starts and ends. The acoustic model (`export.py`) and the graph (`graph.py`) must agree on all of this, so both
take it from here.
"""

from __future__ import annotations

from collections.abc import Sequence

from tools.demo_model import phones

_KINDS = {"begin": "_B", "end": "_E", "internal": "_I", "singleton": "_S"}


class Topology:
    """Numbers of phones and transitions.

    Attributes:
        names: phone id -> name; id 0 is <eps>.
        boundary: phone id -> word position as `word_boundary.int` spells it.
        triples: (phone, HMM state, pdf), sorted, in Kaldi's order of transition states.
        loop: (phone, HMM state) -> transition id of the self-loop.
        forward: (phone, HMM state) -> transition id of the way out.
    """

    def __init__(self) -> None:
        pdfs = phones.pdf_table()
        self.names = ["<eps>"]
        self.boundary: dict[int, str] = {}
        self._base = [""]
        for base in phones.base_phones():
            for kind in self._positions(base):
                self.boundary[len(self.names)] = kind
                self.names.append(base if base in (phones.SIL, phones.SPN) else base + _KINDS[kind])
                self._base.append(base)
        self.ids = {name: number for number, name in enumerate(self.names)}
        self.triples: list[tuple[int, int, int]] = []
        self.loop: dict[tuple[int, int], int] = {}
        self.forward: dict[tuple[int, int], int] = {}
        transition = 1
        for phone in range(1, len(self.names)):
            for state, pdf in enumerate(pdfs[self._base[phone]]):
                self.triples.append((phone, state, pdf))
                self.loop[phone, state], self.forward[phone, state] = transition, transition + 1
                transition += 2
        self.transition_count = transition - 1

    @staticmethod
    def _positions(base: str) -> Sequence[str]:
        if base == phones.SIL:
            return ("nonword",)
        if base == phones.SPN:
            return ("singleton",)
        if base in phones.INITIALS:
            return ("begin", "internal")
        return ("begin", "end", "internal", "singleton")

    def state_count(self, phone: int) -> int:
        """HMM states of a graph phone."""
        return phones.state_count(self._base[phone])

    def word_phones(self, syllables: Sequence[str]) -> tuple[int, ...]:
        """Syllables of one word, such as (ni3, hao3), as graph phone ids with word positions."""
        sounds = [sound for syllable in syllables for sound in phones.split_syllable(syllable)]
        if len(sounds) == 1:
            return (self.ids[sounds[0] + "_S"],)
        names = [sounds[0] + "_B", *(sound + "_I" for sound in sounds[1:-1]), sounds[-1] + "_E"]
        return tuple(self.ids[name] for name in names)
