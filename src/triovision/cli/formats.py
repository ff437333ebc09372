"""How predictions are written: a table for people here, formats for machines in `decision.record_writers`."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any, TextIO

from triovision.cli.inputs import printable
from triovision.countries import country_flag, country_name
from triovision.decision import answer_text, confidence_text, country_set_text
from triovision.decision.record_writers import CsvWriter, GeoJsonWriter, JsonLinesWriter, JsonWriter, Writer
from triovision.errors import PhotoError
from triovision.prediction import Prediction

__all__ = ["Writer", "make_writer"]

_BAR_CELLS = 24


def make_writer(output_format: str, top: int, language: str) -> Writer:
    """The writer of a format, onto standard output."""
    out = sys.stdout
    if hasattr(out, "reconfigure"):
        # A file name that is not UTF-8 is escaped, which JSON reads back, instead of ending the run.
        out.reconfigure(encoding="utf-8", errors="backslashreplace")
    writers: dict[str, Callable[[TextIO, int, str], Writer]] = {
        "table": TableWriter,
        "json": JsonWriter,
        "jsonl": JsonLinesWriter,
        "csv": CsvWriter,
        "geojson": GeoJsonWriter,
    }
    return writers[output_format](out, top, language)


class TableWriter:
    """For people: one photo in full, several as a table."""

    def __init__(self, out: TextIO, top: int, language: str) -> None:
        self._out = out
        self._top = top
        self._language = language
        self._predictions: list[Prediction] = []

    def write(self, result: Prediction | PhotoError) -> None:
        """Hold a prediction back until the table's width is known; errors are told on standard error."""
        if isinstance(result, Prediction):
            self._predictions.append(result)

    def close(self) -> None:
        """Print the table."""
        from rich.console import Console  # noqa: PLC0415 - machine formats need no rich

        console = Console(file=self._out, highlight=False)
        if len(self._predictions) == 1:
            self._print_one(console, self._predictions[0])
        elif self._predictions:
            self._print_many(console)

    def _print_one(self, console: Any, prediction: Prediction) -> None:
        from rich.table import Table  # noqa: PLC0415
        from rich.text import Text  # noqa: PLC0415

        answer = prediction.answer()
        console.print(Text(printable(prediction.photo), style="dim"))
        console.print(
            Text(
                answer_text(prediction, self._language),
                style="bold green" if answer.is_sure else "bold yellow",
            )
        )
        if words := confidence_text(answer, self._language):
            console.print(Text(words, style="dim"))
        table = Table(box=None, show_header=False, padding=(0, 1))
        for code, probability in prediction.top(self._top):
            bar = "█" * round(_BAR_CELLS * probability) or "▏"
            name = country_name(code, self._language)
            table.add_row(country_flag(code), name, Text(f"{100 * probability:5.1f} %"), Text(bar, style="cyan"))
        rest = 1 - sum(probability for _, probability in prediction.top(self._top))
        table.add_row("", "…", Text(f"{100 * max(rest, 0):5.1f} %"), Text("█" * round(_BAR_CELLS * rest), style="dim"))
        console.print(table)
        console.print(Text(country_set_text(answer, self._language), style="dim"))
        for warning in prediction.warnings:
            console.print(Text(f"! {printable(warning)}", style="yellow"))

    def _print_many(self, console: Any) -> None:
        from rich.table import Table  # noqa: PLC0415
        from rich.text import Text  # noqa: PLC0415

        table = Table(header_style="bold")
        table.add_column("Photo", overflow="fold")
        table.add_column("Answer")
        table.add_column("Most likely")
        for prediction in self._predictions:
            likely = "  ".join(f"{code} {100 * value:.0f} %" for code, value in prediction.top(min(self._top, 3)))
            style = "green" if prediction.answer().is_sure else "yellow"
            text = answer_text(prediction, self._language).partition(" (")[0]
            table.add_row(Text(printable(prediction.photo)), Text(text, style=style), Text(likely))
        console.print(table)
