"""Moving ground from one country to another on a map of arcs; used by `build_borders.py`."""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Points = NDArray[np.int64]
"""Chain of points, `int64 [points, 2]` as x (east) and y (north) in grid units."""

SEA = ""


class Arc(NamedTuple):
    """A chain of points and the two grounds that it parts; the sea is `SEA`."""

    points: Points
    grounds: frozenset[str]


class World(NamedTuple):
    """What closes the map: the grid units in a full turn, and the ground at the south pole."""

    turn: int
    south_pole: str


def borders_below(x: float, y: float, chain: Points) -> int:
    """How many of a chain's edges a ray southwards from the point crosses."""
    straddles = (chain[:-1, 0] > x) != (chain[1:, 0] > x)
    if not straddles.any():
        return 0
    start, end = chain[:-1][straddles], chain[1:][straddles]
    along = (x - start[:, 0]) / (end[:, 0] - start[:, 0])
    return int((start[:, 1] + along * (end[:, 1] - start[:, 1]) < y).sum())


def ground_at(x: float, y: float, arcs: list[Arc], world: World) -> str:
    """What lies at a point: the ground at the south pole, changed by each border on the way north from there."""
    found = {world.south_pole} - {SEA}
    for points, grounds in arcs:
        # A chain over the antimeridian runs on into the next turn.
        if sum(borders_below(x + turn, y, points) for turn in (-world.turn, 0, world.turn)) % 2:
            found ^= grounds - {SEA}
    if len(found) > 1:
        raise SystemExit(f"{sorted(found)} overlap at x {x}, y {y}")
    return found.pop() if found else SEA


def holds(ring: Points, x: float, y: float) -> bool:
    """Whether the point lies inside the ring."""
    return borders_below(x, y, ring) % 2 == 1


def cut_at(chain: Points, cutters: list[Points]) -> list[Points]:
    """The pieces of a chain between its crossings with others; crossings fall on the nearest grid point."""
    pieces, piece = [], [chain[0]]
    for start, end in pairwise(chain):
        for crossing in sorted(
            (point for cutter in cutters for point in crossings(start, end, cutter)),
            key=lambda point, start=start: float(np.hypot(*(point - start))),
        ):
            piece.append(crossing)
            pieces.append(np.array(piece))
            piece = [crossing]
        piece.append(end)
    pieces.append(np.array(piece))
    return [without_repeats(piece) for piece in pieces if len(without_repeats(piece)) > 1]


def crossings(start: Points, end: Points, chain: Points) -> list[Points]:
    """Where one edge crosses a chain."""
    first, step, own = chain[:-1], np.diff(chain, axis=0), end - start
    offset = first - start
    turn = own[0] * step[:, 1] - own[1] * step[:, 0]
    with np.errstate(divide="ignore", invalid="ignore"):
        along_own = (offset[:, 0] * step[:, 1] - offset[:, 1] * step[:, 0]) / turn
        along_other = (offset[:, 0] * own[1] - offset[:, 1] * own[0]) / turn
    meets = (along_own > 0) & (along_own < 1) & (along_other >= 0) & (along_other < 1)
    return [np.rint(start + along * own).astype(np.int64) for along in along_own[meets]]


def without_repeats(points: Points) -> Points:
    """The chain without points that equal the one before them."""
    moves = np.ones(len(points), bool)
    moves[1:] = (np.diff(points, axis=0) != 0).any(axis=1)
    return points[moves]


def move_ground(arcs: list[Arc], ring: Points, old: frozenset[str], new: str, world: World) -> list[Arc]:
    """Give ground inside a ring to another country.

    Args:
        arcs: The map.
        ring: Closed; touches no point of the map.
        old: Whose ground is given away; with `SEA`, the ring draws a coast.
        new: Whose it becomes.
        world: What closes the map.

    Returns:
        The map with borders inside the ring renamed, or gone where both sides are now one, and with new ones along it.
    """
    low, high = ring.min(axis=0), ring.max(axis=0)
    result, near = [], []
    for arc in arcs:
        apart = (arc.points.max(axis=0) < low).any() or (arc.points.min(axis=0) > high).any()
        if apart or not old & arc.grounds:
            result.append(arc)
            continue
        near.append(arc.points)
        for piece in cut_at(arc.points, [ring]):
            inside = holds(ring, *middle(piece))
            renamed = frozenset(new if inside and ground in old else ground for ground in arc.grounds)
            if len(renamed) > 1:
                result.append(Arc(piece, renamed))
    for piece in cut_at(ring, near):
        ground = ground_at(*middle(piece), arcs, world)
        if ground in old:
            result.append(Arc(piece, frozenset({ground, new})))
    return result


def middle(chain: Points) -> tuple[float, float]:
    """A point on the chain's middle edge, off the grid."""
    index = (len(chain) - 2) // 2
    x, y = chain[index] + (chain[index + 1] - chain[index]) * 0.4999
    return float(x), float(y)
