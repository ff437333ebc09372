"""Marker points of countries from a Natural Earth TopoJSON file; used by `build_countries.py`."""

from __future__ import annotations

import heapq
from typing import Any

import numpy as np
from numpy.typing import NDArray

Ring = NDArray[np.float64]
"""Closed ring of points, `float64 [points, 2]` as longitude and latitude in degrees."""

Point = NDArray[np.float64]
"""Longitude and latitude, `float64 [2]`."""

KM_PER_DEGREE = 111.2


def load_polygons(topology: dict[str, Any]) -> dict[str, list[list[Ring]]]:
    """Polygons (an outer ring, then holes) per ISO numeric code; nameless ones stand under their name.

    Source: TopoJSON specification, sections 2.1.2 (transforms) and 2.1.4 (arc indexes, ~n is n reversed).
    """
    scale, translate = (np.array(topology["transform"][key]) for key in ("scale", "translate"))
    arcs = [np.cumsum(np.array(arc), axis=0) * scale + translate for arc in topology["arcs"]]
    polygons: dict[str, list[list[Ring]]] = {}
    for geometry in topology["objects"]["countries"]["geometries"]:
        parts = geometry["arcs"] if geometry["type"] == "MultiPolygon" else [geometry["arcs"]]
        key = geometry.get("id") or geometry["properties"]["name"]
        polygons.setdefault(key, []).extend([[join_arcs(ring, arcs) for ring in part] for part in parts])
    return polygons


def join_arcs(indexes: list[int], arcs: list[Ring]) -> Ring:
    """One ring from its arcs; neighbours share an end point, which is kept once.

    The file stitches land over the antimeridian: the longitudes of Russia run from 180 on to -180, and here
    on to 190 instead, so that plane geometry holds.
    """
    pieces = [arcs[i] if i >= 0 else arcs[~i][::-1] for i in indexes]
    ring = np.concatenate([pieces[0], *(piece[1:] for piece in pieces[1:])])
    ring[:, 0] = np.unwrap(ring[:, 0], period=360)
    return ring


def polygon_at(latitude: float, longitude: float, polygons: dict[str, list[list[Ring]]]) -> list[Ring]:
    """The polygon, of whatever country, that holds the point."""
    point = np.array([longitude, latitude])
    for parts in polygons.values():
        for polygon in parts:
            if clearance(point, polygon) > 0:
                return polygon
    raise SystemExit(f"no polygon holds latitude {latitude}, longitude {longitude}; move the anchor onto land")


def area(ring: Ring) -> float:
    """Area on the globe in units that only compare, by the cylindrical equal-area projection."""
    x, y = ring[:, 0], np.sin(np.radians(ring[:, 1]))
    return float(abs(np.sum(x[:-1] * y[1:] - x[1:] * y[:-1])) / 2)


def flatten(polygon: list[Ring]) -> tuple[list[Ring], float]:
    """The polygon with longitudes shrunk so that distances hold near its middle, and the shrink factor."""
    latitudes = polygon[0][:, 1]
    shrink = float(np.cos(np.radians((latitudes.min() + latitudes.max()) / 2)))
    return [ring * [shrink, 1.0] for ring in polygon], shrink


def centroid(ring: Ring) -> Point:
    """Centre of mass of a ring's inside."""
    start, end = ring[:-1], ring[1:]
    cross = start[:, 0] * end[:, 1] - end[:, 0] * start[:, 1]
    middle: Point = ((start + end) * cross[:, None]).sum(axis=0) / (3 * cross.sum())
    return middle


def clearance(point: Point, polygon: list[Ring]) -> float:
    """Distance from the point to the nearest border; negative outside."""
    nearest, inside = np.inf, False
    for ring in polygon:
        start, step = ring[:-1], np.diff(ring, axis=0)
        offset = point - start
        along = np.clip((offset * step).sum(axis=1) / np.maximum((step**2).sum(axis=1), 1e-30), 0, 1)
        nearest = min(nearest, float(np.hypot(*(offset - along[:, None] * step).T).min()))
        straddles = (ring[:-1, 1] > point[1]) != (ring[1:, 1] > point[1])
        left = offset[straddles, 0] < step[straddles, 0] * offset[straddles, 1] / step[straddles, 1]
        inside ^= bool(left.sum() % 2)
    return nearest if inside else -nearest


def pole_of_inaccessibility(polygon: list[Ring]) -> tuple[Point, float]:
    """The inside point farthest from any border, and its distance.

    Source: V. Agafonkin, "A new algorithm for finding a visual center of a polygon" (polylabel), 2016: search
    a quadtree by the best distance that a cell could still hold.
    """
    low, high = polygon[0].min(axis=0), polygon[0].max(axis=0)
    half = float((high - low).max()) / 2
    best, best_distance = (low + high) / 2, clearance((low + high) / 2, polygon)
    precision = half / 200
    heap = [(-(best_distance + half * np.sqrt(2)), tuple(best), half)]
    while heap and -heap[0][0] - best_distance > precision:
        _, middle, half = heapq.heappop(heap)
        for corner in ((-1, -1), (-1, 1), (1, -1), (1, 1)):
            point = np.array(middle) + np.array(corner) * half / 2
            distance = clearance(point, polygon)
            if distance > best_distance:
                best, best_distance = point, distance
            heapq.heappush(heap, (-(distance + half / np.sqrt(2)), tuple(point), half / 2))
    return best, best_distance


def compute_centre(polygons: list[list[Ring]]) -> tuple[float, float]:
    """Latitude and longitude of a marker for the largest polygon.

    That is the centroid where it lies well inside, and otherwise (crescents, ribbons) the inside point
    farthest from any border.
    """
    polygon, shrink = flatten(max(polygons, key=lambda rings: area(rings[0])))
    middle = centroid(polygon[0])
    farthest, distance = pole_of_inaccessibility(polygon)
    point = middle if clearance(middle, polygon) >= distance / 2 else farthest
    digits = 2 if distance * KM_PER_DEGREE > 10 else 4
    longitude = (float(point[0]) / shrink + 180) % 360 - 180
    return round(float(point[1]), digits), round(longitude, digits)
