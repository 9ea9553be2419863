"""The Chinese text of everything under content/: what the demo model has to understand.

Generic on purpose: every string value of every YAML file counts, whatever the schema, so that a new field cannot be
forgotten. Needs nothing but PyYAML and cn2an, because a test reads the packs through it.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from pathlib import Path

# The basic block and 〇: what the reading tables and the acoustic model cover.
_RUN = re.compile(r"[\u4e00-\u9fff〇]+")
KEPT_OUT = "voice-check"
"""Folder whose sentences a trainee reads to find out whether recognition works: in the language model they would come
out right whatever was said. Their words are the packs' own (a test holds that)."""
_SLOT = re.compile(r"\{[^{}]*\}")
_PERCENT = re.compile(r"(\d+(?:\.\d+)?)\s*[%％]")
_NUMBER = re.compile(r"\d+(?:\.\d+)?")


def chinese_runs(text: str) -> list[str]:
    """The stretches of Chinese characters of a text as it is spoken: numbers read out, slots and marks as breaks.

    A number before a measure word may be said with 二 or 两; both ways are returned, so a text can give more runs
    than it has.
    """
    spoken = _SLOT.sub("，", text)
    spoken = _PERCENT.sub(lambda match: "百分之" + _read_number(match.group(1)), spoken)
    runs = []
    for variant in dict.fromkeys((_NUMBER.sub(_read, spoken), _NUMBER.sub(_read_colloquial, spoken))):
        runs += _RUN.findall(variant)
    return list(dict.fromkeys(runs))


def read_packs(content: Path) -> list[str]:
    """The distinct Chinese runs of all YAML files under a folder, sorted. Raises as `read_texts`."""
    return sorted({run for runs in read_texts(content) for run in runs})


def read_texts(content: Path) -> list[list[str]]:
    """Every string of all YAML files under a folder as its Chinese runs, in file order.

    A text with slots such as {产品} comes once for each mapping named `slots` (a product profile), filled from it.

    Raises:
        ValueError: a file is no YAML; the message names it.
    """
    import yaml

    documents = []
    for path in sorted(p for p in content.rglob("*.y*ml") if KEPT_OUT not in p.relative_to(content).parts):
        try:
            documents.append(yaml.safe_load(path.read_text(encoding="utf-8")))
        except (yaml.YAMLError, UnicodeDecodeError) as error:
            reason = " ".join(str(error).split())
            raise ValueError(f"{path}: cannot be read as YAML: {reason}") from error
    profiles = [profile for document in documents for profile in _slots(document)] or [{}]
    filled = (
        text
        for document in documents
        for template in _strings(document)
        for text in dict.fromkeys(_fill(template, profile) for profile in profiles)
    )
    return [runs for runs in map(chinese_runs, filled) if runs]


def digest(runs: list[str]) -> str:
    """SHA-256 over the runs: equal as long as the packs say the same, whatever their layout or ids."""
    return hashlib.sha256("\n".join(runs).encode("utf-8")).hexdigest()


def _strings(node: object) -> Iterator[str]:
    if isinstance(node, str):
        yield node
    elif isinstance(node, dict):
        for value in node.values():
            yield from _strings(value)
    elif isinstance(node, list):
        for value in node:
            yield from _strings(value)


def _slots(node: object) -> Iterator[dict[str, str]]:
    if isinstance(node, dict):
        for key, value in node.items():
            if key == "slots" and isinstance(value, dict):
                yield {str(name): str(text) for name, text in value.items()}
            else:
                yield from _slots(value)
    elif isinstance(node, list):
        for value in node:
            yield from _slots(value)


def _fill(template: str, slots: dict[str, str]) -> str:
    return _SLOT.sub(lambda match: slots.get(match.group()[1:-1], match.group()), template)


def _read_number(digits: str) -> str:
    import cn2an

    if len(digits) > 12:
        return ""
    return str(cn2an.an2cn(digits, "low"))


def _read(match: re.Match[str]) -> str:
    return _read_number(match.group())


def _read_colloquial(match: re.Match[str]) -> str:
    reading = _read_number(match.group())
    return "两" + reading[1:] if reading.startswith("二") and not reading.startswith("二十") else reading
