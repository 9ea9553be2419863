"""Where recordings lie: `<home>/audio/YYYY-MM-DD/<attempt id>.wav`, the day in UTC.

The database keeps the path relative to `<home>/audio`, in POSIX style, so that the folder can be moved, copied to
another system or merged; and the SHA-256 of the file, so that a changed recording is told and not scored unseen.
"""

from __future__ import annotations

import hashlib
import shutil
from datetime import datetime, timezone
from enum import Enum
from pathlib import Path, PurePosixPath, PureWindowsPath
from uuid import UUID

from voicedrill.core.errors import StoreError
from voicedrill.core.model import RecordingRef
from voicedrill.store.database import make_folder

FOLDER = "audio"
SPACE_NEEDED = 50 * 2**20
"""Bytes that must be free before a take: about 27 minutes of 16 kHz 16-bit mono, longer than any reply, and room
for the database. Less would let a reply run into a full disk; much more would refuse small but usable disks."""
CHUNK = 2**20
"""Bytes hashed at a time: a long recording never lies in memory whole."""


class Condition(str, Enum):
    """What became of a recording."""

    INTACT = "intact"
    MISSING = "missing"
    CHANGED = "changed"
    """The file is there, but is not the one that was recorded."""
    UNCONFIRMED = "unconfirmed"
    """The file is there, but the take never came to its end, so no hash is known."""


class RecordingFolder:
    """The recordings of one home folder."""

    def __init__(self, home: Path) -> None:
        """Nothing is created before the first take."""
        self.root = home / FOLDER

    def allocate(self, attempt_id: UUID, started_at: datetime) -> Path:
        """Where the take of that attempt goes: in an existing folder, on a disk with room, not yet there.

        Raises:
            StoreError: the disk is nearly full, the folder cannot be made, or the file exists already.
            ValueError: `started_at` has no time zone.
        """
        if started_at.tzinfo is None:
            raise ValueError(f"naive datetime: {started_at}")
        day = self.root / started_at.astimezone(timezone.utc).strftime("%Y-%m-%d")
        make_folder(day)
        self.check_space()
        path = day / f"{attempt_id}.wav"
        if path.exists():
            raise StoreError(f"录音 {path} 已存在，不会覆盖", f"recording {path} exists; it is not overwritten")
        return path

    def check_space(self, needed: int = SPACE_NEEDED) -> None:
        """Make sure of room for a take.

        Raises:
            StoreError: less than `needed` bytes are free.
        """
        make_folder(self.root)
        free = shutil.disk_usage(self.root).free
        if free < needed:
            raise StoreError(
                f"磁盘空间不足：{self.root} 只剩 {free / 2**20:.0f} MB，"
                f"录音至少需要 {needed / 2**20:.0f} MB，请腾出空间",
                f"not enough disk space: {free / 2**20:.0f} MB left for {self.root}, a take needs "
                f"{needed / 2**20:.0f} MB; free some space",
            )

    def relative(self, path: Path) -> str:
        """What the database keeps of a file's place: relative inside the folder, absolute elsewhere."""
        file, root = path.resolve(), self.root.resolve()
        return file.relative_to(root).as_posix() if file.is_relative_to(root) else str(file)

    def locate(self, recording: RecordingRef) -> Path:
        """The file of a recording, whether it is there or not.

        Raises:
            StoreError: a relative path leads out of the folder (a merged or edited database).
        """
        if Path(recording.path).is_absolute():
            return Path(recording.path)
        parts = PurePosixPath(recording.path).parts
        foreign = PureWindowsPath(recording.path)  # "C:x" and "a\\..\\b" would escape on Windows
        path = self.root.joinpath(*parts)
        if (
            not parts
            or ".." in parts
            or ".." in foreign.parts
            or foreign.drive
            or not path.resolve().is_relative_to(self.root.resolve())
        ):
            raise StoreError(
                f"录音路径 {recording.path!r} 指向录音文件夹之外，已拒绝",
                f"recording path {recording.path!r} leads out of the recordings folder; refused",
            )
        return path

    def condition(self, recording: RecordingRef) -> Condition:
        """Whether the file is still the one that was recorded, by its hash.

        Raises:
            StoreError: the file is there but cannot be read, or its path leads out of the folder.
        """
        path = self.locate(recording)
        if not path.is_file():
            return Condition.MISSING
        if not recording.sha256:
            return Condition.UNCONFIRMED
        return Condition.INTACT if self.digest(path) == recording.sha256 else Condition.CHANGED

    @staticmethod
    def digest(path: Path) -> str:
        """SHA-256 of a file's bytes, hexadecimal.

        Raises:
            StoreError: it cannot be read.
        """
        digest = hashlib.sha256()
        try:
            with path.open("rb") as file:
                while chunk := file.read(CHUNK):
                    digest.update(chunk)
        except OSError as error:
            reason = error.strerror or str(error)
            raise StoreError(
                f"无法读取录音 {path}（{reason}），请检查文件和权限",
                f"cannot read recording {path} ({reason}); check file and permissions",
            ) from error
        return digest.hexdigest()
