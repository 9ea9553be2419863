"""Models are installed whole or not at all, and stay whole whatever happens."""

import hashlib
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from model_server import ModelServer, drop_after, status

from voicedrill.core.errors import ModelError, UsageError
from voicedrill.speech.catalogue import BUILT_IN, Release, parse_sha256, read_catalogue
from voicedrill.speech.download import Patience, Watcher
from voicedrill.speech.installation import (
    check_name,
    check_removable,
    install_folder,
    install_release,
    install_zip,
    name_from_url,
    remove_model,
    verify_model,
)
from voicedrill.speech.manifest import read_manifest
from voicedrill.speech.models import describe_model, list_models
from voicedrill.speech.shelf import Shelf

NAME = "vosk-model-small-cn-9.9"
QUIET = Watcher(lambda step: None, lambda remark: None, lambda done, total: None)
QUICK = Patience(fruitless=2, waits=(0.0,), connect=5.0, silence=5.0)


@pytest.fixture(autouse=True)
def without_proxies(monkeypatch):
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def shelf(tmp_path):
    return Shelf(tmp_path / "data" / "models")


@pytest.fixture(scope="session")
def packed(model_folder, tmp_path_factory):
    """The zip of a small Mandarin model under an official kind of name."""
    return pack(model_folder, tmp_path_factory.mktemp("zips") / f"{NAME}.zip", f"{NAME}/")


def pack(folder, path, top, **replaced):
    """Zip a model below `top`; files named in `replaced` get other contents, None leaves them out."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(p for p in folder.rglob("*") if p.is_file()):
            content = replaced.get(file.stem, file.read_bytes())
            if content is not None:
                archive.writestr(top + file.relative_to(folder).as_posix(), content)
    return path


@pytest.fixture
def release(packed):
    return Release(NAME, packed.stat().st_size, hashlib.sha256(packed.read_bytes()).hexdigest())


def staged(shelf):
    """What lies in the staging area, the lock and empty folders apart."""
    staging = shelf.folder / ".staging"
    return sorted(p.relative_to(staging).as_posix() for p in staging.rglob("*") if p.is_file() and p.name != "lock")


def contents(folder):
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def an_older_model(shelf, model_folder):
    """An installed model of the same name that differs."""
    place = shelf.place(NAME)
    shutil.copytree(model_folder, place, copy_function=shutil.copyfile)
    place.chmod(0o755)
    (place / "OLD").write_text("old")
    return place


def failure(call, *arguments):
    with pytest.raises((ModelError, UsageError)) as caught:
        call(*arguments)
    return caught.value.to("en")


# ------------------------------------------------------------ from the web


def test_a_release_is_fetched_over_a_bad_line_and_installed(shelf, packed, release, model_folder):
    with ModelServer(packed.read_bytes()) as server:
        server.faults = [drop_after(400_000), drop_after(300_000)]
        installed = install_release(release, release.url(server.site), shelf, QUIET, QUICK)
        assert [path for path, _ in server.requests] == [f"/{NAME}.zip"] * 3
    assert (installed.fresh, installed.checked) == (True, True)
    assert installed.info.path == shelf.place(NAME)
    found = contents(shelf.place(NAME))
    found.pop(".voicedrill-manifest.json")
    assert found == contents(model_folder)
    assert staged(shelf) == []
    assert [m.name for m in list_models([shelf.folder])] == [NAME]


def test_the_manifest_says_where_it_came_from_and_does_not_count_as_model(shelf, packed, release, model_folder):
    with ModelServer(packed.read_bytes()) as server:
        url = release.url(server.site).replace("http://", "http://me:secret@")
        installed = install_release(release, url, shelf, QUIET, QUICK)
    manifest = read_manifest(shelf.place(NAME))
    assert manifest.origin.source == release.url(server.site)
    assert manifest.origin.sha256 == release.sha256
    assert manifest.files.keys() == contents(model_folder).keys()
    assert installed.info.digest == describe_model(model_folder).digest


def test_a_model_that_is_there_and_whole_is_not_fetched_again(shelf, packed, release):
    with ModelServer(packed.read_bytes()) as server:
        url = release.url(server.site)
        install_release(release, url, shelf, QUIET, QUICK)
        again = install_release(release, url, shelf, QUIET, QUICK)
        assert (again.fresh, again.checked) == (False, True)
        assert len(server.requests) == 1
        (shelf.place(NAME) / "conf" / "model.conf").write_text("changed")
        assert install_release(release, url, shelf, QUIET, QUICK).fresh
        assert len(server.requests) == 2
    assert verify_model(describe_model(shelf.place(NAME)))


def test_without_a_known_check_sum_that_is_said(shelf, packed):
    with ModelServer(packed.read_bytes()) as server:
        installed = install_release(Release(NAME), f"{server.site}/{NAME}.zip", shelf, QUIET, QUICK)
        assert (installed.fresh, installed.checked) == (True, False)
        assert not install_release(Release(NAME), f"{server.site}/{NAME}.zip", shelf, QUIET, QUICK).fresh


def test_wrong_bytes_leave_the_old_model_in_place(shelf, packed, release, model_folder):
    old = an_older_model(shelf, model_folder)
    before = contents(old)
    wrong = bytearray(packed.read_bytes())
    wrong[-1] ^= 1
    with ModelServer(bytes(wrong)) as server:
        assert str(release.sha256) in failure(install_release, release, release.url(server.site), shelf, QUIET, QUICK)
    assert contents(old) == before
    assert staged(shelf) == []


def test_a_broken_download_leaves_the_old_model_in_place_and_is_kept(shelf, packed, release, model_folder):
    old = an_older_model(shelf, model_folder)
    with ModelServer(packed.read_bytes()) as server:
        server.faults = [drop_after(400_000), status(500), status(500)]
        failure(install_release, release, release.url(server.site), shelf, QUIET, QUICK)
        assert (old / "OLD").exists()
        assert staged(shelf) == [f"downloads/{NAME}.zip", f"downloads/{NAME}.zip.json"]
        assert install_release(release, release.url(server.site), shelf, QUIET, QUICK).fresh
        assert server.ranges[-1] == "bytes=400000-"
    assert not (old / "OLD").exists()
    assert staged(shelf) == []


def test_a_damaged_zip_that_nobody_vouches_for_is_not_kept(shelf, packed):
    whole = packed.read_bytes()
    with ModelServer(whole[:-5000]) as server:
        assert "not a whole zip" in failure(
            install_release, Release(NAME), f"{server.site}/{NAME}.zip", shelf, QUIET, QUICK)
        assert staged(shelf) == []


def test_a_catalogued_size_beyond_the_disk_is_told_before_anything_is_fetched(shelf, packed):
    with ModelServer(packed.read_bytes()) as server:
        told = failure(install_release, Release(NAME, 1 << 60), server.site, shelf, QUIET, QUICK)
        assert "too little disk space" in told
        assert server.requests == []


# ------------------------------------------------------------ from this computer


def test_a_zip_is_known_by_its_check_sum_whatever_it_is_called(shelf, packed, release, tmp_path):
    shutil.copyfile(packed, tmp_path / "download (1).zip")
    installed = install_zip(tmp_path / "download (1).zip", [Release("official", None, release.sha256)], shelf, QUIET)
    assert (installed.info.name, installed.checked) == ("official", True)
    assert (tmp_path / "download (1).zip").exists()


def test_a_zip_takes_the_name_of_its_folder_or_its_own(shelf, packed, model_folder, tmp_path):
    assert install_zip(packed, [], shelf, QUIET).info.name == NAME
    flat = pack(model_folder, tmp_path / "vosk-model-cn-flat.zip", "")
    assert install_zip(flat, [], shelf, QUIET).info.name == "vosk-model-cn-flat"
    assert not install_zip(flat, [], shelf, QUIET).fresh


def test_a_zip_wrapped_once_more_is_installed(shelf, model_folder, tmp_path):
    path = pack(model_folder, tmp_path / "outer.zip", f"{NAME}/{NAME}/")
    installed = install_zip(path, [], shelf, QUIET)
    assert installed.info.path == shelf.place(NAME)
    assert staged(shelf) == []


def test_a_zip_with_the_name_of_a_release_but_other_bytes_is_refused(shelf, packed):
    told = failure(install_zip, packed, [Release(NAME, None, "0" * 64)], shelf, QUIET)
    assert "0" * 64 in told
    assert not shelf.place(NAME).exists()


def test_a_folder_is_copied(shelf, model_folder, tmp_path):
    source = tmp_path / NAME
    shutil.copytree(model_folder, source, copy_function=shutil.copyfile)
    before = contents(source)
    installed = install_folder(source, shelf, QUIET)
    assert installed.info.path == shelf.place(NAME)
    assert contents(source) == before
    again = install_folder(shelf.place(NAME), shelf, QUIET)
    assert (again.fresh, again.info.path) == (False, shelf.place(NAME))


@pytest.mark.parametrize(("replaced", "told"), [
    ({"final": b"not a model"}, "damaged"),
    ({"final": None}, "incomplete"),
    ({"words": b"<eps> 0\nhello 1\nworld 2\n"}, "not a Mandarin model"),
])
def test_a_model_that_does_not_work_is_not_installed(shelf, model_folder, tmp_path, replaced, told):
    old = an_older_model(shelf, model_folder)
    path = pack(model_folder, tmp_path / "bad.zip", f"{NAME}/", **replaced)
    message = failure(install_zip, path, [], shelf, QUIET)
    assert told in message
    assert str(path) in message
    assert ".staging" not in message
    assert (old / "OLD").exists()
    assert staged(shelf) == []


@pytest.mark.parametrize("name", ["voicedrill-demo-cn", "voicedrill-demo-x"])
def test_nothing_may_pass_for_the_demo_model(shelf, model_folder, tmp_path, name):
    path = pack(model_folder, tmp_path / "x.zip", f"{name}/")
    assert "comes with the program" in failure(install_zip, path, [], shelf, QUIET)


# ------------------------------------------------------------ verifying, removing


@pytest.fixture
def installed(shelf, packed):
    return install_zip(packed, [], shelf, QUIET).info


def test_a_model_as_installed_is_verified(installed):
    assert verify_model(installed)


def test_every_kind_of_difference_is_told(installed):
    (installed.path / "conf" / "mfcc.conf").write_text("changed")
    (installed.path / "graph" / "words.txt").unlink()
    (installed.path / "extra").write_text("")
    (installed.path / ".DS_Store").write_text("")
    told = failure(verify_model, installed)
    for name in ("changed: conf/mfcc.conf", "missing: graph/words.txt", "added: extra", f"model install {NAME}"):
        assert name in told
    assert "DS_Store" not in told


def test_a_model_without_a_list_is_only_loaded(model_folder):
    assert not verify_model(describe_model(model_folder))


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"name": 1, "origin": 2, "installed_at": 3, "files": 4}'])
def test_a_damaged_list_is_told(installed, content):
    (installed.path / ".voicedrill-manifest.json").write_text(content)
    assert "damaged" in failure(verify_model, installed)


def test_a_model_is_removed(shelf, installed):
    remove_model(NAME, shelf)
    assert not installed.path.exists()
    assert staged(shelf) == []


def test_a_link_is_removed_but_not_what_it_leads_to(shelf, installed, tmp_path):
    elsewhere = tmp_path / "elsewhere"
    installed.path.rename(elsewhere)
    shelf.place(NAME).symlink_to(elsewhere)
    remove_model(NAME, shelf)
    assert not shelf.place(NAME).exists()
    assert (elsewhere / "am" / "final.mdl").exists()
    assert list((shelf.folder / ".staging" / "removed").iterdir()) == []


@pytest.mark.parametrize("name", ["voicedrill-demo-cn", "nothing", "..", "../models", ".staging", "/etc", "a/b", ""])
def test_nothing_else_is_removed(shelf, installed, name):
    with pytest.raises(UsageError):
        check_removable(name, shelf)
    with pytest.raises(UsageError):
        remove_model(name, shelf)
    assert installed.path.exists()


# ------------------------------------------------------------ killed, locked, refused


def test_killed_between_the_two_renames_the_old_model_is_put_back(shelf, packed, installed):
    previous = shelf.folder / ".staging" / "previous" / NAME
    installed.path.rename(previous)
    incoming = shelf.folder / ".staging" / "incoming" / NAME
    shutil.copytree(previous, incoming)
    shelf.settle()
    assert verify_model(describe_model(shelf.place(NAME)))
    assert staged(shelf) == []


def test_killed_after_the_switch_only_leftovers_are_swept(shelf, installed):
    staging = shelf.folder / ".staging"
    shutil.copytree(installed.path, staging / "previous" / NAME)
    (staging / "removed" / "x").mkdir()
    (staging / "removed" / "x" / "half").write_text("")
    (staging / "downloads" / "other.zip").write_text("kept")
    before = contents(installed.path)
    shelf.settle()
    assert contents(installed.path) == before
    assert staged(shelf) == ["downloads/other.zip"]


KILLED_AT = """
import os, signal, sys
from pathlib import Path
from voicedrill.speech.installation import install_zip
from voicedrill.speech.download import Watcher
from voicedrill.speech.shelf import Shelf

left, renames_only = int(sys.argv[3]), sys.argv[4] == "renames"

def audit(event, arguments):
    global left
    changes = event in ("os.mkdir", "os.remove", "os.rmdir", "shutil.rmtree") or (
        event == "open" and isinstance(arguments[2], int) and arguments[2] & (os.O_WRONLY | os.O_RDWR))
    if event == "os.rename" or (changes and not renames_only):
        left -= 1
        if left < 0:
            os.kill(os.getpid(), signal.SIGKILL)

quiet = Watcher(lambda step: None, lambda remark: None, lambda done, total: None)
sys.addaudithook(audit)
install_zip(Path(sys.argv[1]), [], Shelf(Path(sys.argv[2])), quiet)
"""
"""Installs, and kills itself before the n-th change of the disk."""


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGKILL")
@pytest.mark.parametrize(("changes", "step", "least"), [("renames", 1, 3), ("all", 5, 25)])
def test_killed_at_any_change_of_the_disk_the_old_or_the_new_model_is_there(
    shelf, packed, model_folder, changes, step, least
):
    old, new, seen = contents(an_older_model(shelf, model_folder)), contents(model_folder), []
    for count in range(0, 300, step):
        done = subprocess.run([sys.executable, "-c", KILLED_AT, packed, shelf.folder, str(count), changes],
                              capture_output=True, text=True, check=False)
        Shelf(shelf.folder).settle()
        found = contents(shelf.place(NAME))
        found.pop(".voicedrill-manifest.json", None)
        assert found in (old, new), f"killed at {count}"
        assert staged(shelf) == []
        seen.append(found == new)
        if done.returncode == 0:
            break
    assert done.returncode == 0, done.stderr
    assert count >= least
    assert seen[:2] == [False, False]
    assert seen == sorted(seen)


def test_only_one_program_changes_the_folder(shelf, packed, installed):
    with shelf.locked():
        assert "another voicedrill" in failure(install_zip, packed, [], Shelf(shelf.folder), QUIET)
        leftover = shelf.folder / ".staging" / "incoming" / "busy"
        leftover.mkdir()
        Shelf(shelf.folder).settle()
        assert leftover.exists()
    shelf.settle()
    assert not leftover.exists()


def test_a_folder_that_cannot_be_made_is_told(tmp_path, packed):
    (tmp_path / "data").write_text("a file")
    assert "disk space" in failure(install_zip, packed, [], Shelf(tmp_path / "data" / "models"), QUIET)


def test_looking_at_a_shelf_that_is_not_there_makes_none(tmp_path):
    Shelf(tmp_path / "models").settle()
    assert not (tmp_path / "models").exists()


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0 or not Path("/dev/shm").is_dir(),
                    reason="needs root, to mount a small disk")
def test_a_full_disk_is_told_and_the_old_model_stays(tmp_path, packed, model_folder):
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=26m", "tmpfs", str(disk)], capture_output=True,
                             check=False)
    if mounted.returncode:
        pytest.skip("no file system may be mounted here")
    try:
        shelf = Shelf(disk / "models")
        old = an_older_model(shelf, model_folder)
        (disk / "other").write_bytes(bytes(2_000_000))
        assert "too little disk space" in failure(install_zip, packed, [], shelf, QUIET)
        assert (old / "OLD").exists()
    finally:
        subprocess.run(["umount", str(disk)], check=True)


# ------------------------------------------------------------ names and catalogue


@pytest.mark.parametrize(("url", "name"), [
    ("https://example.org/models/vosk-model-cn-0.22.zip", "vosk-model-cn-0.22"),
    ("https://example.org/%E6%A8%A1%E5%9E%8B.zip?download=1#x", "模型"),
    ("https://example.org/a/", "a"),
    ("https://example.org/%2e%2e%2fx", "x"),
])
def test_a_model_is_named_after_its_address(url, name):
    assert name_from_url(url) == name


@pytest.mark.parametrize("url", ["https://example.org", "https://example.org/..", "https://example.org/x%2f..", "http://[1"])
def test_an_address_without_a_name_is_told(url):
    assert "name one" in failure(name_from_url, url)


@pytest.mark.parametrize("name", ["", ".", "..", ".hidden", "a/b", "a\\b", "a:b", "a\n", "x" * 200, "a."])
def test_names_that_lead_elsewhere_are_refused(name):
    assert "cannot be the name" in failure(check_name, name)


def test_the_official_small_model_comes_first():
    assert BUILT_IN[0].name == "vosk-model-small-cn-0.22"
    assert BUILT_IN[0].size == 43_898_754
    assert BUILT_IN[0].url().endswith("/vosk/models/vosk-model-small-cn-0.22.zip")
    assert BUILT_IN[0].url("http://mirror/x/") == "http://mirror/x/vosk-model-small-cn-0.22.zip"
    assert BUILT_IN[1].sha256 is None


def test_an_own_catalogue_replaces_and_adds(tmp_path):
    path = tmp_path / "catalogue.json"
    digest = "AB" * 32
    path.write_text(f'[{{"name": "own", "size": 5, "sha256": "{digest}"}}, {{"name": "vosk-model-cn-0.22"}}]')
    assert read_catalogue(path) == (BUILT_IN[0], Release("vosk-model-cn-0.22"), Release("own", 5, digest.lower()))
    assert read_catalogue(None) == BUILT_IN


@pytest.mark.parametrize("text", ["", "{}x", "7", '["a"]', '[{"size": 1}]', '[{"name": 1}]',
                                  '[{"name": "a", "sha256": "z"}]', '[{"name": "a", "size": "1"}]'])
def test_a_catalogue_that_is_none_is_told(tmp_path, text):
    path = tmp_path / "catalogue.json"
    path.write_text(text)
    assert str(path) in failure(read_catalogue, path)
    assert "cannot read" in failure(read_catalogue, tmp_path / "missing.json")


def test_a_check_sum_may_be_written_in_capitals():
    assert parse_sha256(" " + "AB" * 32 + "\n") == "ab" * 32
