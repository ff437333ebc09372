"""What a person takes away: the same records as the command line writes."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TextIO

from triovision.decision.record_writers import CsvWriter, GeoJsonWriter, JsonWriter, Writer
from triovision.prediction import Prediction

__all__ = ["DOWNLOADS", "Download", "write_records"]


@dataclass(frozen=True, slots=True)
class Download:
    """One format: key of its name in the catalogue, end of the file's name, media type, and what writes it."""

    key: str
    suffix: str
    media_type: str
    writer: Callable[[TextIO, int, str], Writer]


DOWNLOADS = (
    Download("details.csv", "csv", "text/csv", CsvWriter),
    Download("details.json", "json", "application/json", JsonWriter),
    Download("details.geojson", "geojson", "application/geo+json", GeoJsonWriter),
)


def write_records(download: Download, predictions: Iterable[Prediction], top: int, language: str) -> bytes:
    """Predictions in a format, as UTF-8.

    Args:
        download: The format.
        predictions: In the order of the file.
        top: Countries per photo.
        language: Of the names.
    """
    out = io.StringIO()
    writer = download.writer(out, top, language)
    for prediction in predictions:
        writer.write(prediction)
    writer.close()
    # A file name may hold half a code point, which UTF-8 cannot.
    return out.getvalue().encode("utf-8", "backslashreplace")
