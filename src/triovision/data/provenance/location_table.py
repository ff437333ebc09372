"""`category_to_location.csv`: the table that the report joined by hand, 35,070 categories with names and coordinates.

Its data comes from OpenStreetMap and stands under the Open Database Licence (ODbL 1.0): whoever passes on a table that
was made with it attributes OpenStreetMap's contributors and keeps the licence.
"""

from __future__ import annotations

from pathlib import Path

from triovision.countries import match_country_name
from triovision.data.provenance.categories import category_title
from triovision.data.provenance.claims import CONFIDENCES, Claim, Conflict, SourceReport
from triovision.data.provenance.landmarks import Landmarks
from triovision.data.provenance.tables import read_texts
from triovision.data.provenance.verdict import Place, Verdict, compute_verdicts, format_point, parse_degrees

__all__ = ["LICENCE", "read_location_table"]

LICENCE = "ODbL 1.0, (c) OpenStreetMap contributors"
_SOURCE = "category_to_location"
_COLUMNS = {
    "id": ("id",),
    "category": ("category_name",),
    "latitude": ("lat",),
    "longitude": ("lon",),
    "country": ("country",),
}
_NEEDS = (("category", "country", "latitude", "longitude"),)


def read_location_table(path: Path, landmarks: Landmarks) -> SourceReport:
    """Claims of the table; its names and its coordinates check each other.

    Args:
        path: CSV with the columns `id, category_name, name, lat, lon, city, state, country`.
        landmarks: Of the data set; the rows are matched by category.

    Raises:
        DataError: If the table cannot be used.
    """
    report = SourceReport(_SOURCE, LICENCE)
    rows: list[tuple[dict[str, str], list[str]]] = []
    places: list[Place] = []
    for row in read_texts(path, _COLUMNS, report, needs=_NEEDS):
        known = landmarks.find("", row["category"])
        if not known:
            report.count("category is no landmark's", f"row {row['id']}: {row['category']}")
            continue
        rows.append((row, known))
        places.append(_place(row, report))
    for (row, known), place, verdict in zip(rows, places, compute_verdicts(places), strict=True):
        _take(report, row, known, place, verdict)
    return report


def _place(row: dict[str, str], report: SourceReport) -> Place:
    where = f"row {row['id']}: {row['category']}"
    named: tuple[str, ...] = ()
    if row["country"]:
        code = match_country_name(row["country"])
        named = (code,) if code else ()
        if code == "":
            report.count("name of several countries", f"{where}: {row['country']}")
        elif code is None:
            report.count("unknown country name", f"{where}: {row['country']}")
    if not (row["latitude"] or row["longitude"]):
        return Place(named)
    point = parse_degrees(row["latitude"], row["longitude"])
    if isinstance(point, str):
        report.count(point, f"{where}: {row['latitude']}, {row['longitude']}")
        return Place(named)
    return Place(named, *point)


def _take(report: SourceReport, row: dict[str, str], known: list[str], place: Place, verdict: Verdict) -> None:
    evidence = f"category_to_location.csv, row {row['id']}: country {row['country']!r}"
    if place.latitude is not None and place.longitude is not None:
        evidence += (
            f", coordinates {format_point(place.latitude, place.longitude)} in {verdict.located or 'no country'}"
        )
    reason = verdict.reason or ("" if verdict.code else _missing(row))
    report.count(reason or "used", f"row {row['id']}: {row['category']}" if reason else "")
    confidence = CONFIDENCES[_SOURCE, verdict.basis] if verdict.code else 0.0
    # A point at sea says nothing about where the landmark is.
    point = (place.latitude, place.longitude) if verdict.located else (None, None)
    title = category_title(row["category"])
    for landmark in known:
        report.add(landmark, Claim(_SOURCE, verdict.code, evidence, confidence, *point, reason), title)
        if place.named and verdict.located and verdict.located not in place.named:
            report.conflicts.append(
                Conflict(
                    landmark, title, "name and coordinates", _SOURCE, place.named[0], _SOURCE, verdict.located,
                    verdict.code, f"rule {verdict.basis or 'none'}: {evidence}",
                )
            )  # fmt: skip


def _missing(row: dict[str, str]) -> str:
    return "unusable country name and no usable coordinates" if row["country"] else "neither country nor coordinates"
