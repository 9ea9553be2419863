"""The JSON of an attempt: `voicedrill.attempt/1`, the one form used by every command and export.

It is the dataclasses of `core/model.py`, field by field, under the name of the schema. Three rules:
- Numbers are exact: a float is written with the fewest digits that read back as the same float, and nothing is
  rounded. Scores can be derived again from the document and come out the same to the last bit; a reader rounds
  when it shows. (Seconds; words come from the recogniser in steps of 10 ms, so in practice they are short.)
- A reader ignores fields that it does not know, so that fields can be added under the same number; a field that
  changes its meaning or goes makes a new number.
- `facts.transcript.text` repeats the words as one string, for people and for `jq`; it is not read back.

`python -m voicedrill.store.document` prints the JSON Schema (kept in docs/attempt.schema.json). pydantic is
imported on first use, so that importing this module costs nothing.
"""

from __future__ import annotations

import ast
import inspect
import json
import sys
from dataclasses import replace
from datetime import timezone
from typing import TYPE_CHECKING, Any, TypeVar

from voicedrill.core import model
from voicedrill.core.errors import StoreError
from voicedrill.core.model import Attempt

if TYPE_CHECKING:
    from pydantic import TypeAdapter

SCHEMA = "voicedrill.attempt/1"

Data = TypeVar("Data")

_adapters: dict[object, TypeAdapter[Any]] = {}
"""Built on first use: a few milliseconds each."""


def attempt_to_json(attempt: Attempt) -> dict[str, Any]:
    """The document: only dicts, lists, strings, numbers, booleans and None, ready for `json.dumps`.

    Raises:
        StoreError: a text holds bytes that are not valid Unicode (a file name, say).
        ValueError: `started_at` has no time zone, or a number is infinite or not a number.
    """
    if attempt.started_at.tzinfo is None:
        raise ValueError(f"naive datetime: {attempt.started_at}")
    attempt = replace(attempt, started_at=attempt.started_at.astimezone(timezone.utc))
    document: dict[str, Any] = {"schema": SCHEMA, **json.loads(to_text(attempt, Attempt))}
    if attempt.facts is not None:
        document["facts"]["transcript"]["text"] = attempt.facts.transcript.text
    return document


def attempt_from_json(document: dict[str, Any]) -> Attempt:
    """The attempt of a document; `attempt_from_json(attempt_to_json(a)) == a`.

    Raises:
        StoreError: it is not such a document; the message names the field.
    """
    schema = document.get("schema") if isinstance(document, dict) else None
    if schema != SCHEMA:
        raise StoreError(
            f"不是 {SCHEMA} 格式的作答记录（schema: {schema!r}），请用写出它的 voicedrill 版本读取",
            f"not an attempt in the form {SCHEMA} (schema: {schema!r}); read it with the voicedrill that wrote it",
        )
    attempt = from_text(json.dumps(document), Attempt)
    if attempt.started_at.tzinfo is None:
        raise StoreError(
            f"作答记录的 started_at 没有时区：{document['started_at']}，请写成 UTC（以 Z 结尾）",
            f"started_at of the attempt has no time zone: {document['started_at']}; write it in UTC, ending in Z",
        )
    return replace(attempt, started_at=attempt.started_at.astimezone(timezone.utc))


def to_text(value: Data, kind: type[Data]) -> str:
    """Compact JSON of one of the dataclasses of the model, or of a part of an attempt.

    Raises:
        StoreError: a text holds bytes that are not valid Unicode.
        ValueError: a number is infinite or not a number, which JSON cannot say.
    """
    from pydantic_core import PydanticSerializationError

    try:
        python = _adapter(kind).dump_python(value, mode="json")
        text = json.dumps(python, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
        text.encode()
    except (UnicodeEncodeError, PydanticSerializationError) as error:
        raise StoreError(
            "文件名或文字里有无法识别的字符，请改名后重试",
            "a file name or text holds bytes that are not valid Unicode; rename it and try again",
        ) from error
    return text


def from_text(text: str, kind: type[Data]) -> Data:
    """The inverse of `to_text`.

    Raises:
        StoreError: the text is not the JSON of such a value; the message names the first wrong field.
    """
    from pydantic import ValidationError

    try:
        value: Data = _adapter(kind).validate_json(text)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        place = ".".join(str(part) for part in first["loc"]) or "(JSON)"
        raise StoreError(
            f"作答记录格式不对，字段 {place}：{first['msg']}", f"not a valid attempt, field {place}: {first['msg']}"
        ) from error
    return value


def json_schema() -> dict[str, Any]:
    """JSON Schema (2020-12) of the document, described by the docstrings of the model."""
    schema = _adapter(Attempt).json_schema(mode="serialization")
    name = {"const": SCHEMA, "type": "string", "description": "Name and version of this schema."}
    schema["properties"] = {"schema": name, **schema["properties"]}
    schema["required"] = ["schema", *schema["required"]]
    schema["$defs"]["Transcript"]["properties"]["text"] = {
        "type": "string",
        "readOnly": True,
        "description": "The words without blanks between them, as Chinese is written.",
    }
    notes = _model_notes()
    parts = {name: _described(name, part, notes) for name, part in sorted(schema.pop("$defs").items())}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": SCHEMA,
        **_described("Attempt", schema, notes),
        "$defs": parts,
    }


def _described(name: str, part: dict[str, Any], notes: dict[tuple[str, str], str]) -> dict[str, Any]:
    """The schema of one class with our own descriptions, in an order that no version of pydantic changes."""
    fields = part.get("properties", {})
    for key, field in fields.items():
        field.pop("title", None)
        if (name, key) in notes:
            field["description"] = notes[name, key]
    own: dict[str, Any] = {key: part[key] for key in ("type", "enum", "required", "properties") if key in part}
    return {"description": notes[name, ""], **own}


def _adapter(kind: Any) -> TypeAdapter[Any]:  # noqa: ANN401
    from pydantic import TypeAdapter

    if kind not in _adapters:
        _adapters[kind] = TypeAdapter(kind)
    return _adapters[kind]


def _model_notes() -> dict[tuple[str, str], str]:
    """(class, field) -> the docstring that stands under the field in `core/model.py`; (class, "") -> its own."""
    notes = {}
    for node in ast.parse(inspect.getsource(model)).body:
        if not isinstance(node, ast.ClassDef):
            continue
        notes[node.name, ""] = ast.get_docstring(node) or ""
        for field, below in zip(node.body, node.body[1:], strict=False):
            if (
                isinstance(field, ast.AnnAssign)
                and isinstance(field.target, ast.Name)
                and isinstance(below, ast.Expr)
                and isinstance(below.value, ast.Constant)
                and isinstance(below.value.value, str)
            ):
                notes[node.name, field.target.id] = inspect.cleandoc(below.value.value)
    return notes


if __name__ == "__main__":
    sys.stdout.write(json.dumps(json_schema(), ensure_ascii=False, indent=2) + "\n")
