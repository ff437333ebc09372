"""Build the borders that `triovision.countries.locate` reads from Natural Earth's 1:10 million map.

    npm pack world-atlas                    # made with world-atlas 2.0.2
    tar xzf world-atlas-*.tgz --one-top-level=atlas
    python scripts/build_borders.py atlas/package

Writes `src/triovision/countries/borders.bin`; a second run writes the same bytes. Natural Earth is in the public
domain. `docs/decisions/0005-borders.md` says which ground goes to which country and why; the format of the file stands
in `src/triovision/countries/borders.py`.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from border_overlay import SEA, Arc, Points, World, move_ground

FOLDER = Path(__file__).parents[1] / "src" / "triovision" / "countries"

FINE = 16
"""Grid units per unit of the atlas (400 m by 188 m), so that the Vatican can have a shape."""

WIDE = -128
"""Stands in the narrow deltas for one that is stored wide."""

NOBODY = "--"
"""Ground that we give to no country."""

# Natural Earth draws these without an ISO number.
NAMED = {
    "Akrotiri": "GB",
    "Baikonur": "KZ",
    "Bajo Nuevo Bank": "CO",
    "Clipperton I.": "FR",
    "Coral Sea Is.": "AU",
    "Cyprus U.N. Buffer Zone": "CY",
    "Dhekelia": "GB",
    "Kosovo": "XK",
    "N. Cyprus": "CY",
    "Scarborough Reef": NOBODY,
    "Serranilla Bank": "CO",
    "Siachen Glacier": NOBODY,
    "Somaliland": "SO",
    "Spratly Is.": NOBODY,
    "USNB Guantanamo Bay": "CU",
}

# Parts of a country that lie wholly inside south, west, north, east: what they are drawn with, and their own code.
PARTS = (
    ("FR", (2.0, -55.0, 6.0, -51.0), "GF"),
    ("FR", (15.7, -62.0, 16.7, -60.8), "GP"),
    ("FR", (14.3, -61.4, 15.0, -60.7), "MQ"),
    ("FR", (-21.6, 55.0, -20.7, 56.0), "RE"),
    ("FR", (-13.2, 44.9, -12.5, 45.4), "YT"),
    ("NO", (74.0, 8.0, 81.0, 35.0), "SJ"),
    ("NO", (70.7, -9.3, 71.3, -7.8), "SJ"),
    ("NO", (-54.6, 3.2, -54.3, 3.6), "BV"),
    ("NL", (11.9, -68.6, 12.5, -68.0), "BQ"),
    ("NL", (17.3, -63.4, 17.8, -62.8), "BQ"),
    ("RU", (44.3, 32.3, 46.3, 36.7), "UA"),
    ("MC", (43.7, 7.3, 43.8, 7.5), "FR"),  # Monaco is drawn two kilometres to the west; RINGS draws it anew
    ("Indian Ocean Ter.", (-10.7, 105.4, -10.3, 105.8), "CX"),
    ("Indian Ocean Ter.", (-12.3, 96.7, -11.8, 97.0), "CC"),
)

# Rings of latitude and longitude: what the ground inside is drawn as, and whose it is.
# The border of Morocco and Western Sahara is the parallel 27 deg 40' N (Franco-Spanish convention of 1912). The
# others are drawn by hand: the Golan to about 1 km along the lines of 1923 and 1949, the two small states to 100 m.
RINGS = (
    ({"MA"}, "EH", ((27.66667, -17.4), (27.66667, -8.4), (20.5, -8.4), (20.5, -17.4))),
    ({"IL"}, "SY", (
        (33.42, 35.60), (33.28, 35.637), (33.245, 35.672), (33.222, 35.663), (33.196, 35.664), (33.167, 35.668),
        (33.12, 35.657), (33.06, 35.645), (33.01, 35.628), (32.95, 35.629), (32.89, 35.618), (32.868, 35.638),
        (32.845, 35.65), (32.82, 35.652), (32.79, 35.665), (32.77, 35.663), (32.755, 35.653), (32.72, 35.648),
        (32.695, 35.645), (32.66, 35.64), (32.60, 36.1), (33.42, 36.1),
    )),
    ({"IT"}, "VA", (
        (41.9075, 12.4525), (41.9066, 12.4558), (41.9041, 12.4572), (41.9038, 12.4583), (41.9010, 12.4584),
        (41.9003, 12.4545), (41.9002, 12.4500), (41.9018, 12.4465), (41.9040, 12.4457), (41.9056, 12.4472),
        (41.9061, 12.4500),
    )),
    ({"FR", SEA}, "MC", (
        (43.7243, 7.4135), (43.7240, 7.4200), (43.7290, 7.4310), (43.7370, 7.4340), (43.7460, 7.4400),
        (43.7517, 7.4410), (43.7512, 7.4365), (43.7499, 7.4328), (43.7462, 7.4287), (43.7432, 7.4262),
        (43.7411, 7.4215), (43.7375, 7.4160), (43.7315, 7.4090), (43.7283, 7.4105),
    )),
    ({SEA}, "TK", ((-8.52, -172.52), (-8.52, -172.47), (-8.61, -172.47), (-8.61, -172.52))),
    ({SEA}, "TK", ((-9.11, -171.87), (-9.11, -171.77), (-9.23, -171.77), (-9.23, -171.87))),
    ({SEA}, "TK", ((-9.33, -171.26), (-9.33, -171.20), (-9.44, -171.20), (-9.44, -171.26))),
)  # fmt: skip

# Atlas units. Rounding lets China's coast cross Macao's at this point; one unit west it does not.
MENDED = {(81535, 63617): (81534, 63617)}


class Grid:
    """The atlas's grid, with its units split into finer ones."""

    def __init__(self, topology: dict[str, Any]) -> None:
        self.step_degrees = [step / FINE for step in topology["transform"]["scale"]]
        self.origin_degrees = topology["transform"]["translate"]
        self.turn = round(360 / self.step_degrees[0])

    def unwrap(self, points: Points) -> Points:
        """The chain without jumps from one side of the antimeridian to the other."""
        jumps = np.diff(points[:, 0], prepend=points[0, 0])
        turns = np.cumsum(np.where(jumps > self.turn / 2, -1, np.where(jumps < -self.turn / 2, 1, 0)))
        return points + np.stack([turns * self.turn, 0 * turns], axis=1)

    def to_units(self, latitude: float, longitude: float) -> list[int]:
        """The grid point nearest to a place."""
        degrees = (longitude, latitude)
        return [round((degrees[i] - self.origin_degrees[i]) / self.step_degrees[i]) for i in (0, 1)]

    def to_ring(self, corners: tuple[tuple[float, float], ...]) -> Points:
        """A closed ring; odd units, which no point of the atlas has."""
        units = [[unit | 1 for unit in self.to_units(*corner)] for corner in corners]
        return np.array([*units, units[0]])


def owner_of(geometry: dict[str, Any], codes: dict[str, str]) -> str:
    """The code of the country that a geometry of the atlas is drawn as."""
    name: str = geometry["properties"]["name"]
    return codes.get(geometry.get("id", "")) or NAMED.get(name, name)


def read_parts(topology: dict[str, Any], chains: list[Points], grid: Grid) -> Iterator[tuple[str, list[int]]]:
    """Code and arcs of every polygon: an arc that stands in two rings of one polygon stands there twice."""
    table = json.loads((FOLDER / "countries.json").read_text(encoding="utf-8"))["countries"]
    codes = {row[1]: code for code, row in table.items()}
    for geometry in topology["objects"]["countries"]["geometries"]:
        owner = owner_of(geometry, codes)
        for part in geometry["arcs"] if geometry["type"] == "MultiPolygon" else [geometry["arcs"]]:
            outline = np.concatenate([chains[arc if arc >= 0 else ~arc] for arc in part[0]])
            code = next((own for drawn, box, own in PARTS if drawn == owner and inside_box(outline, box, grid)), owner)
            if code not in table and code != NOBODY:
                raise SystemExit(f"{code!r} has no ISO code; name it in NAMED or PARTS")
            yield code, [arc if arc >= 0 else ~arc for ring in part for arc in ring]


def inside_box(points: Points, box: tuple[float, float, float, float], grid: Grid) -> bool:
    """Whether a whole outline lies inside south, west, north, east."""
    low, high = grid.to_units(*box[:2]), grid.to_units(*box[2:])
    return bool((points >= low).all() and (points <= high).all())


def read_arcs(topology: dict[str, Any], grid: Grid) -> list[Arc]:
    """The arcs that part two countries, or a country from the sea.

    A point lies in a country if the rings around it are odd in number, so a country that an arc bounds twice is not
    bounded by it. Thus the borders inside a country that the atlas draws as two vanish.
    """
    chains = [grid.unwrap(mend(np.cumsum(np.array(arc), axis=0)) * FINE) for arc in topology["arcs"]]
    grounds: list[frozenset[str]] = [frozenset()] * len(chains)
    for code, indexes in read_parts(topology, chains, grid):
        for index in indexes:
            grounds[index] ^= {code}
    if any(len(around) > 2 for around in grounds):
        raise SystemExit("an arc bounds three countries")
    return [
        Arc(chain, around if len(around) == 2 else around | {SEA})
        for chain, around in zip(chains, grounds, strict=True)
        if around
    ]


def mend(points: Points) -> Points:
    """The chain with the wrong points of `MENDED` put right."""
    for wrong, right in MENDED.items():
        points[(points == wrong).all(axis=1)] = right
    return points


def write_borders(path: Path, arcs: list[Arc], grid: Grid, world: World) -> None:
    """Write the file that `triovision.countries.borders` reads."""
    grounds = [SEA, NOBODY, *sorted({ground for arc in arcs for ground in arc.grounds} - {SEA, NOBODY})]
    steps = np.array([FINE if not (np.diff(arc.points, axis=0) % FINE).any() else 1 for arc in arcs], np.uint8)
    deltas = np.concatenate(
        [(np.diff(arc.points, axis=0) // step).ravel() for arc, step in zip(arcs, steps, strict=True)]
    )
    is_wide = abs(deltas) > -WIDE - 1
    header = {
        "format": 1,
        "source": "Natural Earth 1:10 million (public domain), by way of world-atlas 2.0.2",
        "step_degrees": grid.step_degrees,
        "origin_degrees": grid.origin_degrees,
        "south_pole": grounds.index(world.south_pole),
        "grounds": ["" if ground == NOBODY else ground for ground in grounds],
        "arcs": len(arcs),
        "edges": len(deltas) // 2,
        "wide": int(is_wide.sum()),
    }
    arrays = (
        np.array([arc.points[0] for arc in arcs], "<i4"),
        np.array([len(arc.points) - 1 for arc in arcs], "<i4"),
        deltas[is_wide].astype("<i4"),
        np.array([sorted((grounds.index(ground) for ground in arc.grounds), reverse=True) for arc in arcs], "u1"),
        steps,
        np.where(is_wide, WIDE, deltas).astype("i1"),
    )
    path.write_bytes(json.dumps(header).encode() + b"\n" + b"".join(array.tobytes() for array in arrays))
    print(f"wrote {path.stat().st_size} bytes: {len(arcs)} arcs, {header['edges']} edges, {len(grounds)} grounds")


def main() -> None:
    """Read the atlas, move the ground, write the borders."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("atlas", type=Path, help="folder of the unpacked npm package world-atlas")
    arguments = parser.parse_args()
    topology = json.loads((arguments.atlas / "countries-10m.json").read_text(encoding="utf-8"))
    grid = Grid(topology)
    arcs, world = read_arcs(topology, grid), World(grid.turn, south_pole="AQ")
    for old, new, corners in RINGS:
        arcs = move_ground(arcs, grid.to_ring(corners), frozenset(old), new, world)
    write_borders(FOLDER / "borders.bin", arcs, grid, world)


if __name__ == "__main__":
    main()
