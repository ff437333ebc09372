"""Any table with landmark or category and coordinates -> country by point in polygon."""

from __future__ import annotations

from pathlib import Path

from triovision.data.provenance.claims import CONFIDENCES, Claim, SourceReport
from triovision.data.provenance.landmarks import Landmarks
from triovision.data.provenance.tables import read_texts
from triovision.data.provenance.verdict import Place, compute_verdicts, format_point, parse_degrees

__all__ = ["read_coordinates"]

_SOURCE = "coordinates"
_COLUMNS = {
    "landmark": ("landmark_id", "landmark"),
    "category": ("category", "category_name"),
    "latitude": ("latitude", "lat"),
    "longitude": ("longitude", "lon", "lng"),
}
_NEEDS = (("landmark", "latitude", "longitude"), ("category", "latitude", "longitude"))
_ROWS_AT_A_TIME = 1 << 16


def read_coordinates(path: Path, landmarks: Landmarks, report: SourceReport) -> None:
    """Take the claims of a table.

    Args:
        path: CSV or Parquet with `landmark_id` or `category`, and `latitude` and `longitude` (or `lat` and `lon`).
        landmarks: Of the data set.
        report: Of the source `coordinates`; several tables share one, and where they disagree none is believed.

    Raises:
        DataError: If the table cannot be used.
    """
    waiting: list[tuple[list[str], Place]] = []
    for row in read_texts(path, _COLUMNS, report, needs=_NEEDS):
        name = row["landmark"] or row["category"]
        known = landmarks.find(row["landmark"], row["category"])
        point = parse_degrees(row["latitude"], row["longitude"])
        if not known:
            report.count("landmark or category not in the data set", f"{path.name}: {name}")
        elif isinstance(point, str):
            report.count(point, f"{path.name}: {name}: {row['latitude']}, {row['longitude']}")
            for landmark in known:
                report.add(landmark, Claim(_SOURCE, "", f"{path.name}: {name}", 0.0, reason=point))
        else:
            waiting.append((known, Place((), *point)))
            if len(waiting) >= _ROWS_AT_A_TIME:
                _take(path, landmarks, report, waiting)
                waiting = []
    _take(path, landmarks, report, waiting)


def _take(path: Path, landmarks: Landmarks, report: SourceReport, rows: list[tuple[list[str], Place]]) -> None:
    for (known, place), verdict in zip(rows, compute_verdicts([place for _, place in rows]), strict=True):
        point = format_point(place.latitude or 0.0, place.longitude or 0.0)
        report.count(verdict.reason or "used", f"{path.name}: {point}" if verdict.reason else "")
        confidence = CONFIDENCES[_SOURCE, verdict.basis] if verdict.code else 0.0
        claim = Claim(
            _SOURCE, verdict.code, f"{path.name}: {point}", confidence, place.latitude, place.longitude, verdict.reason
        )
        for landmark in known:
            report.add(landmark, claim, landmarks.titles[landmark])
