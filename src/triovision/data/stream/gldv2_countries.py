"""The country of each landmark, from the table that `triovision data countries gldv2` writes."""

from __future__ import annotations

import math
from collections import Counter
from pathlib import Path
from typing import Any, NamedTuple

from triovision.countries import is_country_code
from triovision.errors import DataError

__all__ = ["LandmarkCountry", "read_landmark_countries"]

_REQUIRED = ("landmark_id", "country_code")
_OPTIONAL = ("source", "latitude", "longitude")
_MAX_LATITUDE, _MAX_LONGITUDE = 90.0, 180.0


class LandmarkCountry(NamedTuple):
    """Where a landmark is.

    Attributes:
        country_code: Blank where it cannot be used.
        source: How the country is known.
        latitude: Degrees, NaN where unknown.
        longitude: Degrees, NaN where unknown.
        reject: Why its photos are left out, blank where they are not.
    """

    country_code: str
    source: str = "label"
    latitude: float = math.nan
    longitude: float = math.nan
    reject: str = ""


def read_landmark_countries(path: Path) -> tuple[dict[str, LandmarkCountry], list[str]]:
    """Landmarks by id, and what is wrong with the table, a sentence per kind.

    Args:
        path: Parquet with `landmark_id` and `country_code`; optional `source, latitude, longitude`.

    Raises:
        DataError: If it cannot be used.
    """
    found: dict[str, LandmarkCountry] = {}
    problems = _Problems(path)
    for row in _rows(path):
        landmark = str(row["landmark_id"] if row["landmark_id"] is not None else "").strip()
        if not landmark:
            problems.add("name no landmark; they are passed over", "(blank)")
            continue
        place = _place(row, landmark, problems)
        earlier = found.setdefault(landmark, place)
        if earlier is not place:
            problems.add("name a landmark that an earlier row names; the first one counts", landmark)
            if earlier.country_code != place.country_code and not earlier.reject:
                problems.add("contradict an earlier row; the photos of these landmarks are left out", landmark)
                reason = f"contradiction: landmark {landmark} is in {earlier.country_code} and {place.country_code}"
                found[landmark] = earlier._replace(reject=reason)
    if not found:
        raise DataError(f"{path}: names no landmark; write it with `triovision data countries gldv2`")
    return found, problems.sentences()


class _Problems:
    def __init__(self, path: Path) -> None:
        self._name = path.name
        self._counts: Counter[str] = Counter()
        self._first: dict[str, str] = {}

    def add(self, problem: str, landmark: str) -> None:
        self._counts[problem] += 1
        self._first.setdefault(problem, landmark)

    def sentences(self) -> list[str]:
        return [
            f"{self._name}: {count:,} rows {problem} (first: landmark {self._first[problem]})"
            for problem, count in sorted(self._counts.items())
        ]


def _place(row: dict[str, Any], landmark: str, problems: _Problems) -> LandmarkCountry:
    code = str(row["country_code"] or "").strip().upper()
    if not code:
        return LandmarkCountry("", reject="no country: none is known of its landmark")
    if not is_country_code(code):
        problems.add("have a country code that nobody knows; their photos are left out", landmark)
        return LandmarkCountry("", reject=f"unknown country: {code[:20]!r} of landmark {landmark}")
    latitude, longitude = _number(row.get("latitude")), _number(row.get("longitude"))
    if not (abs(latitude) <= _MAX_LATITUDE and abs(longitude) <= _MAX_LONGITUDE):
        if not (math.isnan(latitude) and math.isnan(longitude)):
            problems.add("have coordinates out of range, which are not used", landmark)
        latitude = longitude = math.nan
    return LandmarkCountry(code, str(row.get("source") or "label"), latitude, longitude)


def _number(value: Any) -> float:
    try:
        return math.nan if value is None else float(value)
    except (TypeError, ValueError):
        return math.inf


def _rows(path: Path) -> list[dict[str, Any]]:
    import pyarrow as pa  # noqa: PLC0415
    from pyarrow import parquet  # noqa: PLC0415

    try:
        names = parquet.read_schema(path).names
        missing = [name for name in _REQUIRED if name not in names]
        if missing:
            raise DataError(
                f"{path}: has no column {missing[0]}; its columns are {', '.join(names)[:200]}; "
                "write it with `triovision data countries gldv2`"
            )
        columns = [name for name in (*_REQUIRED, *_OPTIONAL) if name in names]
        rows: list[dict[str, Any]] = parquet.read_table(path, columns=columns).to_pylist()
    except FileNotFoundError:
        raise DataError(f"{path}: no such file; write it with `triovision data countries gldv2`") from None
    except (OSError, pa.ArrowException, UnicodeDecodeError) as error:
        reason = str(error).splitlines()[0][:100]
        raise DataError(f"{path}: not a Parquet table of countries ({reason}); write it again") from None
    return rows
