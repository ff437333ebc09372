"""A real HTTP server on the loopback that serves a folder, badly where it is told to.

Run: `python benchmarks/gldv2_server.py DIR --port 8765`, then
`triovision data download gldv2 --base-url http://127.0.0.1:8765 ...`.
"""

from __future__ import annotations

import argparse
import email.utils
import io
import re
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Lock, Thread
from types import TracebackType
from typing import IO, Self

PIECE_BYTES = 16 * 1024
RANGE = re.compile(r"bytes=(\d+)-(\d*)")


@dataclass(frozen=True)
class Fault:
    """What goes wrong with one request.

    Attributes:
        kind: `drop` (the connection breaks after so many body bytes), `status`, `ignore_range`, `stall` (silence
            after so many body bytes), `corrupt` (one byte differs), `wrong_range` (a range that was not asked for),
            `gzip` (claims an encoding), `html` (a login page), `change` (another ETag), `redirect` (to nowhere).
        after_bytes: For `drop` and `stall`.
        status: For `status`.
        retry_after: Header for `status`.
        seconds: For `stall`.
        method: Requests that it hits.
    """

    kind: str
    after_bytes: int = 0
    status: int = 503
    retry_after: str | None = None
    seconds: float = 0.0
    method: str = "GET"


@dataclass(frozen=True)
class Request:
    """One request as the server saw it, and how many body bytes it sent."""

    method: str
    path: str
    start: int
    if_range: str | None
    sent_bytes: int


@dataclass
class Behaviour:
    """How a server behaves.

    Attributes:
        faults: By path without its leading slash; each request uses up one, from the first. `always` never ends.
        always: By path.
        ranges: Whether ranges are understood.
        validators: Which of `etag`, `weak_etag`, `odd_etag`, `last_modified` are sent.
        lengths: Whether sizes are sent.
        rate_bytes_s: Per connection, None for full speed.
    """

    faults: dict[str, list[Fault]] = field(default_factory=dict)
    always: dict[str, Fault] = field(default_factory=dict)
    ranges: bool = True
    validators: tuple[str, ...] = ("etag", "last_modified")
    lengths: bool = True
    rate_bytes_s: float | None = None


class MirrorServer:
    """Serves a folder while used as a context.

    Args:
        folder: The mirror.
        behaviour: Its faults; may be changed at any time.
        port: 0 for a free one.
    """

    def __init__(self, folder: Path, behaviour: Behaviour | None = None, port: int = 0) -> None:
        self.folder = folder
        self.behaviour = behaviour or Behaviour()
        self.requests: list[Request] = []
        self.closing = Event()
        self._lock = Lock()
        self._server = _Server(("127.0.0.1", port), _make_handler(self))
        self._thread = Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)

    @property
    def url(self) -> str:
        """Base address."""
        return f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.closing.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def wait(self) -> None:
        """Serve until the process is interrupted."""
        self._thread.join()

    def take_fault(self, method: str, path: str) -> Fault | None:
        """The fault that this request meets."""
        with self._lock:
            waiting = self.behaviour.faults.get(path, [])
            if waiting and waiting[0].method == method:
                return waiting.pop(0)
            always = self.behaviour.always.get(path)
            return always if always and always.method == method else None

    def note(self, request: Request) -> None:
        """Remember a request."""
        with self._lock:
            self.requests.append(request)

    def sent_bytes(self, path: str) -> int:
        """Body bytes of a path, over all requests."""
        return sum(request.sent_bytes for request in self.requests if request.path == path)

    def gets(self, path: str) -> list[Request]:
        """Requests for the body of a path, in order of their end."""
        return [request for request in self.requests if request.path == path and request.method == "GET"]


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 64

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing: clients of this server are killed on purpose."""


def _make_handler(mirror: MirrorServer) -> Callable[..., BaseHTTPRequestHandler]:
    class Handler(_Handler):
        server_mirror = mirror

    return Handler


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # headers and body are two writes; else each answer takes 40 ms
    server_mirror: MirrorServer

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
        """Say nothing."""

    def do_HEAD(self) -> None:
        """Answer with headers."""
        self._answer()

    def do_GET(self) -> None:
        """Answer with a body."""
        self._answer()

    def _answer(self) -> None:
        path = self.path.lstrip("/")
        fault = self.server_mirror.take_fault(self.command, path)
        kind = fault.kind if fault else ""
        file = self.server_mirror.folder / path
        if fault and kind == "status":
            return self._refuse(path, fault.status, fault.retry_after)
        if not file.is_file():
            return self._refuse(path, 404, None)
        if kind == "redirect":
            return self._refuse(path, 302, None, location="ftp://127.0.0.1/nowhere")
        with self._open(file, kind) as body:
            size = body.seek(0, io.SEEK_END)
            modified_s = file.stat().st_mtime
            etag = f'"{size:x}-{int(modified_s):x}{"-changed" if kind == "change" else ""}"'
            start = self._start(etag, email.utils.formatdate(modified_s, usegmt=True), kind)
            if start is not None and start >= size:
                return self._refuse(path, 416, None, content_range=f"bytes */{size}")
            if kind == "wrong_range" and start:
                start -= 1
            self.send_response(200 if start is None else 206)
            self._send_headers(size, start, etag, modified_s, gzip=kind == "gzip")
            return self._send_body(path, body, start or 0, fault)

    def _open(self, file: Path, kind: str) -> IO[bytes]:
        if kind == "html":
            return io.BytesIO(b"<html><body>Log in</body></html>")
        if kind == "corrupt":
            content = file.read_bytes()
            return io.BytesIO(content[:-1] + bytes([content[-1] ^ 0xFF]))
        return file.open("rb")

    def _start(self, etag: str, modified: str, kind: str) -> int | None:
        match = RANGE.fullmatch(self.headers.get("Range", ""))
        if match is None or not self.server_mirror.behaviour.ranges or kind == "ignore_range":
            return None
        condition = self.headers.get("If-Range")
        return int(match[1]) if condition in {None, etag, modified} else None

    def _send_headers(self, size: int, start: int | None, etag: str, modified_s: float, *, gzip: bool) -> None:
        behaviour = self.server_mirror.behaviour
        if "etag" in behaviour.validators:
            self.send_header("ETag", etag)
        if "weak_etag" in behaviour.validators:
            self.send_header("ETag", f"W/{etag}")
        if "odd_etag" in behaviour.validators:
            self.send_header("ETag", '"\xe9tag"')
        if "last_modified" in behaviour.validators:
            self.send_header("Last-Modified", email.utils.formatdate(modified_s, usegmt=True))
        if gzip:
            self.send_header("Content-Encoding", "gzip")
        if start is not None:
            self.send_header("Content-Range", f"bytes {start}-{size - 1}/{size}")
        if behaviour.lengths:
            self.send_header("Content-Length", str(size - (start or 0)))
        else:
            self.send_header("Connection", "close")
        self.end_headers()

    def _send_body(self, path: str, body: IO[bytes], start: int, fault: Fault | None) -> None:
        sent = 0
        body.seek(start)
        breaks = fault is not None and fault.kind in {"drop", "stall"}
        left = fault.after_bytes if fault and breaks else None
        try:
            while self.command == "GET" and (
                piece := body.read(PIECE_BYTES if left is None else min(PIECE_BYTES, left - sent))
            ):
                self.wfile.write(piece)
                sent += len(piece)
                self._pace(len(piece))
            if fault and breaks:
                self.server_mirror.closing.wait(fault.seconds)
                self.close_connection = True
                self.connection.shutdown(socket.SHUT_RDWR)
        finally:
            self._note(path, start, sent)

    def _pace(self, count_bytes: int) -> None:
        rate = self.server_mirror.behaviour.rate_bytes_s
        if rate:
            time.sleep(count_bytes / rate)

    def _refuse(
        self,
        path: str,
        status: int,
        retry_after: str | None,
        *,
        content_range: str | None = None,
        location: str | None = None,
    ) -> None:
        self._note(path, 0, 0)
        self.send_response(status)
        named = {"Retry-After": retry_after, "Content-Range": content_range, "Location": location}
        for name, value in named.items():
            if value is not None:
                self.send_header(name, value)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _note(self, path: str, start: int, sent_bytes: int) -> None:
        self.server_mirror.note(Request(self.command, path, start, self.headers.get("If-Range"), sent_bytes))


def main() -> None:
    """Serve a folder until interrupted."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--port", type=int, default=8765)
    given = parser.parse_args()
    with MirrorServer(given.folder, port=given.port) as server:
        print(server.url, flush=True)
        try:
            server.wait()
        except KeyboardInterrupt:
            return


if __name__ == "__main__":
    main()
