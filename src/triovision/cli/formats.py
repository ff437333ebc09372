"""How predictions are written: a table for people, JSON, JSON lines, CSV and GeoJSON for machines."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Callable
from typing import Any, Protocol, TextIO

from triovision.cli.inputs import printable
from triovision.countries import country_flag, country_name, get_country
from triovision.decision import answer_text, country_set_text, prediction_record
from triovision.errors import PhotoError
from triovision.prediction import Prediction

__all__ = ["Writer", "make_writer"]

_BAR_CELLS = 24


class Writer(Protocol):
    """Takes one result after the other; `close` writes what was held back."""

    def write(self, result: Prediction | PhotoError) -> None:
        """Take one result."""

    def close(self) -> None:
        """Write what is left."""


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


class _BaseWriter:
    def __init__(self, out: TextIO, top: int, language: str) -> None:
        self._out = out
        self._top = top
        self._language = language

    def _record(self, result: Prediction | PhotoError) -> dict[str, Any]:
        if isinstance(result, PhotoError):
            return {"photo": result.photo, "error": {"type": type(result).__name__, "message": str(result)}}
        return prediction_record(result, self._top, self._language)


class JsonLinesWriter(_BaseWriter):
    """One JSON object a line, as soon as it is known."""

    def write(self, result: Prediction | PhotoError) -> None:
        """Write one line."""
        print(json.dumps(self._record(result), ensure_ascii=False), file=self._out, flush=True)

    def close(self) -> None:
        """Nothing is held back."""


class _ListWriter(_BaseWriter):
    """A JSON list written member by member, in constant memory."""

    _head, _tail = "[", "]"

    def __init__(self, out: TextIO, top: int, language: str) -> None:
        super().__init__(out, top, language)
        self._separator = self._head + "\n"

    def _member(self, result: Prediction | PhotoError) -> dict[str, Any]:
        return self._record(result)

    def write(self, result: Prediction | PhotoError) -> None:
        self._out.write(self._separator + json.dumps(self._member(result), ensure_ascii=False))
        self._separator = ",\n"

    def close(self) -> None:
        head = self._separator if self._separator != ",\n" else ""
        self._out.write(f"{head}\n{self._tail}\n")
        self._out.flush()


class JsonWriter(_ListWriter):
    """One JSON array."""


class GeoJsonWriter(_ListWriter):
    """A GeoJSON FeatureCollection; a point stands for a country, so it is the country's centre and says so."""

    _head, _tail = '{"type": "FeatureCollection", "features": [', "]}"

    def _member(self, result: Prediction | PhotoError) -> dict[str, Any]:
        properties = self._record(result)
        geometry = None
        code = None if isinstance(result, PhotoError) else result.answer().country_code
        if code is not None:
            country = get_country(code)
            geometry = {"type": "Point", "coordinates": [country.longitude, country.latitude]}
            properties["position"] = "centre of the country, not place of the photo"
        return {"type": "Feature", "geometry": geometry, "properties": properties}


class CsvWriter(_BaseWriter):
    """One row a photo."""

    def __init__(self, out: TextIO, top: int, language: str) -> None:
        super().__init__(out, top, language)
        self._rows = csv.writer(out, lineterminator="\n")
        ranks = range(1, top + 1)
        pairs = [column for rank in ranks for column in (f"country_{rank}", f"probability_{rank}")]
        self._columns = ["photo", "level", "place", "name", "confidence", "country_set", *pairs, "error"]
        self._rows.writerow(self._columns)

    def write(self, result: Prediction | PhotoError) -> None:
        """Write one row."""
        if isinstance(result, PhotoError):
            empty = [""] * (len(self._columns) - 2)
            self._rows.writerow([result.photo, *empty, str(result)])
            return
        record = self._record(result)
        answer = record["answer"]
        cells = [cell for entry in record["countries"] for cell in (entry["country_code"], entry["probability"])]
        cells += [""] * (2 * self._top - len(cells))
        head = [record["photo"], answer["level"], answer["place"], answer["name"], answer["confidence"]]
        self._rows.writerow([*head, " ".join(answer["country_set"]), *cells, ""])

    def close(self) -> None:
        """Nothing is held back."""
        self._out.flush()


class TableWriter(_BaseWriter):
    """For people: one photo in full, several as a table."""

    def __init__(self, out: TextIO, top: int, language: str) -> None:
        super().__init__(out, top, language)
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
