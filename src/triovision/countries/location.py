"""Coordinates to countries, offline."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, overload

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from triovision.countries.borders import Floats

__all__ = ["locate"]


@overload
def locate(latitude: float, longitude: float, *, offshore_km: float = 25.0) -> str | None: ...


@overload
def locate(
    latitude: NDArray[np.floating], longitude: NDArray[np.floating], *, offshore_km: float = 25.0
) -> NDArray[np.str_]: ...


def locate(
    latitude: NDArray[np.floating] | float, longitude: NDArray[np.floating] | float, *, offshore_km: float = 25.0
) -> NDArray[np.str_] | str | None:
    """Which country a place lies in, by the borders of Natural Earth and the UN's viewpoint.

    Ground that no one country is given (the Spratly Islands, the Siachen Glacier) counts as no country.
    `docs/decisions/0005-borders.md` says how exact the borders are, and which viewpoint disputed ground follows. The
    first call reads the borders, which takes some tenths of a second.

    Args:
        latitude: In degrees north, -90 to 90, or an array of them.
        longitude: In degrees east, -180 to 180, or an array of them.
        offshore_km: How far from the nearest coast a point at sea still belongs to its country, at most 100 km.

    Returns:
        For two numbers, the alpha-2 code, or None at sea. For arrays, an array of two-letter strings of the shape that
        they broadcast to, with the empty string at sea: unlike None it sorts, and is stored without pickling.

    Raises:
        ValueError: If a coordinate is not a number or out of range, or if `offshore_km` is.
    """
    # numpy is slow to import, and the rest of this package does without it.
    import numpy as np  # noqa: PLC0415

    from triovision.countries.coast import MOST_OFFSHORE_KM  # noqa: PLC0415

    if not 0 <= offshore_km <= MOST_OFFSHORE_KM:
        raise ValueError(f"offshore_km is {offshore_km}; use 0 to {MOST_OFFSHORE_KM:g}")
    latitudes, longitudes = np.broadcast_arrays(np.asarray(latitude, np.float64), np.asarray(longitude, np.float64))
    shape = latitudes.shape
    latitudes, longitudes = latitudes.ravel(), longitudes.ravel()
    _check("latitude", latitudes, 90)
    _check("longitude", longitudes, 180)
    codes = _find_codes(latitudes, longitudes, offshore_km).reshape(shape)
    return codes if shape else str(codes[()]) or None


def _check(name: str, degrees: Floats, limit: int) -> None:
    import numpy as np  # noqa: PLC0415

    wrong = np.flatnonzero(~(abs(degrees) <= limit))
    if len(wrong):
        where = "" if len(degrees) == 1 else f" at index {wrong[0]} ({len(wrong)} of {len(degrees)} are wrong)"
        value = degrees[wrong[0]]
        problem = "is no number" if math.isnan(value) else f"is {value:g}"
        raise ValueError(f"{name}{where} {problem}; use degrees from -{limit} to {limit}")


def _find_codes(latitude: Floats, longitude: Floats, offshore_km: float) -> NDArray[np.str_]:
    import numpy as np  # noqa: PLC0415

    from triovision.countries.borders import SEA, find_ground, load_borders  # noqa: PLC0415
    from triovision.countries.coast import find_coast  # noqa: PLC0415

    borders = load_borders()
    x, y = borders.to_grid(latitude, longitude)
    ground = find_ground(borders, x, y)
    at_sea = np.flatnonzero(ground == SEA)
    ground[at_sea] = find_coast(borders, x[at_sea], y[at_sea], offshore_km)
    return borders.codes[ground]
