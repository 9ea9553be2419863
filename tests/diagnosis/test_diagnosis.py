"""Each check of the doctor on real surroundings, whole and broken."""

import os
import re
import sys
from pathlib import Path

import pytest
from repository import DEMO_MODEL, ROOT

from voicedrill.core.bilingual import Bilingual
from voicedrill.core.errors import ModelError, StoreError
from voicedrill.diagnosis import versions
from voicedrill.diagnosis.check import Check, Grade, fault
from voicedrill.diagnosis.recognition import check_recognition
from voicedrill.diagnosis.sound import check_sound
from voicedrill.diagnosis.storage import check_database, check_disk, check_folder
from voicedrill.diagnosis.voice import check_voice
from voicedrill.speech.espeak import load_library
from voicedrill.speech.models import describe_model
from voicedrill.speech.recognition import VoskRecognizer
from voicedrill.speech.synthesis import Pyttsx3Synthesizer

NAME = Bilingual("数据文件夹", "data folder")
LINUX = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="ALSA and ldconfig are Linux's")


def one_line(check):
    """A finding is a line, and a fault has a remedy of one line."""
    texts = [check.what] + ([check.remedy] if check.remedy else [])
    assert all("\n" not in text.zh + text.en and text.zh and text.en for text in texts)
    assert (check.remedy is None) == (check.grade is Grade.OK)
    return check


# ---------------------------------------------------------------- findings


def test_a_fault_without_a_remedy_is_a_mistake():
    with pytest.raises(ValueError, match="without a remedy"):
        Check("disk", Grade.FAIL, NAME)


def test_an_error_is_split_into_what_and_remedy():
    check = fault("database", StoreError("磁盘已满，请腾出空间", "the disk is full; free some space"))
    assert check.what == Bilingual("磁盘已满", "the disk is full")
    assert check.remedy == Bilingual("请腾出空间", "free some space")


def test_an_error_without_a_remedy_gets_the_one_given():
    check = fault("model", ModelError("坏了", "broken"), remedy=Bilingual("重装", "install again"))
    assert check.what == Bilingual("坏了", "broken")
    assert check.remedy == Bilingual("重装", "install again")
    assert fault("model", ModelError("坏了", "broken")).remedy is not None


# ---------------------------------------------------------------- folders, disk, database


def test_a_folder_that_is_yet_to_be_made_is_not_made(tmp_path):
    check = one_line(check_folder("home", tmp_path / "a" / "b", NAME))
    assert check.grade is Grade.OK
    assert list(tmp_path.iterdir()) == []


def test_a_file_in_the_way(tmp_path):
    (tmp_path / "a").write_text("")
    check = one_line(check_folder("home", tmp_path / "a" / "b", NAME))
    assert check.grade is Grade.FAIL
    assert "VOICEDRILL_HOME" in check.remedy.zh


@LINUX
def test_a_place_where_nobody_may_write():
    check = one_line(check_folder("cache", Path("/proc/voicedrill"), NAME, Grade.WARN))
    assert check.grade is Grade.WARN
    assert "/proc" in check.remedy.en


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root may write anywhere")
def test_a_read_only_folder(tmp_path):
    tmp_path.chmod(0o500)
    assert check_folder("home", tmp_path, NAME).grade is Grade.FAIL
    tmp_path.chmod(0o700)


def test_disk(tmp_path):
    check = one_line(check_disk(tmp_path / "not" / "yet"))
    free = check.details["free_bytes"]
    assert check.grade is (Grade.OK if free >= 1e9 else Grade.WARN if free >= 5e7 else Grade.FAIL)


def test_database_missing_whole_and_spoilt(tmp_path):
    from voicedrill.store.attempts import AttemptStore

    assert check_database(tmp_path).grade is Grade.OK
    assert list(tmp_path.iterdir()) == []
    AttemptStore(tmp_path).close()
    assert one_line(check_database(tmp_path)).details["attempts"] == 0
    (tmp_path / "voicedrill.db").write_bytes(b"not a database at all" * 100)
    spoilt = one_line(check_database(tmp_path))
    assert spoilt.grade is Grade.FAIL
    assert "移走" in spoilt.remedy.zh


# ---------------------------------------------------------------- model and voice


def test_the_demo_model_loads_and_is_warned_of():
    check = one_line(check_recognition(lambda: describe_model(DEMO_MODEL)))
    assert check.grade is Grade.WARN
    assert check.details["demo"] is True
    assert "voicedrill model install" in check.remedy.zh


def test_a_model_that_is_missing(tmp_path):
    check = one_line(check_recognition(lambda: describe_model(tmp_path / "none")))
    assert check.grade is Grade.FAIL
    assert "none" in check.what.zh


def test_a_model_with_a_damaged_file(tmp_path):
    import shutil

    folder = tmp_path / "vosk-model-broken-cn"
    shutil.copytree(DEMO_MODEL, folder)
    acoustic = folder / "am" / "final.mdl"
    acoustic.write_bytes(acoustic.read_bytes()[:5000])
    check = one_line(check_recognition(lambda: describe_model(folder)))
    assert check.grade is Grade.FAIL
    assert "voicedrill model install" in check.remedy.en


@pytest.fixture(scope="module")
def judge(tmp_path_factory):
    return VoskRecognizer.load(describe_model(DEMO_MODEL), tmp_path_factory.mktemp("verified"))


@LINUX
def test_the_voice_speaks_mandarin(judge):
    if load_library() is None:
        pytest.skip("no espeak-ng")
    check = one_line(check_voice(Pyttsx3Synthesizer(None), judge))
    assert check.grade is Grade.OK
    assert check.details["syllable_error"] == 0
    assert "espeak-ng" in check.what.zh


@LINUX
def test_a_voice_that_does_not_is_told(judge):
    """Debian 12's `cmn`, or any voice of another language: here an English one, by the engine's own choice."""
    if load_library() is None:
        pytest.skip("no espeak-ng")
    check = one_line(check_voice(Pyttsx3Synthesizer(None, voice="gmw/en"), judge))
    assert check.grade is Grade.WARN
    assert check.details["syllable_error"] > 0.5


@LINUX
def test_no_speech_engine(judge, monkeypatch):
    monkeypatch.setenv("VOICEDRILL_ESPEAK", "/nowhere/libespeak.so")
    check = one_line(check_voice(Pyttsx3Synthesizer(None), judge))
    assert check.grade is Grade.FAIL
    assert "apt install espeak-ng" in check.remedy.zh


# ---------------------------------------------------------------- sound


@LINUX
def test_no_portaudio(tmp_path, monkeypatch):
    (tmp_path / "libportaudio.so.2").write_text("not a library")
    monkeypatch.setenv("LD_LIBRARY_PATH", str(tmp_path))
    (check,) = check_sound(None)
    assert one_line(check).grade is Grade.FAIL
    assert check.id == "portaudio"
    assert "libportaudio2" in check.remedy.zh


@LINUX
def test_an_alsa_configuration_that_crashes_portaudio(tmp_path, monkeypatch):
    (tmp_path / "asound.conf").write_text("")
    monkeypatch.setenv("ALSA_CONFIG_PATH", str(tmp_path / "asound.conf"))
    (check,) = check_sound(None)
    assert one_line(check).grade is Grade.FAIL
    assert check.id == "portaudio"


# ---------------------------------------------------------------- versions


def test_versions():
    check = one_line(versions.check_versions())
    assert check.grade is Grade.OK
    assert check.details["packages"]["vosk"]


def test_a_missing_package_is_named_with_the_command_that_installs_it(monkeypatch):
    monkeypatch.setattr(versions, "PACKAGES", (*versions.PACKAGES, "no-such-package-of-ours"))
    check = one_line(versions.check_versions())
    assert check.grade is Grade.FAIL
    assert "pip install no-such-package-of-ours" in check.remedy.zh


def test_every_dependency_is_looked_for():
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    block = re.search(r"^dependencies = \[\n(.*?)^\]", text, re.MULTILINE | re.DOTALL)[1]
    named = {name.lower() for name in re.findall(r'^ +"([\w.-]+)', block, re.MULTILINE)}
    assert named == {*versions.PACKAGES, *versions.OPTIONAL}
