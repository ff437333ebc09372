"""`triovision data prepare gldv2 | csv | gps`: any number of photos, by several processes or a cluster."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from triovision.cli.prepare_summary import print_summary
from triovision.cli.progress import open_listener

if TYPE_CHECKING:
    from triovision.data.stream.options import StreamOptions
    from triovision.data.stream.source import PhotoSource

__all__ = ["csv", "gldv2", "gps"]

_PATH = click.Path(path_type=Path)
_Command = Callable[..., None]

# What all three commands share, in the order of the help.
_OPTIONS = (
    click.option("--to", "folder", type=_PATH, required=True, help="Folder for the data set."),
    click.option(
        "--split-by",
        type=click.Choice(["landmark", "photo"]),
        default="landmark",
        show_default=True,
        help="What stays whole in one split: a landmark with all that lies near it; `photo` leaks.",
    ),
    click.option("--test-share", type=float, default=0.1, show_default=True),
    click.option("--val-share", type=float, default=0.1, show_default=True),
    click.option("--seed", type=int, default=0, show_default=True),
    click.option("--short-side", "short_side_px", type=int, default=256, show_default=True, help="In pixels."),
    click.option(
        "--min-side", "min_side_px", type=int, default=128, show_default=True, help="Photos below it are left out."
    ),
    click.option(
        "--min-per-country",
        type=int,
        default=1,
        show_default=True,
        help="Training photos below which a country is left out.",
    ),
    click.option("--free-licences-only", is_flag=True, help="Only photos whose stated licence is free."),
    click.option(
        "--near-duplicates",
        type=int,
        default=6,
        show_default=True,
        help="Bits (of 128) up to which photos of two splits count as one; -1 keeps all.",
    ),
    click.option("--shard-size", type=int, default=1000, show_default=True, help="Samples per shard."),
    click.option("--chunk-size", type=int, default=512, show_default=True, help="Photos per unit of work."),
    click.option("--workers", type=click.IntRange(min=1), help="Processes.  [default: the cores of this machine]"),
    click.option(
        "--engine", type=click.Choice(["local", "ray"]), default="local", show_default=True, help="Who does the work."
    ),
    click.option("--ray-address", metavar="ADDRESS", help="Of a Ray cluster, e.g. `auto`.  [default: this machine]"),
)


def _with_options(command: _Command) -> _Command:
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


@click.command()
@click.option("--images", type=_PATH, required=True, help="Folder of `triovision data download gldv2`.")
@click.option("--countries", type=_PATH, required=True, help="Table of `triovision data countries gldv2`.")
@_with_options
def gldv2(images: Path, countries: Path, **options: Any) -> None:
    r"""Prepare Google Landmarks v2 from its tars, without unpacking them.

    Photos are kept whose landmark has a country; where `licence_kept.txt` lies beside the tars, only those that it
    names. Photos that are left out are listed with their reasons in rejects.csv, and DATA_CARD.md says what the data
    set holds.

    The same command goes on where it was interrupted, and ends with the same bytes, whatever the number of workers.
    Room is needed for the prepared photos twice: about 25 kB each, 50 kB while the command runs. On a cluster, all
    machines must see the folders under the same paths.
    """
    from triovision.data.stream.gldv2_source import Gldv2Source  # noqa: PLC0415

    _prepare(lambda chosen: Gldv2Source(images, countries, chosen), options)


@click.command()
@click.argument("table", type=_PATH)
@_with_options
def csv(table: Path, **options: Any) -> None:
    r"""Prepare the photos that TABLE lists, a CSV.

    Columns are photo (path beside it, or in photos/ beside it) and country_code or country (a name in words);
    optional are source, landmark, licence, author or origin, latitude, longitude and split. A row without a country
    gets it from its coordinates, or from those that the camera noted in the photo.

    The same command goes on where it was interrupted, and ends with the same bytes, whatever the number of workers.
    """
    from triovision.data.stream.csv_source import CsvSource  # noqa: PLC0415

    _prepare(lambda chosen: CsvSource(table, chosen), options)


@click.command()
@click.argument("photos", type=_PATH)
@_with_options
def gps(photos: Path, folder: Path, **options: Any) -> None:
    r"""Prepare one's own PHOTOS, a folder: where the camera noted coordinates, they say the country.

    Photos without coordinates are listed in rejects.csv. The manifest holds the coordinates of every photo: think
    before passing it on.

    The same command goes on where it was interrupted, and ends with the same bytes, whatever the number of workers.
    """
    from triovision.data.stream.gps_source import GpsSource  # noqa: PLC0415
    from triovision.errors import DataError  # noqa: PLC0415

    if folder.resolve().is_relative_to(photos.resolve()):
        raise DataError(f"{folder}: lies within {photos}, where the photos are; choose a place outside it")
    _prepare(lambda _: GpsSource(photos), {"folder": folder, **options})


def _prepare(open_source: Callable[[StreamOptions], PhotoSource], options: dict[str, Any]) -> None:
    from triovision.bundle.session import available_cpus  # noqa: PLC0415
    from triovision.data.manifest import require_pyarrow  # noqa: PLC0415
    from triovision.data.stream.engines import open_engine  # noqa: PLC0415
    from triovision.data.stream.options import StreamOptions  # noqa: PLC0415
    from triovision.data.stream.run import prepare_stream  # noqa: PLC0415

    folder, workers, engine_name, address = (
        options.pop(name) for name in ("folder", "workers", "engine", "ray_address")
    )
    chosen = StreamOptions(**options)
    require_pyarrow()
    source = open_source(chosen)
    with open_engine(engine_name, workers or available_cpus(), address) as engine, open_listener() as listener:
        prepared = prepare_stream(source, folder, chosen, engine, listener)
    print_summary(prepared)
