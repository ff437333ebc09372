"""One look for progress on a terminal: on standard error, gone when done."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.progress import Progress

__all__ = ["make_progress"]


def make_progress() -> Progress:
    """A progress display with bar, count and time left; use it as a context manager."""
    from rich.console import Console  # noqa: PLC0415 - rich costs 50 ms that `--help` shall not pay
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn  # noqa: PLC0415

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    return Progress(*columns, console=Console(stderr=True), transient=True)
