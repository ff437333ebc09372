"""`triovision data countries`: which country the landmarks of a data set lie in."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from triovision.cli.progress import open_listener

if TYPE_CHECKING:
    from rich.table import Table

    from triovision.data.provenance.join import JoinReport

__all__ = ["countries"]

_PATH = click.Path(path_type=Path)
_PUBLIC = "public"
_EXIT_INCOMPLETE = 1
_NAMED_REASONS = 8


@click.group()
def countries() -> None:
    """Find the country of each landmark of a data set."""


@countries.command()
@click.option("--from", "folder", type=_PATH, default=".", help="Folder of `data download gldv2`.  [default: this one]")
@click.option("--to", "target", type=_PATH, required=True, help="Parquet file to write.")
@click.option("--category-to-location", "location_table", type=_PATH, help="category_to_location.csv (ODbL).")
@click.option(
    "--coordinates",
    multiple=True,
    type=_PATH,
    metavar="TABLE",
    help="CSV or Parquet: landmark_id or category, latitude, longitude. Repeatable.",
)
@click.option(
    "--wikidata",
    "endpoint",
    is_flag=False,
    flag_value=_PUBLIC,
    metavar="[ENDPOINT]",
    help="Ask Wikidata over the network; without ENDPOINT, the public one.",
)
@click.option("--wikidata-dump", type=_PATH, metavar="FILE", help="Dump or extract: JSON lines, also .gz or .bz2.")
@click.option("--gazetteer", is_flag=True, help="Also place names in the category's own text, the weakest source.")
@click.option("--cache", type=_PATH, help="Folder for Wikidata's answers.  [default: beside the output]")
@click.option("--batch-size", type=int, default=100, show_default=True, help="Categories a query.")
@click.option("--pause", "pause_s", type=float, default=1.0, show_default=True, help="Seconds after each query.")
@click.option("--retries", type=int, default=5, show_default=True, help="Tries of a query after the first.")
@click.option("--timeout", "timeout_s", type=float, default=70.0, show_default=True, help="Seconds of silence.")
@click.option("--backoff", "backoff_s", type=float, default=2.0, show_default=True, help="Seconds before try two.")
def gldv2(folder: Path, target: Path, endpoint: str | None, **options: Any) -> None:
    """Find the country of each landmark of Google Landmarks v2, and say how it is known.

    Writes a table with landmark_id, country_code, source, evidence, confidence, latitude and longitude; beside it,
    every disagreement (<name>-conflicts.csv) and what is covered, what is not and why (<name>-report.json).

    Where sources disagree, the first of this order stands: coordinates, wikidata, category_to_location, gazetteer.
    A source that contradicts itself gives no answer: a wrong label is worse than a missing one. The confidence is an
    order of belief, not a measured probability.

    Nothing is asked over the network without --wikidata. Its answers are kept, and the same command goes on where it
    was interrupted; delete the cache to ask anew.

    Exit code: 0 done, 1 done but Wikidata gave no answer for some categories, 2 nothing could be done.
    """
    from triovision.data.provenance.join import JoinOptions, join_countries  # noqa: PLC0415
    from triovision.data.provenance.sparql import PUBLIC_ENDPOINT, SparqlOptions  # noqa: PLC0415

    asking = {name: options.pop(name) for name in ("batch_size", "pause_s", "retries", "timeout_s", "backoff_s")}
    asked = None
    if endpoint is not None:
        asked = SparqlOptions(PUBLIC_ENDPOINT if endpoint == _PUBLIC else endpoint, **asking)
    with open_listener() as listener:
        report = join_countries(folder, target, JoinOptions(wikidata=asked, **options), listener)
    _print_report(report)
    if report.unanswered:
        sys.exit(_EXIT_INCOMPLETE)


def _print_report(report: JoinReport) -> None:
    from rich.console import Console  # noqa: PLC0415 - `--help` shall not pay for it

    console = Console()
    console.print(_coverage_table(report.facts))
    for line in _lines(report):
        console.print(line, markup=False, highlight=False, soft_wrap=True)


def _coverage_table(facts: Mapping[str, Any]) -> Table:
    from rich.table import Table  # noqa: PLC0415

    columns = ("Answered", "Landmarks", "Photos", "Share", "Countries")
    table = Table("Source", header_style="bold")
    for column in columns:
        table.add_column(column, justify="right")
    total = facts["photos"]["total"]
    for name, source in facts["sources"].items():
        photos = source["photos_chosen"]
        counts = (source["landmarks_answered"], source["landmarks_chosen"], photos)
        table.add_row(name, *(f"{count:,}" for count in counts), _percent(photos, total), f"{source['countries']:,}")
    landmarks, photos = facts["landmarks"]["with_country"], facts["photos"]["with_country"]
    table.add_section()
    table.add_row(
        "total",
        "",
        f"{landmarks:,}",
        f"{photos:,}",
        _percent(photos, total),
        f"{len(facts['countries']):,}",
        style="bold",
    )
    line = facts["report_photos"]
    table.add_row("the report", "", "", f"{line['with_country']:,}", _percent(line["with_country"], line["total"]), "")
    return table


def _percent(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f} %" if whole else "-"


def _lines(report: JoinReport) -> Iterator[str]:
    facts = report.facts
    yield f"of {facts['landmarks']['total']:,} landmarks with {facts['photos']['total']:,} photos"
    if facts["free_photos"]:
        free = facts["free_photos"]
        share = _percent(free["with_country"], free["total"])
        yield f"of {free['total']:,} photos with a free licence, {free['with_country']:,} have a country ({share})"
    if facts["not_covered"]:
        counts = list(facts["not_covered"].items())
        named = ", ".join(f"{reason} {count['landmarks']:,}" for reason, count in counts[:_NAMED_REASONS])
        yield f"landmarks without a country: {named}{' ...' if len(counts) > _NAMED_REASONS else ''}"
    for name, source in facts["sources"].items():
        rest = {what: count for what, count in source["rows"].items() if what not in {"rows", "used"}}
        if rest:
            yield f"{name}: {', '.join(f'{count:,} {what}' for what, count in rest.items())}"
    trouble = {what: count for what, count in facts["data_set"]["rows"].items() if what != "rows"}
    if trouble:
        yield f"tables of the data set: {', '.join(f'{count:,} {what}' for what, count in trouble.items())}"
    for pair in facts["agreement"]:
        share = _percent(pair["same_country"], pair["landmarks"])
        yield f"{' and '.join(pair['sources'])} agree on {share} of the {pair['landmarks']:,} landmarks both answer"
    if facts["sources"].get("category_to_location", {}).get("landmarks_chosen"):
        yield "rows from category_to_location stand under ODbL 1.0: attribute OpenStreetMap if you pass the table on"
    conflicts = sum(facts["conflicts"].values())
    yield f"{report.table}; {conflicts:,} conflicts in {report.conflicts.name}, all counts in {report.report.name}"
