"""Labelled sets: replies with what they are answers to, which tactic they use, and which key points they make.

A set is a CSV file, or a folder of recordings with the same labels in `labels.csv`. People write such files in
spreadsheets, so UTF-8 with and without a mark and GB18030 are read, commas, semicolons and tabs, and Chinese column
names. Whatever is wrong is told with the line it is on.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from voicedrill.content.library import Library
from voicedrill.content.replies import NO_TACTIC
from voicedrill.core.errors import ContentError, UsageError
from voicedrill.core.model import Question

LABELS = "labels.csv"
"""The labels in a folder of recordings."""
ANY = "*"
"""As objection: every one. For replies that answer none, each is tried against all."""
TRAP, AFFIRMED = "trap", "affirmed"
"""Kinds that test negation: the key points of a `trap` are denied and must not be hit, those of an `affirmed` are
meant although it holds negators. Neither is a whole reply: their tactic is not judged."""

MAX_BYTES = 50 * 1024 * 1024
"""Half a million replies; a larger file is no labelled set."""

_COLUMNS = {
    "text": ("text", "文本", "回答", "回复"),
    "file": ("file", "录音", "文件"),
    "objection": ("objection", "异议", "题目"),
    "tactic": ("tactic", "招法", "战术"),
    "points": ("points", "要点"),
    "kind": ("kind", "类别", "类型"),
}
_NONE = (NO_TACTIC, "无")


@dataclass(frozen=True, slots=True)
class Labelled:
    """One reply with its labels."""

    line: int
    """In the file."""
    text: str
    """What was said; empty for silence, and for a recording without a transcript."""
    file: Path | None
    """The recording; None for a typed reply."""
    questions: tuple[Question, ...]
    """What it answers, or is tried against."""
    tactic_id: str
    """The right tactic, or `NO_TACTIC`."""
    points: frozenset[str] | None
    """Ids of the key points that are labelled; None where the label was left out."""
    kind: str

    @property
    def is_fragment(self) -> bool:
        """Whether it is a sentence about one key point (`trap`, `affirmed`), no whole reply."""
        return self.kind in (TRAP, AFFIRMED)


def read_labelled(path: Path, library: Library) -> tuple[Labelled, ...]:
    """Read a labelled set, every label looked up in the packs.

    Raises:
        ContentError: the set cannot be read, or a label is missing or unknown; file and line are named.
    """
    if path.is_dir():
        path = path / LABELS
    text = _decode(path, _read_bytes(path))
    rows = _rows(path, text)
    header_line, header = next(rows, (1, []))
    columns = _columns(path, header_line, header)
    labels = _Labels(path, library)
    found = tuple(labels.read(line, _cells(path, line, columns, cells)) for line, cells in rows)
    if not found:
        _refuse(path, header_line, "没有数据，表头之下至少要有一行", "no replies below the header")
    return found


def _refuse(path: Path, line: int, zh: str, en: str) -> NoReturn:
    raise ContentError(f"{path.name} 第 {line} 行：{zh}（{path}）。", f"{path.name} line {line}: {en} ({path}).")


def _read_bytes(path: Path) -> bytes:
    try:
        if not path.is_file():
            kind = ("不是文件", "is not a file") if path.exists() else ("不存在", "does not exist")
            raise ContentError(f"{path} {kind[0]}：要给出 CSV 文件，或含有 {LABELS} 的录音文件夹。",
                               f"{path} {kind[1]}: name a CSV file, or a folder of recordings with {LABELS}.")
        with path.open("rb") as file:
            raw = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise ContentError(f"读不了 {path}：{error.strerror}，请检查权限。",
                           f"Cannot read {path}: {error.strerror}; check its permissions.") from error
    if len(raw) > MAX_BYTES:
        raise ContentError(f"{path} 超过 {MAX_BYTES >> 20} MB，请拆分后再试。",
                           f"{path} exceeds {MAX_BYTES >> 20} MB; split it.")
    if not raw.strip(b"\xef\xbb\xbf \t\r\n"):
        _refuse(path, 1, "文件是空的，第一行应是 text,objection,tactic",
                "the file is empty; it begins with text,objection,tactic")
    return raw


def _decode(path: Path, raw: bytes) -> str:
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        first = error.start
    try:
        text = raw.decode("gb18030")
    except UnicodeDecodeError as error:
        first = max(first, error.start)
    else:
        # GB18030 accepts nearly any bytes; a broken UTF-8 file read so is full of rare characters.
        common = sum("\u4e00" <= c <= "\u9fff" and _in_gb2312(c) for c in text)
        if "\x00" not in text and common >= 0.9 * sum(ord(c) > 0x2000 and c.isalpha() for c in text):
            return text
    line = raw[:first].count(b"\n") + 1
    _refuse(path, line, "编码坏了，请另存为 UTF-8", "broken encoding; save the file as UTF-8")


def _in_gb2312(character: str) -> bool:
    try:
        character.encode("gb2312")
    except UnicodeEncodeError:
        return False
    return True


def _rows(path: Path, text: str) -> Iterator[tuple[int, list[str]]]:
    """Non-empty rows with the line each begins on."""
    first = text.split("\n", 1)[0]
    delimiter = max(",\t;", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    line = 1
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            _refuse(path, line, f"不是合格的 CSV（{error}），请检查引号",
                    f"not valid CSV ({error}); check the quotes")
        if any(cell.strip() for cell in cells):
            yield line, [cell.strip() for cell in cells]
        line = reader.line_num + 1


def _columns(path: Path, line: int, header: Sequence[str]) -> list[str]:
    """The canonical name of each column."""
    names = {alias: name for name, aliases in _COLUMNS.items() for alias in aliases}
    columns = []
    for cell in header:
        name = names.get(cell.casefold())
        if name is None:
            _refuse(path, line, f"没有「{cell}」这一列，可用 {'、'.join(_COLUMNS)}",
                    f"unknown column “{cell}”; known are {', '.join(_COLUMNS)}")
        if name in columns:
            _refuse(path, line, f"「{cell}」列重复", f"column “{cell}” stands twice")
        columns.append(name)
    missing = [name for name in ("objection", "tactic") if name not in columns]
    if not {"text", "file"} & set(columns):
        missing.insert(0, "text")
    if missing:
        _refuse(path, line, f"缺少 {'、'.join(missing)} 列", f"column {', '.join(missing)} is missing")
    return columns


def _cells(path: Path, line: int, columns: Sequence[str], cells: Sequence[str]) -> dict[str, str]:
    if len(cells) > len(columns):
        _refuse(path, line, f"有 {len(cells)} 格，表头只有 {len(columns)} 列；文字里有逗号就要加双引号",
                f"{len(cells)} cells under {len(columns)} columns; put a text with commas in double quotes")
    return {**dict.fromkeys(_COLUMNS, ""), **dict(zip(columns, cells, strict=False))}


class _Labels:
    """Looks labels up in the packs; remembers what was found, for sets repeat their labels."""

    def __init__(self, path: Path, library: Library) -> None:
        self._path = path
        self._library = library
        self._questions: dict[str, tuple[Question, ...]] = {ANY: library.questions}

    def read(self, line: int, row: dict[str, str]) -> Labelled:
        """One row.

        Raises:
            ContentError: a label is missing or unknown.
        """
        questions = self._find_questions(line, row["objection"])
        tactic = self._find_tactic(line, row["tactic"], row["objection"], questions)
        if tactic != NO_TACTIC and not row["text"] and not row["file"]:
            _refuse(self._path, line, f"没有写回答（text），招法只能是 {NO_TACTIC}",
                    f"no reply (text), so the tactic is {NO_TACTIC}")
        return Labelled(line, row["text"], self._find_file(line, row["file"]), questions, tactic,
                        self._find_points(line, row["points"], questions, tactic), row["kind"])

    def _find_questions(self, line: int, asked: str) -> tuple[Question, ...]:
        if not asked:
            _refuse(self._path, line, f"没有写异议（objection）；不针对哪一条就写 {ANY}",
                    f"no objection; write {ANY} for every one")
        if asked not in self._questions:
            try:
                self._questions[asked] = (self._library.find_question(asked),)
            except UsageError as error:
                _refuse(self._path, line, error.message.zh, error.message.en)
        return self._questions[asked]

    def _find_tactic(self, line: int, asked: str, objection: str, questions: Sequence[Question]) -> str:
        if asked.casefold() in _NONE:
            return NO_TACTIC
        if not asked:
            _refuse(self._path, line, f"没有写招法（tactic）；哪一法都不算就写 {NO_TACTIC}",
                    f"no tactic; write {NO_TACTIC} where none is right")
        if len(questions) != 1:
            _refuse(self._path, line, f"异议写了 {objection}，招法就只能是 {NO_TACTIC}，不能是「{asked}」",
                    f"with {objection} as objection the tactic is {NO_TACTIC}, not “{asked}”")
        question = questions[0]
        for tactic in question.tactics:
            if asked in (tactic.id, tactic.name, tactic.name.removesuffix("法")):
                return tactic.id
        known = "、".join(f"{t.id} {t.name}" for t in question.tactics)
        _refuse(self._path, line, f"异议 {question.id} 没有招法「{asked}」，有 {known}",
                f"objection {question.id} has no tactic “{asked}”; it has {known}")

    def _find_points(
        self, line: int, asked: str, questions: Sequence[Question], tactic: str,
    ) -> frozenset[str] | None:
        if not asked:
            return None
        known = {c.id for q in questions for c in q.criteria}
        points = set()
        for name in asked.replace(",", " ").replace("，", " ").replace("、", " ").split():
            point = next((x for x in (name, f"{tactic}.{name}") if x in known), None)
            if point is None:
                _refuse(self._path, line, f"没有要点「{name}」，写成 招法.要点，例如 {min(known)}",
                        f"no key point “{name}”; write tactic.point, such as {min(known)}")
            points.add(point)
        return frozenset(points)

    def _find_file(self, line: int, name: str) -> Path | None:
        if not name:
            return None
        path = self._path.parent / name
        if not path.is_file():
            _refuse(self._path, line, f"找不到录音 {name}", f"there is no recording {name}")
        return path
