"""Finite state transducers as plain lists, and the two OpenFst file formats that Vosk reads them from.

Written without OpenFst: its Python bindings and libvosk each carry a copy and hang in one process, and a graph that
needs no compiled tool can be rebuilt anywhere. Layouts follow OpenFst 1.8 (`const-fst.h`, `add-on.h`,
`label-reachable.h`), little endian.
"""

from __future__ import annotations

import struct
from pathlib import Path
from typing import BinaryIO, NamedTuple

import numpy as np

_FST_MAGIC, _ADD_ON_MAGIC = 2125659606, 446681434
_EXPANDED, _INPUT_SORTED, _OUTPUT_SORTED = 0x1, 0x10000000, 0x40000000
_FINAL = -1

Interval = tuple[int, int]
"""Labels from the first to before the second."""


class Arc(NamedTuple):
    """A transition; label 0 is epsilon, the weight a cost (-log probability)."""

    source: int
    input: int
    output: int
    weight: float
    target: int


class Fst(NamedTuple):
    """A transducer over states 0 to n - 1; `finals` maps a final state to its cost."""

    start: int
    finals: dict[int, float]
    arcs: list[Arc]

    def state_count(self) -> int:
        """One more than the highest state."""
        return 1 + max([self.start, *self.finals, *(max(arc.source, arc.target) for arc in self.arcs)])


def write_const(path: Path, fst: Fst) -> None:
    """Write a ConstFst sorted by input label."""
    with path.open("wb") as file:
        _write_const(file, fst, by_output=False)


def write_olabel_lookahead(path: Path, fst: Fst) -> dict[int, int]:
    """Write an `olabel_lookahead` FST: a ConstFst with, for every state, the output labels that can come next.

    Output labels are renumbered in depth-first order, so that the labels ahead of a state form few intervals.

    Returns:
        old -> new output label: to be applied to words.txt and to the language model.

    Raises:
        ValueError: a cycle without output label, other than a self-loop.
    """
    order, index = _number_outputs(fst)
    reach = _reachable(fst, order, index)
    relabel = {label: number for label, number in index.items() if label != _FINAL}
    arcs = [arc._replace(output=relabel[arc.output] if arc.output else 0) for arc in fst.arcs]
    with path.open("wb") as file:
        _write_header(file, "olabel_lookahead", (1, 0, _EXPANDED | _OUTPUT_SORTED, -1, 0, 0))
        file.write(struct.pack("<i", _ADD_ON_MAGIC))
        _write_const(file, Fst(fst.start, fst.finals, arcs), by_output=True)
        # An add-on follows; it has no part for input labels, and one for output labels: reach_input false,
        # relabelling not kept, label that stands for "final".
        file.write(struct.pack("<???", True, False, True))
        file.write(struct.pack("<??i", False, False, index.get(_FINAL, -1)))
        file.write(struct.pack("<q", len(reach)))
        for intervals in reach:
            file.write(struct.pack("<q", len(intervals)))
            for first, last in intervals:
                file.write(struct.pack("<ii", first, last))
            file.write(struct.pack("<i", sum(last - first for first, last in intervals)))
    return relabel


def _write_header(file: BinaryIO, kind: str, fields: tuple[int, int, int, int, int, int]) -> None:
    """Version, flags, properties, start state, counts of states and arcs."""
    file.write(struct.pack("<i", _FST_MAGIC))
    for name in (kind, "standard"):
        file.write(struct.pack("<i", len(name)) + name.encode())
    file.write(struct.pack("<iiQqqq", *fields))


def _write_const(file: BinaryIO, fst: Fst, by_output: bool) -> None:
    if by_output:
        arcs = sorted(fst.arcs, key=lambda arc: (arc.source, arc.output, arc.input))
    else:
        arcs = sorted(fst.arcs, key=lambda arc: (arc.source, arc.input, arc.output))
    count = fst.state_count()
    states = np.zeros(
        count, [("final", "<f4"), ("first", "<u4"), ("arcs", "<u4"), ("in_eps", "<u4"), ("out_eps", "<u4")]
    )
    states["final"] = np.inf
    for state, cost in fst.finals.items():
        states["final"][state] = cost
    table = np.array(
        [(arc.input, arc.output, arc.weight, arc.target) for arc in arcs],
        [("input", "<i4"), ("output", "<i4"), ("weight", "<f4"), ("target", "<i4")],
    )
    sources = np.array([arc.source for arc in arcs])
    states["arcs"] = np.bincount(sources, minlength=count)
    states["in_eps"] = np.bincount(sources[table["input"] == 0], minlength=count)
    states["out_eps"] = np.bincount(sources[table["output"] == 0], minlength=count)
    states["first"] = np.concatenate([[0], np.cumsum(states["arcs"])[:-1]])
    properties = _EXPANDED | (_OUTPUT_SORTED if by_output else _INPUT_SORTED)
    _write_header(file, "const", (2, 0, properties, fst.start, count, len(arcs)))
    file.write(states.tobytes())
    file.write(table.tobytes())


def _outgoing(fst: Fst) -> dict[int, list[tuple[int, int]]]:
    """State -> (output label, target) of its arcs, in a fixed order."""
    outgoing: dict[int, list[tuple[int, int]]] = {}
    for arc in sorted(fst.arcs, key=lambda arc: (arc.source, arc.output, arc.input)):
        outgoing.setdefault(arc.source, []).append((arc.output, arc.target))
    return outgoing


def _number_outputs(fst: Fst) -> tuple[list[int], dict[int, int]]:
    """States in the order in which a depth-first walk over output-epsilon arcs leaves them, and label numbers.

    Recursive: the walk is no deeper than the longest word has HMM states.
    """
    outgoing = _outgoing(fst)
    index: dict[int, int] = {}
    order: list[int] = []
    left: dict[int, bool] = {}

    def visit(state: int) -> None:
        left[state] = False
        if state in fst.finals:
            index.setdefault(_FINAL, len(index) + 1)
        for output, target in outgoing.get(state, ()):
            if output:
                index.setdefault(output, len(index) + 1)
            elif target not in left:
                visit(target)
            elif target != state and not left[target]:
                raise ValueError(f"cycle without output label through states {state} and {target}")
        left[state] = True
        order.append(state)

    for root in (fst.start, *range(fst.state_count())):
        if root not in left:
            visit(root)
    return order, index


def _reachable(fst: Fst, order: list[int], index: dict[int, int]) -> list[tuple[Interval, ...]]:
    """For every state the numbered labels that can be its next output."""
    outgoing = _outgoing(fst)
    reach: list[tuple[Interval, ...]] = [()] * fst.state_count()
    for state in order:
        own = [(index[_FINAL], index[_FINAL] + 1)] if state in fst.finals else []
        followers = set()
        for output, target in outgoing.get(state, ()):
            if output:
                own.append((index[output], index[output] + 1))
            elif target != state:
                followers.add(target)
        if not own and len(followers) == 1:
            reach[state] = reach[followers.pop()]
        else:
            reach[state] = _union([*own, *(span for target in followers for span in reach[target])])
    return reach


def _union(intervals: list[Interval]) -> tuple[Interval, ...]:
    merged: list[Interval] = []
    for first, last in sorted(intervals):
        if merged and first <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(last, merged[-1][1]))
        else:
            merged.append((first, last))
    return tuple(merged)
