"""Where things are kept: may it be written, is there room, is the database in order?"""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

from voicedrill.core.bilingual import Bilingual
from voicedrill.core.errors import StoreError
from voicedrill.diagnosis.check import Check, Grade, fault
from voicedrill.store.inspection import inspect_database

SCARCE = 1_000_000_000
"""Bytes: room for 9 hours of recordings (115 MB each), or for the large model's zip and not its folder."""
TOO_LITTLE = 50_000_000
"""Bytes: under half an hour of recordings."""


def check_folder(id_: str, folder: Path, name: Bilingual, grade: Grade = Grade.FAIL) -> Check:
    """Write a file where the folder is or would be, and leave nothing behind.

    Args:
        id_: of the check.
        folder: need not exist yet.
        name: what is kept there.
        grade: how bad it is when it cannot be written.
    """
    place = next((p for p in (folder, *folder.parents) if os.path.lexists(p)), Path(folder.anchor or "."))
    try:
        with tempfile.TemporaryFile(dir=place) as file:
            file.write(bytes(4096))
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        reason = error.strerror or str(error)
        return Check(id_, grade, Bilingual(f"{name.zh} {folder} 不能写入（{reason}）",
                                           f"the {name.en} {folder} cannot be written ({reason})"),
                     Bilingual(f"检查 {place} 的权限和磁盘，或设置 {_VARIABLES[id_]} 换一个文件夹",
                               f"check permissions and disk of {place}, or name another folder in {_VARIABLES[id_]}"),
                     {"path": str(folder)})
    return Check(id_, Grade.OK, Bilingual(f"{name.zh} {folder} 可以写入", f"the {name.en} {folder} can be written"),
                 details={"path": str(folder)})


_VARIABLES = {"home": "VOICEDRILL_HOME", "cache": "XDG_CACHE_HOME", "config": "VOICEDRILL_CONFIG"}


def check_disk(home: Path) -> Check:
    """Room for recordings."""
    place = next((p for p in (home, *home.parents) if p.is_dir()), Path(home.anchor or "."))
    try:
        free = shutil.disk_usage(place).free
    except OSError as error:
        return fault("disk", StoreError(f"无法读取 {place} 的磁盘空间（{error.strerror}）；请检查磁盘",
                                        f"cannot read the disk space of {place} ({error.strerror}); check the disk"))
    grade = Grade.FAIL if free < TOO_LITTLE else Grade.WARN if free < SCARCE else Grade.OK
    remedy = Bilingual("清理磁盘，或用 VOICEDRILL_HOME 把录音放到别的磁盘",
                       "free some space, or keep recordings on another disk with VOICEDRILL_HOME")
    return Check("disk", grade, Bilingual(f"磁盘可用 {free / 1e9:.1f} GB，约可录 {free / 115e6:.0f} 小时",
                                          f"{free / 1e9:.1f} GB free, some {free / 115e6:.0f} hours of recordings"),
                 None if grade is Grade.OK else remedy, {"free_bytes": free, "path": str(place)})


def check_database(home: Path) -> Check:
    """Look into the database without changing it."""
    try:
        state = inspect_database(home)
    except StoreError as error:
        return fault("database", error)
    if state is None:
        return Check("database", Grade.OK, Bilingual("还没有数据库，第一次练习时建立",
                                                     "no database yet: the first drill makes it"))
    details = {"path": str(state.path), "revision": state.revision, "attempts": state.attempts}
    if not state.current:
        return Check("database", Grade.OK, Bilingual(f"数据库版本 {state.revision}，下次打开时自动升级",
                                                     f"the database has revision {state.revision} and is brought up "
                                                     "to date when it is next opened"), details=details)
    return Check("database", Grade.OK, Bilingual(f"数据库正常，{state.attempts} 次作答",
                                                 f"the database is in order, {state.attempts} attempts"),
                 details=details)
