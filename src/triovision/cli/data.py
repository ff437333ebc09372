"""`triovision data`: photos with known countries -> a prepared data set."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from triovision.cli.download import download
from triovision.cli.progress import make_progress

if TYPE_CHECKING:
    from triovision.data.manifest import PreparedData

__all__ = ["data"]

_PATH = click.Path(path_type=Path)


@click.group()
def data() -> None:
    """Make data sets to train on."""


data.add_command(download)


@data.group()
def prepare() -> None:
    """Turn labelled photos into a manifest and shards."""


def _names(_: click.Context, __: click.Parameter, value: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in value.split(",") if name.strip())


@prepare.command()
@click.argument("source", type=_PATH)
@click.option("--to", "folder", type=_PATH, required=True, help="Folder for the data set.")
@click.option("--drop", type=_PATH, help="CSV (photo, reason, optionally country_code) of known bad samples.")
@click.option(
    "--split-by",
    type=click.Choice(["source", "landmark", "photo"]),
    default="source",
    show_default=True,
    help="What stays whole in one split; `photo` leaks.",
)
@click.option("--test-sources", default="", callback=_names, metavar="A,B,...", help="Sources of the test split.")
@click.option("--val-sources", default="", callback=_names, metavar="A,B,...", help="Sources of the val split.")
@click.option("--test-share", type=float, default=0.1, show_default=True, help="Where no test sources are named.")
@click.option("--val-share", type=float, default=0.1, show_default=True, help="Where no val sources are named.")
@click.option("--seed", type=int, default=0, show_default=True)
@click.option("--short-side", "short_side_px", type=int, default=256, show_default=True, help="In pixels.")
@click.option(
    "--min-per-country", type=int, default=1, show_default=True, help="Training photos that make a country a label."
)
@click.option("--free-licences-only", is_flag=True, help="Only photos whose stated licence is free.")
@click.option("--shard-size", type=int, default=1000, show_default=True, help="Samples per shard.")
@click.option("--workers", type=click.IntRange(min=1), help="Threads.  [default: the cores of this machine]")
def folder(source: Path, folder: Path, drop: Path | None, workers: int | None, **options: Any) -> None:
    r"""Prepare a data set from SOURCE, a CSV or a folder per country.

    A CSV has the columns photo (path beside it, or in photos/ beside it) and country_code or country (a name in
    words); optional are source, landmark, licence, author or origin, latitude, longitude and split. A folder per
    country bears the country's code or name; a folder within it is a landmark.

    No source and no landmark stands on two sides of a split. Photos that are left out are listed with their reasons
    in rejects.csv. The same command goes on where it was interrupted, and ends with the same bytes.
    """
    from triovision.data.options import PrepareOptions  # noqa: PLC0415
    from triovision.data.prepare import prepare_folder  # noqa: PLC0415

    with _listener() as listener:
        prepared = prepare_folder(
            source, folder, PrepareOptions(**options), drop=drop, workers=workers, listener=listener
        )
    _print_summary(prepared)


class _Quiet:
    """Says sentences on standard error and draws nothing."""

    def say(self, text: str) -> None:
        click.echo(f"triovision: {text}", err=True)

    def start(self, stage: str, total: int) -> None:
        pass

    def advance(self, count: int = 1) -> None:
        pass


class _Bar(_Quiet):
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
def _listener() -> Iterator[_Quiet]:
    if not sys.stderr.isatty():
        yield _Quiet()
        return
    with make_progress() as progress:
        yield _Bar(progress)


def _print_summary(prepared: PreparedData) -> None:
    from rich.console import Console  # noqa: PLC0415
    from rich.table import Table  # noqa: PLC0415

    facts = prepared.facts
    columns = ("samples", "countries", "sources", "landmarks", "samples_outside_labels")
    table = Table("Split", *(_heading(column) for column in columns), header_style="bold")
    for split, counts in facts["splits"].items():
        table.add_row(split, *(f"{counts[column]:,}" for column in columns))
    console = Console()
    console.print(table)
    lines = [f"labels: {facts['labels']} countries", f"data: {facts['data_hash']}"]
    if facts["rejects"]:
        lines.insert(0, f"left out (rejects.csv): {_counted(facts['rejects'].items())}")
    if prepared.reused_shards:
        lines.append(f"{prepared.reused_shards} of {len(facts['shards'])} shards were finished by an earlier run")
    for line in lines:
        console.print(line, markup=False, highlight=False, soft_wrap=True)


def _heading(column: str) -> str:
    return column.replace("_", " ").capitalize()


def _counted(pairs: Sequence[tuple[str, int]] | Any) -> str:
    return ", ".join(f"{count:,} {kind}" for kind, count in pairs)
