"""A country's name against coordinates: which of the two is right.

The rules, in this order, for a name and a point that lead to different codes:

1. The point lies in a territory that has an ISO code of its own and that people also count to the named country
   (France, a point on Reunion): the territory.
2. The point lies on ground that decision 0002 counts to another country than the one that governs or claims it (Russia,
   a point in Crimea): the country of the point, for the borders file follows that decision.
3. The named country is within 5 km of the point: the name, for the borders are coarse.
4. Else one of the two is wrong and nobody knows which: no country.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from triovision.countries import locate

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["Place", "Verdict", "compute_verdicts", "format_point", "parse_degrees"]

_BORDER_KM = 5.0
_KM_PER_DEGREE = 111.2  # of latitude, on the sphere that `countries.great_circle_km` uses
_RING_POINTS = 12
_MAX_LATITUDE, _MAX_LONGITUDE = 90.0, 180.0

# Whose ground people also call by another country's name. Source: ISO 3166-1, remarks on dependence.
_TERRITORIES = {
    "AU": {"CC", "CX", "HM", "NF"},
    "CN": {"HK", "MO"},
    "DK": {"FO", "GL"},
    "FI": {"AX"},
    "FR": {"BL", "GF", "GP", "MF", "MQ", "NC", "PF", "PM", "RE", "TF", "WF", "YT"},
    "GB": {"AI", "BM", "FK", "GG", "GI", "GS", "IM", "IO", "JE", "KY", "MS", "PN", "SH", "TC", "VG"},
    "NL": {"AW", "BQ", "CW", "SX"},
    "NO": {"BV", "SJ"},
    "NZ": {"CK", "NU", "TK"},
    "US": {"AS", "GU", "MP", "PR", "UM", "VI"},
}

# Who governs or claims -> to whom decision 0002 counts the ground.
_VIEWPOINT = {
    "AM": {"AZ"},
    "AR": {"FK", "GS"},
    "IL": {"PS", "SY"},
    "MA": {"EH"},
    "RS": {"XK"},
    "RU": {"GE", "KZ", "MD", "UA"},
    "TR": {"CY"},
    "US": {"CU"},
}


class Place(NamedTuple):
    """What a row says about where something is.

    Attributes:
        named: Country codes of the names it gives, each once.
        latitude: Degrees, None where it gives no usable point.
        longitude: Degrees, None where it gives no usable point.
    """

    named: tuple[str, ...]
    latitude: float | None = None
    longitude: float | None = None


class Verdict(NamedTuple):
    """Which country that is.

    Attributes:
        code: Country code, empty for none.
        basis: What speaks for it: `both`, `name`, `coordinates`, `territory`, `viewpoint`, `border`.
        reason: Why there is no code.
        located: Code of the ground at the point, empty at sea or without a point.
    """

    code: str
    basis: str
    reason: str
    located: str


def parse_degrees(latitude: str, longitude: str) -> tuple[float, float] | str:
    """A point from two texts, or what is wrong with it: `coordinates unreadable`, `coordinates out of range`."""
    try:
        point = float(latitude), float(longitude)
    except ValueError:
        return "coordinates unreadable"
    if not all(map(math.isfinite, point)):
        return "coordinates unreadable"
    if not (abs(point[0]) <= _MAX_LATITUDE and abs(point[1]) <= _MAX_LONGITUDE):
        return "coordinates out of range"
    return point


def format_point(latitude: float, longitude: float) -> str:
    """A point for people: `48.1386,11.5736`."""
    return f"{latitude:.4f},{longitude:.4f}"


def compute_verdicts(places: Sequence[Place]) -> list[Verdict]:
    """Judge many places at once; the borders are asked only twice."""
    located = _locate([(place.latitude, place.longitude) for place in places])
    verdicts = [_judge(place, code) for place, code in zip(places, located, strict=True)]
    unsettled = [index for index, verdict in enumerate(verdicts) if verdict is None]
    near = _codes_around([places[index] for index in unsettled])
    for index, codes in zip(unsettled, near, strict=True):
        place = places[index]
        neighbours = [code for code in place.named if code in codes]
        if len(neighbours) == 1:
            verdicts[index] = Verdict(neighbours[0], "border", "", located[index])
        else:
            verdicts[index] = Verdict("", "", "names and coordinates disagree", located[index])
    return [verdict for verdict in verdicts if verdict is not None]


def _judge(place: Place, located: str) -> Verdict | None:
    """The verdict, None where the surroundings must be looked at."""
    named = place.named
    if not located:
        return _judge_names(place)
    if not named:
        return Verdict(located, "coordinates", "", located)
    if located in named:
        return Verdict(located, "both", "", located)
    for basis, table in (("territory", _TERRITORIES), ("viewpoint", _VIEWPOINT)):
        if any(located in table.get(code, ()) for code in named):
            return Verdict(located, basis, "", located)
    return None


def _judge_names(place: Place) -> Verdict:
    if len(place.named) == 1:
        return Verdict(place.named[0], "name", "", "")
    if place.named:
        return Verdict("", "", "several countries named", "")
    return Verdict("", "", "coordinates at sea or on disputed ground" if place.latitude is not None else "", "")


def _locate(points: Sequence[tuple[float | None, float | None]]) -> list[str]:
    import numpy as np  # noqa: PLC0415

    known = [index for index, point in enumerate(points) if point[0] is not None]
    codes = [""] * len(points)
    if known:
        array = np.array([points[index] for index in known], np.float64)
        for index, code in zip(known, locate(array[:, 0], array[:, 1]).tolist(), strict=True):
            codes[index] = code
    return codes


def _codes_around(places: Sequence[Place]) -> list[set[str]]:
    """Codes of the ground on a ring around each place."""
    import numpy as np  # noqa: PLC0415

    if not places:
        return []
    angles = np.arange(_RING_POINTS) * (2 * math.pi / _RING_POINTS)
    centres: NDArray[np.float64] = np.array([(place.latitude, place.longitude) for place in places], np.float64)
    latitudes = centres[:, :1] + np.sin(angles) * (_BORDER_KM / _KM_PER_DEGREE)
    # Beyond 89 degrees there is only Antarctica and the sea.
    narrowing = np.maximum(np.cos(np.radians(centres[:, :1])), math.cos(math.radians(89)))
    longitudes = centres[:, 1:] + np.cos(angles) * (_BORDER_KM / _KM_PER_DEGREE) / narrowing
    found = locate(np.clip(latitudes, -_MAX_LATITUDE, _MAX_LATITUDE), (longitudes + 180) % 360 - 180)
    return [set(row) - {""} for row in found.tolist()]
