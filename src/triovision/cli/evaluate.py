"""`triovision evaluate`: what a bundle is worth on photos with known countries."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from triovision.cli.progress import make_progress

if TYPE_CHECKING:
    from triovision.bundle import Bundle
    from triovision.evaluation.outputs import SplitOutputs

__all__ = ["evaluate"]

_PATH = click.Path(path_type=Path)
_LEVELS = ("country", "sub_region", "region", "answered", "not_sure", "no_place")


@click.command()
@click.argument("bundle", type=_PATH)
@click.option("--data", type=_PATH, required=True, help="Folder that `triovision data prepare` made.")
@click.option("--split", type=click.Choice(["train", "val", "test"]), default="test", show_default=True)
@click.option("--to", "folder", type=_PATH, help="Folder for metrics.json and report.html.")
@click.option("--against", type=_PATH, metavar="BUNDLE", help="A second bundle to hold it against, photo by photo.")
@click.option("--photos/--no-photos", default=True, show_default=True, help="Show photos of mistakes in the report.")
@click.option("--record", is_flag=True, help="Write the headline figures into the bundle's metadata.")
@click.option("--seed", type=int, default=0, show_default=True, help="Of the bootstrap intervals.")
def evaluate(  # noqa: PLR0913 - one parameter per option
    bundle: Path,
    data: Path,
    split: str,
    folder: Path | None,
    against: Path | None,
    seed: int,
    *,
    photos: bool,
    record: bool,
) -> None:
    """Run the BUNDLE over a split of a prepared data set and print its figures.

    With --to they are written as metrics.json and as report.html, a page that needs nothing else.
    """
    from triovision.evaluation.compare import compare_outputs  # noqa: PLC0415
    from triovision.evaluation.record import record_metrics  # noqa: PLC0415

    model, outputs, content = _evaluate(bundle, data, split, seed)
    if record:
        figures = {name: value for name, value in content["figures"].items() if value is not None}
        record_metrics(bundle, model.metadata, split, {"samples": content["samples"], **figures})
        click.echo(f"recorded in {bundle} as metrics of split {split}")
        content["bundle_sha256"] = _file_hash(bundle)
    _print(content)
    if against is not None:
        _, other, content["against"] = _evaluate(against, data, split, seed)
        content["comparison"] = compare_outputs(outputs, other, seed)
        _print_comparison(content)
    if folder is not None:
        _write(folder, content, data if photos else None)


def _evaluate(path: Path, data: Path, split: str, seed: int) -> tuple[Bundle, SplitOutputs, dict[str, Any]]:
    from triovision.bundle import read_bundle  # noqa: PLC0415
    from triovision.data.manifest import read_facts  # noqa: PLC0415
    from triovision.evaluation.outputs import run_split  # noqa: PLC0415
    from triovision.evaluation.report import make_report  # noqa: PLC0415

    model = read_bundle(path)
    facts = read_facts(data)
    with _progress(facts["splits"][split]["samples"]) as advance:
        outputs = run_split(model, data, split, advance)
    context = {
        "bundle": path.name,
        "bundle_sha256": _file_hash(path),
        "model": model.metadata.name,
        "data_hash": facts["data_hash"],
        "split": split,
        "seed": seed,
    }
    return model, outputs, {**context, **make_report(outputs, seed, model.metadata.sample_counts)}


def _file_hash(path: Path) -> str:
    from triovision.evaluation.record import file_hash  # noqa: PLC0415

    return file_hash(path)


def _write(folder: Path, content: Mapping[str, Any], data: Path | None) -> None:
    from triovision.data.files import json_text, write_atomic  # noqa: PLC0415
    from triovision.errors import DataError  # noqa: PLC0415
    from triovision.evaluation.page import make_page, make_thumbnails  # noqa: PLC0415

    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DataError(f"{folder}: cannot be used ({error.strerror}); choose another place with --to") from None
    wanted = [row["sample_id"] for row in content["surest_mistakes"]]
    thumbnails = make_thumbnails(data, content["split"], wanted) if data is not None else {}
    write_atomic(folder / "metrics.json", json_text(content, indent=2) + "\n")
    write_atomic(folder / "report.html", make_page(content, thumbnails))
    click.echo(f"written: {folder / 'metrics.json'}, {folder / 'report.html'}")


@contextmanager
def _progress(total: int) -> Iterator[Callable[[int], None]]:
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    with make_progress() as progress:
        task = progress.add_task("samples", total=total)
        yield lambda count: progress.advance(task, count)


def _print(content: Mapping[str, Any]) -> None:
    from rich.console import Console  # noqa: PLC0415

    console = Console()
    title = (
        f"{content['model']} on {content['samples']:,} photos of {content['countries']} countries ({content['split']})"
    )
    for table in (_figure_table(content, title), _level_table(content), _region_table(content)):
        console.print(table)
    unknown = content["unknown_countries"]
    if unknown["samples"]:
        console.print(
            f"{unknown['samples']} photos are of {len(unknown['country_codes'])} countries that the model does not "
            "know; they count as wrong.",
            highlight=False,
        )


def _print_comparison(content: Mapping[str, Any]) -> None:
    from rich.console import Console  # noqa: PLC0415
    from rich.table import Table  # noqa: PLC0415

    comparison, other = content["comparison"], content["against"]
    names = ("Figure", content["bundle"], other["bundle"], "Difference", "95 % interval")
    table = Table(*names, title=f"{content['bundle']} against {other['bundle']}", header_style="bold")
    for name, difference in comparison["differences"].items():
        ends = comparison["intervals"].get(name)
        interval = f"{_number(ends[0])} .. {_number(ends[1])}" if ends else ""
        values = (content["figures"][name], other["figures"][name], difference)
        table.add_row(name, *(_number(value) for value in values), interval)
    test = comparison["mcnemar"]
    console = Console()
    console.print(table)
    console.print(
        f"first guess right in this alone: {test['only_this_right']:,}, in the other: {test['only_other_right']:,}; "
        f"by chance with probability {test['probability']:.3f} (McNemar, exact)",
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
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3f}"  # noqa: PLR2004 - kilometres and set sizes
