"""The settings file: what was chosen is found again, and a damaged file is told, never guessed at."""

import json

import pytest

from voicedrill.core.errors import SettingsError
from voicedrill.settings import Settings, change_settings, read_settings, settings_path


@pytest.fixture
def file(tmp_path):
    return tmp_path / "new" / "settings.json"


def test_nothing_is_chosen_where_there_is_no_file(file):
    assert read_settings(file) == Settings()
    assert not file.parent.exists()


def test_a_choice_is_found_again_and_leaves_the_others_alone(file):
    change_settings(file, model="vosk-model-small-cn-0.22", input_device="耳麦 (USB)")
    assert change_settings(file, output_device="扬声器") == read_settings(file)
    assert read_settings(file) == Settings("vosk-model-small-cn-0.22", "耳麦 (USB)", "扬声器")


def test_none_takes_a_choice_back(file):
    change_settings(file, model="a", input_device="b")
    change_settings(file, model=None)
    assert json.loads(file.read_text(encoding="utf-8")) == {"input_device": "b"}


def test_keys_of_a_newer_version_survive(file):
    file.parent.mkdir()
    file.write_text('{"model": "a", "theme": {"dark": true}}', encoding="utf-8")
    change_settings(file, model="b")
    assert json.loads(file.read_text(encoding="utf-8")) == {"model": "b", "theme": {"dark": True}}


def test_an_unknown_setting_is_a_mistake_of_the_programmer(file):
    with pytest.raises(TypeError, match="colour"):
        change_settings(file, colour="red")


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"{\n  oops", "line 2"),
        (b"", "line 1"),
        (b"\xff\xfe\x00", "encoding"),
        (b"[]", "object"),
        (b'{"model": 7}', "model"),
        (b'{"input_device": " "}', "input_device"),
    ],
)
def test_a_damaged_file_is_told_and_left_as_it_is(file, content, told):
    file.parent.mkdir()
    file.write_bytes(content)
    with pytest.raises(SettingsError, match=told) as caught:
        read_settings(file)
    assert str(file) in caught.value.message.zh
    assert file.read_bytes() == content


def test_a_mark_of_windows_editors_is_no_damage(file):
    file.parent.mkdir()
    file.write_bytes(b'\xef\xbb\xbf{"model": "a"}')
    assert read_settings(file).model == "a"


def test_a_file_that_cannot_be_written_is_told_and_leaves_nothing_behind(file):
    file.parent.parent.joinpath("new").write_text("a file where the folder should be")
    with pytest.raises(SettingsError, match="cannot"):
        change_settings(file, model="a")


def test_nothing_but_the_file_is_left_in_the_folder(file):
    change_settings(file, model="a")
    change_settings(file, model="b")
    assert [p.name for p in file.parent.iterdir()] == ["settings.json"]


def test_the_environment_may_name_another_file(monkeypatch, tmp_path):
    monkeypatch.setenv("VOICEDRILL_CONFIG", str(tmp_path / "mine.json"))
    assert settings_path() == tmp_path / "mine.json"
    monkeypatch.delenv("VOICEDRILL_CONFIG")
    assert settings_path().name == "settings.json"
