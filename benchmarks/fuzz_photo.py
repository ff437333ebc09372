"""Claim: no file, however broken, gets anything but a photo or a `PhotoError` out of the photo reader.

    python benchmarks/fuzz_photo.py --count 10000 --seed 0

Every mutated photo is read in full, at reduced scale and for its metadata alone, in a child process. Exits 1 and
keeps the photo if anything else escapes, the child crashes, takes more than five seconds or grows beyond the bound.
"""

from __future__ import annotations

import argparse
import multiprocessing
import random
import sys
import time
import warnings
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path

from machine import write_result
from photo_mutations import make_seeds, mutate
from triovision.errors import PhotoError
from triovision.photo import PhotoLimits, read_metadata, read_photo

_WATCHDOG_S = 5.0
_LIMITS = PhotoLimits(max_pixels=16_000_000)
# A decoder holds a photo about three times: its own planes, Pillow's four bytes a pixel, our three.
_MAX_GROWTH_MIB = 64 + 16 * _LIMITS.max_pixels // 2**20
_ADDRESS_SPACE_BYTES = 8 * 2**30
_SHORT_SIDE_PX = 16


@dataclass
class Summary:
    """What came out of a run."""

    outcomes: Counter[str] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)
    slowest_s: float = 0.0
    largest_growth_mib: float = 0.0


def main() -> int:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--count", type=int, default=10_000, help="how many mutated photos")
    parser.add_argument("--seed", type=int, default=0, help="the same seed gives the same photos")
    parser.add_argument("--keep", type=Path, default=Path("fuzz-failures"), help="where offending photos go")
    options = parser.parse_args()
    started = time.monotonic()
    summary = run(options.count, options.seed, options.keep)
    print_summary(summary)
    path = write_result(
        "fuzz_photo",
        {
            "count": options.count,
            "seed": options.seed,
            "seconds": round(time.monotonic() - started, 1),
            "outcomes": dict(sorted(summary.outcomes.items())),
            "slowest_s": round(summary.slowest_s, 3),
            "largest_growth_mib": round(summary.largest_growth_mib, 1),
            "bounds": {"seconds": _WATCHDOG_S, "growth_mib": _MAX_GROWTH_MIB, "pixels": _LIMITS.max_pixels},
            "failures": summary.failures,
        },
    )
    print(f"written to {path}")
    return 1 if summary.failures else 0


def make_photos(count: int, seed: int) -> Iterator[tuple[str, bytes]]:
    """Mutated photos with the name of their seed; every hundredth is a seed as it is."""
    rng = random.Random(seed)  # noqa: S311 - repeatable on purpose
    seeds = make_seeds()
    names = sorted(seeds)
    for i in range(count):
        name = names[i % len(names)]
        data = seeds[name]
        yield name, data if i % 100 == 0 else mutate(data, seeds[rng.choice(names)], rng)


def read_all_ways(data: bytes) -> str:
    """Read a photo in every way; the outcome is `photo` or the name of the error."""
    outcome = "photo"
    for read in (
        lambda: read_photo(data, limits=_LIMITS),
        lambda: read_photo(data, short_side_px=_SHORT_SIDE_PX, limits=_LIMITS),
        lambda: read_metadata(data, limits=_LIMITS),
    ):
        try:
            read()
        except PhotoError as error:
            if "\n" in str(error):
                raise AssertionError("a message of more than one line") from error
            outcome = type(error).__name__ if outcome == "photo" else outcome
    return outcome


def run(count: int, seed: int, keep: Path) -> Summary:
    """Read `count` mutated photos in child processes.

    Args:
        count: How many.
        seed: Of the mutations.
        keep: Folder for offending photos, made when there is one.
    """
    summary = Summary()
    child = _Child()
    for i, (name, data) in enumerate(make_photos(count, seed)):
        outcome, seconds, growth_mib = child.read(data)
        summary.slowest_s = max(summary.slowest_s, seconds)
        summary.largest_growth_mib = max(summary.largest_growth_mib, growth_mib)
        if growth_mib > _MAX_GROWTH_MIB:
            outcome = f"escaped: grew by {growth_mib:.0f} MiB"
        summary.outcomes[outcome.partition(":")[0]] += 1
        if outcome.startswith("escaped"):
            keep.mkdir(parents=True, exist_ok=True)
            path = keep / f"{seed}-{i}-{name}.bin"
            path.write_bytes(data)
            summary.failures.append(f"{path.name} {outcome}")
    child.stop()
    return summary


class _Child:
    """A process that reads photos; replaced when it crashes or hangs."""

    def __init__(self) -> None:
        self._start()

    def _start(self) -> None:
        context = multiprocessing.get_context("spawn")
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(theirs,), daemon=True)
        self._process.start()
        theirs.close()
        self._pipe.recv()

    def stop(self) -> None:
        self._process.kill()
        self._process.join()
        self._pipe.close()

    def read(self, data: bytes) -> tuple[str, float, float]:
        started = time.monotonic()
        self._pipe.send_bytes(data or b"")
        try:
            if self._pipe.poll(_WATCHDOG_S):
                outcome, growth_mib = self._pipe.recv()
                return outcome, time.monotonic() - started, growth_mib
            outcome = "escaped: hang"
        except (EOFError, ConnectionError):
            self._process.join()
            outcome = f"escaped: crash with exit code {self._process.exitcode}"
        self.stop()
        self._start()
        return outcome, time.monotonic() - started, 0.0


def _serve(pipe: Connection) -> None:
    """Body of the child: bytes in, outcome and growth of memory out."""
    _limit_memory()
    leaked: list[str] = []
    # Recorded, not raised: a raised warning would only look like one more decoder error.
    warnings.simplefilter("always")
    warnings.showwarning = lambda message, *_args, **_options: leaked.append(str(message))
    pipe.send("ready")
    while True:
        data = pipe.recv_bytes()
        before_mib = _reset_peak()
        try:
            outcome = read_all_ways(data)
        except BaseException as error:  # noqa: BLE001 - to catch what must not come is the point
            outcome = f"escaped: {type(error).__name__}: {error}"
        if leaked:
            outcome = f"escaped: warning: {leaked.pop()}"
            leaked.clear()
        pipe.send((outcome, _memory_mib("VmHWM") - before_mib))


def _limit_memory() -> None:
    if sys.platform == "linux":
        import resource  # noqa: PLC0415 - not on Windows

        resource.setrlimit(resource.RLIMIT_AS, (_ADDRESS_SPACE_BYTES, _ADDRESS_SPACE_BYTES))


def _reset_peak() -> float:
    """Let the kernel's record of peak memory start anew; returns the memory in use."""
    try:
        Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    except OSError:
        return _memory_mib("VmHWM")
    return _memory_mib("VmRSS")


def _memory_mib(entry: str) -> float:
    try:
        lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith(entry)), 0.0)


def print_summary(summary: Summary) -> None:
    """A table for a person."""
    for outcome, number in summary.outcomes.most_common():
        print(f"{number:>8}  {outcome}")
    print(f"slowest {summary.slowest_s:.2f} s, largest growth {summary.largest_growth_mib:.0f} MiB")
    for failure in summary.failures:
        print(f"FAILED  {failure}")


if __name__ == "__main__":
    sys.exit(main())
