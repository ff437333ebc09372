"""EXIF bytes to the few facts that we use; hostile EXIF gives fewer facts, never an error."""

from __future__ import annotations

import math
import re
import struct
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

from triovision.photo.tiff_tags import TagReader, TagValue

_ORIENTATION = 0x0112
_MAKE, _MODEL = 0x010F, 0x0110
_EXIF_TABLE, _GPS_TABLE = 0x8769, 0x8825
# (when, its offset from UTC): the shutter first, then the scanner; never the date of the last edit.
_DATES = ((0x9003, 0x9011), (0x9004, 0x9012))
_LATITUDE_REF, _LATITUDE, _LONGITUDE_REF, _LONGITUDE, _ALTITUDE_REF, _ALTITUDE = 1, 2, 3, 4, 5, 6
_WANTED = frozenset({_ORIENTATION, _MAKE, _MODEL, _EXIF_TABLE, _GPS_TABLE})
_WANTED_DETAIL = frozenset(tag for pair in _DATES for tag in pair)
_WANTED_GPS = frozenset({_LATITUDE_REF, _LATITUDE, _LONGITUDE_REF, _LONGITUDE, _ALTITUDE_REF, _ALTITUDE})
_BELOW_SEA_LEVEL = 1
_ALTITUDE_RANGE_M = (-12_000.0, 100_000.0)
_MAX_CAMERA_CHARACTERS = 100
_MAX_OFFSET_MINUTES = 24 * 60
_DATE = re.compile(r"(\d{4})[:-](\d\d)[:-](\d\d)[ T](\d\d):(\d\d):(\d\d)")
_OFFSET = re.compile(r"([+-])(\d\d):?(\d\d)")


@dataclass(frozen=True)
class Exif:
    """The facts; None where EXIF has none that makes sense."""

    latitude: float | None = None
    longitude: float | None = None
    altitude_m: float | None = None
    taken_at: datetime | None = None
    camera: str | None = None
    orientation: int = 1


def parse_exif(data: bytes | None) -> Exif:
    """Facts of an EXIF block, or of a whole TIFF file.

    Args:
        data: With or without the `Exif` prefix of JPEG.
    """
    if not data:
        return Exif()
    try:
        reader = TagReader(data.removeprefix(b"Exif\x00\x00"))
        main = reader.values(reader.first_table, _WANTED)
        detail = reader.values(_table(main.get(_EXIF_TABLE)), _WANTED_DETAIL)
        gps = reader.values(_table(main.get(_GPS_TABLE)), _WANTED_GPS)
    except (ValueError, struct.error, OverflowError):
        return Exif()
    latitude, longitude = _position(gps)
    return Exif(
        latitude=latitude,
        longitude=longitude,
        altitude_m=_altitude(gps),
        taken_at=_taken_at(detail),
        camera=_camera(_text(main.get(_MAKE)), _text(main.get(_MODEL))),
        orientation=_orientation(main.get(_ORIENTATION)),
    )


def _table(value: TagValue | None) -> int:
    return value[0] if isinstance(value, tuple) and isinstance(value[0], int) else 0


def _orientation(value: TagValue | None) -> int:
    first = value[0] if isinstance(value, tuple) else 1
    return int(first) if first in range(1, 9) else 1


def _text(value: TagValue | None) -> str:
    if not isinstance(value, bytes):
        return ""
    text = value.split(b"\x00", 1)[0].decode("utf-8", "replace")
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def _camera(make: str, model: str) -> str | None:
    first_word = make.casefold().split(" ", 1)[0]
    if not model.casefold().startswith(first_word):
        model = f"{make} {model}".strip()
    # An empty make is a prefix of every model, so only a missing model leaves the make to be taken.
    return (model or make)[:_MAX_CAMERA_CHARACTERS] or None


def _position(gps: dict[int, TagValue]) -> tuple[float | None, float | None]:
    latitude = _degrees(gps.get(_LATITUDE), gps.get(_LATITUDE_REF), "N", "S", 90)
    longitude = _degrees(gps.get(_LONGITUDE), gps.get(_LONGITUDE_REF), "E", "W", 180)
    if latitude is None or longitude is None:
        return None, None
    # Cameras without a fix write 0, 0; nobody photographs that spot in the Gulf of Guinea.
    if latitude == 0 and longitude == 0:
        return None, None
    return latitude, longitude


def _degrees(
    value: TagValue | None, reference: TagValue | None, positive: str, negative: str, limit: int
) -> float | None:
    sign = {positive: 1, negative: -1}.get(_text(reference).upper()[:1])
    if sign is None or not isinstance(value, tuple):
        return None
    parts = (*value, 0, 0)[:3]
    degrees = parts[0] + parts[1] / 60 + parts[2] / 3600
    is_sane = all(math.isfinite(part) and part >= 0 for part in parts) and degrees <= limit
    return sign * degrees if is_sane else None


def _altitude(gps: dict[int, TagValue]) -> float | None:
    value = gps.get(_ALTITUDE)
    if not isinstance(value, tuple):
        return None
    reference = gps.get(_ALTITUDE_REF, (0,))
    is_below = reference[:1] in {(_BELOW_SEA_LEVEL,), bytes([_BELOW_SEA_LEVEL])}
    altitude_m = -value[0] if is_below else value[0]
    low, high = _ALTITUDE_RANGE_M
    return float(altitude_m) if low <= altitude_m <= high else None


def _taken_at(detail: dict[int, TagValue]) -> datetime | None:
    for date_tag, offset_tag in _DATES:
        match = _DATE.match(_text(detail.get(date_tag)))
        if match:
            try:
                year, month, day, hour, minute, second = (int(part) for part in match.groups())
                zone = _zone(_text(detail.get(offset_tag)))
                return datetime(year, month, day, hour, minute, second, tzinfo=zone)
            except ValueError:
                continue
    return None


def _zone(text: str) -> timezone | None:
    match = _OFFSET.fullmatch(text)
    if not match:
        return None
    minutes = int(match[2]) * 60 + int(match[3])
    if minutes >= _MAX_OFFSET_MINUTES:
        return None
    return timezone(timedelta(minutes=-minutes if match[1] == "-" else minutes))
