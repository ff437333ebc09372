"""`triovision evaluate`: what a bundle is worth on photos with known countries."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from triovision.cli.progress import make_progress

__all__ = ["evaluate"]

_PATH = click.Path(path_type=Path)
_LEVELS = ("country", "sub_region", "region", "answered", "not_sure")


@click.command()
@click.argument("bundle", type=_PATH)
@click.option("--data", type=_PATH, required=True, help="Folder that `triovision data prepare` made.")
@click.option("--split", type=click.Choice(["train", "val", "test"]), default="test", show_default=True)
@click.option("--to", "folder", type=_PATH, help="Folder for metrics.json.")
@click.option("--record", is_flag=True, help="Write the headline figures into the bundle's metadata.")
@click.option("--seed", type=int, default=0, show_default=True, help="Of the bootstrap intervals.")
def evaluate(bundle: Path, data: Path, split: str, folder: Path | None, seed: int, *, record: bool) -> None:
    """Run the BUNDLE over a split of a prepared data set and print its figures."""
    from triovision.bundle import read_bundle  # noqa: PLC0415
    from triovision.data.manifest import read_facts  # noqa: PLC0415
    from triovision.evaluation.outputs import run_split  # noqa: PLC0415
    from triovision.evaluation.record import file_hash, record_metrics  # noqa: PLC0415
    from triovision.evaluation.report import RECORDED, make_report  # noqa: PLC0415

    model = read_bundle(bundle)
    facts = read_facts(data)
    with _progress(facts["splits"][split]["samples"]) as advance:
        report = make_report(run_split(model, data, split, advance), seed)
    if record:
        figures = {name: report["figures"][name] for name in RECORDED if report["figures"][name] is not None}
        record_metrics(bundle, model.metadata, split, {"samples": report["samples"], **figures})
        click.echo(f"recorded in {bundle} as metrics of split {split}")
    context = {
        "bundle": bundle.name,
        "bundle_sha256": file_hash(bundle),
        "model": model.metadata.name,
        "data_hash": facts["data_hash"],
        "split": split,
        "seed": seed,
    }
    _print(context, report)
    if folder is not None:
        _write(folder, {**context, **report})


def _write(folder: Path, content: Mapping[str, Any]) -> None:
    from triovision.data.files import json_text, write_atomic  # noqa: PLC0415
    from triovision.errors import DataError  # noqa: PLC0415

    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DataError(f"{folder}: cannot be used ({error.strerror}); choose another place with --to") from None
    write_atomic(folder / "metrics.json", json_text(content, indent=2) + "\n")
    click.echo(f"written: {folder / 'metrics.json'}")


@contextmanager
def _progress(total: int) -> Iterator[Callable[[int], None]]:
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    with make_progress() as progress:
        task = progress.add_task("samples", total=total)
        yield lambda count: progress.advance(task, count)


def _print(context: Mapping[str, Any], report: Mapping[str, Any]) -> None:
    from rich.console import Console  # noqa: PLC0415

    console = Console()
    title = (
        f"{context['model']} on {report['samples']:,} photos of {report['countries']} countries ({context['split']})"
    )
    for table in (_figure_table(report, title), _level_table(report), _region_table(report)):
        console.print(table)
    unknown = report["unknown_countries"]
    if unknown["samples"]:
        console.print(
            f"{unknown['samples']} photos are of {len(unknown['country_codes'])} countries that the model does not "
            "know; they count as wrong.",
            highlight=False,
        )


def _figure_table(report: Mapping[str, Any], title: str) -> Any:
    from rich.table import Table  # noqa: PLC0415

    table = Table("Figure", "Value", "95 % interval", title=title, header_style="bold")
    for name, value in report["figures"].items():
        ends = report["intervals"].get(name)
        interval = f"{_number(ends[0])} .. {_number(ends[1])}" if ends else ""
        table.add_row(name, _number(value), interval)
    return table


def _level_table(report: Mapping[str, Any]) -> Any:
    from rich.table import Table  # noqa: PLC0415

    table = Table("Answer", "Photos", "Share", "Precision", "First guess right", header_style="bold")
    for level in _LEVELS:
        row = report["levels"][level]
        cells = (_number(row[key]) for key in ("share", "precision", "top1_accuracy"))
        table.add_row(level, f"{row['samples']:,}", *cells)
    return table


def _region_table(report: Mapping[str, Any]) -> Any:
    from rich.table import Table  # noqa: PLC0415

    from triovision.countries import country_name, is_country_code, region_name  # noqa: PLC0415

    table = Table("Region", "Photos", "Top 1", "Top 5", "Region right", "Set holds it", header_style="bold")
    for place, row in report["regions"].items():
        keys = ("top1_accuracy", "top5_accuracy", "region_accuracy", "country_set_coverage")
        name = country_name(place) if is_country_code(place) else region_name(place)
        table.add_row(name, f"{row['samples']:,}", *(_number(row[key]) for key in keys))
    return table


def _number(value: float | None) -> str:
    if value is None:
        return "-"
    return f"{value:,.0f}" if value >= 100 else f"{value:.3f}"  # noqa: PLR2004 - kilometres and set sizes
