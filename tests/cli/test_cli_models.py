"""`voicedrill model` as a user meets it, against a real server; no network."""

import hashlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading

import pytest
from model_server import ModelServer, drop_after, send, status
from repository import DEMO_MODEL, DEMO_REPLIES

NAME = "vosk-model-small-cn-9.9"
PROXIES = ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY")

pytestmark = pytest.mark.skipif(not DEMO_MODEL.is_dir(), reason="the demo model is not built")


@pytest.fixture(scope="module")
def packed(tmp_path_factory):
    """A small Mandarin model, zipped under an official kind of name."""
    folder = tmp_path_factory.mktemp("zips")
    shutil.copytree(DEMO_MODEL, folder / "m" / NAME, copy_function=shutil.copyfile)
    return shutil.make_archive(folder / NAME, "zip", folder / "m", NAME)


@pytest.fixture
def server(packed):
    with open(packed, "rb") as file, ModelServer(file.read()) as running:  # noqa: PTH123 - make_archive gives a str
        yield running


@pytest.fixture
def model(run, server, tmp_path):
    """`model("install", ...)` with a catalogue whose first entry is the model that the server has."""
    catalogue = tmp_path / "catalogue.json"
    catalogue.write_text(json.dumps([{"name": NAME, "size": len(server.content),
                                      "sha256": hashlib.sha256(server.content).hexdigest()}]))
    for name in PROXIES:
        run.environment.pop(name, None)
    run.environment["VOICEDRILL_CATALOGUE"] = str(catalogue)

    def run_model(*arguments, **more):
        return run("model", *arguments, **more)

    return run_model


@pytest.fixture
def installed(model, server):
    done = model("install", NAME, "--mirror", server.site)
    assert done.returncode == 0, done.stderr
    return done


def listed(model, **more):
    return {m["name"]: m for m in json.loads(model("list", "--json", **more).stdout)}


def in_use(model, **more):
    return [name for name, m in listed(model, **more).items() if m["in_use"]]


# ------------------------------------------------------------ installing


def test_after_installing_the_model_is_used_and_the_warning_is_gone(run, model, server):
    score = ("score", DEMO_REPLIES / "reply-1.wav", "--objection", "o1", "--json")
    before = run(*score)
    assert "演示模型" in before.stderr
    server.faults = [drop_after(500_000)]
    done = model("install", NAME, "--mirror", server.site)
    assert done.returncode == 0, done.stderr
    assert NAME in done.stdout
    assert "校验和" not in done.stdout
    assert "重试" in done.stderr
    assert server.ranges == [None, "bytes=500000-"]
    assert in_use(model) == [NAME]
    after = run(*score)
    assert "演示模型" not in after.stderr
    assert json.loads(after.stdout)["versions"]["model"].startswith(f"{NAME}@")


def test_the_default_is_the_official_small_model(model, server, failure):
    line = failure(model("install", "--mirror", server.site, "--tries", "1", "--lang", "en"), 1)
    assert "/vosk-model-small-cn-0.22.zip" in line
    assert "43898754 bytes are expected" in line
    assert server.requests[0][0] == "/vosk-model-small-cn-0.22.zip"


def test_the_large_model_has_no_check_sum_and_that_is_said(model, server):
    done = model("install", "vosk-model-cn-0.22", "--mirror", server.site)
    assert done.returncode == 0, done.stderr
    assert "没有可比对的校验和" in done.stdout
    assert in_use(model) == ["vosk-model-cn-0.22"]


def test_an_address_names_the_model_and_a_check_sum_may_be_given(model, server):
    digest = hashlib.sha256(server.content).hexdigest()
    done = model("install", "--url", f"{server.site}/dir/vosk-model-cn-own.zip", "--sha256", digest.upper())
    assert done.returncode == 0, done.stderr
    assert "没有可比对" not in done.stdout
    assert in_use(model) == ["vosk-model-cn-own"]


def test_a_zip_and_a_folder_of_this_computer(model, server, packed, tmp_path):
    done = model("install", packed)
    assert done.returncode == 0, done.stderr
    assert in_use(model) == [NAME]
    shutil.copytree(DEMO_MODEL, tmp_path / "vosk-model-cn-mine", copy_function=shutil.copyfile)
    done = model("install", tmp_path / "vosk-model-cn-mine")
    assert done.returncode == 0, done.stderr
    assert in_use(model) == ["vosk-model-cn-mine"]
    assert server.requests == []


def test_what_is_installed_already_is_not_fetched_again(model, server, installed):
    done = model("install", NAME, "--mirror", server.site)
    assert "早已装好" in done.stdout
    assert len(server.requests) == 1


@pytest.mark.parametrize(("fault", "told"), [
    (send(b"<html>please log in</html>", Content_Type="text/html"), "网页"),
    (status(404), "404"),
    (status(403), "403"),
])
def test_a_wrong_answer_is_one_line_and_the_installed_model_stays(model, server, installed, failure, fault, told):
    server.always = fault
    line = failure(model("install", "vosk-model-cn-0.22", "--mirror", server.site), 1)
    assert told in line
    assert "voicedrill model install 文件.zip" in line
    assert in_use(model) == [NAME]


def test_wrong_bytes_are_one_line_with_both_check_sums(model, server, failure):
    expected = hashlib.sha256(server.content).hexdigest()
    server.content = server.content[:-1] + b"!"
    line = failure(model("install", NAME, "--mirror", server.site), 1)
    assert expected in line
    assert hashlib.sha256(server.content).hexdigest() in line
    assert in_use(model) == ["voicedrill-demo-cn"]


def test_without_a_network_it_says_how_to_install_without(model, failure):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        site = f"http://127.0.0.1:{listener.getsockname()[1]}"
    line = failure(model("install", "--mirror", site, "--tries", "1"), 1)
    assert "连接被拒绝" in line
    assert f"{site}/vosk-model-small-cn-0.22.zip" in line
    assert "voicedrill model install 文件.zip" in line


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGKILL")
@pytest.mark.parametrize(("signal_", "code"), [(signal.SIGKILL, -9), (signal.SIGINT, 130), (signal.SIGTERM, 130)])
def test_stopped_in_the_middle_it_goes_on_next_time(run, model, server, signal_, code):
    arrived, release = threading.Event(), threading.Event()

    def stall(handler):
        handler.answer(200, server.content[:400_000], {"Content-Length": str(len(server.content))})
        handler.wfile.flush()
        arrived.set()
        release.wait(60)
        return True

    server.faults = [stall]
    command = [sys.executable, "-m", "voicedrill", "model", "install", NAME, "--mirror", server.site]
    with subprocess.Popen(command, env=run.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert arrived.wait(60)
        part = next(iter_until(run, "downloads/*.zip", 400_000 - 65_536 * 2))
        process.send_signal(signal_)
        _, stderr = process.communicate(timeout=60)
        release.set()
    assert process.returncode == code
    assert b"Traceback" not in stderr
    size = part.stat().st_size
    done = model("install", NAME, "--mirror", server.site)
    assert done.returncode == 0, done.stderr
    assert server.ranges == [None, f"bytes={size}-"]
    assert in_use(model) == [NAME]


def iter_until(run, pattern, size):
    """The first file of the staging area that has grown to a size; the caller's process writes it."""
    from pathlib import Path

    while True:
        for path in Path(run.environment["XDG_DATA_HOME"]).rglob(pattern):
            if path.stat().st_size >= size:
                yield path
                return


# ------------------------------------------------------------ choosing


def test_flag_environment_settings_and_folders_in_this_order(run, model, packed, tmp_path):
    own = tmp_path / "own-model"
    shutil.copytree(DEMO_MODEL, own, copy_function=shutil.copyfile)
    user = tmp_path / "data" / "voicedrill" / "models"
    cache = tmp_path / "user" / ".cache" / "vosk" / "vosk-model-cn-cached"
    assert in_use(model) == ["voicedrill-demo-cn"]
    shutil.copytree(DEMO_MODEL, cache, copy_function=shutil.copyfile)
    assert in_use(model) == ["vosk-model-cn-cached"]
    shutil.copytree(DEMO_MODEL, user / NAME, copy_function=shutil.copyfile)
    assert in_use(model) == [NAME]
    assert model("use", "vosk-model-cn-cached").returncode == 0
    assert in_use(model) == ["vosk-model-cn-cached"]
    assert in_use(model, VOICEDRILL_MODEL=NAME) == [NAME]
    score = run("score", DEMO_REPLIES / "reply-1.wav", "--objection", "o1", "--json", "--model", own,
                VOICEDRILL_MODEL=NAME)
    assert json.loads(score.stdout)["versions"]["model"].startswith("own-model@")
    assert model("use", "--auto").returncode == 0
    assert in_use(model) == [NAME]


def test_a_choice_that_the_environment_overrides_is_remarked(model, installed):
    done = model("use", NAME, VOICEDRILL_MODEL="voicedrill-demo-cn")
    assert "VOICEDRILL_MODEL" in done.stderr


def test_a_folder_elsewhere_may_be_chosen(model, tmp_path):
    own = tmp_path / "models" / "own-model"
    shutil.copytree(DEMO_MODEL, own, copy_function=shutil.copyfile)
    assert model("use", own).returncode == 0
    assert json.loads((tmp_path / "settings.json").read_text())["model"] == str(own)


def test_a_chosen_model_that_is_gone_is_told_not_replaced_in_silence(run, model, installed, failure, tmp_path):
    shutil.rmtree(tmp_path / "data" / "voicedrill" / "models" / NAME)
    line = failure(run("score", DEMO_REPLIES / "reply-1.wav", "--objection", "o1"), 1)
    assert NAME in line
    assert "model install" in line
    assert in_use(model) == []


# ------------------------------------------------------------ verifying, removing


def test_a_changed_file_is_found(model, installed, failure, tmp_path):
    done = model("verify", NAME)
    assert done.returncode == 0, done.stderr
    assert "一致" in done.stdout
    (tmp_path / "data" / "voicedrill" / "models" / NAME / "conf" / "mfcc.conf").write_text("x")
    line = failure(model("verify", NAME), 1)
    assert "conf/mfcc.conf" in line


def test_the_built_in_model_is_verified_by_loading_it(model):
    done = model("verify", "voicedrill-demo-cn")
    assert done.returncode == 0
    assert "没有安装清单" in done.stdout


def test_a_model_is_removed_and_no_longer_chosen(model, installed, failure, tmp_path):
    assert "--yes" in failure(model("remove", NAME), 2)
    assert in_use(model) == [NAME]
    assert model("remove", NAME, "--yes").returncode == 0
    assert in_use(model) == ["voicedrill-demo-cn"]
    assert json.loads((tmp_path / "settings.json").read_text()) == {}


def test_the_built_in_model_and_those_of_others_are_not_removed(model, failure, tmp_path):
    cache = tmp_path / "user" / ".cache" / "vosk" / "vosk-model-cn-cached"
    shutil.copytree(DEMO_MODEL, cache, copy_function=shutil.copyfile)
    assert "自带" in failure(model("remove", "voicedrill-demo-cn", "--yes"), 2)
    assert "只能删除" in failure(model("remove", "vosk-model-cn-cached", "--yes"), 2)
    failure(model("remove", str(cache), "--yes"), 2)
    failure(model("remove", "../models", "--yes"), 2)
    assert cache.exists()
    assert DEMO_MODEL.exists()


# ------------------------------------------------------------ bad input


@pytest.mark.parametrize(("arguments", "code", "named"), [
    (("install", "vosk-model-xx"), 2, "vosk-model-xx"),
    (("install", "/nowhere/model.zip"), 2, "/nowhere/model.zip"),
    (("install", "--mirror", "http://a", "--url", "http://b/c.zip"), 2, "--mirror"),
    (("install", "--url", "http://a/c.zip", "--sha256", "12"), 2, "--sha256"),
    (("install", "--url", "http://a/"), 2, "名称"),
    (("install", "--mirror", "nonsense", "--tries", "1"), 1, "nonsense"),
    (("install", "--tries", "0"), 2, "--tries"),
    (("install", __file__), 1, "zip"),
    (("install", os.path.dirname(__file__)), 1, "不完整"),  # noqa: PTH120
    (("use",), 2, "--auto"),
    (("use", "no-such-model"), 1, "no-such-model"),
    (("verify", "no-such-model"), 1, "no-such-model"),
    (("remove", "no-such-model", "--yes"), 2, "no-such-model"),
])
def test_bad_input_is_one_line(model, failure, arguments, code, named):
    assert named in failure(model(*arguments), code)


def test_damaged_settings_are_one_line(run, model, failure, tmp_path, packed):
    (tmp_path / "settings.json").write_text("{ oops")
    for arguments in (("install", packed), ("use", "voicedrill-demo-cn"), ("list",)):
        assert "settings.json" in failure(model(*arguments), 1)
    assert "settings.json" in failure(run("score", DEMO_REPLIES / "reply-1.wav", "--objection", "o1"), 1)


def test_help_is_in_both_languages(model):
    assert "用法：" in model("install", "--help").stdout
    assert "Usage:" in model("install", "--help", "--lang", "en").stdout
