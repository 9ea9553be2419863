"""Figures and verdicts of a trial as JSON, and what flipped between two of them."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from voicedrill.accuracy.labelled import TRAP
from voicedrill.accuracy.trial import Figures, PointFigures, Trial, Trials
from voicedrill.content.replies import NO_TACTIC
from voicedrill.core.errors import ContentError
from voicedrill.core.metrics import Estimate

SCHEMA = "voicedrill.eval/1"
Row = Mapping[str, Any]
_ROW_FIELDS = frozenset({"line", "text", "file", "objection", "label", "points", "kind", "tactic", "hits"})


def figures_to_json(figures: Figures) -> dict[str, Any]:
    """Every figure by name, 0-1 and rounded to four digits, null where there was nothing to measure.

    95 % intervals stand under `intervals` by the same names.
    """
    estimates = {
        "tactic_top1": figures.tactic_top1, "macro_f1": figures.macro_f1,
        "key_point_precision": figures.points.precision, "key_point_recall": figures.points.recall,
        "key_point_f1": figures.points.f1, "false_accept_rate": figures.false_accept_rate,
        "traps_caught": figures.traps_caught, "affirmed_kept": figures.affirmed_kept,
    }
    return {
        "n": figures.n, "n_tactic": figures.n_tactic, "n_none": figures.n_none, "n_points": figures.points.n,
        **{name: _rounded(estimate.value) for name, estimate in estimates.items()},
        "intervals": {name: [_rounded(e.low), _rounded(e.high)] for name, e in estimates.items()},
        "tactic_top1_by_kind": _values(figures.top1_by_kind),
        "key_point_f1_by_kind": _point_values(figures.points_by_kind),
        "false_accepts_by_kind": _values(figures.false_accepts_by_kind),
        "confusion": figures.confusion,
    }


def trials_to_json(trials: Trials) -> list[dict[str, Any]]:
    """One entry per reply and objection: labels, and what the scorer made of it."""
    return [_row(trial) for trial in trials.all]


def _row(trial: Trial) -> dict[str, Any]:
    row, result = trial.row, trial.result
    return {
        "line": row.line, "text": row.text, "file": row.file.name if row.file else None,
        "objection": trial.question.id, "label": row.tactic_id,
        "points": None if row.points is None else sorted(row.points), "kind": row.kind,
        "heard": trial.heard, "tactic": trial.recognised, "hits": list(result.hits), "total": result.card.total,
    }


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)


def _values(by_kind: Mapping[str, Estimate]) -> dict[str, float | None]:
    return {kind: _rounded(estimate.value) for kind, estimate in by_kind.items()}


def _point_values(by_kind: Mapping[str, PointFigures]) -> dict[str, float | None]:
    return {kind: _rounded(points.f1.value) for kind, points in by_kind.items()}


# ---------------------------------------------------------------- comparing


@dataclass(frozen=True, slots=True)
class Flip:
    """A reply of which two scorers think differently."""

    before: Row
    after: Row

    @property
    def change(self) -> str:
        """`better`, `worse`, or `other` where both are as right or as wrong."""
        before, after = _merit(self.before), _merit(self.after)
        return "other" if before == after else "better" if after > before else "worse"

    def to_json(self) -> dict[str, Any]:
        """The labels, and both verdicts."""
        return {**{name: self.after[name] for name in ("line", "text", "file", "objection", "label", "kind")},
                "change": self.change,
                "before": {name: self.before[name] for name in ("tactic", "hits")},
                "after": {name: self.after[name] for name in ("tactic", "hits")}}


@dataclass(frozen=True, slots=True)
class Comparison:
    """What flipped from one scorer to another."""

    flips: tuple[Flip, ...]
    unmatched: int
    """Replies that only one of them was given."""

    def to_json(self) -> dict[str, Any]:
        """Counts and every flip."""
        counts = Counter(flip.change for flip in self.flips)
        return {"better": counts["better"], "worse": counts["worse"], "other": counts["other"],
                "unmatched": self.unmatched, "flipped": [flip.to_json() for flip in self.flips]}


def compare(before: Iterable[Row], after: Iterable[Row]) -> Comparison:
    """Find the replies whose tactic, or whose hits among the judged key points, differ."""
    old, new = _by_key(before), _by_key(after)
    shared = [key for key in new if key in old]
    flips = tuple(Flip(old[key], new[key]) for key in shared if _judged(old[key]) != _judged(new[key]))
    return Comparison(flips, len(old) + len(new) - 2 * len(shared))


def _by_key(rows: Iterable[Row]) -> dict[tuple[str, str, int], Row]:
    """By what was said against which objection; the third part counts repetitions."""
    seen: Counter[tuple[str, str]] = Counter()
    keyed = {}
    for row in rows:
        key = (row["file"] or row["text"], row["objection"])
        keyed[(*key, seen[key])] = row
        seen[key] += 1
    return keyed


def _judged(row: Row) -> tuple[str, frozenset[str]]:
    return row["tactic"], _own(row)


def _own(row: Row) -> frozenset[str]:
    """Hits that the labels speak of."""
    if row["label"] == NO_TACTIC:
        return frozenset()
    return frozenset(h for h in row["hits"] if h.startswith(row["label"] + "."))


def _merit(row: Row) -> tuple[bool, int]:
    """How right a verdict is: the tactic first, then the key points. Of a trap, its denied points alone."""
    due = frozenset(row["points"] or ())
    if row["kind"] == TRAP:
        return False, -len(_own(row) & due)
    found = _own(row)
    return row["tactic"] == row["label"], len(found & due) - len(found - due) if row["points"] is not None else 0


def read_saved(path: Path) -> list[Row]:
    """The rows of a result that `voicedrill eval --json` printed, perhaps of another version of the program.

    Raises:
        ContentError: the file cannot be read or is no such result.
    """
    try:
        saved = json.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise ContentError(f"读不了 {path}：{error.strerror}，请检查路径。",
                           f"Cannot read {path}: {error.strerror}; check the path.") from error
    except ValueError as error:
        raise ContentError(f"{path} 不是 JSON，请给出 voicedrill eval --json 存下的结果。",
                           f"{path} is not JSON; name a result saved with voicedrill eval --json.") from error
    rows = saved.get("rows") if isinstance(saved, dict) and saved.get("schema") == SCHEMA else None
    if not isinstance(rows, list) or not all(isinstance(r, dict) and r.keys() >= _ROW_FIELDS for r in rows):
        raise ContentError(f"{path} 不是 voicedrill eval --json 存下的结果（{SCHEMA}）。",
                           f"{path} is no result of voicedrill eval --json ({SCHEMA}).")
    return rows
