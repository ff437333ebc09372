"""One address -> one file, going on where it stopped.

A file grows as `<name>.part`. Beside it `<name>.part.json` keeps what the server said about it (ETag, Last-Modified,
size), so that a later run asks for the rest of the same file and not of another one. The order of the writes makes
every moment a safe one to be killed at: the part is emptied before its facts change, and the facts are on the disk
before its first byte.
"""

from __future__ import annotations

import errno
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from triovision.data.files import json_text, read_json, write_atomic
from triovision.data.gldv2.meter import Meter
from triovision.data.gldv2.options import DownloadOptions
from triovision.data.gldv2.retry import (
    AttemptError,
    FileError,
    Patience,
    StoppedError,
    parse_retry_after,
    persist,
)
from triovision.errors import DataError, MissingExtraError

if TYPE_CHECKING:
    import httpx

__all__ = ["PART_SUFFIX", "Transfer", "open_client", "part_of", "remove_part"]

PART_SUFFIX = ".part"
_TOLD_TO_WAIT = frozenset({408, 425, 429, 500, 502, 503, 504})
_RANGE_NOT_SATISFIABLE = 416
_PARTIAL_CONTENT = 206
_OK = 200
_DIGITS = 18  # of an exabyte
_CONTENT_RANGE = re.compile(r"bytes (?:(\d+)-(\d+)|\*)/(\d+|\*)")


def open_client(options: DownloadOptions) -> httpx.Client:
    """An HTTP client for all jobs.

    Raises:
        MissingExtraError: If httpx is not installed.
    """
    try:
        module = import_module("httpx")
    except ImportError:
        raise MissingExtraError("httpx", "train") from None
    from triovision import __version__  # noqa: PLC0415

    client: httpx.Client = module.Client(
        timeout=options.timeout_s,
        follow_redirects=True,
        limits=module.Limits(max_connections=options.jobs, max_keepalive_connections=options.jobs),
        headers={"User-Agent": f"triovision/{__version__}", "Accept-Encoding": "identity"},
    )
    return client


def part_of(target: Path) -> Path:
    """The unfinished file beside a finished one."""
    return target.with_name(f"{target.name}{PART_SUFFIX}")


def remove_part(part: Path) -> None:
    """Remove an unfinished file and what is known of it."""
    part.unlink(missing_ok=True)
    _facts_path(part).unlink(missing_ok=True)


class Transfer:
    """Fetches files below the base address, from any thread.

    Args:
        client: From `open_client`.
        options: Address and patience.
        patience: When to give up.
        meter: Counts the bytes.
    """

    def __init__(self, client: httpx.Client, options: DownloadOptions, patience: Patience, meter: Meter) -> None:
        self._client = client
        self._options = options
        self._patience = patience
        self._meter = meter

    def read_size_bytes(self, path: str) -> int | None:
        """Size of a file on the mirror, None where the mirror does not tell.

        Raises:
            UnreachableError: If there is no mirror.
        """
        # The first contact is not worth half a minute of patience: a wrong address is to be said at once.
        patience = self._patience._replace(retries=min(2, self._patience.retries))

        def ask() -> int | None:
            with self._translated():
                response = self._client.head(self._options.url(path))
                _check_status(response)
                return _number(response.headers.get("content-length"))

        try:
            return persist(ask, patience)
        except FileError:
            return None

    def read_text(self, path: str, limit_bytes: int) -> str:
        """A small file as text.

        Raises:
            FileError: If it cannot be had, or is not small.
            UnreachableError: If there is no mirror.
        """

        def ask() -> str:
            content = bytearray()
            with self._translated(), self._client.stream("GET", self._options.url(path)) as response:
                _check_status(response)
                for piece in response.iter_raw():
                    content.extend(piece)
                    if len(content) > limit_bytes:
                        raise FileError(f"is larger than {limit_bytes} bytes")
            return content.decode("utf-8", "replace")

        return persist(ask, self._patience)

    def fetch(self, path: str, part: Path, *, checked: bool) -> None:
        """Make a whole file of a part, or of nothing.

        Args:
            path: Below the base address.
            part: Where the bytes go; whole when this returns, but neither checked nor renamed.
            checked: Its checksum is known, so a part may be completed even where the server gives no ETag.

        Raises:
            FileError: If it cannot be had.
            UnreachableError: If there is no mirror.
            StoppedError: If the run ended.
        """
        part.parent.mkdir(parents=True, exist_ok=True)
        persist(lambda: self._attempt(path, part, checked=checked), self._patience, lambda: _size_bytes(part))

    def _attempt(self, path: str, part: Path, *, checked: bool) -> None:
        have = _size_bytes(part)
        facts = _read_facts(part)
        if have and have == facts.get("bytes"):
            self._meter.resume(have)
            return
        validator = _sendable(facts.get("etag")) or _sendable(facts.get("last_modified"))
        headers: dict[str, str] = {}
        if have and (validator or checked):
            headers = {"Range": f"bytes={have}-", **({"If-Range": validator} if validator else {})}
        with (
            self._translated(),
            self._client.stream("GET", self._options.url(path), headers=headers) as response,
        ):
            if response.status_code == _RANGE_NOT_SATISFIABLE and headers:
                _settle_beyond_the_end(response, part, have)
                self._meter.resume(have)
                return
            _check_status(response)
            start = _start(response, part, have if headers else None, facts)
            if start == 0:
                _begin(response, part)
            else:
                self._meter.resume(start)
            self._receive(path, response, part)
        total = _read_facts(part).get("bytes")
        if total is not None and _size_bytes(part) != total:
            raise AttemptError(f"ended after {_size_bytes(part)} of {total} bytes")

    def _receive(self, path: str, response: httpx.Response, part: Path) -> None:
        remaining = _number(response.headers.get("content-length"))
        if remaining is not None:
            self._meter.expect(path, remaining)
        # Unbuffered: what has arrived is in the file, and a kill loses none of it.
        with part.open("ab", buffering=0) as file:
            for piece in response.iter_raw():
                if self._patience.stop.is_set():
                    raise StoppedError
                _write_all(file, piece)
                self._meter.receive(path, len(piece))

    @contextmanager
    def _translated(self) -> Iterator[None]:
        import httpx  # noqa: PLC0415 - `open_client` has made sure of it

        host = httpx.URL(self._options.base_url).host
        try:
            yield
        except (httpx.UnsupportedProtocol, httpx.TooManyRedirects, httpx.InvalidURL) as error:
            raise FileError(f"the mirror redirects to nowhere ({error})") from None
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.ProxyError) as error:
            raise AttemptError(
                f"{host}: cannot be reached ({_words(error)}); check the network, or name a mirror with --base-url, "
                "and run the same command again",
                unreachable=True,
            ) from None
        except httpx.TimeoutException:
            raise AttemptError(f"the server fell silent for {self._options.timeout_s:g} s") from None
        except httpx.RequestError as error:
            raise AttemptError(f"the connection broke ({_words(error)})") from None
        except OSError as error:
            if error.errno in {errno.ENOSPC, errno.EDQUOT}:
                raise DataError("the disk is full; make room and run the same command again") from None
            raise DataError(f"a file cannot be written ({error.strerror or error}); mend that and run again") from None


def _check_status(response: httpx.Response) -> None:
    status = response.status_code
    if status in _TOLD_TO_WAIT:
        raise AttemptError(
            f"the server answers {status} {response.reason_phrase}".rstrip(),
            wait_s=parse_retry_after(response.headers.get("retry-after")),
        )
    if status not in {_OK, _PARTIAL_CONTENT}:
        raise FileError(f"the server answers {status} {response.reason_phrase}".rstrip())
    encoding = response.headers.get("content-encoding", "identity")
    if encoding != "identity":
        raise FileError(f"the server sends it as {encoding[:20]!r}, though it was asked not to")


def _start(response: httpx.Response, part: Path, asked: int | None, facts: dict[str, Any]) -> int:
    """At which byte the answer begins; 0 where the server ignored the range, or the file has changed."""
    if response.status_code == _OK:
        return 0
    match = _CONTENT_RANGE.fullmatch(response.headers.get("content-range", ""))
    total = _number(match[3]) if match else None
    fits = match and match[1] is not None and asked == _number(match[1]) and (facts.get("bytes") or total) == total
    if asked is None or not fits:
        remove_part(part)
        raise AttemptError("the server answers with another range than it was asked for", wait_s=0.0)
    return asked


def _settle_beyond_the_end(response: httpx.Response, part: Path, have: int) -> None:
    match = _CONTENT_RANGE.fullmatch(response.headers.get("content-range", ""))
    if match and match[3] == str(have):
        return
    remove_part(part)
    raise AttemptError("the file on the server is shorter than the part here", wait_s=0.0)


def _begin(response: httpx.Response, part: Path) -> None:
    with part.open("wb"):
        pass
    etag = response.headers.get("etag")
    facts = {
        "bytes": _number(response.headers.get("content-length")),
        # A weak ETag does not promise the same bytes, and servers ignore it in If-Range.
        "etag": None if etag is None or etag.startswith("W/") else _sendable(etag),
        "last_modified": _sendable(response.headers.get("last-modified")),
    }
    write_atomic(_facts_path(part), json_text(facts))


def _sendable(value: object) -> str | None:
    # A header may come in Latin-1, but httpx sends ASCII only.
    return value if isinstance(value, str) and value.isascii() and value.isprintable() else None


def _read_facts(part: Path) -> dict[str, Any]:
    content = read_json(_facts_path(part))
    return content if isinstance(content, dict) else {}


def _facts_path(part: Path) -> Path:
    return part.with_name(f"{part.name}.json")


def _size_bytes(part: Path) -> int:
    try:
        return part.stat().st_size
    except FileNotFoundError:
        return 0


def _write_all(file: Any, piece: bytes) -> None:
    view = memoryview(piece)
    while view:
        view = view[os.write(file.fileno(), view) :]


def _number(text: str | None) -> int | None:
    return int(text) if text is not None and text.isascii() and text.isdigit() and len(text) <= _DIGITS else None


def _words(error: Exception) -> str:
    return str(error).splitlines()[0][:160] if str(error) else type(error).__name__
