"""Fetch one large zip over a network that may fail at any moment, and never take a wrong file for the right one.

What has arrived lies in the file itself, with a note beside it (`.json`) of where it came from. The next attempt, in
this run or in a later one, asks for the rest (HTTP Range) under the condition that the file is still the same
(If-Range). Answers are believed only as far as they agree with what was asked:

206  the range asked for, of a file of the same length   -> append
206  another range, another length, another version      -> throw away, begin again
200  the server ignores ranges, or the file has changed   -> begin again, from this very answer
416  nothing is left to send                              -> done if the length agrees, else begin again
408, 425, 429, 5xx, a broken or silent connection         -> try again after a while
anything else, a web page, another length than published  -> give up and say why

Attempts are bounded: after `Patience.fruitless` in a row without progress it gives up; what has arrived stays for the
next run.
"""

from __future__ import annotations

import itertools
import json
import re
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import requests
import urllib3

from voicedrill import __version__
from voicedrill.core.bilingual import Bilingual
from voicedrill.speech.disk import disk_error, file_sha256, space_error
from voicedrill.speech.download_faults import (
    BrokenError,
    broken,
    checksum_error,
    connection_broke,
    network_failure,
    public_url,
    refused,
    status_failure,
)

_CHUNK = 1 << 16
LARGEST = 8 << 30
"""Bytes. The largest Vosk models have 5 GB; a server that sends more than this without end is stopped."""

_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
"""First bytes of a zip, and of an empty one."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A file to fetch, and what is known about it beforehand."""

    url: str
    size: int | None = None
    sha256: str | None = None


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to go on over a bad line."""

    fruitless: int = 4
    """Attempts in a row without progress before giving up."""
    progress: int = 256 * 1024
    """Bytes that count as progress: at this size a large model still arrives over a line that drops every second,
    while a server that hands out crumbs can't keep us for ever."""
    waits: tuple[float, ...] = (0.0, 0.5, 1.5, 3.0)
    """Seconds before the next attempt, by the number of fruitless ones before; the last value goes on."""
    connect: float = 10.0
    """Seconds to wait for a connection."""
    silence: float = 30.0
    """Seconds without a byte after which a connection counts as broken."""


@dataclass(frozen=True, slots=True)
class Watcher:
    """Who is told how it goes."""

    begin: Callable[[Bilingual], None]
    """A step begins; `advance` counts it from nothing."""
    say: Callable[[Bilingual], None]
    """A remark in one line."""
    advance: Callable[[int, int | None], None]
    """Bytes there, and bytes in all where known."""


def download(wanted: Wanted, path: Path, watcher: Watcher, patience: Patience | None = None) -> str:
    """Fetch a zip into `path`, going on from what lies there; return its SHA-256.

    A resumed file of which the check sum is wrong is fetched once more from the beginning, as the part that lay there
    may have been the wrong one.

    Raises:
        ModelError: it cannot be fetched, or is not the file wanted; a wrong file is removed, a partial one is kept.
    """
    resumed = _size(path) > 0
    with requests.Session() as session:
        session.headers.update({"User-Agent": f"voicedrill/{__version__}", "Accept-Encoding": "identity"})
        fetch = _Fetch(session, wanted, path, watcher, patience or Patience())
        fetch.run()
        found = file_sha256(path)
        if resumed and wanted.sha256 not in (None, found):
            watcher.say(Bilingual("续传得到的文件校验不符，从头重新下载",
                                  "the resumed file is wrong: fetching it from the beginning"))
            discard_download(path)
            fetch.run()
            found = file_sha256(path)
    if wanted.sha256 not in (None, found):
        discard_download(path)
        raise checksum_error(public_url(wanted.url), str(wanted.sha256), found)
    return found


def discard_download(path: Path) -> None:
    """Remove what has arrived, and the note beside it."""
    path.unlink(missing_ok=True)
    _note(path).unlink(missing_ok=True)


class _Fetch:
    """One file on its way."""

    def __init__(
        self, session: requests.Session, wanted: Wanted, path: Path, watcher: Watcher, patience: Patience
    ) -> None:
        self._session = session
        self._wanted = wanted
        self._path = path
        self._watcher = watcher
        self._patience = patience

    def run(self) -> None:
        """Attempt until the file is there in full length.

        Raises:
            ModelError: there is no point in going on.
        """
        fruitless, best = 0, _size(self._path)
        while True:
            try:
                self._attempt()
                return
            except BrokenError as error:
                reason = error.reason
            except OSError as error:  # of the disk: those of the network have become BrokenError
                raise disk_error(self._path, error) from error
            here = _size(self._path)
            fruitless = 0 if here >= best + self._patience.progress else fruitless + 1
            best = max(best, here)
            if fruitless >= self._patience.fruitless:
                kept = _amount(here, "（已下载 {} MB，下次接着下）", " ({} MB are kept for next time)")
                raise refused(self._wanted.url, reason.zh + kept.zh, reason.en + kept.en)
            kept = _amount(here, "（已有 {} MB）", " ({} MB are here)")
            self._watcher.say(Bilingual(f"{reason.zh}，重试{kept.zh}", f"{reason.en}; trying again{kept.en}"))
            time.sleep(self._patience.waits[min(fruitless, len(self._patience.waits) - 1)])

    def _attempt(self) -> None:
        """Ask once for what is missing.

        Raises:
            BrokenError: the connection failed, or the answer is of no use.
            ModelError: asking again would bring the same.
            OSError: the disk failed.
        """
        size = _size(self._path)
        if self._wanted.size is not None and size > self._wanted.size:
            discard_download(self._path)
            size = 0
        if size and size == self._wanted.size:
            self._watcher.advance(size, size)
            return
        condition = self._condition() if size else None
        headers = {} if condition is None else {"Range": f"bytes={size}-", **condition}
        try:
            answer = self._session.get(self._wanted.url, headers=headers, stream=True,
                                       timeout=(self._patience.connect, self._patience.silence))
        except (requests.RequestException, urllib3.exceptions.HTTPError, UnicodeError) as error:
            raise network_failure(self._wanted.url, error) from error
        with answer:
            self._take(answer, 0 if condition is None else size)

    def _condition(self) -> dict[str, str] | None:
        """Headers under which the rest may be asked for; None: what is here can't be gone on from.

        Without a mark of the version, a file whose check sum is known may still be resumed, even from another
        address: a wrong mixture will be noticed.
        """
        note = _read_note(self._path)
        if note.get("url") == public_url(self._wanted.url) and note.get("version"):
            return {"If-Range": note["version"]}
        return {} if self._wanted.sha256 else None

    def _take(self, answer: requests.Response, asked_from: int) -> None:
        """Take the rest of the file, or all of it, from an answer to a request for bytes `asked_from` on."""
        self._check_route(answer)
        if answer.status_code == 416 and asked_from:
            if _unsatisfied_total(answer) != asked_from or self._wanted.size not in (None, asked_from):
                discard_download(self._path)
                raise broken("服务器不接受续传，从头下载", "the server refuses to go on from here")
            self._watcher.advance(asked_from, asked_from)
        elif answer.status_code == 206 and asked_from:
            self._write(answer, asked_from, self._check_range(answer, asked_from))
        elif answer.status_code == 200:
            if asked_from:
                self._watcher.say(Bilingual("服务器不支持续传，或文件已更新：从头下载",
                                            "the server does not go on from here, or the file has changed: "
                                            "fetching it from the beginning"))
            self._write(answer, 0, _length(answer))
        else:
            raise status_failure(self._wanted.url, answer)

    def _check_route(self, answer: requests.Response) -> None:
        """A file without a known check sum must not leave the secure connection on its way."""
        lost = answer.url.startswith("http:") and any(r.url.startswith("https:") for r in answer.history)
        if lost and self._wanted.sha256 is None:
            raise refused(self._wanted.url, f"被重定向到不安全的网址 {public_url(answer.url)}",
                          f"redirected to the insecure address {public_url(answer.url)}")

    def _check_range(self, answer: requests.Response, asked_from: int) -> int | None:
        """The length of the whole file, from a partial answer that is the one asked for."""
        match = re.fullmatch(r"bytes (\d+)-(\d+)/(\d+|\*)", answer.headers.get("Content-Range", "").strip())
        total = None if match is None or match[3] == "*" else int(match[3])
        other = _version(answer) not in (None, _read_note(self._path).get("version"))
        if (match is None or int(match[1]) != asked_from or (total is not None and total <= int(match[2]))
                or (other and self._wanted.sha256 is None)):
            discard_download(self._path)
            raise broken("服务器的续传答复有误，从头下载", "the server answered with another range than asked for")
        return total

    def _write(self, answer: requests.Response, size: int, total: int | None) -> None:
        """Write an answer to the file, which has `size` bytes so far and `total` in the end where known."""
        expected = self._wanted.size
        if expected is not None and total not in (None, expected):
            raise refused(self._wanted.url, f"文件大小不符：应为 {expected} 字节，服务器上是 {total} 字节",
                          f"{expected} bytes are expected, the server has {total}: it is another file")
        total, limit = expected or total, expected or LARGEST
        free = shutil.disk_usage(self._path.parent).free
        if total is not None and total - size > free:
            raise space_error(self._path.parent, total - size, free)
        chunks = self._chunks(answer)
        if size == 0:  # what was here before is given up only now that the right thing comes
            chunks = self._check_start(answer, chunks)
            discard_download(self._path)
            self._leave_note(answer)
        with self._path.open("ab") as file:
            for chunk in chunks:
                size += len(chunk)
                if size > limit:
                    break
                file.write(chunk)
                self._watcher.advance(size, total)
        if size > limit:
            discard_download(self._path)
            raise refused(self._wanted.url, f"服务器送来的内容超过 {limit} 字节", f"it is larger than {limit} bytes")
        if size < (total or 0):
            raise connection_broke()

    def _chunks(self, answer: requests.Response) -> Iterator[bytes]:
        try:
            yield from answer.raw.stream(_CHUNK, decode_content=False)
        except (requests.RequestException, urllib3.exceptions.HTTPError, OSError) as error:
            raise network_failure(self._wanted.url, error) from error

    def _check_start(self, answer: requests.Response, chunks: Iterator[bytes]) -> Iterator[bytes]:
        """The same chunks, once they are known to begin like a zip."""
        head = b""
        for chunk in chunks:
            head += chunk
            if len(head) >= len(_ZIP[0]):
                break
        if not head:
            raise connection_broke()
        if not head.startswith(_ZIP):
            if "html" in answer.headers.get("Content-Type", "").lower() or head.lstrip()[:1] == b"<":
                raise refused(self._wanted.url, "得到的是网页，不是 zip 文件（多半是上网登录页或代理的提示页）",
                              "a web page came instead of the zip (a login page of the network or proxy?)")
            raise refused(self._wanted.url, "得到的不是 zip 文件", "what came is not a zip file")
        return itertools.chain((head,), chunks)

    def _leave_note(self, answer: requests.Response) -> None:
        note = {"url": public_url(self._wanted.url), "version": _version(answer) or ""}
        _note(self._path).write_text(json.dumps(note), encoding="utf-8")


def _amount(size: int, zh: str, en: str) -> Bilingual:
    """How much has arrived, nothing if nothing has."""
    megabytes = f"{size / 1e6:.1f}"
    return Bilingual(zh.format(megabytes), en.format(megabytes)) if size else Bilingual("", "")


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def _note(path: Path) -> Path:
    return path.with_name(path.name + ".json")


def _read_note(path: Path) -> dict[str, str]:
    with suppress(OSError, ValueError):
        note = json.loads(_note(path).read_text(encoding="utf-8"))
        return {str(k): str(v) for k, v in note.items()} if isinstance(note, dict) else {}
    return {}


def _version(answer: requests.Response) -> str | None:
    """What marks this version of the file: a strong ETag, else the time of its last change (RFC 9110, 13.1.5)."""
    tag = answer.headers.get("ETag", "").strip()
    return tag if tag.startswith('"') else answer.headers.get("Last-Modified") or None


def _length(answer: requests.Response) -> int | None:
    length = answer.headers.get("Content-Length", "").strip()
    return int(length) if length.isdigit() else None


def _unsatisfied_total(answer: requests.Response) -> int | None:
    match = re.fullmatch(r"bytes \*/(\d+)", answer.headers.get("Content-Range", "").strip())
    return int(match[1]) if match else None
