"""What the user chose once and for all: one small JSON file, kept apart from data so that either can be thrown away.

It may be edited by hand and may come from a newer version: keys that this version doesn't know are left as they are.
"""

from __future__ import annotations

import json
import os
import tempfile
from dataclasses import dataclass, fields
from pathlib import Path

from voicedrill.core.errors import SettingsError


@dataclass(frozen=True, slots=True)
class Settings:
    """Choices that hold until changed; None: not chosen, the program decides."""

    model: str | None = None
    """Name of an installed recognition model, or the absolute path of one."""
    input_device: str | None = None
    """Name of the microphone: indices move when a device is plugged in."""
    output_device: str | None = None
    """Name of the speaker."""


KEYS = tuple(field.name for field in fields(Settings))


def settings_path() -> Path:
    """The settings file: the one that `VOICEDRILL_CONFIG` names, else the one in the user's configuration folder."""
    named = os.environ.get("VOICEDRILL_CONFIG")
    if named:
        return Path(named).expanduser()
    from platformdirs import user_config_path

    return user_config_path("voicedrill", appauthor=False) / "settings.json"


def read_settings(path: Path) -> Settings:
    """The settings in a file; nothing is chosen where there is none.

    Raises:
        SettingsError: the file cannot be read or does not hold settings. Going on without them would silently use
            another model or microphone than the one chosen.
    """
    document = _read_document(path)
    return Settings(**{key: _text(path, key, document.get(key)) for key in KEYS})


def change_settings(path: Path, **changes: str | None) -> Settings:
    """Write some settings, leaving the others alone; None takes a choice back.

    The file is replaced as a whole, so a crash leaves the old or the new one.

    Raises:
        SettingsError: the file cannot be read or written.
    """
    unknown = changes.keys() - set(KEYS)
    if unknown:
        raise TypeError(f"unknown settings: {sorted(unknown)}")
    document = {**_read_document(path), **changes}
    text = json.dumps({k: v for k, v in document.items() if v is not None}, ensure_ascii=False, indent=2) + "\n"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _replace(path, text)
    except OSError as error:
        raise SettingsError(f"无法写入设置 {path}（{error.strerror}）；请检查磁盘空间和文件夹权限。",
                            f"cannot write the settings {path} ({error.strerror}): check disk space and permissions."
                            ) from error
    return read_settings(path)


def _replace(path: Path, text: str) -> None:
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _read_document(path: Path) -> dict[str, object]:
    try:
        document = json.loads(path.read_text(encoding="utf-8-sig"))  # Windows editors may put a mark in front
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise SettingsError(f"无法读取设置 {path}（{error.strerror}）；请检查文件权限。",
                            f"cannot read the settings {path} ({error.strerror}): check its permissions.") from error
    except ValueError as error:  # not UTF-8, or not JSON
        where = f"第 {error.lineno} 行" if isinstance(error, json.JSONDecodeError) else "编码"
        place = f"line {error.lineno}" if isinstance(error, json.JSONDecodeError) else "encoding"
        raise SettingsError(f"设置文件 {path} 有误（{where}）；请改正，或删除它恢复默认设置。",
                            f"the settings {path} are not valid JSON ({place}): mend the file, or delete it to start "
                            "afresh.") from error
    if not isinstance(document, dict):
        raise SettingsError(f"设置文件 {path} 有误（应为 JSON 对象）；请改正，或删除它恢复默认设置。",
                            f"the settings {path} are not a JSON object: mend it, or delete it to start afresh.")
    return document


def _text(path: Path, key: str, value: object) -> str | None:
    if value is None or (isinstance(value, str) and value.strip()):
        return value
    raise SettingsError(f"设置文件 {path} 里的 {key} 应为文字，不能是 {value!r}；请改正，或删除这一项。",
                        f"{key} in the settings {path} must be a text, not {value!r}: mend it, or delete the entry.")
