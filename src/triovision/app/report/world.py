"""Outlines of countries for a printed map, from the borders that the page's own map is built with."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from triovision.app.frontend import STATIC_FOLDER

__all__ = ["MAP_HEIGHT", "MAP_WIDTH", "country_paths"]

MAP_WIDTH = 1000.0
# Source: Šavrič, Patterson, Jenny 2019, "The Equal Earth map projection", equations 2 to 4.
_A1, _A2, _A3, _A4 = 1.340264, -0.081106, 0.000893, 0.003796
_HALF_WIDTH = 2.706629983696  # x of 180 degrees east at the equator
_SCALE = MAP_WIDTH / (2 * _HALF_WIDTH)
# The map ends below Cape Horn and above Greenland: nobody is answered with Antarctica's edge.
_NORTH, _SOUTH = 84.0, -58.0
_STEP = 0.5  # points nearer to each other are one on paper


def _project(degrees: NDArray[np.float64]) -> NDArray[np.float64]:
    """Longitude and latitude, [n, 2], to the map's units, y downwards."""
    longitude, latitude = np.radians(degrees).T
    theta = np.arcsin(np.sqrt(3) / 2 * np.sin(latitude))
    slope = 9 * _A4 * theta**8 + 7 * _A3 * theta**6 + 3 * _A2 * theta**2 + _A1
    x = 2 * np.sqrt(3) * longitude * np.cos(theta) / (3 * slope)
    y = _A4 * theta**9 + _A3 * theta**7 + _A2 * theta**3 + _A1 * theta
    projected: NDArray[np.float64] = np.stack([(x + _HALF_WIDTH) * _SCALE, -y * _SCALE], axis=1)
    return projected


_TOP = float(_project(np.array([[0.0, _NORTH]]))[0, 1])
MAP_HEIGHT = float(_project(np.array([[0.0, _SOUTH]]))[0, 1]) - _TOP


@cache
def country_paths() -> dict[str, str]:
    """SVG path of every country by its code, within `MAP_WIDTH` by `MAP_HEIGHT`; read once, some tenths of a second."""
    (file,) = (STATIC_FOLDER / "components").glob("world-*.json")
    world = json.loads(file.read_text(encoding="utf-8"))
    arcs = [_decode(arc, world["transform"]) for arc in world["arcs"]]
    paths = {}
    for geometry in world["objects"]["countries"]["geometries"]:
        code = geometry["properties"]["code"]
        if code:
            paths[code] = "".join(_ring(ring, arcs) for ring in _rings(geometry))
    return paths


def _decode(arc: list[list[int]], transform: dict[str, Any]) -> NDArray[np.float64]:
    """Source: the TopoJSON format, section 2.1.3, "Arcs": differences on a grid."""
    grid = np.cumsum(np.array(arc, dtype=np.float64), axis=0)
    degrees: NDArray[np.float64] = grid * transform["scale"] + transform["translate"]
    return degrees


def _rings(geometry: dict[str, Any]) -> list[list[int]]:
    polygons = geometry["arcs"] if geometry["type"] == "MultiPolygon" else [geometry["arcs"]]
    return [ring for polygon in polygons for ring in polygon]


def _ring(ring: list[int], arcs: list[NDArray[np.float64]]) -> str:
    # A negative number is an arc walked backwards; arcs share their ends.
    parts = [arcs[index] if index >= 0 else arcs[~index][::-1] for index in ring]
    points = np.concatenate([parts[0], *(part[1:] for part in parts[1:])])
    # A ring over the antimeridian goes on beyond it, and stands at both edges of the map.
    points[:, 0] = np.unwrap(points[:, 0], period=360)
    turns = [turn for turn in (-360, 0, 360) if points[:, 0].max() + turn > -180 and points[:, 0].min() + turn < 180]  # noqa: PLR2004
    return "".join(_outline(points + np.array([turn, 0.0])) for turn in turns)


def _outline(degrees: NDArray[np.float64]) -> str:
    rounded = np.round((_project(degrees) - np.array([0.0, _TOP])) / _STEP) * _STEP
    moved = np.concatenate([[True], (np.diff(rounded, axis=0) != 0).any(axis=1)])
    kept = rounded[moved]
    if len(kept) < 4 or kept[:, 1].min() > MAP_HEIGHT:  # noqa: PLR2004 - less has no area
        return ""
    return "M" + "L".join(f"{x:g} {y:g}" for x, y in kept) + "Z"
