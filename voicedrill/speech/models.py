"""Recognition models on disk: which there are, which one to use, and whether it can be used at all.

A folder is a model when it holds the files Vosk needs; that is looked at whenever a model is described. Whether
those files are whole and know Mandarin is found out by loading them once in a process of their own
(`check_model`), since a damaged model can crash the process that loads it.
"""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from voicedrill.core.errors import ModelError, SpeechError
from voicedrill.speech.workers import run_worker

_DEMO = "voicedrill-demo"
"""Models whose name begins so are trained on synthetic voices."""

_LAYOUTS = (
    ("am/final.mdl", ("conf/mfcc.conf", "conf/model.conf"), "graph/"),
    ("final.mdl", ("mfcc.conf",), ""),  # models older than 2020
)
"""Acoustic model, settings, folder of the graph."""

_MANDARIN_WORDS = 3
"""Of the ten words the probe looks up. Models of other languages know none; a tiny Mandarin vocabulary knows most."""

_PROBE_TIMEOUT = 180.0
"""Seconds. The large Mandarin model (1.3 GB) takes about 15 s to load from a slow disk."""

_OTHER_LANGUAGE = re.compile(r"vosk-model-(?!(small-|big-)?(cn|zh)\b)")
"""Official names of models that are not Mandarin: left alone when nobody asked for them."""


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """A recognition model on disk."""

    name: str
    """Name of its folder."""
    path: Path
    digest: str
    """First 8 hexadecimal digits of a SHA-256 over file names, sizes and the acoustic model."""
    is_demo: bool
    """Trained on synthetic voices: for the demo and for tests, not for people."""
    size_bytes: int

    @property
    def label(self) -> str:
        """Name and digest, as kept with each attempt: `voicedrill-demo-cn@1f3c9a0d`."""
        return f"{self.name}@{self.digest}"


# ---------------------------------------------------------------- describing and finding


def describe_model(path: str | Path) -> ModelInfo:
    """Describe the model in a folder, or in the only folder inside it (as some zip programs unpack).

    Raises:
        ModelError: there is no such folder, or files are missing from it.
    """
    path = Path(path)
    _require_folder(path)
    missing = _missing(path)
    if missing:
        inner = [p for p in path.iterdir() if p.is_dir() and not _missing(p)]
        if len(inner) == 1:
            return describe_model(inner[0])
        raise ModelError(
            f"模型 {path} 不完整，缺少 {missing}；请重新安装：voicedrill model install",
            f"model {path} is incomplete, {missing} is missing; install it again: voicedrill model install")
    try:
        files = _files(path)
        digest = hashlib.sha256(json.dumps([(name, size) for name, size, _ in files]).encode())
        digest.update((path / _layout(path)[0]).read_bytes())
    except OSError as error:
        raise ModelError(f"无法读取模型 {path}（{error.strerror}）；请检查文件权限",
                         f"cannot read model {path} ({error.strerror}); check its permissions") from error
    name = path.resolve().name
    return ModelInfo(name, path, digest.hexdigest()[:8], name.startswith(_DEMO), sum(size for _, size, _ in files))


def list_models(folders: Sequence[Path]) -> list[ModelInfo]:
    """Every complete model in the folders, in the order in which `find_model` would choose them.

    Mandarin models in the order of the folders and, within one, the largest first; then demo models. Models with the
    official name of another language, and incomplete ones, are left out.
    """
    found = [model for folder in folders for model in sorted(_models_in(folder), key=lambda m: -m.size_bytes)]
    return [m for m in found if not m.is_demo] + [m for m in found if m.is_demo]


def find_model(
    explicit: str | Path | None, environment: str | None, folders: Sequence[Path], chosen: str | None = None
) -> ModelInfo:
    """The model to use: the one asked for, that of `VOICEDRILL_MODEL`, that of the settings, the best in the folders.

    `explicit` and `environment` are paths, or names of models in the folders; `chosen`, from the settings, is a name
    or an absolute path. With any of them, nothing else is tried.

    Raises:
        ModelError: the model asked for is missing or incomplete, or there is none at all.
    """
    wanted = explicit or environment
    if wanted:
        named = next((folder / wanted for folder in folders if (folder / wanted).is_dir()), None)
        return describe_model(Path(wanted) if Path(wanted).exists() or named is None else named)
    if chosen:
        return _find_chosen(chosen, folders)
    models = list_models(folders)
    if not models:
        raise ModelError("没有找到语音识别模型；请安装：voicedrill model install，或用 --model 指定文件夹",
                         "no recognition model found; install one: voicedrill model install, "
                         "or name a folder with --model")
    return models[0]


def _find_chosen(chosen: str, folders: Sequence[Path]) -> ModelInfo:
    """The model of the settings; a folder of that name where the program happens to be started is not meant."""
    path = next((folder / chosen for folder in folders if (folder / chosen).is_dir()), None)
    if path is None:
        raise ModelError(
            f"设置里选用的模型 {chosen} 不见了；请重装：voicedrill model install，或另选：voicedrill model use",
            f"model {chosen}, chosen in the settings, is gone; install it again: voicedrill model install, "
            "or choose another: voicedrill model use")
    return describe_model(path)


def _models_in(folder: Path) -> Iterator[ModelInfo]:
    try:
        candidates = sorted(p for p in folder.iterdir() if p.is_dir())
    except OSError:  # the folder is missing, or no folder
        return
    for path in candidates:
        if not _OTHER_LANGUAGE.match(path.name):
            try:
                yield describe_model(path)
            except ModelError:
                continue


def _require_folder(path: Path) -> None:
    if path.is_file():
        raise ModelError(f"{path} 是文件，不是模型文件夹；若是 zip，请先安装：voicedrill model install {path}",
                         f"{path} is a file, not a model folder; if it is a zip, install it: "
                         f"voicedrill model install {path}")
    if not path.is_dir():
        raise ModelError(f"找不到语音识别模型 {path}；请检查路径，或安装：voicedrill model install",
                         f"recognition model {path} does not exist; check the path, or install one: "
                         "voicedrill model install")


def _layout(path: Path) -> tuple[str, tuple[str, ...], str]:
    return next((layout for layout in _LAYOUTS if (path / layout[0]).is_file()), _LAYOUTS[0])


def _missing(path: Path) -> str | None:
    """The first file that Vosk needs and does not find, None when all are there."""
    acoustic, settings, graph = _layout(path)
    graphs = [f"{graph}HCLG.fst"] if (path / graph / "HCLG.fst").exists() else [
        f"{graph}HCLr.fst", f"{graph}Gr.fst", f"{graph}disambig_tid.int"]
    needed = [acoustic, *settings, *graphs]
    return next((n for n in needed if not (path / n).is_file() or not (path / n).stat().st_size), None)


def _files(path: Path) -> list[tuple[str, int, int]]:
    """Relative name, size and time of change (ns) of every file, sorted.

    Hidden files are none of the model's: the manifest of its installation, what a file browser leaves behind.
    """
    found = [(p.relative_to(path).as_posix(), p.stat())
             for p in path.rglob("*") if p.is_file() and not p.name.startswith(".")]
    return sorted((name, stat.st_size, stat.st_mtime_ns) for name, stat in found)


# ---------------------------------------------------------------- checking


def check_model(model: ModelInfo, verified: Path | None = None) -> None:
    """Make sure that the model loads, recognises and knows Mandarin: once, in a process of its own (about 0.4 s).

    Args:
        model: what to check.
        verified: folder that remembers which models passed, so that the check is paid once; None remembers nothing.
            A change of any file's size or time of change makes a model unknown again.

    Raises:
        ModelError: the model is damaged or of another language.
    """
    mark = verified / f"{model.name}-{_fingerprint(model)}" if verified else None
    if mark and mark.exists():
        return
    report = _probe(model)
    if not report["loads"]:
        raise ModelError(
            f"模型 {model.path} 已损坏，无法加载；请重新安装：voicedrill model install",
            f"model {model.path} is damaged and cannot be loaded; install it again: voicedrill model install")
    if int(str(report["mandarin"])) < _MANDARIN_WORDS:
        raise ModelError(
            f"模型 {model.name} 不是普通话模型；请换用 vosk-model-small-cn-0.22：voicedrill model install",
            f"model {model.name} is not a Mandarin model; use one such as vosk-model-small-cn-0.22: "
            "voicedrill model install")
    if mark:
        try:
            mark.parent.mkdir(parents=True, exist_ok=True)
            mark.touch()
        except OSError:
            return  # a cache folder that can't be written costs the check once more next time, no more


def _fingerprint(model: ModelInfo) -> str:
    return hashlib.sha256(repr(_files(model.path)).encode() + model.digest.encode()).hexdigest()[:16]


def _probe(model: ModelInfo) -> dict[str, object]:
    try:
        done = run_worker("voicedrill.speech.model_probe", [str(model.path.resolve())], "", _PROBE_TIMEOUT)
    except subprocess.TimeoutExpired:
        return {"loads": False, "why": "time out"}
    if "ModuleNotFoundError: No module named 'vosk'" in done.stderr:
        raise SpeechError("没有安装 vosk；请运行 pip install vosk", "vosk is not installed; run: pip install vosk")
    try:
        report: dict[str, object] = json.loads(done.stdout)
    except ValueError:  # it crashed
        return {"loads": False, "why": f"exit code {done.returncode}"}
    return report
