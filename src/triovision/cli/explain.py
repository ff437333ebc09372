"""`triovision explain`: why a photo's country, as a picture and in words."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from triovision.cli.inputs import printable

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from triovision.evidence import Evidence

__all__ = ["explain"]

_STDIN = "-"
_SUFFIX = ".png"
# The picture shows the photo no larger than a screen; what is decoded beyond that is thrown away.
_SHORT_SIDE_PX = 960


def _check_suffix(_ctx: click.Context, _option: click.Parameter, value: Path | None) -> Path | None:
    if value is not None and value.suffix.lower() != _SUFFIX:
        raise click.BadParameter(f"{value}: the picture is a PNG; give a name that ends in {_SUFFIX}")
    return value


@click.command()
@click.argument("photo")
@click.option(
    "--to",
    type=click.Path(path_type=Path, dir_okay=False),
    callback=_check_suffix,
    help="The picture to write.  [default: NAME-evidence.png in this folder]",
)
@click.option("--country", metavar="CODE|NAME", help="Explain this country.  [default: the answer]")
@click.option("--against", metavar="CODE|NAME", help="Hold it against this one.  [default: the runner-up]")
@click.option("-l", "--lang", "language", default="en", show_default=True, help="Language of the names (CLDR).")
@click.option("-m", "--model", metavar="NAME|PATH", help="Embedded model, or path of an .onnx bundle.")
@click.option(
    "--opacity",
    type=click.FloatRange(0, 1),
    default=0.75,
    show_default=True,
    help="Of the heat map's strongest colours.",
)
@click.option(
    "-f",
    "--format",
    "output_format",
    type=click.Choice(["text", "json"]),
    help="What is printed.  [default: text on a terminal, json elsewhere]",
)
def explain(  # noqa: PLR0913, PLR0917 - one parameter per option
    photo: str,
    to: Path | None,
    country: str | None,
    against: str | None,
    language: str,
    model: str | None,
    opacity: float,
    output_format: str | None,
) -> None:
    r"""Explain the country of PHOTO; `-` reads it from standard input.

    Writes a picture with two heat maps over the photo: what speaks for the answer, and why the first country and not
    the runner-up. Yellow parts speak for it, blue parts against it; what the model did not look at is grey and dark.

    \b
    Exit code: 0 done, 2 nothing could be done or wrong use.
    """
    from triovision.classifier import CountryClassifier  # noqa: PLC0415
    from triovision.countries import check_language, resolve_country_name  # noqa: PLC0415
    from triovision.photo import read_photo  # noqa: PLC0415

    check_language(language)
    named, other = (resolve_country_name(text) if text else None for text in (country, against))
    target = to or Path(f"{'photo' if photo == _STDIN else Path(photo).stem}-evidence{_SUFFIX}")
    _check_target(target, photo)
    source = sys.stdin.buffer.read() if photo == _STDIN else photo
    name = "<stdin>" if photo == _STDIN else None
    evidence = CountryClassifier.load(model).explain(source, country=named, against=other, name=name)
    image = read_photo(source, short_side_px=_SHORT_SIDE_PX, name=name).image
    _write_picture(target, image, evidence, language, opacity)
    chosen = output_format or ("text" if sys.stdout.isatty() else "json")
    (_print_text if chosen == "text" else _print_json)(evidence, target, language)


def _check_target(target: Path, photo: str) -> None:
    try:
        same = target.samefile(photo)
    except (OSError, ValueError):
        return
    if same:
        raise click.UsageError(f"{target}: is the photo itself; give another name with --to")


def _write_picture(target: Path, image: NDArray[Any], evidence: Evidence, language: str, opacity: float) -> None:
    from triovision.data.files import write_atomic  # noqa: PLC0415
    from triovision.evidence import draw_evidence  # noqa: PLC0415

    content = io.BytesIO()
    draw_evidence(image, evidence, language, opacity=opacity).save(content, "PNG")
    write_atomic(target, content.getvalue())


def _print_text(evidence: Evidence, target: Path, language: str) -> None:
    from triovision.decision import answer_text  # noqa: PLC0415
    from triovision.evidence import evidence_text  # noqa: PLC0415

    click.secho(printable(evidence.prediction.photo), dim=True)
    click.secho(answer_text(evidence.prediction, language), bold=True)
    for line in evidence_text(evidence, language):
        click.echo(line)
    for warning in evidence.prediction.warnings:
        click.echo(f"triovision: warning: {warning}", err=True)
    click.secho(f"→ {printable(str(target))}", dim=True)


def _print_json(evidence: Evidence, target: Path, language: str) -> None:
    from triovision.decision import prediction_record  # noqa: PLC0415
    from triovision.evidence import evidence_record  # noqa: PLC0415

    record = {
        **prediction_record(evidence.prediction, language=language),
        "evidence": evidence_record(evidence, language),
        "picture": str(target),
    }
    # ASCII only: a file name that is not UTF-8 is escaped, which JSON reads back.
    click.echo(json.dumps(record, allow_nan=False))
