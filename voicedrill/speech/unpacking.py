"""Unpack a zip that nobody vouches for: everything is looked at before the first byte is written.

Refused: names that lead out of the folder (`..`, absolute, drive letters), that no other system could store or that
two entries share (case and Unicode form ignored), links and special files, encrypted entries, and bombs: too many
files, too much data, or far more data than the zip has bytes. While unpacking, sizes and CRCs are held to what the
table of contents says.
"""

from __future__ import annotations

import os
import re
import stat
import unicodedata
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from voicedrill.core.errors import ModelError
from voicedrill.speech.disk import disk_error

MOST_FILES = 2_000
"""A Vosk model has 10 to 40 files."""
MOST_BYTES = 16 << 30
"""The largest Vosk model has 9 GB unpacked."""
MOST_GROWTH = 25
"""Bytes unpacked per byte of zip. Models grow up to fourfold; a bomb up to a thousandfold (the limit of deflate)."""
_SMALL = 1 << 20
"""Bytes up to which growth is no matter: text files of a few kilobytes may shrink a lot."""

_ENCRYPTED = 0x1 | 0x40 | 0x2000
"""Flag bits: encrypted, strongly encrypted, hidden table of contents (APPNOTE 4.4.4)."""

_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)
"""Names that are devices on Windows."""
_FORBIDDEN = re.compile(r'[\x00-\x1f<>:"|?*]')
_LITTER = ("__MACOSX/", ".DS_Store", "Thumbs.db", "desktop.ini")
"""What file browsers add to a zip; left out."""
_BLOCK = 1 << 18


@dataclass(frozen=True, slots=True)
class Entry:
    """A file in the zip and where it goes."""

    info: zipfile.ZipInfo
    path: tuple[str, ...]
    """Parts of the path below the target folder, without the zip's one top folder."""


@dataclass(frozen=True, slots=True)
class Contents:
    """What a zip would unpack to."""

    top: str | None
    """Name of the one top folder that holds everything, None where there is none."""
    entries: tuple[Entry, ...]
    size: int
    """Bytes, unpacked."""


def inspect_zip(path: Path) -> Contents:
    """Read a zip's table of contents and make sure that unpacking it does no harm.

    Raises:
        ModelError: it is no zip, or not one to be trusted.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            infos = archive.infolist()
        packed = path.stat().st_size
    except (zipfile.BadZipFile, NotImplementedError, ValueError) as error:
        raise _damaged(path, error) from error
    except OSError as error:
        raise ModelError(f"无法读取 {path}（{error.strerror}）；请检查路径和文件权限。",
                         f"cannot read {path} ({error.strerror}): check the path and its permissions.") from error
    _check_amount(path, infos, packed)
    named = [(info, _check_entry(path, info)) for info in infos]
    files = [(info, parts) for info, parts in named if parts and not info.filename.replace("\\", "/").endswith("/")]
    _check_collisions(path, [parts for _, parts in files])
    if not files:
        raise ModelError(f"{path} 是空的，没有模型。", f"{path} is empty: there is no model in it.")
    tops = {parts[0] for _, parts in files}
    top = tops.pop() if len(tops) == 1 and all(len(parts) > 1 for _, parts in files) else None
    entries = tuple(Entry(info, parts[1:] if top else parts) for info, parts in files)
    return Contents(top, entries, sum(info.file_size for info, _ in files))


def unpack_zip(path: Path, contents: Contents, target: Path, advance: Callable[[int, int | None], None]) -> None:
    """Unpack into a new folder; every file is on the disk when this returns.

    Raises:
        ModelError: the zip is damaged, or the disk cannot take it.
    """
    done = 0
    try:
        target.mkdir(parents=True)
        with zipfile.ZipFile(path) as archive:
            for entry in contents.entries:
                place = target.joinpath(*entry.path)
                place.parent.mkdir(parents=True, exist_ok=True)
                for count in _unpack_entry(archive, entry.info, place):
                    done += count
                    advance(done, contents.size)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, ValueError) as error:
        raise _damaged(path, error) from error
    except OSError as error:
        raise disk_error(target, error) from error


def _unpack_entry(archive: zipfile.ZipFile, info: zipfile.ZipInfo, place: Path) -> Iterator[int]:
    """Unpack one file; yield the number of bytes written, block by block."""
    written = 0
    with archive.open(info) as source, place.open("xb") as file:
        while block := source.read(_BLOCK):  # at most info.file_size bytes come, and the CRC is checked at the end
            written += file.write(block)
            yield len(block)
        if written != info.file_size:
            raise zipfile.BadZipFile(f"{info.filename} ends early")
        file.flush()
        os.fsync(file.fileno())


# ---------------------------------------------------------------- looking before leaping


def _check_amount(path: Path, infos: list[zipfile.ZipInfo], packed: int) -> None:
    total = sum(info.file_size for info in infos)
    if len(infos) > MOST_FILES:
        raise _suspicious(path, f"文件太多（{len(infos)} 个）", f"it has too many files ({len(infos)})")
    if total > MOST_BYTES or total > max(_SMALL, packed * MOST_GROWTH):
        raise _suspicious(path, f"{packed} 字节会解压成 {total} 字节，像是压缩炸弹",
                          f"{packed} bytes would unpack to {total}, like a zip bomb")


def _check_entry(path: Path, info: zipfile.ZipInfo) -> tuple[str, ...]:
    """The parts of an entry's path; none for litter."""
    name = info.orig_filename
    kind = stat.S_IFMT(info.external_attr >> 16)
    if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
        raise _suspicious(path, f"含有链接或特殊文件 {name!r}", f"{name!r} in it is a link or a special file")
    if info.flag_bits & _ENCRYPTED:
        raise ModelError(f"{path} 有密码保护，无法解压；请换用未加密的官方文件。",
                         f"{path} is protected by a password: use the official file, which is not.")
    slashed = name.replace("\\", "/")  # some Windows programs write backslashes
    parts = tuple(part for part in slashed.split("/") if part != ".")
    if parts and parts[-1] == "":
        parts = parts[:-1]
    if not all(map(_harmless, parts)):  # of an absolute path, the first part is empty
        raise _suspicious(path, f"含有不安全的路径 {name!r}", f"the path {name!r} in it is not safe")
    litter = slashed.startswith(_LITTER[0]) or (parts and parts[-1] in _LITTER[1:])
    return () if litter else parts


def _harmless(part: str) -> bool:
    return bool(part) and part != ".." and not (
        _FORBIDDEN.search(part) or _RESERVED.fullmatch(part) or part[-1] in ". " or len(part.encode()) > 255)


def _check_collisions(path: Path, files: list[tuple[str, ...]]) -> None:
    """No two files of one name, and no file where another has a folder, on any file system."""
    seen: set[tuple[str, ...]] = set()
    folders: set[tuple[str, ...]] = set()
    for parts in files:
        key = tuple(unicodedata.normalize("NFKC", part).casefold() for part in parts)
        folders.update(key[:depth] for depth in range(1, len(key)))
        if key in seen:
            raise _suspicious(path, f"文件名重复 {'/'.join(parts)!r}", f"the name {'/'.join(parts)!r} comes twice")
        seen.add(key)
    if seen & folders:
        name = "/".join(sorted(seen & folders)[0])
        raise _suspicious(path, f"{name!r} 既是文件又是文件夹", f"{name!r} is both a file and a folder")


def _suspicious(path: Path, zh: str, en: str) -> ModelError:
    return ModelError(f"拒绝解压 {path}：{zh}；请换用官方文件。",
                      f"{path} is not unpacked: {en}; use the official file.")


def _damaged(path: Path, error: Exception) -> ModelError:
    why = str(error) or type(error).__name__
    return ModelError(f"{path} 不是完整的 zip 文件（{why}）；请重新下载。",
                      f"{path} is not a whole zip file ({why}): fetch it again.")
