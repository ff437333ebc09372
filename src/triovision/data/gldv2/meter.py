"""Bytes, rate and time left, counted from several threads."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from threading import Lock
from typing import NamedTuple, Protocol

__all__ = ["DownloadListener", "Meter", "Progress", "format_bytes", "format_duration"]

_WINDOW_S = 30.0
_UNIT = 1000.0
_MINUTE_S, _HOUR_S = 60, 3600


class DownloadListener(Protocol):
    """Who is told how it goes."""

    def say(self, text: str) -> None:
        """Hear a sentence."""

    def watch(self, meter: Meter) -> None:
        """Look at this meter from now on, as often as is fit."""


class Progress(NamedTuple):
    """What a meter shows at one moment.

    Attributes:
        received_bytes: In this run.
        expected_bytes: In this run, as far as sizes are known.
        rate_bytes_s: Over the last half minute.
        left_s: Seconds to the end at this rate, None where nothing moves.
    """

    received_bytes: int
    expected_bytes: int
    rate_bytes_s: float
    left_s: float | None


class Meter:
    """Counts what comes in; safe to use from any thread."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = Lock()
        self._received: dict[str, int] = {}
        self._expected: dict[str, int] = {}
        self._recent: deque[tuple[float, int]] = deque([(clock(), 0)])
        self.resumed_bytes = 0

    def expect(self, path: str, remaining_bytes: int) -> None:
        """Say how much of a file is still to come, whatever was said before."""
        with self._lock:
            self._expected[path] = self._received.get(path, 0) + remaining_bytes

    def receive(self, path: str, count_bytes: int) -> None:
        """Count bytes of a file."""
        with self._lock:
            self._received[path] = self._received.get(path, 0) + count_bytes
            now, total = self._clock(), sum(self._received.values())
            if now - self._recent[-1][0] >= 0.1:  # noqa: PLR2004 - ten marks a second are enough
                self._recent.append((now, total))
            while self._recent[0][0] < now - _WINDOW_S and len(self._recent) > 1:
                self._recent.popleft()

    def resume(self, have_bytes: int) -> None:
        """Count bytes that an earlier try left and that need not come again."""
        with self._lock:
            self.resumed_bytes += have_bytes

    def read(self) -> Progress:
        """Where the run stands."""
        with self._lock:
            received, expected = sum(self._received.values()), sum(self._expected.values())
            began, before = self._recent[0]
        seconds = self._clock() - began
        rate = (received - before) / seconds if seconds > 0 else 0.0
        left = max(0, expected - received) / rate if rate > 0 else None
        return Progress(received, max(expected, received), rate, left)


def format_bytes(count: float) -> str:
    """Decimal units, three digits: `1.27 GB`."""
    for unit in ("B", "kB", "MB", "GB", "TB"):
        if count < 999.5 or unit == "TB":  # noqa: PLR2004 - it would round to 1000
            break
        count /= _UNIT
    return f"{count:.0f} {unit}" if unit == "B" else f"{count:.3g} {unit}"


def format_duration(seconds: float | None) -> str:
    """`3 h 05 min`, `12 min`, `40 s`; `unknown` for None."""
    if seconds is None:
        return "unknown"
    whole = round(seconds)
    if whole >= _HOUR_S:
        return f"{whole // _HOUR_S} h {whole % _HOUR_S // _MINUTE_S:02d} min"
    return f"{whole // _MINUTE_S} min" if whole >= _MINUTE_S else f"{whole} s"
