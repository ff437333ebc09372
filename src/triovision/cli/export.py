"""`triovision export`: a training run -> a bundle."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import click

__all__ = ["export"]


@click.command()
@click.argument("run", type=click.Path(path_type=Path))
@click.option("--data", type=click.Path(path_type=Path), required=True, help="The data that RUN was trained on.")
@click.option("--to", type=click.Path(path_type=Path), required=True, help="The .onnx file to write.")
@click.option("--precision", type=click.Choice(["float32", "int8"]), default="float32", show_default=True)
@click.option("--name", help="What the bundle calls itself; the file's name where left out.")
@click.option("--licence", default="Apache-2.0", show_default=True, help="SPDX identifier or a sentence.")
@click.option(
    "--level-precision",
    type=click.FloatRange(0, 1, min_open=True, max_open=True),
    default=0.7,
    show_default=True,
    help="Share of the answers at each level that shall be right.",
)
def export(
    run: Path,
    data: Path,
    to: Path,
    precision: Literal["float32", "int8"],
    name: str | None,
    licence: str,
    level_precision: float,
) -> None:
    """Export the training run in folder RUN as a bundle.

    Its calibration and thresholds are fitted on the run's held-out logits.
    """
    from triovision.training.extra import check_train_extra  # noqa: PLC0415

    check_train_extra(("onnx", "onnxscript"))
    from triovision.export.bundle_file import ExportOptions, export_run  # noqa: PLC0415

    options = ExportOptions(name or to.stem, licence, precision, level_precision=level_precision)
    export_run(run, data, to, options, click.echo)
