"""Landmarks and coordinates -> groups that must stay on one side of a split.

Photos belong together that show one landmark, lie in one H3 cell, or lie within a kilometre of each other, and so does
whatever that joins in turn. The border of a cell therefore is no gap: two photos with coordinates that are less than a
kilometre apart are always in one group.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import numpy as np
from numpy.typing import NDArray

from triovision.errors import MissingExtraError

__all__ = ["CELL_RESOLUTION", "NEAR_KM", "find_components", "group_places", "require_h3"]

# Cells of 0.74 km2 and 0.53 km edge on average: about a kilometre across.
# Source: https://h3geo.org/docs/core-library/restable
CELL_RESOLUTION = 8
NEAR_KM = 1.0

_EARTH_RADIUS_KM = 6371.0088
# Points are rounded to a thousandth of a degree, 111 m at most, before they are compared with each other, so that ten
# thousand photos of one square are one point. Rounding moves each by at most half a diagonal.
_ROUNDING_DEGREES = 0.001
_ROUNDING_KM = 0.5 * 2**0.5 * 0.1113
_REACH_KM = NEAR_KM + 2 * _ROUNDING_KM
_PAIRS_AT_ONCE = 4_000_000


def require_h3() -> None:
    """Fail before the work, not after it.

    Raises:
        MissingExtraError: If h3 is not installed.
    """
    try:
        import h3  # noqa: F401, PLC0415 - the train extra
    except ImportError:
        raise MissingExtraError("h3", "train") from None


def group_places(
    landmarks: NDArray[np.int32], latitude: NDArray[np.float64], longitude: NDArray[np.float64]
) -> NDArray[np.int64]:
    """Group of each photo.

    Args:
        landmarks: int32 [n]: number of the landmark, -1 where unknown.
        latitude: float64 [n]: degrees, NaN where unknown.
        longitude: float64 [n].

    Returns:
        int64 [n]: equal for photos that belong together; a photo without landmark and coordinates is alone.
    """
    count = len(landmarks)
    nodes = np.arange(count, dtype=np.int64)
    edges = [_join_equal(nodes, landmarks.astype(np.int64), landmarks >= 0)]
    with_place = np.flatnonzero(~np.isnan(latitude))
    if len(with_place):
        # As complex numbers, which sort faster than rows of a table.
        points = latitude[with_place] + 1j * longitude[with_place]
        exact, firsts, members = np.unique(points, return_index=True, return_inverse=True)
        edges.append(np.column_stack((with_place, with_place[firsts[members.ravel()]])))
        edges.append(_join_points(np.column_stack((exact.real, exact.imag)), with_place[firsts]))
    joined = np.concatenate(edges)
    return find_components(count, joined[:, 0], joined[:, 1])


def _join_equal(nodes: NDArray[np.int64], keys: NDArray[np.int64], known: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Edges from each node to the first one of its key."""
    nodes = nodes[known]
    _, firsts, members = np.unique(keys[known], return_index=True, return_inverse=True)
    return np.column_stack((nodes, nodes[firsts[members.ravel()]]))


def _join_points(points: NDArray[np.float64], nodes: NDArray[np.int64]) -> NDArray[np.int64]:
    """Edges between points of one cell and between near ones."""
    import h3  # noqa: PLC0415 - the train extra

    cells = np.fromiter(
        (h3.str_to_int(h3.latlng_to_cell(lat, lon, CELL_RESOLUTION)) for lat, lon in points), np.int64, len(points)
    )
    edges = [_join_equal(nodes, cells, np.ones(len(nodes), np.bool_))]
    rounded = np.round(points / _ROUNDING_DEGREES).astype(np.int64)
    _, firsts, members = np.unique(rounded, axis=0, return_index=True, return_inverse=True)
    edges.append(np.column_stack((nodes, nodes[firsts[members.ravel()]])))
    for one, other in _near_pairs(np.asarray(rounded[firsts] * _ROUNDING_DEGREES, np.float64)):
        edges.append(np.column_stack((nodes[firsts[one]], nodes[firsts[other]])))
    return np.concatenate(edges)


def _near_pairs(points: NDArray[np.float64]) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    """Pairs of points within reach, through cubes of that size on the globe: only neighbouring cubes are compared."""
    latitude, longitude = np.radians(points).T
    place = _EARTH_RADIUS_KM * np.column_stack(
        (np.cos(latitude) * np.cos(longitude), np.cos(latitude) * np.sin(longitude), np.sin(latitude))
    )
    cubes = np.floor(place / _REACH_KM).astype(np.int64)
    side = 2 * int(_EARTH_RADIUS_KM / _REACH_KM) + 8
    weights = np.array([side * side, side, 1], np.int64)
    keys = (cubes + side // 2) @ weights
    order = np.argsort(keys, kind="stable")
    ordered = keys[order]
    for offset in product((-1, 0, 1), repeat=3):
        shift = int(np.array(offset) @ weights)
        if shift < 0:
            continue  # each pair of cubes once
        starts = np.searchsorted(ordered, ordered + shift, "left")
        ends = np.searchsorted(ordered, ordered + shift, "right")
        for one, other in _expand(starts, ends):
            # The chord is at most the arc, so nothing near is missed.
            near = np.square(place[order[one]] - place[order[other]]).sum(axis=1) <= _REACH_KM**2
            yield order[one[near]], order[other[near]]


def _expand(
    starts: NDArray[np.int64], ends: NDArray[np.int64]
) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    """All pairs (i, j) with starts[i] <= j < ends[i], some millions at a time."""
    counts = ends - starts
    blocks = np.cumsum(counts) // _PAIRS_AT_ONCE
    for block in np.unique(blocks):
        rows = np.flatnonzero((blocks == block) & (counts > 0))
        one = np.repeat(rows, counts[rows])
        first = np.cumsum(counts[rows]) - counts[rows]
        yield one, np.arange(len(one)) - np.repeat(first, counts[rows]) + np.repeat(starts[rows], counts[rows])


def find_components(count: int, one: NDArray[np.int64], other: NDArray[np.int64]) -> NDArray[np.int64]:
    """Connected components of a graph.

    Args:
        count: Nodes.
        one: int64 [edges]: an end of each edge.
        other: int64 [edges]: its other end.

    Returns:
        int64 [count]: the lowest node of each node's component.
    """
    # Hooking and pointer jumping: each round joins at least half of what is not joined yet.
    # Source: Y. Shiloach and U. Vishkin, "An O(log n) parallel connectivity algorithm", J. Algorithms 3, 1982.
    label = np.arange(count, dtype=np.int64)
    while True:
        first, second = label[one], label[other]
        apart = first != second
        if not apart.any():
            return label
        one, other, first, second = one[apart], other[apart], first[apart], second[apart]
        np.minimum.at(label, np.maximum(first, second), np.minimum(first, second))
        while (label != label[label]).any():
            label = label[label]
