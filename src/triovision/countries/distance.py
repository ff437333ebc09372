"""Distances on the globe."""

from __future__ import annotations

from typing import TYPE_CHECKING, overload

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["EARTH_RADIUS_KM", "great_circle_km"]

EARTH_RADIUS_KM = 6371.0088
"""Mean radius of the earth.

Source: R1 = (2a + b) / 3 = 6371008.8 m; H. Moritz, "Geodetic Reference System 1980", Journal of Geodesy 74
(2000), pages 128-133.
"""


@overload
def great_circle_km(lat1: float, lon1: float, lat2: float, lon2: float) -> float: ...


@overload
def great_circle_km(
    lat1: NDArray[np.floating],
    lon1: NDArray[np.floating],
    lat2: NDArray[np.floating] | float,
    lon2: NDArray[np.floating] | float,
) -> NDArray[np.float64]: ...


@overload
def great_circle_km(
    lat1: float, lon1: float, lat2: NDArray[np.floating], lon2: NDArray[np.floating]
) -> NDArray[np.float64]: ...


def great_circle_km(
    lat1: NDArray[np.floating] | float,
    lon1: NDArray[np.floating] | float,
    lat2: NDArray[np.floating] | float,
    lon2: NDArray[np.floating] | float,
) -> NDArray[np.float64] | float:
    """Great-circle distance in kilometres between points given in degrees.

    Source: R. W. Sinnott, "Virtues of the Haversine", Sky and Telescope 68 (1984), page 159.

    Args:
        lat1: Latitude of the first point, or an array of them.
        lon1: Longitude of the first point.
        lat2: Latitude of the second point.
        lon2: Longitude of the second point.

    Returns:
        A float for four numbers; otherwise an array of the shape that the arguments broadcast to.
    """
    # numpy is slow to import, and the rest of this package does without it.
    import numpy as np  # noqa: PLC0415

    phi1, lambda1, phi2, lambda2 = (np.radians(np.asarray(x, np.float64)) for x in (lat1, lon1, lat2, lon2))
    haversine = np.sin((phi2 - phi1) / 2) ** 2
    haversine = haversine + np.cos(phi1) * np.cos(phi2) * np.sin((lambda2 - lambda1) / 2) ** 2
    # Rounding can lift antipodes just above 1, where arcsin has no value.
    distance_km = 2 * EARTH_RADIUS_KM * np.arcsin(np.sqrt(np.minimum(haversine, 1.0)))
    return float(distance_km) if distance_km.ndim == 0 else distance_km
