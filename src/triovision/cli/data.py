"""`triovision data`: photos with known countries -> a prepared data set."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from triovision.cli.countries_of import countries
from triovision.cli.download import download
from triovision.cli.prepare_stream import csv, gldv2, gps
from triovision.cli.prepare_summary import print_summary
from triovision.cli.progress import open_listener
from triovision.cli.stats import stats

__all__ = ["data"]

_PATH = click.Path(path_type=Path)


@click.group()
def data() -> None:
    """Make data sets to train on."""


data.add_command(countries)
data.add_command(download)
data.add_command(stats)


@data.group()
def prepare() -> None:
    """Turn labelled photos into a manifest and shards."""


prepare.add_command(csv)
prepare.add_command(gldv2)
prepare.add_command(gps)


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

    with open_listener() as listener:
        prepared = prepare_folder(
            source, folder, PrepareOptions(**options), drop=drop, workers=workers, listener=listener
        )
    print_summary(prepared)
