"""`triovision export`: a training run -> a bundle."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import click

if TYPE_CHECKING:
    from triovision.export.bundle_file import ExportOptions

__all__ = ["export"]

_RECORD = "formats.json"
_FIGURES = ("top1_accuracy", "top5_accuracy", "negative_log_likelihood")


@click.command()
@click.argument("run", type=click.Path(path_type=Path))
@click.option("--data", type=click.Path(path_type=Path), required=True, help="The data that RUN was trained on.")
@click.option(
    "--to", type=click.Path(path_type=Path), required=True, help="The .onnx file to write; with --compare, a folder."
)
@click.option("--precision", type=click.Choice(["float32", "float16", "int8"]), default="float32", show_default=True)
@click.option(
    "--compare",
    is_flag=True,
    help="Write the run in every precision and tell what each costs: accuracy, milliseconds, megabytes.",
)
@click.option("--split", default="test", show_default=True, help="With --compare: the photos to measure on.")
@click.option("--name", help="What the bundle calls itself; the file's name where left out.")
@click.option("--licence", default="Apache-2.0", show_default=True, help="SPDX identifier or a sentence.")
@click.option(
    "--level-precision",
    type=click.FloatRange(0, 1, min_open=True, max_open=True),
    default=0.7,
    show_default=True,
    help="Share of the answers at each level that shall be right.",
)
def export(  # noqa: PLR0913, PLR0917 - one parameter per option
    run: Path,
    data: Path,
    to: Path,
    precision: Literal["float32", "float16", "int8"],
    compare: bool,  # noqa: FBT001 - a flag of the command line
    split: str,
    name: str | None,
    licence: str,
    level_precision: float,
) -> None:
    """Export the training run in folder RUN as a bundle.

    Its calibration and thresholds are fitted on the run's held-out logits. With --compare the folder of --to gets one
    bundle per precision and formats.json, and what each costs is told: a table on a terminal, JSON elsewhere.
    """
    from triovision.training.extra import check_train_extra  # noqa: PLC0415

    check_train_extra(("onnx", "onnxscript"))
    from triovision.export.bundle_file import ExportOptions, export_run  # noqa: PLC0415

    options = ExportOptions(name or to.stem, licence, precision, level_precision=level_precision)
    if compare:
        _compare(run, data, to, options, split)
    else:
        export_run(run, data, to, options, click.echo)


def _compare(run: Path, data: Path, to: Path, options: ExportOptions, split: str) -> None:
    import json  # noqa: PLC0415

    from triovision.data.files import json_text, write_atomic  # noqa: PLC0415
    from triovision.export.compare import compare_formats  # noqa: PLC0415

    found = compare_formats(run, data, to, options, split, lambda line: click.echo(line, err=True))
    records = [entry.as_record() for entry in found]
    write_atomic(to / _RECORD, json_text({"run": run.name, "split": split, "formats": records}, indent=2) + "\n")
    if sys.stdout.isatty():
        _print_table(records, split)
    else:
        click.echo(json.dumps(records))


def _print_table(records: Sequence[Mapping[str, Any]], split: str) -> None:
    from rich.console import Console  # noqa: PLC0415
    from rich.table import Table  # noqa: PLC0415

    table = Table(title=f"Formats, split {split}", header_style="bold")
    for column in ("Format", "MB", "ms per photo", "Top 1", "Top 5", "NLL", "Same first country", "Logits differ by"):
        table.add_column(column, justify="left" if column == "Format" else "right")
    for record in records:
        table.add_row(
            record["format"],
            f"{record['megabytes']:.1f}",
            f"{record['milliseconds']:.1f}",
            *(f"{record['figures'][key]:.3f}" for key in _FIGURES),
            f"{record['top1_agreement']:.1%}",
            f"{record['max_difference']:.2g}",
        )
    Console().print(table)
