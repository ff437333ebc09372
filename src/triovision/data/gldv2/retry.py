"""What is tried again, when, and how often."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from threading import Event
from typing import NamedTuple, TypeVar

from triovision.errors import DataError

__all__ = [
    "AttemptError",
    "FileError",
    "Patience",
    "StoppedError",
    "UnreachableError",
    "parse_retry_after",
    "persist",
    "wait_before",
]

T = TypeVar("T")

_LONGEST_WAIT_S = 60.0
# A server may ask for more patience than we would have; beyond this it is better to tell the user.
_LONGEST_ASKED_WAIT_S = 900.0
_PROGRESS_BYTES = 64 * 1024


class AttemptError(Exception):
    """One try failed, and another may not.

    Args:
        problem: Half a sentence.
        wait_s: What the server asked to wait, None where it said nothing.
        unreachable: Nobody answered at all.
    """

    def __init__(self, problem: str, *, wait_s: float | None = None, unreachable: bool = False) -> None:
        self.problem = problem
        self.wait_s = wait_s
        self.unreachable = unreachable
        super().__init__(problem)


class FileError(Exception):
    """One file cannot be had; the others may be."""


class UnreachableError(DataError):
    """No connection to the mirror: no file can be had."""


class StoppedError(Exception):
    """The user, or a failure elsewhere, ended the run."""


class Patience(NamedTuple):
    """How long one file is tried for.

    Attributes:
        retries: Tries after the first without the file growing.
        backoff_s: Wait before the second try.
        stop: Set when the run ends.
    """

    retries: int
    backoff_s: float
    stop: Event


def persist(action: Callable[[], T], patience: Patience, size_bytes: Callable[[], int] = lambda: 0) -> T:
    """Do something until it works, with growing waits.

    Tries are counted anew whenever the file has become larger than it ever was: a line that drops every few
    megabytes still ends, and one that never gets anywhere does too.

    Raises:
        FileError: If the tries are used up.
        UnreachableError: If the last of them found nobody.
        StoppedError: If the run ended meanwhile.
    """
    failures, largest = 0, size_bytes()
    while True:
        if patience.stop.is_set():
            raise StoppedError
        try:
            return action()
        except AttemptError as error:
            size = size_bytes()
            if size >= largest + _PROGRESS_BYTES:
                failures, largest = 0, size
            failures += 1
            if failures > patience.retries:
                raise _final(error, failures) from None
            wait_s = wait_before(failures, patience.backoff_s) if error.wait_s is None else error.wait_s
        if patience.stop.wait(wait_s):
            raise StoppedError


def _final(error: AttemptError, tries: int) -> Exception:
    if error.unreachable:
        return UnreachableError(error.problem)
    return FileError(f"{error.problem} (tried {tries} times)" if tries > 1 else error.problem)


def wait_before(failures: int, backoff_s: float) -> float:
    """Seconds to wait after so many failures: doubling, with jitter so that the jobs do not knock in step."""
    longest = min(_LONGEST_WAIT_S, backoff_s * 2.0 ** (failures - 1))
    return longest * random.uniform(0.5, 1.0)  # noqa: S311 - no secret


def parse_retry_after(value: str | None) -> float | None:
    """Seconds that a `Retry-After` header asks for, None if it says nothing that we understand."""
    if value is None:
        return None
    text = value.strip()
    if text.isascii() and text.isdigit():
        return min(float(text[:9]), _LONGEST_ASKED_WAIT_S)
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return min(max(0.0, (aware - datetime.now(UTC)).total_seconds()), _LONGEST_ASKED_WAIT_S)
