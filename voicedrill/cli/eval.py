"""`voicedrill eval`: how accurate is the scorer on labelled replies?"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from voicedrill.cli.language import t
from voicedrill.cli.practice import Model
from voicedrill.core.errors import ContentError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from rich.console import Console

    from voicedrill.accuracy.labelled import Labelled
    from voicedrill.accuracy.report import Comparison
    from voicedrill.accuracy.trial import Figures, Heard, Trials
    from voicedrill.content.library import Library
    from voicedrill.core.metrics import Estimate
    from voicedrill.core.model import Facts
    from voicedrill.core.rubric import Rubric

SHOWN_FLIPS = 50
"""Flipped replies listed on screen; --json has them all."""


def evaluate_set(
    path: Annotated[Path, typer.Argument(metavar="SET", help=t(
        "标注好的 CSV（text,objection,tactic），或含 labels.csv 的录音文件夹。",
        "A labelled CSV (text,objection,tactic), or a folder of recordings with labels.csv."))],
    cer: Annotated[float, typer.Option(min=0.0, max=0.6, help=t(
        "模拟识别错误：字错误率，例如 0.1。", "Simulate recognition errors at this character error rate."))] = 0.0,
    seed: Annotated[int, typer.Option(min=0, help=t("随机种子。", "Seed of everything random."))] = 1,
    pack: Annotated[Path | None, typer.Option(help=t("题库文件，代替同编号的题库。",
                                                     "A pack, in place of the one with its id."))] = None,
    rubric: Annotated[Path | None, typer.Option(help=t("评分规则文件。", "Rubric file."))] = None,
    compare: Annotated[Path | None, typer.Option(help=t(
        "与另一份比较：评分规则、题库，或以前用 --json 存下的结果。",
        "Compare with another rubric or pack, or with a result saved with --json."))] = None,
    model: Model = None,
    as_json: Annotated[bool, typer.Option("--json", help=t("输出 JSON。", "Print JSON."))] = False,
) -> None:
    """Print accuracy with confidence intervals; with --compare what flipped."""
    from voicedrill import __version__
    from voicedrill.accuracy.labelled import read_labelled
    from voicedrill.accuracy.report import SCHEMA, figures_to_json, trials_to_json
    from voicedrill.accuracy.trial import run_trials
    from voicedrill.cli.screen import print_json, result_console

    setup = _Setup.open(pack, rubric)
    other = _open_other(compare, setup) if compare else None
    rows = read_labelled(path, setup.library)
    heard, recogniser = _hear(rows, cer, seed, model)
    trials = run_trials(rows, heard, setup.rubric)
    figures = trials.figures(seed)
    comparison = _compare(other, path, heard, trials) if other is not None else None
    if as_json:
        print_json({
            "schema": SCHEMA, "program": __version__, "set": path.name, **setup.to_json(), "model": recogniser,
            "seed": seed, "cer_asked": cer, "cer": None if trials.cer is None else round(trials.cer, 4),
            **figures_to_json(figures), "replies_per_second": round(trials.per_second),
            **({"compared": comparison.to_json()} if comparison else {}), "rows": trials_to_json(trials),
        })
        return
    console = result_console()
    _show(console, figures, trials)
    if comparison is not None:
        _show_flips(console, comparison)


# ---------------------------------------------------------------- what is compared


@dataclass(frozen=True)
class _Setup:
    """A scorer: packs and a rubric."""

    library: Library
    rubric: Rubric

    @classmethod
    def open(cls, pack: Path | None, rubric: Path | None) -> _Setup:
        from voicedrill.cli import wiring
        from voicedrill.content.rubrics import read_rubric

        library = wiring.open_library()
        return cls(_exchange(library, pack) if pack else library,
                   read_rubric(rubric) if rubric else wiring.open_rubric())

    def to_json(self) -> dict[str, Any]:
        """Which versions these are."""
        return {"packs": [f"{p.id} {p.version} {p.ref.sha256[:12]}" for p in self.library.packs],
                "rubric": f"{self.rubric.ref.id} {self.rubric.ref.version} {self.rubric.ref.sha256[:12]}"}


def _exchange(library: Library, path: Path) -> Library:
    """The library with the pack of that file in place of the one with its id, or beside the others."""
    from voicedrill.cli import wiring
    from voicedrill.content.library import Library

    pack = wiring.open_pack(path)
    return Library((*(p for p in library.packs if p.id != pack.id), pack))


def _open_other(path: Path, setup: _Setup) -> _Setup | list[Any]:
    """What is compared with: a scorer, or the rows of a saved result; told apart by what is in the file.

    Raises:
        ContentError: it is none of these.
    """
    from voicedrill.accuracy.report import read_saved
    from voicedrill.content.document import read_document
    from voicedrill.content.rubrics import read_rubric

    if path.suffix.lower() == ".json":
        return list(read_saved(path))
    fields = read_document(path).value
    if "questions" in fields:
        return _Setup(_exchange(setup.library, path), setup.rubric)
    if "pass_mark" in fields:
        return _Setup(setup.library, read_rubric(path))
    raise ContentError(f"{path} 既不是评分规则也不是题库。", f"{path} is neither a rubric nor a pack.")


def _compare(other: _Setup | list[Any], path: Path, heard: Heard, trials: Trials) -> Comparison:
    """From the scorer in use to the other; from a saved result to the scorer in use."""
    from voicedrill.accuracy.labelled import read_labelled
    from voicedrill.accuracy.report import compare, trials_to_json
    from voicedrill.accuracy.trial import run_trials

    mine = trials_to_json(trials)
    if isinstance(other, list):
        return compare(other, mine)
    return compare(mine, trials_to_json(run_trials(read_labelled(path, other.library), heard, other.rubric)))


# ---------------------------------------------------------------- hearing


def _hear(rows: Sequence[Labelled], cer: float, seed: int, model: Path | None) -> tuple[Heard, str | None]:
    """The replies as the scorer gets them, and the model that heard them; None where none did."""
    from voicedrill.accuracy.trial import hear_recordings, hear_typed
    from voicedrill.cli.screen import progress_console

    if not any(row.file for row in rows):
        return hear_typed(rows, cer, seed), None
    if cer:
        raise UsageError("--cer 只用于文字；录音有真实的识别错误。",
                         "--cer is for texts; recordings have real errors.")
    listen, name = _open_ears(model)
    console = progress_console()
    with console.status("") as status:
        return hear_recordings(rows, listen, lambda n: status.update(f"{n}/{len(rows)}")), name


def _open_ears(model: Path | None) -> tuple[Callable[[Path], Facts], str]:
    from voicedrill.audio.files import read_audio
    from voicedrill.audio.vad import SileroDetector
    from voicedrill.cli import wiring
    from voicedrill.core.model import EndReason, Timing
    from voicedrill.evaluate import listen

    recognizer, detector = wiring.load_recognizer(wiring.choose_model(model)), SileroDetector()

    def hear(path: Path) -> Facts:
        return listen(read_audio(path), recognizer, detector, Timing.UNKNOWN, EndReason.INPUT_ENDED)

    return hear, recognizer.name


# ---------------------------------------------------------------- showing


def _show(console: Console, figures: Figures, trials: Trials) -> None:
    from rich.table import Table

    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
    for zh, en in (("指标", "Figure"), ("值", "Value"), ("95% 置信区间", "95 % interval"), ("样本", "Of")):
        table.add_column(t(zh, en), justify="left" if zh == "指标" else "right")
    points = figures.points
    for zh, en, estimate, n in (
        ("招法首选正确（含拒识）", "tactic top-1, with reject", figures.tactic_top1, figures.n_tactic),
        *((f"  {kind}", f"  {kind}", e, None) for kind, e in figures.top1_by_kind.items()),
        ("招法宏平均 F1", "tactic macro-F1", figures.macro_f1, figures.n_tactic + figures.n_none),
        ("要点精确率", "key point precision", points.precision, points.n),
        ("要点召回率", "key point recall", points.recall, points.n),
        ("要点 F1", "key point F1", points.f1, points.n),
        *((f"  {kind}", f"  {kind}", p.f1, p.n) for kind, p in figures.points_by_kind.items()),
        ("误认率（无招法却认出）", "false accepts", figures.false_accept_rate, figures.n_none),
        *((f"  {kind}", f"  {kind}", e, None) for kind, e in figures.false_accepts_by_kind.items()),
        ("否定陷阱识破", "negation traps caught", figures.traps_caught, None),
        ("含否定词的正话保留", "affirmed kept", figures.affirmed_kept, None),
    ):
        if estimate.value is not None:
            table.add_row(t(zh, en), *_interval(estimate), "" if n is None else str(n))
    console.print(table)
    if figures.confusion:
        console.print(_confusion(figures), soft_wrap=True, markup=False)
    if trials.cer is not None:
        console.print(t(f"字错误率 {trials.cer:.1%}", f"Character error rate {trials.cer:.1%}"))
    console.print(t(f"每秒 {trials.per_second:.0f} 句（单核）",
                    f"{trials.per_second:.0f} replies a second (one core)"))


def _interval(estimate: Estimate) -> tuple[str, str]:
    """Shown so that neither 0 nor 100 % is the work of rounding."""
    if estimate.value is None or estimate.low is None or estimate.high is None:
        return "", ""
    return f"{estimate.value:.3f}", f"{estimate.low:.3f}–{estimate.high:.3f}"


def _confusion(figures: Figures) -> str:
    """Labels that were taken for something else; those always right fill no line."""
    lines = [t("认错的招法（标注 → 认成 × 次数）", "Confusions (label → taken for × times)")]
    for label, row in figures.confusion.items():
        wrong = [f"{predicted} × {count}" for predicted, count in row.items() if predicted != label]
        if wrong:
            total = sum(row.values())
            lines.append(f"  {label} ({row.get(label, 0)}/{total}) → {', '.join(wrong)}")
    return "\n".join(lines if len(lines) > 1 else [t("没有认错的招法", "No confusions")])


def _show_flips(console: Console, comparison: Comparison) -> None:
    document = comparison.to_json()
    console.print(t(
        "变化 {} 句：变好 {better}，变坏 {worse}，其他 {other}；对不上的 {unmatched} 句",
        "{} flipped: {better} better, {worse} worse, {other} other; {unmatched} without a counterpart",
    ).format(len(comparison.flips), **document))
    names = {"better": t("变好", "better"), "worse": t("变坏", "worse"), "other": t("其他", "other")}
    for flip in document["flipped"][:SHOWN_FLIPS]:
        before, after = flip["before"], flip["after"]
        console.print(
            f"  {names[flip['change']]}  {t('第', 'line')} {flip['line']}{t(' 行', '')} {flip['objection']} "
            f"「{flip['text'] or flip['file']}」 {flip['label']}: {before['tactic']} {' '.join(before['hits'])} → "
            f"{after['tactic']} {' '.join(after['hits'])}", markup=False, soft_wrap=True)
    if len(comparison.flips) > SHOWN_FLIPS:
        console.print(t("其余用 --json 查看", "the others: --json"))
