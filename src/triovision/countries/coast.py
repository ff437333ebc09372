"""The nearest coast of points at sea."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from triovision.countries.borders import (
    CELL_HEIGHT,
    CELL_WIDTH,
    SEA,
    Borders,
    Floats,
    Integers,
    expand,
    split_work,
)
from triovision.countries.distance import EARTH_RADIUS_KM, great_circle_km

__all__ = ["MOST_OFFSHORE_KM", "find_coast"]

MOST_OFFSHORE_KM = 100.0
"""Beyond it the plane around a point is no longer flat enough near the northernmost coasts."""


class _Seekers(NamedTuple):
    """Points that look for a coast: which ones, and where they are.

    A point near the antimeridian seeks once on either side of the map.
    """

    point: Integers
    x: Floats
    y: Floats
    latitude: Floats


class _Pairs(NamedTuple):
    """Seekers and what lies near them: indexes of the one and of the other."""

    seeker: Integers
    near: Integers


def find_coast(borders: Borders, x: Floats, y: Floats, offshore_km: float) -> NDArray[np.uint8]:
    """The ground of the nearest coast.

    Distances are great-circle distances to the nearest point of a coast's edge. Which point that is gets measured on a
    plane whose scale follows the latitude halfway; it is off by less than 0.1 % of the distance.

    Args:
        borders: Of the world.
        x: East, in grid units, as from `Borders.to_grid`, of points at sea.
        y: North, likewise.
        offshore_km: How far off a coast may be, at most `MOST_OFFSHORE_KM`.

    Returns:
        Indexes of `Borders.codes`; 0 where no coast is near.
    """
    latitude = y * borders.step_degrees[1] + borders.origin_degrees[1]
    reach_x, reach_y = _reach(borders, latitude, offshore_km)
    seekers = _seek_on_both_sides(_Seekers(np.arange(len(x)), x, y, latitude), borders.turn, reach_x)
    counts = _window(borders, seekers, reach_x[seekers.point], reach_y)[1].prod(axis=0)

    ground = np.full(len(x), SEA, np.uint8)
    best_km = np.full(len(x), offshore_km)
    for part in split_work(counts):
        some = _Seekers(seekers.point[part], seekers.x[part], seekers.y[part], seekers.latitude[part])
        cells = _near_cells(borders, some, reach_x[some.point], reach_y)
        gap_km = _gaps_km(borders, some, cells)
        nearest = _is_least(cells.seeker, gap_km)
        # The nearest cells come first, for then most of the others are too far to matter.
        for group in (nearest, ~nearest):
            useful = np.flatnonzero(group & (gap_km <= best_km[some.point[cells.seeker]]))
            for piece in split_work(_edge_counts(borders, cells.near[useful])):
                pairs = _near_coasts(borders, _Pairs(cells.seeker[useful[piece]], cells.near[useful[piece]]))
                if len(pairs.seeker):
                    _keep_nearest(borders, some, pairs, (ground, best_km))
    return ground


def _reach(borders: Borders, latitude: Floats, offshore_km: float) -> tuple[Floats, float]:
    """Grid units east and north that hold a circle around a point.

    Source: the meridians that touch a small circle, sin(longitude) = sin(radius) / cos(latitude).
    """
    radius = offshore_km / EARTH_RADIUS_KM * 1.001
    # No coast lies so far north that a circle of `MOST_OFFSHORE_KM` could hold both it and the pole.
    ratio = np.sin(radius) / np.maximum(np.cos(np.radians(latitude)), np.sin(radius))
    return np.degrees(np.arcsin(ratio)) / borders.step_degrees[0], float(np.degrees(radius)) / borders.step_degrees[1]


def _seek_on_both_sides(seekers: _Seekers, turn: int, reach_x: Floats) -> _Seekers:
    """The seekers, and once more those whose reach leaves the map on one side, shifted to the other."""
    over_west, over_east = np.flatnonzero(seekers.x < reach_x), np.flatnonzero(seekers.x > turn - reach_x)
    index = np.concatenate([seekers.point, over_west, over_east])
    shift = np.repeat([0, turn, -turn], [len(seekers.x), len(over_west), len(over_east)])
    return _Seekers(index, seekers.x[index] + shift, seekers.y[index], seekers.latitude[index])


def _window(borders: Borders, seekers: _Seekers, reach_x: Floats, reach_y: float) -> tuple[Integers, Integers]:
    """First column and row of the cells within reach, and how many columns and rows there are."""
    columns = borders.cells.columns
    last = np.array([[columns - 1], [len(borders.cells.ground) // columns - 1]])
    middle, reach = np.stack([seekers.x, seekers.y]), np.stack([reach_x, np.full(len(reach_x), reach_y)])
    size = np.array([[CELL_WIDTH], [CELL_HEIGHT]])
    start = np.maximum((middle - reach) // size, 0).astype(np.int64)
    end = np.minimum((middle + reach) // size, last).astype(np.int64)
    return start, np.maximum(end - start + 1, 0)


def _near_cells(borders: Borders, seekers: _Seekers, reach_x: Floats, reach_y: float) -> _Pairs:
    """The cells within reach of each seeker that hold borders."""
    (column, row), (width, height) = _window(borders, seekers, reach_x, reach_y)
    seeker, number = expand(width * height)
    cell = (row[seeker] + number // width[seeker]) * borders.cells.columns + column[seeker] + number % width[seeker]
    held = _edge_counts(borders, cell) > 0
    return _Pairs(seeker[held], cell[held])


def _gaps_km(borders: Borders, seekers: _Seekers, cells: _Pairs) -> Floats:
    """How far each cell is from its seeker at least."""
    x, y, latitude = (column[cells.seeker] for column in seekers[1:])
    west, south = cells.near % borders.cells.columns * CELL_WIDTH, cells.near // borders.cells.columns * CELL_HEIGHT
    east = np.maximum(np.maximum(west - x, x - west - CELL_WIDTH), 0) * borders.step_degrees[0]
    north = np.maximum(np.maximum(south - y, y - south - CELL_HEIGHT), 0) * borders.step_degrees[1]
    # Meridians draw together towards the pole, so the scale is that of the farthest latitude.
    shrink = np.cos(np.radians(np.minimum(abs(latitude) + north + CELL_HEIGHT * borders.step_degrees[1], 90)))
    return np.radians(np.hypot(east * shrink, north)) * EARTH_RADIUS_KM * 0.99


def _is_least(group: Integers, values: Floats) -> NDArray[np.bool_]:
    """Whether each value is the least of its group; groups are runs of one number."""
    if not len(group):
        return np.zeros(0, bool)
    starts = np.flatnonzero(np.diff(group, prepend=-1))
    least: NDArray[np.bool_] = values == np.repeat(
        np.minimum.reduceat(values, starts), np.diff(starts, append=len(group))
    )
    return least


def _edge_counts(borders: Borders, cell: Integers) -> NDArray[np.int32]:
    return borders.cells.first[cell + 1] - borders.cells.first[cell]


def _near_coasts(borders: Borders, cells: _Pairs) -> _Pairs:
    """The edges in the cells that have the sea on one side."""
    first = borders.cells.first[cells.near]
    pair, number = expand(_edge_counts(borders, cells.near))
    edge = borders.cells.borders[first[pair] + number]
    coast = borders.sides[edge, 1] == SEA
    return _Pairs(cells.seeker[pair[coast]], edge[coast].astype(np.int64))


def _keep_nearest(borders: Borders, seekers: _Seekers, pairs: _Pairs, best: tuple[NDArray[np.uint8], Floats]) -> None:
    """Where a pair is nearer than the best ground and distance so far, put it there."""
    ground, best_km = best
    x, y = seekers.x[pairs.seeker], seekers.y[pairs.seeker]
    x1, y1, x2, y2 = borders.edges[pairs.near].T.astype(np.float64, order="C")
    # A plane around each point, in degrees of latitude.
    radians = np.radians(seekers.latitude)
    step_x, step_y = borders.step_degrees[0] * np.cos(radians)[pairs.seeker], borders.step_degrees[1]
    east, north = (x1 - x) * step_x, (y1 - y) * step_y
    along_east, along_north = (x2 - x1) * step_x, (y2 - y1) * step_y
    length = along_east**2 + along_north**2
    share = np.clip((east * along_east + north * along_north) / -np.maximum(length, 1e-30), 0, 1)
    east, north = east + share * along_east, north + share * along_north
    # The first two terms of the cosine at the latitude halfway over that at the point's.
    narrowing = 1 - np.radians(np.tan(radians) / 2)[pairs.seeker] * north
    square = (east * narrowing) ** 2 + north**2

    winners = np.flatnonzero(_is_least(pairs.seeker, square))
    _, first = np.unique(pairs.seeker[winners], return_index=True)
    winners = winners[first]
    latitude = seekers.latitude[pairs.seeker[winners]]
    degrees_east = east[winners] / np.cos(np.radians(latitude))
    distance_km = great_circle_km(latitude, np.zeros(len(winners)), latitude + north[winners], degrees_east)
    index = seekers.point[pairs.seeker[winners]]
    nearer = distance_km < best_km[index]
    # A point that seeks on both sides stands here twice; the nearer one is written last.
    order = np.argsort(-distance_km[nearer], kind="stable")
    index, kept = index[nearer][order], winners[nearer][order]
    best_km[index] = distance_km[nearer][order]
    ground[index] = borders.sides[pairs.near[kept], 0]
