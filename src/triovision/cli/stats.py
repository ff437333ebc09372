"""`triovision data stats`: what a prepared data set holds."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from rich.console import Console

    from triovision.data.stats import DataCounts

__all__ = ["stats"]

_PATH = click.Path(path_type=Path)
_WIDEST = 44


@click.command()
@click.argument("folder", type=_PATH, metavar="OUT")
@click.option(
    "--to",
    "reports",
    type=_PATH,
    multiple=True,
    metavar="FILE",
    help="Also a report with a world map, as .html or .png; may be given again.",
)
@click.option("--lang", "language", default="en", show_default=True, help="Language of the countries' names.")
@click.option(
    "--rare-below",
    type=click.IntRange(min=2),
    default=1000,
    show_default=True,
    help="Photos that make no rare country.",
)
@click.option("--top", type=click.IntRange(min=1), default=20, show_default=True, help="Countries in the table.")
def stats(folder: Path, reports: tuple[Path, ...], language: str, rare_below: int, top: int) -> None:
    """Show what the data set in OUT holds: photos per country, licences, splits, landmarks, sources.

    OUT is what `triovision data prepare` wrote. Reports are whole by themselves: they load nothing from elsewhere.
    """
    from rich.console import Console  # noqa: PLC0415 - rich costs 50 ms that `--help` shall not pay

    from triovision.countries import check_language  # noqa: PLC0415
    from triovision.data.stats import check_report, count_data, write_report  # noqa: PLC0415

    check_language(language)
    for report in reports:
        check_report(report)
    counts = count_data(folder)
    console = Console()
    _print_countries(console, counts, language, rare_below, top)
    _print_shares(console, counts, rare_below)
    for report in reports:
        write_report(counts, report, language, rare_below)
        click.echo(f"{report}: written", err=True)


def _print_countries(console: Console, counts: DataCounts, language: str, rare_below: int, top: int) -> None:
    from rich.table import Table  # noqa: PLC0415

    from triovision.countries import country_name  # noqa: PLC0415

    splits = list(counts.splits)
    table = Table("Country", "Code", header_style="bold")
    for heading in ("Photos", *(split.capitalize() or "No split" for split in splits)):
        table.add_column(heading, justify="right")
    table.add_column("")
    for code, count in list(counts.per_country.items())[:top]:
        per_split = (f"{counts.countries[code][split]:,}" for split in splits)
        mark = "rare" if count < rare_below else ""
        table.add_row(country_name(code, language), code, f"{count:,}", *per_split, mark)
    console.print(table)
    rest = len(counts.countries) - top
    if rest > 0:
        console.print(f"... and {rest} countries more (--top {len(counts.countries)} shows all)", highlight=False)


def _print_shares(console: Console, counts: DataCounts, rare_below: int) -> None:
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    from triovision.data.stats import facts, shares  # noqa: PLC0415

    for title, rows in shares(counts).items():
        table = Table(title, header_style="bold")
        table.add_column("Photos", justify="right")
        table.add_column("Share", justify="right")
        for word, count in rows[:10]:
            short = word if len(word) <= _WIDEST else f"{word[: _WIDEST - 1]}…"
            # As plain text: what stands in brackets is no style here.
            table.add_row(Text(short), f"{count:,}", f"{count / counts.photos:.1%}")
        console.print(table)
    line = ", ".join(f"{value} {what}" for what, value in facts(counts, rare_below))
    console.print(line, highlight=False, soft_wrap=True)
