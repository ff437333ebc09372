"""Outlines of all countries, coarse enough to draw, from the borders that `countries.locate` uses.

The map is cut at 169 degrees west, in the Bering Strait, where but for Antarctica only sea is cut.

Source: borders of Natural Earth (public domain); projection: B. Savric, T. Patterson, B. Jenny, "The Equal Earth map
projection", International Journal of Geographical Information Science 33 (2019), equations 7-10.
"""

from __future__ import annotations

import math
from collections import defaultdict
from functools import cache
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from triovision.countries.borders import SEA, Borders, load_borders

__all__ = ["Outline", "load_outlines", "project"]

_CUT_DEGREES = -169.0
_MIDDLE_DEGREES = _CUT_DEGREES + 180
_COLUMNS = 2400  # 0.15 degrees each
_STEP_DEGREES = 360 / _COLUMNS
_SOUTH_POLE_ROW = round(-90 / _STEP_DEGREES)

Points = NDArray[np.float64]
Steps = NDArray[np.int64]


class Outline(NamedTuple):
    """Where a country lies: rings of longitude and latitude [points, 2]; filled by the even-odd rule.

    The code is empty for ground that belongs to no country.
    """

    code: str
    rings: tuple[Points, ...]


@cache
def load_outlines() -> tuple[Outline, ...]:
    """Outlines of all grounds of the borders file, in its order."""
    borders = load_borders()
    ends, sides, crossings = _cut(borders)
    pole = _ground_at_south_pole(crossings)
    real = (ends[:, :2] != ends[:, 2:]).any(axis=1)
    of_ground = _by_ground(ends[real], sides[real], len(borders.codes))
    outlines = []
    for ground in range(SEA + 1, len(borders.codes)):
        rows = np.sort(crossings[0][(crossings[1] == ground).any(axis=1)])
        own = np.concatenate([of_ground[ground], _along_cut(rows, at_pole=ground == pole)])
        rings = tuple(_to_degrees(ring) for ring in _stitch(own))
        outlines.append(Outline(str(borders.codes[ground]), rings))
    return tuple(outlines)


def _by_ground(ends: Steps, sides: NDArray[np.uint8], grounds: int) -> list[Steps]:
    """The edges around each ground."""
    owner = sides.T.ravel()
    order = np.argsort(owner, kind="stable")
    bounds = np.searchsorted(owner[order], np.arange(grounds + 1))
    return [ends[order[first:last] % len(ends)] for first, last in pairwise(bounds)]


def _cut(borders: Borders) -> tuple[Steps, NDArray[np.uint8], tuple[Steps, NDArray[np.uint8]]]:
    """Edges on the drawing's grid [edges, 4], their grounds, and where borders cross the cut."""
    x1, y1, x2, y2 = borders.edges.T.astype(np.float64)
    # Edges near the antimeridian are listed in two turns.
    kept = (np.minimum(x1, x2) >= 0) & (np.minimum(x1, x2) < borders.turn)
    x1, y1, x2, y2, sides = x1[kept], y1[kept], x2[kept], y2[kept], borders.sides[kept]
    cut = (_CUT_DEGREES - borders.origin_degrees[0]) / borders.step_degrees[0]
    shift = np.floor((np.minimum(x1, x2) - cut) / borders.turn) * borders.turn + cut
    x1, x2 = (x1 - shift) / borders.turn * _COLUMNS, (x2 - shift) / borders.turn * _COLUMNS
    y1, y2 = ((y * borders.step_degrees[1] + borders.origin_degrees[1]) / _STEP_DEGREES for y in (y1, y2))
    over = np.flatnonzero(np.maximum(x1, x2) > _COLUMNS)
    share = (_COLUMNS - x1[over]) / (x2[over] - x1[over])
    rows = y1[over] + share * (y2[over] - y1[over])
    west = x1[over] < x2[over]
    edge = np.full(len(over), float(_COLUMNS))
    near = np.stack([np.where(west, x1[over], x2[over]), np.where(west, y1[over], y2[over]), edge, rows], axis=1)
    far = np.stack(
        [edge * 0, rows, np.where(west, x2[over], x1[over]) - _COLUMNS, np.where(west, y2[over], y1[over])], 1
    )
    whole = np.delete(np.stack([x1, y1, x2, y2], axis=1), over, axis=0)
    ends = np.rint(np.concatenate([whole, near, far])).astype(np.int64)
    grounds = np.concatenate([np.delete(sides, over, axis=0), sides[over], sides[over]])
    return ends, grounds, (np.rint(rows).astype(np.int64), sides[over])


def _ground_at_south_pole(crossings: tuple[Steps, NDArray[np.uint8]]) -> int:
    """The ground that borders cross the cut of an odd number of times: it goes on to the pole."""
    grounds, counts = np.unique(crossings[1], return_counts=True)
    odd = [int(ground) for ground, count in zip(grounds, counts, strict=True) if count % 2 and ground != SEA]
    return odd[0] if odd else SEA


def _along_cut(rows: Steps, *, at_pole: bool) -> Steps:
    """Edges along both sides of the cut that close the rings which it opened."""
    if at_pole:
        rows = np.concatenate([[_SOUTH_POLE_ROW], rows])
    pairs = rows[: len(rows) // 2 * 2].reshape(-1, 2)
    edges = [(x, int(low), x, int(high)) for low, high in pairs for x in (0, _COLUMNS)]
    if at_pole:
        edges.append((0, _SOUTH_POLE_ROW, _COLUMNS, _SOUTH_POLE_ROW))
    return np.array(edges, np.int64).reshape(-1, 4)


def _stitch(edges: Steps) -> list[Steps]:
    """Closed rings [points, 2] out of edges in any order; what the coarse grid laid onto itself vanishes."""
    swapped = (edges[:, 0] > edges[:, 2]) | ((edges[:, 0] == edges[:, 2]) & (edges[:, 1] > edges[:, 3]))
    edges = np.where(swapped[:, None], edges[:, [2, 3, 0, 1]], edges)
    edges, counts = np.unique(edges, axis=0, return_counts=True)
    edges = edges[(counts % 2 == 1) & (edges[:, :2] != edges[:, 2:]).any(axis=1)]
    beside: dict[tuple[int, int], set[tuple[int, int]]] = defaultdict(set)
    for x1, y1, x2, y2 in edges.tolist():
        beside[x1, y1].add((x2, y2))
        beside[x2, y2].add((x1, y1))
    rings = []
    for start in list(beside):
        while beside[start]:
            ring = [start]
            point = start
            while beside[point]:
                following = beside[point].pop()
                beside[following].discard(point)
                ring.append(following)
                point = following
            rings.append(_straighten(np.array(ring, np.int64)))
    return rings


def _straighten(ring: Steps) -> Steps:
    """Without the points that lie on a line between their neighbours."""
    step = np.diff(ring, axis=0)
    turns = step[:-1, 0] * step[1:, 1] != step[:-1, 1] * step[1:, 0]
    kept: Steps = ring[np.concatenate([[True], turns, [True]])]
    return kept


def _to_degrees(ring: Steps) -> Points:
    degrees: Points = ring * _STEP_DEGREES + np.array([_CUT_DEGREES, 0.0])
    return degrees


def project(longitude: NDArray[np.float64], latitude: NDArray[np.float64]) -> tuple[Points, Points]:
    """Equal Earth coordinates, east and north, in radii of the globe."""
    a1, a2, a3, a4 = 1.340264, -0.081106, 0.000893, 0.003796
    theta = np.arcsin(math.sqrt(3) / 2 * np.sin(np.radians(np.clip(latitude, -90, 90))))
    # Countries that are cut keep to their side of the map.
    turned = np.radians(np.asarray(longitude) - _MIDDLE_DEGREES)
    squared = theta**2
    sixth = squared**3
    x = (
        2
        * math.sqrt(3)
        * turned
        * np.cos(theta)
        / (3 * (9 * a4 * sixth * squared + 7 * a3 * sixth + 3 * a2 * squared + a1))
    )
    y = a4 * sixth * squared * theta + a3 * sixth * theta + a2 * squared * theta + a1 * theta
    return x, y
