"""SOURCE as a CSV: one row per photo."""

from __future__ import annotations

import csv
import math
import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from triovision.countries import is_country_code, resolve_country_name
from triovision.data.landmarks import landmark_key
from triovision.data.records import SPLITS, Reject, Sample
from triovision.errors import CountryError, DataError

__all__ = [
    "DropList",
    "RowError",
    "find_country",
    "iterate_csv_rows",
    "locate_photo",
    "make_sample",
    "read_csv_rows",
    "read_drop_list",
    "read_table",
]

_PHOTO_FOLDER = "photos"
_MAX_LATITUDE, _MAX_LONGITUDE = 90.0, 180.0


class DropList(NamedTuple):
    """Known bad samples: the reason by photo and the country code that it is bad for, empty for any."""

    reasons: Mapping[tuple[str, str], str]

    def reason(self, sample: Sample) -> str | None:
        """Why this sample is left out, None if it is not."""
        return self.reasons.get((sample.photo, sample.country_code)) or self.reasons.get((sample.photo, ""))


def read_csv_rows(path: Path, required: Sequence[Sequence[str]]) -> list[dict[str, str]]:
    """Rows of a CSV with a header, values stripped, blank lines left out.

    Args:
        path: UTF-8, with or without a byte order mark, separated by commas.
        required: Groups of column names; of each group one must be there.

    Raises:
        DataError: If the file cannot be read, is empty, not UTF-8, or lacks a column; it names the mend.
    """
    return list(iterate_csv_rows(path, required))


def iterate_csv_rows(path: Path, required: Sequence[Sequence[str]]) -> Iterator[dict[str, str]]:
    """Rows of a CSV as `read_csv_rows` gives them, one at a time.

    Raises:
        DataError: As there, at the row where it shows.
    """
    is_empty = True
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file, strict=True)
            _check_columns(path, reader.fieldnames or (), required)
            for row in reader:
                if None in row or None in row.values():
                    raise DataError(
                        f"{path}: line {reader.line_num} has another number of fields than the header; "
                        "quote values that hold commas"
                    )
                is_empty = False
                yield {key.strip(): value.strip() for key, value in row.items()}
    except OSError as error:
        raise DataError(f"{path}: cannot be read ({error.strerror}); check the path") from None
    except UnicodeDecodeError:
        raise DataError(f"{path}: not UTF-8 text; save it as CSV with encoding UTF-8") from None
    except csv.Error as error:
        raise DataError(f"{path}: not a CSV ({error}); save it as CSV, separated by commas") from None
    if is_empty:
        raise DataError(f"{path}: holds a header but no rows; write one row per photo")


def _check_columns(path: Path, columns: Sequence[str], required: Sequence[Sequence[str]]) -> None:
    names = [column.strip() for column in columns]
    if not names:
        raise DataError(f"{path}: is empty; write a header and one row per photo")
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise DataError(f"{path}: column {twice[0]!r} stands twice in the header; rename one")
    for group in required:
        if not set(group) & set(names):
            wanted = " or ".join(f"`{name}`" for name in group)
            separator = " (separated by semicolons? save it with commas)" if ";" in names[0] else ""
            raise DataError(f"{path}: has no column {wanted}{separator}; its columns are {', '.join(names)[:200]}")


def read_drop_list(path: Path) -> DropList:
    """Read the list of known bad samples: columns `photo`, `reason` and, optionally, `country_code`.

    Raises:
        DataError: If it is not such a table.
    """
    rows = read_csv_rows(path, (("photo",), ("reason",)))
    return DropList(
        {(row["photo"], row.get("country_code", "").upper()): row["reason"] or "no reason given" for row in rows}
    )


def read_table(path: Path) -> tuple[list[Sample], list[Reject], dict[str, Path]]:
    """Read a CSV of photos.

    Args:
        path: Columns `photo` and `country_code` or `country`; optional `source, landmark, licence, author` (or
            `origin`)`, latitude, longitude, split`. Others are ignored.

    Returns:
        Samples; rows that cannot be used; the file of each photo.

    Raises:
        DataError: If the table as a whole cannot be used.
    """
    rows = read_csv_rows(path, (("photo",), ("country_code", "country")))
    _check_unique(path, rows)
    has_splits = any(row.get("split") for row in rows)
    samples: list[Sample] = []
    rejects: list[Reject] = []
    for row in rows:
        try:
            samples.append(make_sample(row, has_splits=has_splits))
        except RowError as error:
            rejects.append(Reject(row["photo"], str(error)))
    return samples, rejects, {sample.photo: locate_photo(path.parent, sample.photo) for sample in samples}


class RowError(Exception):
    """A row that cannot be used; its text is the reason."""


def _check_unique(path: Path, rows: Sequence[Mapping[str, str]]) -> None:
    photos = [row["photo"] for row in rows]
    if len(set(photos)) == len(photos):
        return
    seen: set[str] = set()
    twice = [photo for photo in photos if photo in seen or seen.add(photo)]  # type: ignore[func-returns-value]
    raise DataError(
        f"{path}: {len(twice)} rows name a photo that an earlier row names, first {twice[0]!r}; keep one row per photo"
    )


def make_sample(row: Mapping[str, str], *, has_splits: bool, needs_country: bool = True) -> Sample:
    """The sample that a row describes.

    Args:
        row: By column.
        has_splits: Whether the table says the split of each photo.
        needs_country: Whether a row without a country is wrong; else its country code stays blank.

    Raises:
        RowError: If the row cannot be used.
    """
    if not row["photo"]:
        raise RowError("unreadable: the row names no photo")
    split = row.get("split", "")
    if has_splits and split not in SPLITS:
        raise RowError(f"bad row: split {split[:40]!r} is none of {', '.join(SPLITS)}")
    latitude = _degrees(row, "latitude", _MAX_LATITUDE)
    longitude = _degrees(row, "longitude", _MAX_LONGITUDE)
    if (latitude is None) != (longitude is None):
        raise RowError("bad row: latitude and longitude belong together")
    country = row.get("country_code") or row.get("country") or ""
    try:
        code = find_country(country) if country or needs_country else ""
    except CountryError as error:
        raise RowError(f"unknown country: {error}") from None
    return Sample(
        photo=row["photo"],
        country_code=code,
        landmark=landmark_key(row.get("landmark", "")),
        latitude=latitude,
        longitude=longitude,
        collection=row.get("source", ""),
        licence=row.get("licence", ""),
        author=row.get("author") or row.get("origin") or "",
        split=split,
    )


def _degrees(row: Mapping[str, str], column: str, most: float) -> float | None:
    text = row.get(column, "")
    if not text:
        return None
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not abs(value) <= most:
        raise RowError(f"bad row: {column} {text[:40]!r} is not within -{most:.0f}..{most:.0f} degrees")
    return value


def find_country(text: str) -> str:
    """Country code of a code or a free-text name.

    Raises:
        CountryError: If nobody knows it, or it is blank.
    """
    if not text.strip():
        raise CountryError("it is blank; write a country code or name")
    return text.strip().upper() if is_country_code(text.strip()) else resolve_country_name(text)


def locate_photo(folder: Path, photo: str) -> Path:
    """The file of a photo that a table names: beside the table, or in `photos/` beside it."""
    beside = folder / photo
    below = folder / _PHOTO_FOLDER / photo
    # Path.exists raises where a folder may not be entered or a name is too long.
    return below if os.path.exists(below) and not os.path.exists(beside) else beside  # noqa: PTH110
