"""Install, verify and remove recognition models in the user's folder.

However a model comes (fetched, as a zip, as a folder), it is prepared beside its place, loaded once to see that it
works and knows Mandarin, listed with the check sums of its files, and only then put in place (`shelf.py`).
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

from voicedrill.core.bilingual import Bilingual
from voicedrill.core.errors import ModelError, UsageError, VoiceDrillError
from voicedrill.speech.catalogue import Release
from voicedrill.speech.disk import disk_error, file_sha256
from voicedrill.speech.download import Patience, Wanted, Watcher, discard_download, download
from voicedrill.speech.download_faults import checksum_error, public_url
from voicedrill.speech.manifest import Differences, Origin, compare_files, model_files, read_manifest, write_manifest
from voicedrill.speech.models import ModelInfo, check_model, describe_model
from voicedrill.speech.shelf import Shelf
from voicedrill.speech.unpacking import inspect_zip, unpack_zip

_GROWTH = 3
"""Bytes on the disk per byte of zip, zip included, to be sure of before anything is fetched: an estimate."""

_DEMO = "voicedrill-demo"
"""Names of models that ship with the program begin so; another of that name would pass for it."""

_NAME = re.compile(r"\w[\w.+() -]{0,99}")


@dataclass(frozen=True, slots=True)
class Installed:
    """A model in its place."""

    info: ModelInfo
    checked: bool
    """Its zip agreed with the check sum known beforehand."""
    fresh: bool
    """It was put there just now; False: it was there already, and whole."""


def name_from_url(url: str) -> str:
    """The name of a model, after the last part of an address.

    Raises:
        UsageError: no name can be read from it.
    """
    try:
        name = unquote(urlsplit(url).path).rstrip("/").rpartition("/")[2].removesuffix(".zip")
    except ValueError:
        name = ""
    return check_name(name)


def check_name(name: str) -> str:
    """The name itself, if a model may be called so.

    Raises:
        UsageError: it may not: it could lead out of the folder or be refused by a file system.
    """
    if name.startswith(_DEMO):
        raise UsageError("演示模型随程序自带，不用安装或删除；要安装官方模型：voicedrill model install",
                         "the demo model comes with the program and is neither installed nor removed; to install the "
                         "official one: voicedrill model install")
    if not _NAME.fullmatch(name) or name.endswith((".", " ")):
        raise UsageError(f"{name!r} 不能作模型名；请写明名称，例如 voicedrill model install vosk-model-small-cn-0.22",
                         f"{name!r} cannot be the name of a model: name one, e.g. voicedrill model install "
                         "vosk-model-small-cn-0.22")
    return name


# ---------------------------------------------------------------- installing


def install_release(
    release: Release, url: str, shelf: Shelf, watcher: Watcher, patience: Patience | None = None
) -> Installed:
    """Fetch a release and install it; nothing is fetched when it is there already, and whole.

    Raises:
        ModelError: it cannot be fetched, is not the file published, or does not work.
    """
    name = check_name(release.name)
    with shelf.locked():
        present = _already_there(shelf, release, url)
        if present:
            return present
        path = shelf.download_path(name)
        here = path.stat().st_size if path.exists() else 0
        shelf.require_space((release.size or 0) * _GROWTH - here)
        watcher.begin(Bilingual(f"下载 {name}", f"fetching {name}"))
        sha256 = download(Wanted(url, release.size, release.sha256), path, watcher, patience)
        installed = _install_zip(path, name, Origin(public_url(url), sha256, bool(release.sha256)), shelf, watcher)
        discard_download(path)
    return installed


def install_zip(path: Path, catalogue: Sequence[Release], shelf: Shelf, watcher: Watcher) -> Installed:
    """Install from a zip on this computer.

    It is known by its check sum, whatever it is called; else it takes the name of its folder, or its own, and must
    not bear the name of a release with another check sum.

    Raises:
        ModelError: it cannot be read, is not the file published under that name, is not safe, or does not work.
    """
    watcher.begin(Bilingual(f"核对 {path.name}", f"checking {path.name}"))
    contents, sha256 = inspect_zip(path), file_sha256(path)
    release = next((r for r in catalogue if r.sha256 == sha256), None)
    name = release.name if release else check_name(contents.top or path.stem)
    expected = next((r.sha256 for r in catalogue if r.name == name), None)
    if expected not in (None, sha256):
        raise checksum_error(str(path), str(expected), sha256)
    with shelf.locked():
        present = _already_there(shelf, Release(name, sha256=sha256), "")
        origin = Origin(str(path.resolve()), sha256, checked=expected is not None)
        return present or _install_zip(path, name, origin, shelf, watcher)


def install_folder(path: Path, shelf: Shelf, watcher: Watcher) -> Installed:
    """Install a copy of a folder that holds an unpacked model.

    Raises:
        ModelError: there is no model in it, or it does not work.
    """
    model = describe_model(path)
    name, source = check_name(model.name), model.path.resolve()
    with shelf.locked():
        if source == shelf.place(name).resolve():
            check_model(model)
            return Installed(model, checked=False, fresh=False)
        shelf.require_space(model.size_bytes)
        watcher.begin(Bilingual(f"复制 {name}", f"copying {name}"))
        return _install(name, Origin(str(source), None, checked=False), shelf, watcher,
                        lambda incoming: _copy(source, incoming, watcher))


def _already_there(shelf: Shelf, release: Release, url: str) -> Installed | None:
    """The model as it was installed from the same zip, if not a byte of it has changed."""
    place = shelf.place(release.name)
    try:
        manifest = read_manifest(place)
        if manifest is None or compare_files(place, manifest):
            return None
        info = describe_model(place)
    except ModelError:
        return None  # damaged: it will be replaced
    origin = manifest.origin
    same = origin.sha256 == release.sha256 if release.sha256 else origin.source == public_url(url)
    return Installed(info, origin.checked, fresh=False) if same else None


def _install_zip(path: Path, name: str, origin: Origin, shelf: Shelf, watcher: Watcher) -> Installed:
    try:
        contents = inspect_zip(path)
        shelf.require_space(contents.size)
        watcher.begin(Bilingual(f"解压 {name}", f"unpacking {name}"))
        return _install(name, origin, shelf, watcher,
                        lambda incoming: unpack_zip(path, contents, incoming, watcher.advance))
    except ModelError:
        if path == shelf.download_path(name) and not origin.checked:
            discard_download(path)  # nothing vouches for it: fetch it anew next time
        raise


def _install(
    name: str, origin: Origin, shelf: Shelf, watcher: Watcher, fill: Callable[[Path], None]
) -> Installed:
    """Prepare, try, list and put in place. Call it while locked."""
    with shelf.incoming(name) as incoming:
        fill(incoming)
        watcher.begin(Bilingual("试加载模型", "loading the model once"))
        try:
            info = describe_model(incoming)
            check_model(info)
        except VoiceDrillError as error:
            zh, en = (text.replace(str(incoming), name) for text in (error.message.zh, error.message.en))
            raise ModelError(f"没有安装 {origin.source}：{zh}", f"{origin.source} was not installed: {en}") from error
        write_manifest(info.path, name, origin)
        return Installed(describe_model(shelf.put(info.path, name)), origin.checked, fresh=True)


def _copy(source: Path, target: Path, watcher: Watcher) -> None:
    files = model_files(source)
    total, done = sum(p.stat().st_size for p in files), 0
    for file in files:
        place = target / file.relative_to(source)
        try:
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file, place)
        except OSError as error:
            raise disk_error(place, error) from error
        done += place.stat().st_size
        watcher.advance(done, total)


# ---------------------------------------------------------------- verifying and removing


def verify_model(model: ModelInfo) -> bool:
    """Make sure that a model is as it was installed and works; return whether there was a list to compare with.

    Raises:
        ModelError: files are missing, changed or added, or it does not load.
    """
    manifest = read_manifest(model.path)
    if manifest is not None:
        differences = compare_files(model.path, manifest)
        if differences:
            raise _differs(model, differences)
    check_model(model)
    return manifest is not None


def _differs(model: ModelInfo, differences: Differences) -> ModelError:
    kinds = (("缺少", "missing", differences.missing), ("已改变", "changed", differences.changed),
             ("多出", "added", differences.added))
    zh = "；".join(f"{kind} {_few(names)}" for kind, _, names in kinds if names)
    en = "; ".join(f"{kind}: {_few(names)}" for _, kind, names in kinds if names)
    return ModelError(f"模型 {model.name} 与安装时不同（{zh}）；请重新安装：voicedrill model install {model.name}",
                      f"model {model.name} is not as it was installed ({en}); install it again: voicedrill model "
                      f"install {model.name}")


def _few(names: Sequence[str]) -> str:
    return " ".join(names[:3]) + (f" … ({len(names)})" if len(names) > 3 else "")


def remove_model(name: str, shelf: Shelf) -> None:
    """Remove a model from the user's folder.

    Raises:
        UsageError: there is no such model there.
    """
    check_removable(name, shelf)
    with shelf.locked():
        shelf.remove(name)


def check_removable(name: str, shelf: Shelf) -> Path:
    """Where the model lies that would be removed.

    Raises:
        UsageError: there is no such model in the user's folder: those that ship with the program, and those that
            other programs put elsewhere, are not ours to remove.
    """
    place = shelf.place(check_name(name))
    if not place.is_dir():
        raise UsageError(f"{shelf.folder} 里没有模型 {name}；只能删除装在那里的模型，自带的和别处的不能删。",
                         f"there is no model {name} in {shelf.folder}: only those installed there can be removed, "
                         "not the built-in one nor any elsewhere.")
    return place
