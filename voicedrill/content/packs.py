"""Packs and product profiles: from YAML files to the data types of the core."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from voicedrill.content.document import Document, Fault, FieldPath, read_document
from voicedrill.content.red_lines import to_red_lines
from voicedrill.content.replies import RegressionReply, read_replies
from voicedrill.content.schema import (
    KeyPointForm,
    PackForm,
    ProfileForm,
    RebuttalForm,
    SharedForm,
    TacticForm,
    validate,
)
from voicedrill.content.slots import fill_slots
from voicedrill.core.model import Alias, Criterion, PackRef, Question, Rating, Tactic

_RATINGS = {"绿": Rating.GREEN, "黄": Rating.YELLOW, "红": Rating.RED}


@dataclass(frozen=True, slots=True)
class Profile:
    """A product profile: what the slots of a pack are filled with."""

    id: str
    name: str
    slots: Mapping[str, str]
    path: Path


@dataclass(frozen=True, slots=True)
class Pack:
    """A pack as it is drilled: slots filled, ids of criteria made unique (`t11.a`)."""

    id: str
    version: str
    name: str
    ref: PackRef
    questions: tuple[Question, ...]
    path: Path
    profile: str
    """Id of the profile that filled the slots."""
    replies: tuple[RegressionReply, ...] = ()
    """Regression replies of all questions, in order."""


def read_profile(path: Path) -> Profile:
    """Read a product profile.

    Raises:
        ContentError: it cannot be read or is not valid; names file, line and field.
    """
    document = read_document(path)
    slots = document.value.get("slots")
    faults = [
        document.fault(("slots", key), "填空的文字里不能再有花括号", "may hold no curly brackets")
        for key, value in (slots.items() if isinstance(slots, dict) else ())
        if isinstance(value, str) and ("{" in value or "}" in value)
    ]
    form = validate(document, ProfileForm, faults)
    return Profile(form.id, form.name, form.slots, path)


def read_pack(path: Path, profile: Profile | Path) -> Pack:
    """Read a pack and fill its slots from the profile, or from the profile in that file.

    Raises:
        ContentError: one of them cannot be read or is not valid; names file, line and field.
    """
    if isinstance(profile, Path):
        profile = read_profile(profile)
    document = read_document(path)
    faults = fill_slots(document, profile.slots) + _repeated_ids(document) + _shared_faults(document)
    form = validate(document, PackForm, faults)
    ref = PackRef(form.id, form.version, _digest(form))
    common = Question("", "rebuttal", "", "", ref, shared=tuple(_shared(c) for c in form.criteria),
                      red_lines=to_red_lines(form.red_lines, f"{form.id}."),
                      aliases=tuple(Alias(a.name, tuple(a.heard)) for a in form.aliases))
    questions = tuple(_question(q, common) for q in form.questions)
    return Pack(form.id, form.version, form.name, ref, questions, path, profile.id, read_replies(document, form))


def _digest(form: PackForm) -> str:
    """SHA-256 of the content as canonical JSON: comments, layout and order of fields don't count.

    Nor do regression replies: they test a pack and judge nobody, so that adding one makes no new pack.
    """
    data = form.model_dump(mode="json", by_alias=True, exclude={"questions": {"__all__": {"replies"}}})
    text = json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _question(form: RebuttalForm, common: Question) -> Question:
    """A question with what it has in common with the others of its pack."""
    return replace(common, id=form.id, kind=form.kind, name=form.name, prompt=form.prompt,
                   tactics=tuple(_tactic(t) for t in form.tactics), maxim=form.maxim)


def _tactic(form: TacticForm) -> Tactic:
    return Tactic(form.id, form.name, tuple(_criterion(form.id, k) for k in form.key_points), _RATINGS[form.rating],
                  form.rating_reason, form.idea, form.model_answer)


def _criterion(tactic_id: str, form: KeyPointForm) -> Criterion:
    return Criterion(f"{tactic_id}.{form.id}", form.name, tuple(form.phrases), form.weight, form.required,
                     form.kind)


def _shared(form: SharedForm) -> Criterion:
    return Criterion(f"pack.{form.id}", form.name, tuple(form.phrases), form.weight, kind=form.kind, step=form.step,
                     optional=form.optional)


def _shared_faults(document: Document) -> list[Fault]:
    """Criteria of the pack whose phrases don't fit their kind, and ids that stand twice."""
    criteria = _items(document.value, "criteria")
    faults = _repeats(document, [("criteria", i) for i, _ in criteria], "id")
    faults += _repeats(document, [("red_lines", i) for i, _ in _items(document.value, "red_lines")], "id")
    for i, criterion in criteria:
        kind, phrases = criterion.get("kind", "phrases"), criterion.get("phrases") or []
        if kind in ("phrases", "words", "verbatim") and not phrases:
            faults.append(document.fault(("criteria", i, "phrases"), "至少要有 1 项", "needs at least 1 item(s)"))
        if kind in ("key_point", "person") and phrases:
            faults.append(document.fault(("criteria", i, "phrases"), f"kind: {kind} 不用写 phrases，请删去",
                                         f"kind: {kind} has no phrases; remove them"))
    return faults


def _repeated_ids(document: Document) -> list[Fault]:
    """Ids and names that stand twice where they must tell things apart.

    Question and tactic ids are unique in a pack, key point ids in their tactic; names of questions are unique in a
    pack, names of tactics in their question: both are used to ask for them.
    """
    faults: list[Fault] = []
    questions = _items(document.value, "questions")
    at: FieldPath = ("questions",)
    faults += _repeats(document, [(*at, i) for i, _ in questions], "id")
    faults += _repeats(document, [(*at, i) for i, _ in questions], "name")
    tactics: list[FieldPath] = []
    for i, question in questions:
        own: list[FieldPath] = [(*at, i, "tactics", j) for j, _ in _items(question, "tactics")]
        tactics += own
        faults += _repeats(document, own, "name")
        for j, tactic in _items(question, "tactics"):
            within: FieldPath = (*at, i, "tactics", j, "key_points")
            faults += _repeats(document, [(*within, k) for k, _ in _items(tactic, "key_points")], "id")
    return faults + _repeats(document, tactics, "id")


def _items(value: object, key: str) -> list[tuple[int, dict[str, object]]]:
    found = value.get(key) if isinstance(value, dict) else None
    return [(i, v) for i, v in enumerate(found) if isinstance(v, dict)] if isinstance(found, list) else []


def _repeats(document: Document, paths: list[FieldPath], key: str) -> list[Fault]:
    first: dict[str, int] = {}
    faults = []
    for path in paths:
        value = document.value
        for part in path:
            value = value[part]
        text = value.get(key)
        if not isinstance(text, str):
            continue
        line = document.line((*path, key))
        if text in first:
            faults.append(document.fault((*path, key), f"「{text}」重复，第 {first[text]} 行已经用过",
                                         f"“{text}” is used already on line {first[text]}"))
        first.setdefault(text, line)
    return faults
