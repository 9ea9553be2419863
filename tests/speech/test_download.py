"""Downloads over a real server that drops connections, ignores ranges and serves the wrong thing."""

import hashlib
import random
import socket

import pytest
from model_server import ModelServer, drop_after, ignore_range, redirect, send, status

from voicedrill.core.errors import ModelError
from voicedrill.speech.download import Patience, Wanted, Watcher, download

BODY = b"PK\x03\x04" + random.Random(1).randbytes(900_000)
SHA256 = hashlib.sha256(BODY).hexdigest()
QUICK = Patience(fruitless=3, waits=(0.0,), connect=5.0, silence=5.0)
PROXIES = ("http_proxy", "https_proxy", "all_proxy", "no_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY")


@pytest.fixture(autouse=True)
def without_proxies(monkeypatch):
    for name in PROXIES:
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def server():
    with ModelServer(BODY) as running:
        yield running


@pytest.fixture
def place(tmp_path):
    return tmp_path / "model.zip"


class Log:
    """Keeps what a watcher is told."""

    def __init__(self):
        self.remarks, self.counts = [], []
        self.watcher = Watcher(lambda step: None, lambda remark: self.remarks.append(remark.en),
                               lambda done, total: self.counts.append((done, total)))


def fetch(server, place, known=True, log=None, patience=QUICK):
    wanted = Wanted(f"{server.site}/model.zip", len(BODY) if known else None, SHA256 if known else None)
    return download(wanted, place, (log or Log()).watcher, patience)


def fault(server, place, **more):
    with pytest.raises(ModelError) as caught:
        fetch(server, place, **more)
    for language in ("zh", "en"):
        assert server.site in caught.value.to(language)
        assert "voicedrill model install" in caught.value.to(language) or "--mirror" in caught.value.to(language)
    return caught.value.to("en")


# ------------------------------------------------------------ it arrives


@pytest.mark.parametrize("known", [True, False])
def test_a_file_arrives_and_is_counted(server, place, known):
    log = Log()
    assert fetch(server, place, known, log) == SHA256
    assert place.read_bytes() == BODY
    assert log.counts[-1] == (len(BODY), len(BODY))
    assert [done for done, _ in log.counts] == sorted(done for done, _ in log.counts)
    assert log.remarks == []


@pytest.mark.parametrize("known", [True, False])
def test_dropped_connections_are_resumed_where_they_broke(server, place, known):
    server.faults = [drop_after(300_000), drop_after(300_000), drop_after(290_000)]
    log = Log()
    assert fetch(server, place, known, log) == SHA256
    assert server.ranges == [None, "bytes=300000-", "bytes=600000-", "bytes=890000-"]
    assert server.requests[1][1]["if-range"] == '"v1"'
    assert len(log.remarks) == 3


def test_a_later_run_goes_on(server, place):
    server.faults = [drop_after(500_000), status(503), status(503), status(503)]
    with pytest.raises(ModelError, match=r"0\.5 MB are kept"):
        fetch(server, place)
    assert fetch(server, place) == SHA256
    assert server.ranges[-1] == "bytes=500000-"


def test_a_complete_file_of_known_size_is_not_fetched_again(server, place):
    fetch(server, place)
    assert fetch(server, place) == SHA256
    assert len(server.requests) == 1


def test_a_complete_file_of_unknown_size_is_recognised_by_416(server, place):
    fetch(server, place, known=False)
    assert fetch(server, place, known=False) == SHA256
    assert server.ranges == [None, f"bytes={len(BODY)}-"]


def test_without_length_the_end_of_the_connection_is_the_end(server, place):
    server.faults = [send(BODY, Content_Length="")]
    assert fetch(server, place, known=False) == SHA256


def test_without_length_an_early_end_is_noticed_by_the_known_size(server, place):
    server.faults = [send(BODY[:400_000], Content_Length="")]
    assert fetch(server, place) == SHA256
    assert server.ranges == [None, "bytes=400000-"]


def test_redirects_are_followed(server, place):
    server.always = redirect(3)
    assert fetch(server, place) == SHA256
    assert len(server.requests) == 4


def test_passing_refusals_are_tried_again(server, place):
    server.faults = [status(503), status(429)]
    assert fetch(server, place) == SHA256


def test_the_proxy_of_the_environment_is_used(server, place, monkeypatch):
    monkeypatch.setenv("http_proxy", server.site)
    wanted = Wanted("http://models.invalid/model.zip", len(BODY), SHA256)
    assert download(wanted, place, Log().watcher, QUICK) == SHA256
    assert server.requests[0][0] == "http://models.invalid/model.zip"


# ------------------------------------------------------------ resuming is not believed blindly


def test_a_server_that_ignores_ranges_starts_from_the_beginning(server, place):
    server.faults = [drop_after(300_000), ignore_range]
    log = Log()
    assert fetch(server, place, log=log) == SHA256
    assert any("from the beginning" in remark for remark in log.remarks)


def test_a_server_that_ignores_ranges_and_always_drops_is_given_up(server, place):
    def ignore_and_drop(handler):
        handler.answer(200, BODY[:300_000], {"Content-Length": str(len(BODY))})
        return True

    server.always = ignore_and_drop
    fault(server, place)
    assert len(server.requests) == 1 + QUICK.fruitless  # the first brought something new, the others did not


def test_getting_as_far_as_before_is_no_progress(server, place):
    def drop_the_whole_and_refuse_the_rest(handler):
        if len(server.requests) > 20:
            return False
        if handler.start() is None:
            return drop_after(300_000)(handler)
        return status(416)(handler)

    server.always = drop_the_whole_and_refuse_the_rest
    fault(server, place)
    assert len(server.requests) == 1 + QUICK.fruitless


def test_a_server_that_hands_out_crumbs_is_given_up(server, place):
    server.always = drop_after(1000)
    assert "connection broke" in fault(server, place)
    assert len(server.requests) == QUICK.fruitless


@pytest.mark.parametrize("content_range", [
    "bytes 0-900003/900004", "bytes 299999-900003/900004", "bytes 300000-900003/900003", "nonsense", "",
])
def test_another_range_than_asked_for_is_thrown_away(server, place, content_range):
    server.faults = [drop_after(300_000), send(BODY[300_000:], 206, Content_Range=content_range)]
    assert fetch(server, place) == SHA256
    assert server.ranges == [None, "bytes=300000-", None]


def test_a_changed_file_is_fetched_afresh(server, place):
    server.faults = [drop_after(300_000)]
    old = server.content

    def change(handler):
        server.content, server.etag = b"PK\x03\x04" + bytes(reversed(old[4:])), '"v2"'
        return False

    server.faults.append(change)
    assert fetch(server, place, known=False) == hashlib.sha256(server.content).hexdigest()
    assert place.read_bytes() == server.content


def test_another_version_in_a_partial_answer_is_not_mixed_in(server, place):
    def mix(handler):
        body = b"x" * (len(BODY) - 300_000)
        handler.answer(206, body, {"ETag": '"v2"', "Content-Range": f"bytes 300000-{len(BODY) - 1}/{len(BODY)}"})
        return True

    server.faults = [drop_after(300_000), mix]
    assert fetch(server, place, known=False) == SHA256


def test_without_a_mark_of_the_version_only_a_known_file_is_resumed(server, place):
    server.etag = None
    server.faults = [drop_after(300_000)]
    fetch(server, place)
    assert server.ranges == [None, "bytes=300000-"]
    place.unlink()
    server.requests.clear()
    server.faults = [drop_after(300_000)]
    fetch(server, place, known=False)
    assert server.ranges == [None, None]


def test_a_known_file_is_resumed_from_another_mirror(server, place):
    server.faults = [drop_after(300_000), status(404)]
    fault(server, place)
    with ModelServer(BODY) as other:
        assert fetch(other, place) == SHA256
        assert other.ranges == ["bytes=300000-"]


@pytest.mark.parametrize("known", [True, False])
def test_416_for_a_part_makes_it_begin_again(server, place, known):
    server.faults = [drop_after(300_000), send(b"", 416, Content_Range="bytes */5")]
    assert fetch(server, place, known) == SHA256
    assert server.ranges == [None, "bytes=300000-", None]


def test_a_part_that_is_too_long_is_thrown_away(server, place):
    place.write_bytes(BODY + b"more")
    assert fetch(server, place) == SHA256


def test_a_part_with_wrong_bytes_costs_one_more_download(server, place):
    place.write_bytes(b"PK\x03\x04" + b"wrong" * 1000)
    log = Log()
    assert fetch(server, place, log=log) == SHA256
    assert server.ranges == ["bytes=5004-", None]
    assert any("wrong" in remark for remark in log.remarks)


# ------------------------------------------------------------ the wrong thing


def test_wrong_bytes_are_told_with_both_check_sums_and_removed(server, place):
    wrong = BODY[:-1] + b"!"
    server.content = wrong
    told = fault(server, place)
    assert SHA256 in told
    assert hashlib.sha256(wrong).hexdigest() in told
    assert list(place.parent.iterdir()) == []


def test_another_length_is_told_before_it_is_fetched(server, place):
    server.content = BODY[:-10]
    told = fault(server, place)
    assert f"{len(BODY)} bytes are expected" in told
    assert str(len(BODY) - 10) in told


def test_more_than_expected_is_stopped(server, place):
    server.faults = [send(BODY + b"x" * 100_000, Content_Length="")]
    assert "larger than" in fault(server, place)
    assert not place.exists()


def test_a_web_page_instead_of_the_zip_leaves_the_part_alone(server, place):
    server.faults = [drop_after(300_000), send(b"<!doctype html><title>Login</title>", Content_Type="text/html")]
    assert "web page" in fault(server, place, known=False)
    assert place.read_bytes() == BODY[:300_000]
    assert fetch(server, place, known=False) == SHA256


def test_what_is_no_zip_is_told(server, place):
    server.faults = [send(b"\x1f\x8b a gzip")]
    assert "not a zip" in fault(server, place, known=False)


@pytest.mark.parametrize(("code", "told"), [(404, "no such file"), (410, "no such file"), (403, "403"), (407, "407")])
def test_refusals_that_will_not_pass_are_final(server, place, code, told):
    server.always = status(code)
    assert told in fault(server, place)
    assert len(server.requests) == 1


def test_a_server_error_that_does_not_pass_is_given_up(server, place):
    server.always = status(500)
    assert "HTTP 500" in fault(server, place)
    assert len(server.requests) == QUICK.fruitless


def test_redirects_in_a_circle_are_told(server, place):
    server.always = redirect(100)
    assert "redirects" in fault(server, place)


def test_an_answer_without_a_byte_is_given_up(server, place):
    server.always = send(b"")
    assert "connection broke" in fault(server, place, known=False)


def test_a_server_that_is_not_there_is_told(place):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(ModelError, match="refused"):
        download(Wanted(f"http://127.0.0.1:{port}/m.zip"), place, Log().watcher, QUICK)


@pytest.mark.parametrize("url", ["model.zip", "ftp://example.invalid/m.zip", "http://", "http://[1/m.zip",
                                 "http://\ud800.invalid/m.zip", "http://a..invalid/m.zip"])
def test_addresses_that_are_none_are_told(url, place):
    with pytest.raises(ModelError, match="cannot fetch"):
        download(Wanted(url), place, Log().watcher, QUICK)


def test_an_unreachable_proxy_is_told(server, place, monkeypatch):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{listener.getsockname()[1]}")
    with pytest.raises(ModelError, match="proxy"):
        download(Wanted("http://models.invalid/m.zip"), place, Log().watcher, QUICK)


def test_a_password_in_the_address_is_not_shown(server, place):
    server.always = status(404)
    url = server.site.replace("http://", "http://me:secret@") + "/m.zip"
    with pytest.raises(ModelError) as caught:
        download(Wanted(url), place, Log().watcher, QUICK)
    assert "secret" not in caught.value.to("zh") + caught.value.to("en")


def test_a_place_that_cannot_be_written_is_told(server, tmp_path):
    (tmp_path / "model.zip").mkdir()
    with pytest.raises(ModelError, match="disk space"):
        fetch(server, tmp_path / "model.zip", known=False)


def test_a_file_larger_than_the_disk_is_told_before_it_is_fetched(server, place):
    server.faults = [send(BODY, Content_Length=str(1 << 60))]
    with pytest.raises(ModelError, match="too little disk space"):
        fetch(server, place, known=False)
