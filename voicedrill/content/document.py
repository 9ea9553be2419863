"""YAML files as people write them: every value a text, every value with its line, every fault with its place.

Scalars stay text (`version: 1.0` is "1.0", `name: no` is "no"), so that none of YAML's guesses surprises an
instructor; the schema turns the few numbers into numbers. Anchors, aliases and tags are refused: a pack needs none,
and with them go YAML bombs. Parsing walks the events without recursion.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

import yaml

from voicedrill.core.bilingual import Bilingual
from voicedrill.core.errors import ContentError

FieldPath = tuple[str | int, ...]
"""Where a value stands: keys and list positions from the top."""

MAX_BYTES = 4 * 1024 * 1024
"""The shipped pack has 40 kB; a file a hundred times as large is a mistake, and reading it would only take time."""

MAX_DEPTH = 32
"""A pack is nested 8 deep."""

SHOWN = 3
"""Faults named in one message; the rest are counted. More would not fit a line that people read."""

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""libyaml where PyYAML was built with it: eight times as fast."""

_NULLS = ("", "~", "null")

_CONTROL = re.compile(r"[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Outside of what YAML 1.1 calls printable."""

_INDENTED_BY_TAB = re.compile(r"^ *\t")
_SLOT_IN_FRONT = re.compile(r"(?:^|[:,\[-])\s*\{[^{}]*\}\s*[^\s,\]}#]")
"""A text that begins with a slot and has no quotes: YAML takes the slot for a mapping."""

_YAML_PROBLEMS = (
    ("cannot start any token", "以特殊符号开头的文字要加引号", "quote a text that starts with a special character"),
    ("mapping values are not allowed", "冒号的位置不对：文字里有冒号就给整句加引号，否则检查缩进",
     "misplaced colon: quote a text that contains one, or check the indentation"),
    ("could not find expected ':'", "缺少冒号：字段名后面要用英文冒号加空格",
     "missing colon: a field name is followed by a colon and a blank"),
    ("did not find expected ',' or ']'", "方括号列表里缺逗号或右括号：用英文逗号分隔",
     "a comma or closing bracket is missing in the list"),
    ("did not find expected ',' or '}'", "花括号没有写完：以 {空位} 开头的文字要加引号",
     "unfinished curly brackets: quote a text that starts with a {slot}"),
    ("unexpected end of stream", "引号没有成对", "a quotation mark is not closed"),
    ("block end", "缩进没有对齐", "the indentation is not aligned"),
    ("did not find expected key", "缩进没有对齐", "the indentation is not aligned"),
    ("expected <document start>", "缩进没有对齐", "the indentation is not aligned"),
    ("expected node content", "这里少了内容，或多了符号", "a value is missing here, or there is a stray sign"),
    ("did not find expected '-' indicator", "缩进没有对齐", "the indentation is not aligned"),
)
"""What libyaml says, and what an instructor can do about it."""


@dataclass(frozen=True, slots=True)
class Fault:
    """Something wrong in a file, with its place."""

    line: int
    """From 1; 0 when the fault has no line."""
    field: str
    """Such as `questions[0].tactics[2].rating`; empty for the file as a whole."""
    message: Bilingual


@dataclass(slots=True)
class Document:
    """What a YAML file says."""

    path: Path
    value: Any
    """Mappings, lists, texts and None, nested."""
    lines: dict[FieldPath, int]
    """Line of each value, from 1: that of its key, or of the list item."""

    def line(self, path: FieldPath) -> int:
        """Line of the value; of the nearest value around it, where it has none itself (a missing field)."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)

    def fault(self, path: FieldPath, zh: str, en: str) -> Fault:
        """A fault at that value."""
        return Fault(self.line(path), field_name(path), Bilingual(zh, en))


def field_name(path: FieldPath) -> str:
    """The path as people write it: `questions[0].tactics[2].rating`."""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}"
    return text.removeprefix(".")


def raise_faults(path: Path, faults: list[Fault]) -> NoReturn:
    """Raise one ContentError that names the file and the first faults, in order of their lines, and counts the rest.

    Raises:
        ContentError: always.
    """
    ordered = sorted(dict.fromkeys(faults), key=lambda f: f.line)
    zh = "；".join(_place_zh(f) for f in ordered[:SHOWN])
    en = "; ".join(_place_en(f) for f in ordered[:SHOWN])
    if len(ordered) > SHOWN:
        zh += f"；共 {len(ordered)} 处"
        en += f"; {len(ordered)} problems in all"
    raise ContentError(f"{path.name} {zh}（{path}）。", f"{path.name} {en} ({path}).")


def _place_zh(fault: Fault) -> str:
    place = f"第 {fault.line} 行" if fault.line else ""
    return f"{place} {fault.field}：{fault.message.zh}".strip() if fault.field else f"{place}：{fault.message.zh}"


def _place_en(fault: Fault) -> str:
    place = f"line {fault.line}" if fault.line else ""
    return f"{place} {fault.field}: {fault.message.en}".strip() if fault.field else f"{place}: {fault.message.en}"


def read_document(path: Path) -> Document:
    """Read a YAML file whose top is a mapping.

    Raises:
        ContentError: the file is missing, unreadable, too large, not UTF-8, not YAML, or not a mapping.
    """
    text = _read_text(path)
    if strange := _CONTROL.search(text):
        line = text.count("\n", 0, strange.start()) + 1
        raise_faults(path, [Fault(line, "", Bilingual(f"有不可见的控制字符 U+{ord(strange[0]):04X}，请删去",
                                                      f"delete the control character U+{ord(strange[0]):04X}"))])
    composer = _Composer(path)
    try:
        for event in yaml.parse(text, Loader=_Loader):
            composer.take(event)
    except yaml.YAMLError as error:
        raise_faults(path, [_yaml_fault(error, text)])
    if composer.faults:
        raise_faults(path, composer.faults)
    value = composer.root
    if not isinstance(value, dict):
        zh = "文件是空的" if value is None else "最外层应是「字段: 内容」，冒号要用英文冒号加空格"
        en = "the file is empty" if value is None else "the top must be `field: value` lines with an ASCII colon"
        raise_faults(path, [Fault(1, "", Bilingual(zh, en))])
    return Document(path, value, composer.lines)


def _read_text(path: Path) -> str:
    try:
        if not path.is_file():
            zh, en = ("不是文件", "is not a file") if path.exists() else ("不存在", "does not exist")
            raise ContentError(f"{path} {zh}，请检查路径。", f"{path} {en}; check the path.")
        with path.open("rb") as file:
            raw = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise ContentError(f"读不了 {path}：{error.strerror}，请检查权限。",
                           f"Cannot read {path}: {error.strerror}; check its permissions.") from error
    if len(raw) > MAX_BYTES:
        raise ContentError(f"{path} 超过 {MAX_BYTES // 1024 // 1024} MB，不像是题库，请拆分后再试。",
                           f"{path} exceeds {MAX_BYTES // 1024 // 1024} MB, which is no pack; split it.")
    return _decode(path, raw)


def _decode(path: Path, raw: bytes) -> str:
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
    name = "UTF-16" if raw[:2] in (b"\xff\xfe", b"\xfe\xff") else _chinese_encoding(raw)
    zh = f"编码是 {name}，请另存为 UTF-8" if name else "不是 UTF-8 文本，请另存为 UTF-8"
    en = f"encoded as {name}; save it as UTF-8" if name else "not UTF-8 text; save it as UTF-8"
    raise_faults(path, [Fault(line, "", Bilingual(zh, en))])


def _chinese_encoding(raw: bytes) -> str:
    try:
        text = raw.decode("gb18030")
    except UnicodeDecodeError:
        return ""
    # GB18030 accepts nearly any bytes: only text that then reads as common Chinese is called so.
    chinese = sum("\u4e00" <= c <= "\u9fff" for c in text)
    strange = sum(ord(c) > 127 and not "\u3000" <= c <= "\uffef" for c in text) - chinese
    return "GB18030（GBK）" if chinese > 2 * max(0, strange) and "\x00" not in text else ""


@dataclass(slots=True)
class _Open:
    """A mapping or list whose end has not come yet."""

    path: FieldPath
    value: dict[str, Any] | list[Any]
    key: str | None = None
    """The key whose value comes next."""


class _Composer:
    """Builds values and lines from parser events, without recursion; refuses what a pack has no use for."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.root: Any = None
        self.lines: dict[FieldPath, int] = {}
        self.faults: list[Fault] = []
        self._stack: list[_Open] = []
        self._documents = 0

    def take(self, event: Any) -> None:  # noqa: ANN401
        """Take the next event.

        Raises:
            ContentError: the file uses what no pack may.
        """
        line = event.start_mark.line + 1
        if isinstance(event, yaml.DocumentStartEvent):
            self._documents += 1
            if self._documents > 1:
                self._refuse(line, "一个文件只能写一份内容，请删去 ---", "only one document per file; remove ---")
        elif isinstance(event, yaml.CollectionEndEvent):
            self._stack.pop()
        elif isinstance(event, yaml.NodeEvent):
            if isinstance(event, yaml.AliasEvent) or event.anchor:
                self._refuse(line, "不支持 & 和 * 引用，以它们开头的文字要加引号",
                             "no anchors and aliases; quote a text that starts with & or *")
            if getattr(event, "tag", None):
                self._refuse(line, "不支持 ! 标签，以 ! 开头的文字要加引号",
                             "no tags; quote a text that starts with !")
            if self._key_comes():
                self._take_key(event, line)
            else:
                self._take_value(event, line)

    def _refuse(self, line: int, zh: str, en: str) -> NoReturn:
        raise_faults(self.path, [Fault(line, "", Bilingual(zh, en))])

    def _key_comes(self) -> bool:
        return bool(self._stack) and isinstance(self._stack[-1].value, dict) and self._stack[-1].key is None

    def _take_key(self, event: Any, line: int) -> None:  # noqa: ANN401
        if not isinstance(event, yaml.ScalarEvent):
            self._refuse(line, "字段名只能是一个词；以 {空位} 开头的文字要加引号",
                         "a field name is one word; quote a text that starts with a {slot}")
        top = self._stack[-1]
        top.key = str(event.value)
        at = (*top.path, top.key)
        if at in self.lines:
            self.faults.append(Fault(line, field_name(at), Bilingual(
                f"字段重复，第 {self.lines[at]} 行已经写过", f"stands already on line {self.lines[at]}")))
        self.lines.setdefault(at, line)

    def _take_value(self, event: Any, line: int) -> None:  # noqa: ANN401
        value: Any
        if isinstance(event, yaml.ScalarEvent):
            value = None if not event.style and event.value in _NULLS else event.value
        else:
            value = {} if isinstance(event, yaml.MappingStartEvent) else []
        at: FieldPath = ()
        if not self._stack:
            self.root = value
        else:
            top = self._stack[-1]
            if isinstance(top.value, list):
                at = (*top.path, len(top.value))
                top.value.append(value)
            else:
                at = (*top.path, str(top.key))
                top.value[str(top.key)] = value
                top.key = None
        self.lines.setdefault(at, line)
        if isinstance(value, (dict, list)):
            self._stack.append(_Open(at, value))
            if len(self._stack) > MAX_DEPTH:
                self._refuse(line, f"嵌套超过 {MAX_DEPTH} 层", f"nested more than {MAX_DEPTH} deep")


def _yaml_fault(error: yaml.YAMLError, text: str) -> Fault:
    """The most likely mistake behind what the parser stumbled over, often lines after it was made."""
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    lines = text.splitlines()
    line = min(mark.line, max(0, len(lines) - 1)) if mark else 0
    for number, content in enumerate(lines[: line + 1], 1):
        if content.count('"') % 2:
            return Fault(number, "", Bilingual("引号没有成对", "a quotation mark is not closed"))
    shown = lines[line] if lines else ""
    if _INDENTED_BY_TAB.search(shown):
        return Fault(line + 1, "", Bilingual("不能用制表符（Tab）缩进，请改成空格", "indent with blanks, not tabs"))
    if _SLOT_IN_FRONT.search(shown):
        return Fault(line + 1, "", Bilingual("以 {空位} 开头的文字要加引号",
                                             "quote a text that starts with a {slot}"))
    said = f"{getattr(error, 'context', '') or ''} {getattr(error, 'problem', '') or ''}".strip()
    for pattern, zh, en in _YAML_PROBLEMS:
        if pattern in said:
            return Fault(line + 1, "", Bilingual(zh, en))
    return Fault(line + 1, "", Bilingual(f"YAML 写法有误（{said}）", f"not valid YAML ({said})"))
