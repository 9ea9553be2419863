"""The user's folder of models, and how it stays whole whatever happens.

    NAME/                     an installed model, always complete
    .staging/downloads/       zips on their way, kept for the next run
    .staging/incoming/NAME    a model being unpacked and tried
    .staging/previous/NAME    the model that NAME is about to replace
    .staging/removed/         what is being deleted
    .staging/lock             held by the one program that changes any of this

A model is put in place by two renames on one file system: NAME -> previous/NAME, incoming/NAME -> NAME. If the
program is killed between them, NAME is missing and previous/NAME is there: whoever comes next, installer or user of
models, puts it back (`settle`). Killed at any other moment, NAME is the old or the new model, and only leftovers of
the staging area have to be swept.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from uuid import uuid4

from voicedrill.core.errors import ModelError
from voicedrill.speech.disk import disk_error, space_error

_SPARE = 20_000_000
"""Bytes that stay free after an installation, for recordings and the database."""


class Shelf:
    """A folder of installed models; the folder need not exist yet."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._staging = folder / ".staging"

    def place(self, name: str) -> Path:
        """Where the model of that name lies or will lie."""
        return self.folder / name

    def download_path(self, name: str) -> Path:
        """Where the zip of a model is kept until it is installed."""
        return self._staging / "downloads" / f"{name}.zip"

    @contextmanager
    def incoming(self, name: str) -> Iterator[Path]:
        """A place to prepare a model in, not made yet; what is left there at the end is deleted. Use it locked."""
        path = self._staging / "incoming" / name
        try:
            yield path
        finally:
            self._discard(path)

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Change the folder: nobody else does at the same time, and leftovers are swept first.

        Raises:
            ModelError: another program is at it, or the folder cannot be written.
        """
        try:
            for name in ("downloads", "incoming", "previous", "removed"):
                (self._staging / name).mkdir(parents=True, exist_ok=True)
            with _lock(self._staging / "lock") as taken:
                if not taken:
                    raise ModelError("另一个 voicedrill 正在安装或删除模型，请等它完成再试。",
                                     "another voicedrill is installing or removing a model: wait until it is done.")
                self._sweep()
                yield
        except OSError as error:
            raise disk_error(self.folder, error) from error

    def settle(self) -> None:
        """Put right what a killed program left behind, if nobody is at it now; costs nothing when all is well."""
        with suppress(OSError):  # a folder that can't be written can't be put right either
            if self._staging.is_dir():
                with _lock(self._staging / "lock") as taken:
                    if taken:
                        self._sweep()

    def require_space(self, needed: int) -> None:
        """Make sure that so many bytes can still be written.

        Raises:
            ModelError: there is too little space.
        """
        free = shutil.disk_usage(self._staging).free
        if free < needed + _SPARE:
            raise space_error(self.folder, needed + _SPARE, free)

    def put(self, incoming: Path, name: str) -> Path:
        """Put a prepared model in place; the one that was there before is gone only then. Call it while locked."""
        place, previous = self.place(name), self._staging / "previous" / name
        for folder in (incoming, *(p for p in incoming.rglob("*") if p.is_dir())):
            _sync_folder(folder)
        if os.path.lexists(place):
            place.replace(previous)
        try:
            incoming.replace(place)
        except OSError:
            if os.path.lexists(previous):
                previous.replace(place)
            raise
        _sync_folder(self.folder)
        self._discard(previous)
        return place

    def remove(self, name: str) -> None:
        """Remove a model; a link is removed, not what it leads to. Call it while locked."""
        self._discard(self.place(name))

    def _sweep(self) -> None:
        for previous in (self._staging / "previous").glob("*"):
            if os.path.lexists(self.place(previous.name)):
                self._discard(previous)
            else:
                previous.replace(self.place(previous.name))
        for leftover in (*(self._staging / "incoming").glob("*"), *(self._staging / "removed").glob("*")):
            self._discard(leftover)

    def _discard(self, path: Path) -> None:
        """Delete a folder: it leaves its place at once; what can't be deleted now is swept another time."""
        if not os.path.lexists(path):
            return
        if path.is_symlink() or path.is_file():
            path.unlink()
            return
        removed = self._staging / "removed" / uuid4().hex
        path.replace(removed)
        shutil.rmtree(removed, ignore_errors=True)


@contextmanager
def _lock(path: Path) -> Iterator[bool]:
    """Hold a lock file, if nobody else does; the system releases it when the program ends, however it ends."""
    with path.open("a+b") as file:
        yield _try_lock(file.fileno())


def _try_lock(handle: int) -> bool:
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _sync_folder(folder: Path) -> None:
    """Make names in a folder lasting, where the system can (Windows can't, and needs no such call)."""
    if sys.platform == "win32":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
