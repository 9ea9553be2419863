"""Recordings on disk."""

from __future__ import annotations

import hashlib
import os
from datetime import datetime, timedelta, timezone
from uuid import UUID

import pytest

from voicedrill.core.errors import StoreError
from voicedrill.core.model import RecordingRef
from voicedrill.store.recordings import Condition, RecordingFolder

ID = UUID("3f2a9c1e-7b64-4d0a-9e51-0c8d2b6f4a17")
NIGHT = datetime(2026, 3, 2, 1, 30, tzinfo=timezone(timedelta(hours=8)))
"""Still 1 March in UTC."""


@pytest.fixture
def folder(tmp_path):
    return RecordingFolder(tmp_path)


def recorded(folder, data=b"RIFF...."):
    """A recording, and what the database keeps of it."""
    path = folder.allocate(ID, NIGHT)
    path.write_bytes(data)
    return path, RecordingRef(folder.relative(path), folder.digest(path), 3.2)


def test_place_of_a_recording(folder, tmp_path):
    path = folder.allocate(ID, NIGHT)
    assert path == tmp_path / "audio" / "2026-03-01" / f"{ID}.wav"
    assert path.parent.is_dir()
    assert not path.exists()


def test_naive_time_is_refused(folder):
    with pytest.raises(ValueError, match="naive"):
        folder.allocate(ID, datetime(2026, 3, 1))  # noqa: DTZ001


def test_recording_is_never_overwritten(folder):
    path, _ = recorded(folder)
    with pytest.raises(StoreError, match="not overwritten"):
        folder.allocate(ID, NIGHT)
    assert path.read_bytes() == b"RIFF...."


def test_path_there_and_back(folder, tmp_path):
    path, kept = recorded(folder)
    assert kept == RecordingRef(f"2026-03-01/{ID}.wav", hashlib.sha256(b"RIFF....").hexdigest(), 3.2)
    assert folder.locate(kept) == path
    elsewhere = tmp_path / "电话 录音.wav"
    elsewhere.write_bytes(b"x")
    assert folder.relative(elsewhere) == str(elsewhere.resolve())
    assert folder.locate(RecordingRef(folder.relative(elsewhere), "", 1.0)) == elsewhere.resolve()


def test_home_can_be_moved(folder, tmp_path):
    _, kept = recorded(folder)
    (tmp_path / "audio").rename(tmp_path / "moved-audio")
    (tmp_path / "other").mkdir()
    (tmp_path / "moved-audio").rename(tmp_path / "other" / "audio")
    assert RecordingFolder(tmp_path / "other").condition(kept) is Condition.INTACT


def test_condition_of_a_recording(folder):
    path, kept = recorded(folder)
    assert folder.condition(kept) is Condition.INTACT
    assert folder.condition(RecordingRef(kept.path, "", 0.0)) is Condition.UNCONFIRMED
    path.write_bytes(b"RIFF...,")
    assert folder.condition(kept) is Condition.CHANGED
    path.unlink()
    assert folder.condition(kept) is Condition.MISSING
    path.mkdir()
    assert folder.condition(kept) is Condition.MISSING


def test_long_file_is_hashed_whole(folder):
    data = os.urandom(2**20 + 17)
    _, kept = recorded(folder, data)
    assert kept.sha256 == hashlib.sha256(data).hexdigest()


@pytest.mark.parametrize(
    "path", ["../secret.wav", "2026-03-01/../../x.wav", "..", "", "a\\..\\..\\x.wav", "C:x.wav", "link/x.wav"]
)
def test_no_path_leads_out_of_the_folder(folder, tmp_path, path):
    folder.root.mkdir()
    (folder.root / "link").symlink_to(tmp_path)
    with pytest.raises(StoreError, match="leads out"):
        folder.condition(RecordingRef(path, "", 1.0))


def test_unreadable_recording(folder, tmp_path):
    with pytest.raises(StoreError, match="cannot read recording"):
        folder.digest(tmp_path)
    with pytest.raises(StoreError, match="No such file"):
        folder.digest(tmp_path / "absent.wav")


def test_folder_is_a_file(folder, tmp_path):
    (tmp_path / "audio").write_text("in the way")
    with pytest.raises(StoreError, match="a file is in the way"):
        folder.allocate(ID, NIGHT)


def test_room_on_the_disk(folder):
    folder.check_space()
    with pytest.raises(StoreError, match="a take needs 1099511627776 MB"):
        folder.check_space(needed=2**60)
