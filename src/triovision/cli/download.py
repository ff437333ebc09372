"""`triovision data download`: public data sets -> this disk."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from triovision.data.gldv2.download import DownloadReport
    from triovision.data.gldv2.kept import KeptPhotos
    from triovision.data.gldv2.meter import Meter

__all__ = ["download"]

_EXIT_INCOMPLETE = 1
_EXIT_INTERRUPTED = 130
_LINE_EVERY_S = 30.0
_DRAW_EVERY_S = 0.25


@click.group()
def download() -> None:
    """Fetch a public data set; the same command goes on where it was interrupted."""


def _licences(_: click.Context, __: click.Parameter, values: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(name.strip() for value in values for name in value.split(",") if name.strip())


@download.command()
@click.option("--split", type=click.Choice(["train", "index", "test"]), required=True, help="Part of the data set.")
@click.option("--shards", default="", metavar="0-3,7", help="Tars by number.  [default: all of the split]")
@click.option("--to", "folder", type=click.Path(path_type=Path), required=True, help="Folder for the data set.")
@click.option("--base-url", metavar="URL", help="A mirror with the layout of the original.  [default: the original]")
@click.option("--metadata-only", is_flag=True, help="Only the tables, no photos.")
@click.option(
    "--licence",
    "licences",
    multiple=True,
    callback=_licences,
    metavar="A,B,...",
    help="Write licence_kept.txt: ids of the photos with these licences, e.g. cc-by, cc-by-sa-4.0, cc0, free.",
)
@click.option("--verify", is_flag=True, help="Hash finished files again.")
@click.option("--jobs", type=int, default=4, show_default=True, help="Files at a time.")
@click.option("--retries", type=int, default=5, show_default=True, help="Tries of a file after the first.")
@click.option("--timeout", "timeout_s", type=float, default=30.0, show_default=True, help="Seconds of silence.")
@click.option("--backoff", "backoff_s", type=float, default=1.0, show_default=True, help="Seconds before try two.")
def gldv2(folder: Path, shards: str, base_url: str | None, *, metadata_only: bool, **options: Any) -> None:
    r"""Fetch Google Landmarks Dataset v2: its tables, and tars of photos with their md5 checked.

    The whole train split is 500 tars, about 500 GB; index is 100 tars, test is 20. Files that are finished are
    skipped, unfinished ones go on where they stopped. A tar that holds anything but photos in their places
    (a/b/c/<id>.jpg) is moved aside as .refused, with a report beside it; delete it to have it fetched again.

    --licence does not make the download smaller, for the tars mix licences: it writes the list of the photos to keep.
    Each photo's licence is as train_attribution.csv states it; check it yourself.

    Exit code: 0 all there, 1 some files failed or were refused, 2 nothing could be done, 130 interrupted.
    """
    from triovision.data.gldv2.download import download_gldv2  # noqa: PLC0415
    from triovision.data.gldv2.layout import BASE_URL, parse_shards  # noqa: PLC0415
    from triovision.data.gldv2.options import DownloadOptions  # noqa: PLC0415

    chosen = parse_shards(shards, options["split"])
    asked = DownloadOptions(
        shards=() if metadata_only else chosen, base_url=BASE_URL if base_url is None else base_url, **options
    )
    try:
        with _display() as display:
            report = download_gldv2(folder, asked, display)
    except KeyboardInterrupt:
        click.echo("triovision: interrupted; run the same command again, it goes on from here", err=True)
        sys.exit(_EXIT_INTERRUPTED)
    _print_report(report, folder)
    if report.failures or report.refused:
        sys.exit(_EXIT_INCOMPLETE)


class _Lines:
    """Says sentences, and every half minute how far it is: for logs."""

    def __init__(self, every_s: float = _LINE_EVERY_S) -> None:
        self._every_s = every_s
        self._end = Event()
        self._thread: Thread | None = None

    def say(self, text: str) -> None:
        click.echo(f"triovision: {text}", err=True)

    def watch(self, meter: Meter) -> None:
        self._thread = Thread(target=self._run, args=(meter,), name="download-display", daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._end.set()
        if self._thread is not None:
            self._thread.join(1.0)

    def _run(self, meter: Meter) -> None:
        while not self._end.wait(self._every_s):
            self.show(meter)

    def show(self, meter: Meter) -> None:
        from triovision.data.gldv2.meter import format_bytes, format_duration  # noqa: PLC0415

        now = meter.read()
        self.say(
            f"{format_bytes(now.received_bytes)} of {format_bytes(now.expected_bytes)}, "
            f"{format_bytes(now.rate_bytes_s)}/s, time left {format_duration(now.left_s)}"
        )


class _Bar(_Lines):
    """Draws one bar of bytes: for terminals."""

    def __init__(self, progress: Any) -> None:
        super().__init__(_DRAW_EVERY_S)
        self._progress = progress
        self._task: Any = None

    def say(self, text: str) -> None:
        self._progress.console.print(f"triovision: {text}", markup=False, highlight=False)

    def show(self, meter: Meter) -> None:
        from triovision.data.gldv2.meter import format_bytes, format_duration  # noqa: PLC0415

        now = meter.read()
        if self._task is None:
            self._task = self._progress.add_task("", total=None, rate="", left="")
        self._progress.update(
            self._task,
            completed=now.received_bytes,
            total=now.expected_bytes or None,
            rate=f"{format_bytes(now.rate_bytes_s)}/s",
            left=f"{format_duration(now.left_s)} left",
        )


@contextmanager
def _display() -> Iterator[_Lines]:
    if not sys.stderr.isatty():
        lines = _Lines()
        try:
            yield lines
        finally:
            lines.close()
        return
    from rich.console import Console  # noqa: PLC0415
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn  # noqa: PLC0415

    columns = (BarColumn(), DownloadColumn(), TextColumn("{task.fields[rate]}"), TextColumn("{task.fields[left]}"))
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        bar = _Bar(progress)
        try:
            yield bar
        finally:
            bar.close()


def _print_report(report: DownloadReport, folder: Path) -> None:
    from triovision.data.gldv2.meter import format_bytes  # noqa: PLC0415

    there = report.finished_before + report.fetched
    lines = [
        f"{folder}: {there:,} files are there, {report.fetched:,} of them new; {report.photos:,} photos in the tars",
        f"received {format_bytes(report.received_bytes)}; {format_bytes(report.resumed_bytes)} were there from before",
    ]
    if report.kept is not None:
        lines += _kept_lines(report.kept)
    lines += [f"failed: {failure}" for failure in report.failures]
    lines += [f"refused: {refusal}" for refusal in report.refused]
    if report.failures:
        lines.append("run the same command again to try the failed files once more")
    for line in lines:
        click.echo(line)


def _kept_lines(kept: KeptPhotos) -> list[str]:
    counted = ", ".join(f"{key} {count:,}" for key, count in sorted(kept.kept.items()))
    lines = [
        f"licence_kept.txt: {kept.kept.total():,} photos kept ({counted}), {kept.left_out.total():,} left out",
    ]
    if kept.unreadable:
        lines.append(f"train_attribution.csv: {kept.unreadable:,} rows are unreadable and count as left out")
    return lines
