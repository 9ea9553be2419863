"""Zips that would do harm are refused before anything is written; damaged ones are told."""

import stat
import struct
import warnings
import zipfile

import pytest

from voicedrill.core.errors import ModelError
from voicedrill.speech import unpacking
from voicedrill.speech.unpacking import inspect_zip, unpack_zip


def entry(name, mode=stat.S_IFREG | 0o644):
    """A ZipInfo with exactly this name, whatever it is."""
    info = zipfile.ZipInfo("x")
    info.filename = info.orig_filename = name
    info.external_attr = mode << 16
    info.compress_type = zipfile.ZIP_DEFLATED
    return info


@pytest.fixture
def make(tmp_path):
    def make_zip(files, name="model.zip"):
        path = tmp_path / name
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive, warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # of duplicate names, which are meant here
            for file, content in files:
                archive.writestr(file, content)
        return path

    return make_zip


def unpack(path, target):
    contents = inspect_zip(path)
    counts = []
    unpack_zip(path, contents, target, lambda done, total: counts.append((done, total)))
    return {p.relative_to(target).as_posix(): p.read_bytes() for p in target.rglob("*") if p.is_file()}, counts


def refusal(path):
    with pytest.raises(ModelError) as caught:
        inspect_zip(path)
    assert str(path) in caught.value.to("zh")
    return caught.value.to("en")


# ------------------------------------------------------------ what is taken


def test_the_one_top_folder_is_left_out(make, tmp_path):
    path = make([("m/", b""), ("m/am/final.mdl", b"abc"), ("m/README", b"de")])
    files, counts = unpack(path, tmp_path / "out")
    assert files == {"am/final.mdl": b"abc", "README": b"de"}
    assert counts[-1] == (5, 5)
    assert inspect_zip(path).top == "m"


def test_without_a_top_folder_everything_stays_where_it_is(make, tmp_path):
    path = make([("am/final.mdl", b"abc"), ("conf/model.conf", b"d")])
    assert unpack(path, tmp_path / "out")[0] == {"am/final.mdl": b"abc", "conf/model.conf": b"d"}
    assert inspect_zip(path).top is None


def test_litter_of_file_browsers_is_left_out(make, tmp_path):
    path = make([("__MACOSX/m/._x", b"?"), ("m/.DS_Store", b"?"), ("m/am/final.mdl", b"abc")])
    assert unpack(path, tmp_path / "out")[0] == {"am/final.mdl": b"abc"}


def test_backslashes_of_windows_programs_are_separators(make, tmp_path):
    path = make([(entry("m\\am\\final.mdl", 0), b"abc"), (entry("m\\am\\", 0), b"")])
    assert unpack(path, tmp_path / "out")[0] == {"am/final.mdl": b"abc"}


def test_chinese_names_survive(make, tmp_path):
    assert unpack(make([("模型/说明.txt", b"a")]), tmp_path / "out")[0] == {"说明.txt": b"a"}


# ------------------------------------------------------------ what is refused


@pytest.mark.parametrize("name", [
    "../evil", "m/../../evil", "..\\evil", "m\\..\\..\\evil", "/etc/evil", "\\evil", "//host/share/evil", "C:/evil",
    "c:evil", "C:\\evil", "m//evil", "m/nul", "m/COM1.txt", "m/evil.", "m/evil ", "m/a\x00b", "m/a\nb", "m/a:b",
    "m/a*", "m/" + "x" * 300,
])
def test_paths_that_are_not_safe(make, tmp_path, name):
    assert "not safe" in refusal(make([("m/ok", b"a"), (entry(name), b"b")]))
    assert sorted(p.name for p in tmp_path.iterdir()) == ["model.zip"]


@pytest.mark.parametrize("kind", [stat.S_IFLNK, stat.S_IFIFO, stat.S_IFCHR, stat.S_IFBLK, stat.S_IFSOCK])
def test_links_and_special_files(make, kind):
    assert "link" in refusal(make([("m/ok", b"a"), (entry("m/link", kind | 0o777), b"/etc/passwd")]))


@pytest.mark.parametrize(("first", "second"), [
    ("m/a", "m/a"), ("m/a", "m/A"), ("m/caf\u00e9", "m/cafe\u0301"), ("m/a", "m\\a"), ("m/a", "m/./a"),
])
def test_names_that_come_twice(make, first, second):
    assert "twice" in refusal(make([(entry(first), b"a"), (entry(second), b"b")]))


def test_a_file_where_another_has_a_folder(make):
    assert "both" in refusal(make([("m/a", b"a"), ("m/A/b", b"b"), ("m/c", b"")]))


def test_a_bomb(make):
    assert "bomb" in refusal(make([("m/zeros", bytes(5_000_000))]))


def test_a_bomb_of_many_files(make):
    assert "too many" in refusal(make([(f"m/{n}", b"") for n in range(unpacking.MOST_FILES + 1)]))


def test_encrypted_entries(make):
    path = make([("m/secret", b"abc")])
    data = bytearray(path.read_bytes())
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = data.index(signature) + offset
        data[at:at + 2] = struct.pack("<H", 1)
    path.write_bytes(data)
    assert "password" in refusal(path)


@pytest.mark.parametrize("files", [[], [("m/", b"")], [("__MACOSX/x", b"a")]])
def test_an_empty_zip(make, files):
    assert "empty" in refusal(make(files))


# ------------------------------------------------------------ what is damaged


@pytest.mark.parametrize("content", [b"", b"no zip", b"PK\x03\x04" + bytes(100), b"<html></html>"])
def test_what_is_no_zip(tmp_path, content):
    path = tmp_path / "model.zip"
    path.write_bytes(content)
    assert "not a whole zip" in refusal(path)


def test_a_truncated_zip(make):
    path = make([("m/a", b"abc" * 1000)])
    path.write_bytes(path.read_bytes()[:-30])
    assert "not a whole zip" in refusal(path)


def test_what_is_not_there(tmp_path):
    assert "cannot read" in refusal(tmp_path / "model.zip")
    assert "cannot read" in refusal(tmp_path)


@pytest.mark.parametrize("stored", [True, False])
def test_a_flipped_byte_is_found_by_the_crc(make, tmp_path, stored):
    content = bytes(range(256)) * 40
    path = make([("m/a", content)])
    if stored:
        with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
            archive.writestr("m/a", content)
    data = bytearray(path.read_bytes())
    data[60] ^= 0x55
    path.write_bytes(data)
    with pytest.raises(ModelError, match="not a whole zip"):
        unpack(path, tmp_path / "out")


@pytest.mark.parametrize("claimed", [10, 4000])
def test_a_size_that_is_a_lie_is_found(make, tmp_path, claimed):
    path = make([("m/a", b"abc" * 1000)])
    data = bytearray(path.read_bytes())
    at = data.index(b"PK\x01\x02") + 24
    data[at:at + 4] = struct.pack("<I", claimed)
    path.write_bytes(data)
    with pytest.raises(ModelError, match="not a whole zip"):
        unpack(path, tmp_path / "out")
    assert sum(p.stat().st_size for p in (tmp_path / "out").rglob("*") if p.is_file()) <= claimed


def test_a_disk_that_refuses_is_told(make, tmp_path):
    (tmp_path / "file").write_bytes(b"")
    path = make([("m/a", b"a")])
    with pytest.raises(ModelError, match="disk space"):
        unpack_zip(path, inspect_zip(path), tmp_path / "file" / "out", lambda done, total: None)
