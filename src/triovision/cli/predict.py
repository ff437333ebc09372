"""`triovision predict`: photos in, countries out."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

import click

from triovision.cli.inputs import find_photos, printable
from triovision.cli.progress import make_progress

if TYPE_CHECKING:
    from triovision.classifier import CountryClassifier, PhotoSource
    from triovision.errors import PhotoError
    from triovision.prediction import Prediction

__all__ = ["predict"]

_FORMATS = ("table", "json", "jsonl", "csv", "geojson")
_EXIT_SOME_FAILED, _EXIT_NOTHING_DONE = 1, 2
_LISTED_FAILURES = 20
_STDIN = "-"


@click.command()
@click.argument("photos", nargs=-1, required=True, metavar="PHOTO|FOLDER|GLOB...")
@click.option("-n", "--top", type=click.IntRange(min=1), default=5, show_default=True, help="Countries per photo.")
@click.option(
    "-f",
    "--format",
    "output_format",
    type=click.Choice(_FORMATS),
    help="Output format.  [default: table on a terminal, jsonl elsewhere]",
)
@click.option("-m", "--model", metavar="NAME|PATH", help="Embedded model, or path of an .onnx bundle.")
@click.option("-l", "--lang", "language", default="en", show_default=True, help="Language of the names (CLDR).")
@click.option("--provider", "providers", multiple=True, help="onnxruntime execution provider; may be repeated.")
@click.option("--workers", type=click.IntRange(min=1), help="Threads.  [default: the cores of this machine + 1]")
@click.pass_context
def predict(  # noqa: PLR0913, PLR0917 - one parameter per option
    ctx: click.Context,
    photos: Sequence[str],
    top: int,
    output_format: str | None,
    model: str | None,
    language: str,
    providers: Sequence[str],
    workers: int | None,
) -> None:
    r"""Predict the country of photos.

    A folder stands for the photos below it; `-` reads one photo from standard input. On standard output stand the
    answers and nothing else; progress and unreadable photos are told on standard error.

    \b
    Exit code: 0 all answered, 1 some photos could not be read, 2 nothing could be done or wrong use.
    """
    from triovision.classifier import CountryClassifier  # noqa: PLC0415
    from triovision.cli.formats import make_writer  # noqa: PLC0415
    from triovision.countries import check_language  # noqa: PLC0415
    from triovision.errors import PhotoError  # noqa: PLC0415

    check_language(language)
    names = list(find_photos(photos))
    if not names:
        click.echo(f"triovision: error: no photo found in {', '.join(map(printable, photos))}", err=True)
        ctx.exit(_EXIT_NOTHING_DONE)
    writer = make_writer(output_format or ("table" if sys.stdout.isatty() else "jsonl"), top, language)
    classifier = CountryClassifier.load(model, providers=providers)
    failures: list[PhotoError] = []
    for result in _with_progress(_predictions(classifier, names, workers), len(names)):
        if isinstance(result, PhotoError):
            failures.append(result)
        writer.write(result)
    writer.close()
    _report(failures, len(names))
    if failures:
        ctx.exit(_EXIT_NOTHING_DONE if len(failures) == len(names) else _EXIT_SOME_FAILED)


def _predictions(
    classifier: CountryClassifier, names: Sequence[str], workers: int | None
) -> Iterator[Prediction | PhotoError]:
    from triovision.errors import PhotoError  # noqa: PLC0415

    if len(names) > 1:
        sources: Iterable[PhotoSource] = (_source(name) for name in names)
        yield from classifier.predict_many(sources, workers=workers)
        return
    try:
        yield classifier.predict(_source(names[0]), name="<stdin>" if names[0] == _STDIN else None)
    except PhotoError as error:
        yield error


def _source(name: str) -> str | bytes:
    return sys.stdin.buffer.read() if name == _STDIN else name


def _with_progress(results: Iterator[Prediction | PhotoError], total: int) -> Iterator[Prediction | PhotoError]:
    if total == 1 or not sys.stderr.isatty():
        yield from results
        return
    with make_progress() as progress:
        task = progress.add_task("photos", total=total)
        for result in results:
            yield result
            progress.advance(task)


def _report(failures: Sequence[PhotoError], total: int) -> None:
    for failure in failures[:_LISTED_FAILURES]:
        click.echo(f"triovision: {failure}", err=True)
    if len(failures) > _LISTED_FAILURES:
        click.echo(f"triovision: ... and {len(failures) - _LISTED_FAILURES} more", err=True)
    if failures and total > 1:
        kinds = Counter(_kind(failure) for failure in failures)
        listed = ", ".join(f"{count} {kind}" for kind, count in kinds.most_common())
        click.echo(f"triovision: {total - len(failures)} of {total} photos answered; not read: {listed}", err=True)


def _kind(failure: PhotoError) -> str:
    words = {
        "PhotoNotFoundError": "not found",
        "PhotoAccessError": "not accessible",
        "PhotoEmptyError": "empty",
        "PhotoTooLargeError": "too large",
        "PhotoFormatError": "not a photo",
        "PhotoCorruptError": "broken",
    }
    return words.get(type(failure).__name__, "unreadable")
