"""Predictions as text for machines, one result after the other: JSON, JSON lines, CSV and GeoJSON.

One source for the command line's `--format` and for the app's downloads.
"""

from __future__ import annotations

import csv
import json
from typing import Any, Protocol, TextIO

from triovision.countries import get_country
from triovision.decision.wording import prediction_record
from triovision.errors import PhotoError
from triovision.prediction import Prediction

__all__ = ["CsvWriter", "GeoJsonWriter", "JsonLinesWriter", "JsonWriter", "RecordWriter", "Writer"]


class Writer(Protocol):
    """Takes one result after the other; `close` writes what was held back."""

    def write(self, result: Prediction | PhotoError) -> None:
        """Take one result."""

    def close(self) -> None:
        """Write what is left."""


class RecordWriter:
    """What all writers of records share.

    Args:
        out: Where to write; the caller closes it.
        top: Countries per photo.
        language: Of the names.
    """

    def __init__(self, out: TextIO, top: int, language: str) -> None:
        self._out = out
        self._top = top
        self._language = language

    def _record(self, result: Prediction | PhotoError) -> dict[str, Any]:
        if isinstance(result, PhotoError):
            return {"photo": result.photo, "error": {"type": type(result).__name__, "message": str(result)}}
        return prediction_record(result, self._top, self._language)


class JsonLinesWriter(RecordWriter):
    """One JSON object a line, as soon as it is known."""

    def write(self, result: Prediction | PhotoError) -> None:
        """Write one line."""
        print(json.dumps(self._record(result), ensure_ascii=False), file=self._out, flush=True)

    def close(self) -> None:
        """Nothing is held back."""


class _ListWriter(RecordWriter):
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


class CsvWriter(RecordWriter):
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
