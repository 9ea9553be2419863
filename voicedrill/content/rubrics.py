"""Rubrics from YAML files."""

from __future__ import annotations

import hashlib
import json
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from voicedrill.content.document import Document, Fault, FieldPath, raise_faults, read_document
from voicedrill.content.schema import Form, Id, Name, validate
from voicedrill.core.matching import CutOffs
from voicedrill.core.model import RubricRef
from voicedrill.core.rubric import Band, FluencyBand, Rubric

_Number = Annotated[float, Field(allow_inf_nan=False)]
_Percent = Annotated[float, Field(ge=0, le=100, allow_inf_nan=False)]
_Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
_Point = Annotated[list[_Number], Field(min_length=2, max_length=2)]
_Band = Annotated[list[_Point], Field(min_length=2, max_length=50)]
_Weight = Annotated[float, Field(gt=0, le=1000, allow_inf_nan=False)]

_WHOLE = 100
"""What the parts add up to, the person's marks apart."""
_TOLERANCE = 1e-6


class PartsForm(Form):
    """Points of the parts."""

    content: _Percent
    structure: _Percent = 0.0
    latency: _Percent
    fluency: _Percent
    pace: _Percent
    person: _Percent = 10.0


class FluencyForm(Form):
    """One measure of the fluency line."""

    weight: _Weight
    band: _Band


class FluencyForms(Form):
    """The measures of the fluency line; all but one may be left out."""

    phonation_ratio: FluencyForm | None = None
    mid_clause_hesitations: FluencyForm | None = None
    mean_length_of_run: FluencyForm | None = None
    articulation_rate: FluencyForm | None = None
    fillers: FluencyForm | None = None
    repeats: FluencyForm | None = None


class ShortestForm(Form):
    """Replies shorter than this get no pace and fluency points."""

    characters: Annotated[int, Field(ge=0, le=1000)]
    seconds: Annotated[float, Field(ge=0, le=600, allow_inf_nan=False)]


class MatchingForm(Form):
    """Cut-offs of the matcher; what is left out stays as the program has it."""

    hit: _Percent = CutOffs().hit
    usual_length: Annotated[int, Field(ge=1, le=1000)] = CutOffs().usual_length
    per_doubling: _Percent = CutOffs().per_doubling
    unsure_margin: _Percent = CutOffs().unsure_margin
    echo_floor: _Percent = CutOffs().echo_floor
    echo_guard: _Percent = CutOffs().echo_guard
    confidence: _Share = CutOffs().confidence
    verbatim: _Percent = CutOffs().verbatim
    verbatim_part: _Percent = CutOffs().verbatim_part


class RubricForm(Form):
    """A rubric (评分规则)."""

    schema_version: Literal["1"] = Field(alias="schema")
    id: Id
    version: Name
    name: Name
    points: PartsForm
    pass_mark: _Percent
    latency: _Band
    pace: _Band
    fluency: FluencyForms
    delivery: _Band
    without_tactic: _Share
    shortest: ShortestForm
    red_line_cap: _Percent = 59.0
    out_of_order: _Share = 0.5
    matching: MatchingForm = MatchingForm()


def read_rubric(path: Path) -> Rubric:
    """Read a rubric.

    Raises:
        ContentError: it cannot be read or is not valid; names file, line and field.
    """
    document = read_document(path)
    form = validate(document, RubricForm)
    faults = _faults(document, form)
    if faults:
        raise_faults(path, faults)
    parts = form.points
    return Rubric(
        ref=RubricRef(form.id, form.version, _digest(form)),
        name=form.name,
        content=parts.content,
        latency=parts.latency,
        fluency=parts.fluency,
        pace=parts.pace,
        pass_mark=form.pass_mark,
        latency_band=_band(form.latency),
        pace_band=_band(form.pace),
        fluency_bands={name: FluencyBand(f.weight, _band(f.band)) for name, f in _measures(form)},
        delivery=_band(form.delivery),
        without_tactic=form.without_tactic,
        shortest_characters=form.shortest.characters,
        shortest_seconds=form.shortest.seconds,
        cut_offs=CutOffs(**form.matching.model_dump()),
        structure=parts.structure,
        person=parts.person,
        red_line_cap=form.red_line_cap,
        out_of_order=form.out_of_order,
    )


def _measures(form: RubricForm) -> list[tuple[str, FluencyForm]]:
    return [(name, measure) for name, measure in form.fluency if measure is not None]


def _band(points: list[list[float]]) -> Band:
    return Band(tuple((x, y) for x, y in points))


def _digest(form: RubricForm) -> str:
    """SHA-256 of the rubric as canonical JSON: comments and layout don't count."""
    data = form.model_dump(mode="json", by_alias=True)
    text = json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _faults(document: Document, form: RubricForm) -> list[Fault]:
    """What holds between fields: parts make 100, bands ascend and stay within 0-100."""
    faults: list[Fault] = []
    parts = form.points
    whole = parts.content + parts.structure + parts.latency + parts.fluency + parts.pace
    if abs(whole - _WHOLE) > _TOLERANCE:
        faults.append(document.fault(("points",), f"content 到 pace 五项合计应是 100，现在是 {whole:g}",
                                     f"content to pace must add up to 100, not {whole:g}"))
    measures = _measures(form)
    if not measures:
        faults.append(document.fault(("fluency",), "至少要有一项", "needs at least one measure"))
    bands: list[tuple[FieldPath, list[list[float]]]] = [
        (("latency",), form.latency), (("pace",), form.pace), (("delivery",), form.delivery),
        *((("fluency", name, "band"), measure.band) for name, measure in measures),
    ]
    for at, band in bands:
        xs = [x for x, _ in band]
        if any(b <= a for a, b in pairwise(xs)):
            faults.append(document.fault(at, "实测值要从小到大，不能重复", "measures must ascend"))
        if any(not 0 <= y <= _WHOLE for _, y in band):
            faults.append(document.fault(at, "得分要在 0 到 100 之间", "values must lie within 0-100"))
    return faults
