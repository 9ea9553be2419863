"""Named slots: `{产品}` in a pack becomes what the product profile says. A slot is never read aloud unfilled."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from typing import Any

from voicedrill.content.document import Document, Fault, FieldPath

SLOT = re.compile(r"\{\s*([^{}]*?)\s*\}")


def fill_slots(document: Document, slots: Mapping[str, str]) -> list[Fault]:
    """Fill every slot in every text of the document, in place; what could not be filled."""
    faults: list[Fault] = []
    document.value = _filled(document, (), document.value, slots, faults)
    return faults


def _filled(document: Document, path: FieldPath, value: Any, slots: Mapping[str, str],  # noqa: ANN401
            faults: list[Fault]) -> Any:  # noqa: ANN401
    if isinstance(value, dict):
        return {k: _filled(document, (*path, k), v, slots, faults) for k, v in value.items()}
    if isinstance(value, list):
        return [_filled(document, (*path, i), v, slots, faults) for i, v in enumerate(value)]
    if not isinstance(value, str) or not ("{" in value or "}" in value):
        return value
    for name in SLOT.findall(value):
        if name not in slots:
            faults.append(document.fault(path, *_unknown_slot(name, slots)))
    left = SLOT.sub("", value)
    if "{" in left or "}" in left:
        faults.append(document.fault(path, "花括号不成对", "unbalanced curly brackets"))
    return SLOT.sub(lambda m: slots.get(m[1], m[0]), value)


def _unknown_slot(name: str, slots: Mapping[str, str]) -> tuple[str, str]:
    near = difflib.get_close_matches(name, slots, 1, 0.4)
    if near:
        return (f"产品档案里没有空位 {{{name}}}，是不是 {{{near[0]}}}？",
                f"the profile has no slot {{{name}}}; did you mean {{{near[0]}}}?")
    return (f"产品档案里没有空位 {{{name}}}，请在档案的 slots 里加上",
            f"the profile has no slot {{{name}}}; add it to the profile's slots")
