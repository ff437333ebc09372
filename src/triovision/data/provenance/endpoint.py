"""One question to a SPARQL endpoint, and what its answer means."""

from __future__ import annotations

from importlib import import_module
from types import TracebackType
from typing import TYPE_CHECKING, Self

from triovision.data.gldv2.retry import AttemptError, parse_retry_after
from triovision.errors import MissingExtraError

if TYPE_CHECKING:
    import httpx

__all__ = ["Endpoint", "QueryTimeoutError", "RefusedError"]

_OK = 200
_BUSY = frozenset({408, 425, 429, 502, 503})
_GATEWAY_TIMEOUT = 504
_SERVER_ERROR = 500
_REFUSED = {400: "does not understand the query", 401: "asks for a login", 403: "refuses us", 404: "is not there"}
_LARGEST_ANSWER_BYTES = 256 << 20
_MOST_WORDS = 120
_HOME = "https://github.com/triovision/triovision"


class QueryTimeoutError(Exception):
    """The query took the endpoint too long; a smaller one may not."""


class RefusedError(Exception):
    """The endpoint will not answer, however often it is asked."""


class Endpoint:
    """An open connection to an endpoint; use it as a context manager.

    Args:
        address: Of the endpoint.
        timeout_s: Seconds of silence after which a query is given up.

    Raises:
        MissingExtraError: If httpx is not installed.
    """

    def __init__(self, address: str, timeout_s: float) -> None:
        try:
            self._httpx = import_module("httpx")
        except ImportError:
            raise MissingExtraError("httpx", "train") from None
        from triovision import __version__  # noqa: PLC0415

        self._address = address
        self._timeout_s = timeout_s
        agent = f"triovision/{__version__} ({_HOME}) httpx/{self._httpx.__version__}"
        self._client: httpx.Client = self._httpx.Client(
            timeout=timeout_s,
            follow_redirects=True,
            headers={"User-Agent": agent, "Accept": "application/sparql-results+json"},
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._client.close()

    def ask(self, query: str) -> bytes:
        """The answer's body.

        Raises:
            AttemptError: If asking again may help.
            QueryTimeoutError: If the query is too large.
            RefusedError: If asking again is of no use.
        """
        httpx = self._httpx
        try:
            with self._client.stream("POST", self._address, data={"query": query}) as response:
                body = _read(response)
                _check(response, body)
                return body
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.ProxyError) as error:
            raise AttemptError(_words(str(error)), unreachable=True) from None
        except (httpx.UnsupportedProtocol, httpx.TooManyRedirects, httpx.InvalidURL) as error:
            raise RefusedError(f"redirects to nowhere ({_words(str(error))})") from None
        except httpx.TimeoutException:
            raise QueryTimeoutError(f"does not answer within {self._timeout_s:g} s") from None
        except httpx.RequestError as error:
            raise AttemptError(f"the connection broke ({_words(str(error)) or type(error).__name__})") from None


def _read(response: httpx.Response) -> bytes:
    body = bytearray()
    for piece in response.iter_bytes():
        body.extend(piece)
        if len(body) > _LARGEST_ANSWER_BYTES:
            raise QueryTimeoutError("sends an answer without end")
    return bytes(body)


def _check(response: httpx.Response, body: bytes) -> None:
    status = response.status_code
    answered = f"answers {status} {response.reason_phrase}".rstrip()
    if status in _BUSY:
        raise AttemptError(answered, wait_s=parse_retry_after(response.headers.get("retry-after")))
    # The public endpoint says "java.util.concurrent.TimeoutException" with status 500.
    if status == _GATEWAY_TIMEOUT or (status >= _SERVER_ERROR and b"timeout" in body.lower()):
        raise QueryTimeoutError(f"{answered}: the query takes too long")
    if status >= _SERVER_ERROR:
        raise AttemptError(answered)
    if status != _OK:
        detail = _words(body.decode("utf-8", "replace"))
        raise RefusedError(f"{_REFUSED.get(status, 'does not answer')} ({status}{f': {detail}' if detail else ''})")


def _words(text: str) -> str:
    return " ".join(text.split())[:_MOST_WORDS]
