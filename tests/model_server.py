"""A real HTTP server for downloads that behaves as badly as told, one request at a time."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class ModelServer:
    """Serves one file under every address, resumably; `faults` are spent on the next requests, one each.

    A fault is called with the request's handler and answers in the server's place; it returns False to let the
    server answer after all.
    """

    def __init__(self, content: bytes) -> None:
        self.content = content
        self.etag: str | None = '"v1"'
        self.faults: list[Callable[[Handler], bool]] = []
        self.always: Callable[[Handler], bool] | None = None
        self.requests: list[tuple[str, dict[str, str]]] = []
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._server.owner = self  # type: ignore[attr-defined]
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02})

    def __enter__(self) -> ModelServer:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def site(self) -> str:
        """Address to be used as a mirror."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    @property
    def ranges(self) -> list[str | None]:
        """The ranges asked for, in order."""
        return [headers.get("range") for _, headers in self.requests]


class Handler(BaseHTTPRequestHandler):
    """One request."""

    protocol_version = "HTTP/1.1"

    @property
    def owner(self) -> ModelServer:
        return self.server.owner  # type: ignore[attr-defined]

    def do_GET(self) -> None:
        self.owner.requests.append((self.path, {k.lower(): v for k, v in self.headers.items()}))
        self.close_connection = True
        fault = self.owner.faults.pop(0) if self.owner.faults else self.owner.always
        if fault is None or not fault(self):
            self.serve()

    def serve(self) -> None:
        """The right answer."""
        content, start = self.owner.content, self.start()
        if start is None:
            self.answer(200, content)
        elif start >= len(content):
            self.answer(416, b"", {"Content-Range": f"bytes */{len(content)}"})
        else:
            self.answer(206, content[start:], {"Content-Range": f"bytes {start}-{len(content) - 1}/{len(content)}"})

    def start(self) -> int | None:
        """First byte asked for, None: the whole file, as a range is not asked for or its condition fails."""
        match = re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range", ""))
        if not match or self.headers.get("If-Range", self.owner.etag) != self.owner.etag:
            return None
        return int(match[1])

    def answer(self, status: int, body: bytes, headers: dict[str, str] | None = None) -> None:
        """Send an answer; headers given replace those that would be sent."""
        all_headers = {"Content-Length": str(len(body)), "Content-Type": "application/zip", "Connection": "close"}
        if self.owner.etag:
            all_headers["ETag"] = self.owner.etag
        self.send_response(status)
        for name, value in {**all_headers, **(headers or {})}.items():
            if value:
                self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Nothing."""


# ------------------------------------------------------------ faults


def drop_after(count: int) -> Callable[[Handler], bool]:
    """Send the right answer's head and so many bytes of its body, then break the connection."""

    def fault(handler: Handler) -> bool:
        content, start = handler.owner.content, handler.start() or 0
        rest = content[start:]
        status = 206 if handler.start() is not None else 200
        headers = {"Content-Length": str(len(rest))}
        if status == 206:
            headers["Content-Range"] = f"bytes {start}-{len(content) - 1}/{len(content)}"
        handler.answer(status, rest[:count], headers)
        return True

    return fault


def ignore_range(handler: Handler) -> bool:
    """The whole file, whatever was asked for."""
    handler.answer(200, handler.owner.content, {"Accept-Ranges": "none"})
    return True


def status(code: int) -> Callable[[Handler], bool]:
    """Nothing but a status."""

    def fault(handler: Handler) -> bool:
        handler.answer(code, b"")
        return True

    return fault


def send(body: bytes, code: int = 200, **headers: str) -> Callable[[Handler], bool]:
    """Any answer."""

    def fault(handler: Handler) -> bool:
        handler.answer(code, body, {name.replace("_", "-"): value for name, value in headers.items()})
        return True

    return fault


def redirect(times: int, to: str = "/elsewhere.zip") -> Callable[[Handler], bool]:
    """Lead on so many times, then answer."""

    def fault(handler: Handler) -> bool:
        hops = len(re.findall("/hop", handler.path))
        if hops >= times:
            return False
        handler.answer(302, b"", {"Location": "/hop" * (hops + 1) + to})
        return True

    return fault
