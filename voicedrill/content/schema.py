"""What packs, profiles and demo replies may contain, as pydantic models, and its complaints in plain words.

The models know form only: types, lengths, known fields. What holds between fields (unique ids, slots) is checked
where a file is read.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic_core import ErrorDetails

from voicedrill.content.document import Document, Fault, FieldPath, raise_faults

Id = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]*$", max_length=40)]
"""ASCII, because ids go into file names, command lines and exports."""
Name = Annotated[str, Field(min_length=1, max_length=40)]
Phrase = Annotated[str, Field(min_length=1, max_length=60)]
Sentence = Annotated[str, Field(min_length=1, max_length=200)]
"""A wording, or a sentence to be said word for word."""
Weight = Annotated[float, Field(gt=0, le=10, allow_inf_nan=False)]
Text = Annotated[str, Field(min_length=1, max_length=400)]
"""At 5 characters a second, 400 characters are 80 seconds of speech: longer is no prompt and no model answer."""


class Form(BaseModel):
    """Base of all models: unknown fields are refused, blanks around a text are dropped."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True, defer_build=True)


class KeyPointForm(Form):
    """A key point (要点) of a tactic."""

    id: Id
    name: Name
    kind: Literal["phrases", "verbatim"] = "phrases"
    phrases: list[Sentence] = Field(min_length=1, max_length=200)
    weight: Weight = 1.0
    required: bool = False


class TacticForm(Form):
    """A tactic (战术) with its model answer."""

    id: Id
    name: Name
    rating: Literal["绿", "黄", "红"]
    rating_reason: Annotated[str, Field(max_length=400)] = ""
    idea: Annotated[str, Field(max_length=400)] = ""
    model_answer: Text
    key_points: list[KeyPointForm] = Field(min_length=1, max_length=20)


class ReplyForm(Form):
    """A regression reply: what the scorer must make of it. At least one of the four expectations is given."""

    text: Text
    tactic: Annotated[str, Field(max_length=40)] = ""
    hits: list[Annotated[str, Field(min_length=1, max_length=81)]] = Field(default=[], max_length=20)
    min: int | None = Field(default=None, ge=1, le=100)
    max: int | None = Field(default=None, ge=1, le=100)


class RebuttalForm(Form):
    """A customer's objection to rebut."""

    id: Id
    kind: Literal["rebuttal"]
    name: Name
    prompt: Text
    maxim: Annotated[str, Field(max_length=400)] = ""
    tactics: list[TacticForm] = Field(min_length=1, max_length=30)
    replies: list[ReplyForm] = Field(default=[], max_length=500)


class SharedForm(Form):
    """What every reply of a pack should have."""

    id: Id
    name: Name
    kind: Literal["phrases", "words", "key_point", "verbatim", "person"] = "phrases"
    phrases: list[Sentence] = Field(default=[], max_length=200)
    weight: Weight = 1.0
    step: int = Field(default=0, ge=0, le=8)
    optional: bool = False


class RedLineForm(Form):
    """Something that must not be said."""

    id: Id
    category: Literal["绝对化", "保证", "贬低同行", "威胁", "侮辱", "其他"]
    name: Name
    phrases: list[Phrase] = Field(min_length=1, max_length=500)
    allowed: list[Phrase] = Field(default=[], max_length=500)


class AliasForm(Form):
    """What a recogniser makes of a name (听成)."""

    name: Phrase
    heard: list[Phrase] = Field(min_length=1, max_length=100)


class PackForm(Form):
    """A pack (题库)."""

    schema_version: Literal["1"] = Field(alias="schema")
    id: Id
    version: Name
    name: Name
    language: Literal["zh-CN"] = "zh-CN"
    criteria: list[SharedForm] = Field(default=[], max_length=20)
    red_lines: list[RedLineForm] = Field(default=[], max_length=200)
    aliases: list[AliasForm] = Field(default=[], max_length=200)
    questions: list[RebuttalForm] = Field(min_length=1, max_length=1000)


class ProfileForm(Form):
    """A product profile: what fills the slots."""

    schema_version: Literal["1"] = Field(alias="schema")
    id: Id
    name: Name
    slots: dict[Name, Phrase] = Field(min_length=1, max_length=200)


class DemoReplyForm(Form):
    """A reply of the demo's virtual trainee."""

    question: Id
    audio: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]*\.wav$", max_length=80)]
    text: Text
    voice: Annotated[str, Field(max_length=80)] = ""
    rate: int = Field(default=210, ge=80, le=400)


class DemoForm(Form):
    """The demo's replies, in the order they are given."""

    schema_version: Literal["1"] = Field(alias="schema")
    replies: list[DemoReplyForm] = Field(min_length=1, max_length=20)


Model = TypeVar("Model", bound=Form)


def validate(document: Document, model: type[Model], earlier: list[Fault] | None = None) -> Model:
    """The document as that model.

    Args:
        document: what was read.
        model: what it should be.
        earlier: faults already found, told together with those found here.

    Raises:
        ContentError: there are faults; it names file, line and field.
    """
    faults = list(earlier or ())
    form: Model | None = None
    try:
        form = model.model_validate(document.value)
    except ValidationError as error:
        details = error.errors(include_url=False)
        # A misspelt field is one mistake, not an unknown field and a missing one.
        meant = {(*d["loc"][:-1], _meant(d["loc"], model)) for d in details if d["type"] == "extra_forbidden"}
        faults += [_fault(document, d, model) for d in details if d["type"] != "missing" or d["loc"] not in meant]
    if faults or form is None:
        raise_faults(document.path, faults)
    return form


def _fault(document: Document, detail: ErrorDetails, model: type[Form]) -> Fault:
    # pydantic marks a fault in a mapping's key with "[key]"; people look for the key itself.
    path: FieldPath = tuple(part for part in detail["loc"] if part != "[key]")
    zh, en = _complaint(detail, path, model)
    return document.fault(path, zh, en)


def _complaint(detail: ErrorDetails, path: FieldPath, model: type[Form]) -> tuple[str, str]:
    context = detail.get("ctx", {})
    given = detail.get("input")
    shown = given if isinstance(given, str) else ""
    if detail["type"] != "missing" and given is None:
        return "没有填内容", "has no value"
    match detail["type"]:
        case "missing":
            return "缺少这个字段", "this field is missing"
        case "extra_forbidden":
            return _unknown_field(path, model)
        case "literal_error":
            return _not_one_of(shown, context)
        case "string_pattern_mismatch":
            return (f"只能用英文字母、数字、- 和 _，现在是「{shown}」",
                    f"may hold only ASCII letters, digits, - and _, not “{shown}”")
    return _bound(detail, context, shown)


def _bound(detail: ErrorDetails, context: Mapping[str, Any], shown: str) -> tuple[str, str]:
    """What to say about a wrong type or a value out of bounds."""
    low = context.get("min_length", context.get("ge", context.get("gt", 0)))
    high = context.get("max_length", context.get("le", 0))
    known = {
        "string_type": ("应是一句文字；以 { 或 [ 开头就要加引号", "must be a text; quote it if it begins with {"),
        "string_too_short": ("没有填内容", "has no value"),
        "string_too_long": (f"太长，最多 {high} 个字", f"is longer than {high} characters"),
        "list_type": ("应是列表：每项前加 - ，或写成 [甲, 乙]", "must be a list: `- item` lines or [a, b]"),
        "too_short": (f"至少要有 {low} 项", f"needs at least {low} item(s)"),
        "too_long": (f"太多，最多 {high} 项", f"has more than {high} items"),
        "dict_type": ("应是「字段: 内容」", "must be `field: value` lines"),
        "model_type": ("应是「字段: 内容」", "must be `field: value` lines"),
        "bool_parsing": (f"应是 true 或 false，现在是「{shown}」", f"must be true or false, not “{shown}”"),
        "greater_than": (f"要大于 {low}，现在是「{shown}」", f"must be above {low}, not “{shown}”"),
        "greater_than_equal": (f"不能小于 {low}，现在是「{shown}」", f"must be at least {low}, not “{shown}”"),
        "less_than_equal": (f"不能大于 {high}，现在是「{shown}」", f"must be at most {high}, not “{shown}”"),
    }
    if detail["type"].endswith(("_parsing", "_type", "_from_float")):
        now = (f"，现在是「{shown}」", f", not “{shown}”") if shown else ("", "")
        return known.get(detail["type"], (f"应是数字{now[0]}", f"must be a number{now[1]}"))
    said = str(context.get("error", detail["msg"]))  # what a validator of a model says
    return known.get(detail["type"], (said, said))


def _not_one_of(shown: str, context: Mapping[str, Any]) -> tuple[str, str]:
    allowed = str(context.get("expected", "")).replace("'", "")
    zh = allowed.replace(", ", "、").replace(" or ", " 或 ")
    return f"应为 {zh}，现在是「{shown}」", f"must be {allowed}, not “{shown}”"


def _unknown_field(path: FieldPath, model: type[Form]) -> tuple[str, str]:
    if near := _meant(path, model):
        return f"没有这个字段，是不是 {near}？", f"is not a known field; did you mean {near}?"
    return "没有这个字段，请删去", "is not a known field; remove it"


def _meant(path: FieldPath, model: type[Form]) -> str:
    """The known field that an unknown one looks like; empty if none does."""
    near = difflib.get_close_matches(str(path[-1]), _fields_at(model, path[:-1]), 1, 0.5)
    return near[0] if near else ""


def _fields_at(model: type[Form], path: FieldPath) -> list[str]:
    """Names of the fields of the model found by walking down the path."""
    for part in path:
        if isinstance(part, str):
            info = model.model_fields.get(part)
            inner = info.annotation if info else None
            inner = getattr(inner, "__args__", (inner,))[0]
            if not (isinstance(inner, type) and issubclass(inner, Form)):
                return []
            model = inner
    return [info.alias or name for name, info in model.model_fields.items()]
