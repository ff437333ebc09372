"""Sizes before anything is fetched, and the room on the disk."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from pathlib import Path
from threading import Event
from typing import NamedTuple

from triovision.data.gldv2.meter import format_bytes
from triovision.data.gldv2.transfer import Transfer, part_of
from triovision.data.gldv2.workers import run_jobs
from triovision.errors import DataError

__all__ = ["Need", "check_space", "measure_need"]


class Need(NamedTuple):
    """What is still to come.

    Attributes:
        remaining_bytes: By path; what lies in parts is taken off.
        unknown: Paths whose size the mirror does not tell.
    """

    remaining_bytes: dict[str, int]
    unknown: tuple[str, ...]

    @property
    def total_bytes(self) -> int:
        """Sum of what is known."""
        return sum(self.remaining_bytes.values())


def measure_need(transfer: Transfer, folder: Path, paths: Iterable[str], jobs: int, stop: Event) -> Need:
    """Ask the mirror for the sizes of files that are not there, or only in part.

    Raises:
        UnreachableError: If there is no mirror.
    """
    sizes: dict[str, int | None] = dict.fromkeys(paths)

    def ask(path: str) -> None:
        sizes[path] = transfer.read_size_bytes(path)

    run_jobs([lambda path=path: ask(path) for path in sizes], jobs, stop)  # type: ignore[misc]
    remaining: dict[str, int] = {}
    for path, size in sizes.items():
        if size is not None:
            part = part_of(folder / path)
            remaining[path] = max(0, size - (part.stat().st_size if part.exists() else 0))
    return Need(remaining, tuple(path for path, size in sizes.items() if size is None))


def check_space(folder: Path, needed_bytes: int) -> None:
    """Refuse to start what cannot end.

    Raises:
        DataError: If less is free than needed.
    """
    free = shutil.disk_usage(folder).free
    if needed_bytes > free:
        raise DataError(
            f"{folder}: {format_bytes(needed_bytes)} needed, {format_bytes(free)} free; make room for "
            f"{format_bytes(needed_bytes - free)}, choose another disk with --to, or fewer --shards"
        )
