"""Check sums of files, and the words for what a disk refuses."""

from __future__ import annotations

import hashlib
from pathlib import Path

from voicedrill.core.errors import ModelError


def file_sha256(path: Path) -> str:
    """SHA-256 of a file, hexadecimal.

    Raises:
        ModelError: it cannot be read.
    """
    digest = hashlib.sha256()
    try:
        with path.open("rb") as file:
            while block := file.read(1 << 20):
                digest.update(block)
    except OSError as error:
        raise ModelError(f"无法读取 {path}（{error.strerror}）；请检查文件权限。",
                         f"cannot read {path} ({error.strerror}): check its permissions.") from error
    return digest.hexdigest()


def disk_error(path: Path, error: OSError) -> ModelError:
    """The error of a disk that cannot be written."""
    why = error.strerror or type(error).__name__
    return ModelError(f"无法写入 {path}（{why}）；请检查磁盘空间和文件夹权限。",
                      f"cannot write {path} ({why}): check disk space and permissions.")


def space_error(folder: Path, needed: int, free: int) -> ModelError:
    """The error of a disk that is too full."""
    wanted, left = f"{needed / 1e6:.0f} MB", f"{free / 1e6:.0f} MB"
    return ModelError(f"{folder} 所在的磁盘空间不足：约需 {wanted}，只剩 {left}；请腾出空间再试。",
                      f"too little disk space for {folder}: about {wanted} are needed, {left} are free: make room "
                      "and try again.")
