"""One look for progress on a terminal: on standard error, gone when done."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from rich.progress import Progress

__all__ = ["StageListener", "make_progress", "open_listener"]


def make_progress() -> Progress:
    """A progress display with bar, count and time left; use it as a context manager."""
    from rich.console import Console  # noqa: PLC0415 - rich costs 50 ms that `--help` shall not pay
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn  # noqa: PLC0415

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    return Progress(*columns, console=Console(stderr=True), transient=True)


class StageListener:
    """Says sentences on standard error and draws nothing."""

    def say(self, text: str) -> None:
        """Say a sentence."""
        click.echo(f"triovision: {text}", err=True)

    def start(self, stage: str, total: int) -> None:
        """Begin a stage of so many parts."""

    def advance(self, count: int = 1) -> None:
        """So many parts are done."""


class _Bar(StageListener):
    """Draws a bar per stage."""

    def __init__(self, progress: Any) -> None:
        self._progress = progress
        self._task: Any = None

    def say(self, text: str) -> None:
        self._progress.console.print(f"triovision: {text}", markup=False, highlight=False)

    def start(self, stage: str, total: int) -> None:
        self._task = self._progress.add_task(stage, total=total)

    def advance(self, count: int = 1) -> None:
        self._progress.advance(self._task, count)


@contextmanager
def open_listener() -> Iterator[StageListener]:
    """What hears how far a run is: with bars on a terminal, with sentences alone elsewhere."""
    if not sys.stderr.isatty():
        yield StageListener()
        return
    with make_progress() as progress:
        yield _Bar(progress)
