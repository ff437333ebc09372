"""The borders file, and which ground lies at a point.

Borders are straight lines between points of a whole-numbered grid of longitude and latitude. The file `borders.bin`,
written by `scripts/build_borders.py`, is one line of JSON and then these arrays, all little-endian:

    int32 [arcs, 2]     grid point (x, y) where each arc starts
    int32 [arcs]        edges of each arc
    int32 [wide]        the deltas that eight bits do not hold
    uint8 [arcs, 2]     the grounds on both sides of an arc, as indexes of the header's `grounds`; 0 is the sea
    uint8 [arcs]        grid units per delta
    int8  [edges, 2]    deltas along x and y; -128 takes the next of the wide ones

Method: even-odd counting. Each border changes the ground by `one side XOR other side`, in whatever direction it is
crossed, so the ground at a point is that at any other point XOR all borders on a path between them. The path runs
within one cell of a coarse grid, from the cell's middle; most cells hold no border at all.

Source: M. Shimrat, "Algorithm 112: Position of point relative to polygon", Communications of the ACM 5 (1962), page
434, for the counting; TopoJSON's arcs for the file.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "CELL_HEIGHT",
    "CELL_WIDTH",
    "SEA",
    "Borders",
    "Cells",
    "expand",
    "find_ground",
    "load_borders",
    "split_work",
]

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

SEA = 0

CELL_WIDTH = 1024  # 0.23 degrees
CELL_HEIGHT = 2048  # 0.22 degrees

# Points of the map are whole numbers and cells begin at halves, so no point lies on a line between cells; no border
# between whole numbers passes nearer than 1e-8 to a cell's middle, whose y is off the halves too.
CELL_START = -0.5
MIDDLE = (CELL_WIDTH // 2 - 0.5, CELL_HEIGHT // 2 - 0.5 + 2.0**-24)

MOST_PAIRS = 1 << 18
"""Points times borders looked at together, which bounds memory to some tens of megabytes."""


class Cells(NamedTuple):
    """Borders by cell of the coarse grid; cells are numbered along the rows from the south-west.

    Attributes:
        columns: Cells in a row.
        ground: Ground at the middle of each cell.
        first: Where each cell's borders begin in `borders`; one more entry than there are cells.
        borders: Rows of `Borders.edges`.
    """

    columns: int
    ground: NDArray[np.uint8]
    first: NDArray[np.int32]
    borders: NDArray[np.int32]


class Borders(NamedTuple):
    """All borders, ready to be asked.

    Attributes:
        codes: Country code by ground; empty for the sea and for ground that belongs to no country.
        step_degrees: Longitude and latitude of a grid unit.
        origin_degrees: Longitude and latitude of the grid's origin.
        turn: Grid units in a full turn of longitude.
        top: The largest y of any border; the smallest is 0.
        edges: `int32 [edges, 4]`: x and y of both ends in grid units, the lower end first.
        sides: `uint8 [edges, 2]`: the grounds on both sides; a coast has 0 as the second.
        cells: The borders by cell.
    """

    codes: NDArray[np.str_]
    step_degrees: tuple[float, float]
    origin_degrees: tuple[float, float]
    turn: int
    top: int
    edges: NDArray[np.int32]
    sides: NDArray[np.uint8]
    cells: Cells

    def to_grid(self, latitude: Floats, longitude: Floats) -> tuple[Floats, Floats]:
        """Grid coordinates x and y of places in degrees."""
        x = (longitude - self.origin_degrees[0]) / self.step_degrees[0] % self.turn
        y = (latitude - self.origin_degrees[1]) / self.step_degrees[1]
        # Off the whole numbers by a tenth of a millimetre, so that no point is level with an end of a border.
        return x, y + (y == np.floor(y)) * 1e-5


class _File(NamedTuple):
    header: dict[str, Any]
    edges: NDArray[np.int32]
    sides: NDArray[np.uint8]


@cache
def load_borders() -> Borders:
    """Read the borders and lay the coarse grid over them, once; takes some tenths of a second."""
    header, edges, sides = _read(files("triovision.countries").joinpath("borders.bin").read_bytes())
    step, origin = header["step_degrees"], header["origin_degrees"]
    turn = round(360 / step[0])
    top = int(edges[:, 3].max())
    edges, sides = _repeat_at_antimeridian(edges, sides, turn)
    cells = _lay_cells(edges, sides, turn, top, header["south_pole"])
    codes = np.array(header["grounds"])
    return Borders(codes, tuple(step), tuple(origin), turn, top, edges, sides, cells)


def _read(content: bytes) -> _File:
    line, _, body = content.partition(b"\n")
    header = json.loads(line)
    arcs, edges, wide = header["arcs"], header["edges"], header["wide"]
    arrays, offset = [], 0
    for dtype, shape in (
        ("<i4", (arcs, 2)), ("<i4", (arcs,)), ("<i4", (wide,)), ("u1", (arcs, 2)), ("u1", (arcs,)), ("i1", (edges, 2)),
    ):  # fmt: skip
        count = int(np.prod(shape))
        arrays.append(np.frombuffer(body, dtype, count, offset).reshape(shape))
        offset += arrays[-1].nbytes
    starts, lengths, wides, sides, steps, narrow = arrays

    deltas = narrow.astype(np.int32)
    deltas[narrow == np.iinfo(np.int8).min] = wides
    deltas *= np.repeat(steps, lengths)[:, None]
    ends = np.cumsum(deltas, axis=0, dtype=np.int32)
    before = ends - deltas
    first = np.cumsum(lengths) - lengths
    shift = np.repeat(starts - before[first], lengths, axis=0)
    ends, before = ends + shift, before + shift
    upward = (before[:, 1] < ends[:, 1])[:, None]
    edges = np.concatenate([np.where(upward, before, ends), np.where(upward, ends, before)], axis=1)
    return _File(header, edges, np.repeat(sides, lengths, axis=0))


def _repeat_at_antimeridian(
    edges: NDArray[np.int32], sides: NDArray[np.uint8], turn: int
) -> tuple[NDArray[np.int32], NDArray[np.uint8]]:
    """Each edge in every turn in which it touches the cells, so that nothing need ask beyond their ends."""
    low, high = np.minimum(edges[:, 0], edges[:, 2]), np.maximum(edges[:, 0], edges[:, 2])
    end = -(-turn // CELL_WIDTH) * CELL_WIDTH
    turns = [(shift, np.flatnonzero((high + shift >= 0) & (low + shift < end))) for shift in (0, turn, -turn)]
    moved = [edges[kept] + np.array([shift, 0, shift, 0], np.int32) for shift, kept in turns]
    return np.concatenate(moved), np.concatenate([sides[kept] for _, kept in turns])


def _lay_cells(edges: NDArray[np.int32], sides: NDArray[np.uint8], turn: int, top: int, south_pole: int) -> Cells:
    columns, rows = -(-turn // CELL_WIDTH), top // CELL_HEIGHT + 1
    x = np.sort(edges[:, ::2], axis=1) // CELL_WIDTH
    west, east = np.clip(x[:, 0], 0, columns - 1), np.clip(x[:, 1], 0, columns - 1)
    south, north = edges[:, 1] // CELL_HEIGHT, edges[:, 3] // CELL_HEIGHT
    width = east - west + 1
    edge, place = expand(width * (north - south + 1))
    cell = (south[edge] + place // width[edge]) * columns + west[edge] + place % width[edge]
    order = np.argsort(cell, kind="stable")
    first = np.zeros(rows * columns + 1, np.int32)
    np.cumsum(np.bincount(cell, minlength=rows * columns), out=first[1:])
    ground = _ground_in_the_middles(edges, sides, (rows, columns), south_pole)
    return Cells(columns, ground, first, edge[order].astype(np.int32))


def _ground_in_the_middles(
    edges: NDArray[np.int32], sides: NDArray[np.uint8], shape: tuple[int, int], south_pole: int
) -> NDArray[np.uint8]:
    """Ground at the middle of every cell, from the south pole up the map's western side, then east along each row."""
    rows, columns = shape
    change = sides[:, 0] ^ sides[:, 1]
    changes = np.zeros((rows, columns + 1), np.uint8)
    middle = np.arange(rows) * CELL_HEIGHT + MIDDLE[1]
    x1, y1, x2, y2 = edges.T.astype(np.float64, order="C")

    crossing = np.flatnonzero((x1 > CELL_START) != (x2 > CELL_START))
    y = y1[crossing] + (CELL_START - x1[crossing]) / (x2 - x1)[crossing] * (y2 - y1)[crossing]
    row = np.searchsorted(middle, y)
    np.bitwise_xor.at(changes, (row[row < rows], 0), change[crossing][row < rows])
    changes[0, 0] ^= south_pole
    changes[:, 0] = np.bitwise_xor.accumulate(changes[:, 0])

    first, last = np.searchsorted(middle, y1), np.searchsorted(middle, y2)
    edge, place = expand(last - first)
    row = first[edge] + place
    x = x1[edge] + (middle[row] - y1[edge]) / (y2 - y1)[edge] * (x2 - x1)[edge]
    column = np.ceil((x - MIDDLE[0]) / CELL_WIDTH).astype(np.int64)
    kept = (x > CELL_START) & (column < columns)
    np.bitwise_xor.at(changes, (row[kept], column[kept] + 1), change[edge[kept]])
    ground: NDArray[np.uint8] = np.bitwise_xor.accumulate(changes, axis=1)[:, 1:].ravel()
    return ground


def expand(counts: NDArray[np.integer]) -> tuple[Integers, Integers]:
    """Index and running number for `counts[i]` copies of each `i`: counts 2, 1 give 0 0 1 and 0 1 0."""
    index = np.repeat(np.arange(len(counts)), counts)
    number = np.arange(len(index)) - np.repeat(np.cumsum(counts) - counts, counts)
    return index, number


def split_work(counts: NDArray[np.integer]) -> Iterator[slice]:
    """Slices of whole items that come to about `MOST_PAIRS` each."""
    total = np.cumsum(counts, dtype=np.int64)
    marks = np.arange(MOST_PAIRS, total[-1] if len(total) else 0, MOST_PAIRS)
    bounds = np.unique(np.concatenate([[0], np.searchsorted(total, marks) + 1, [len(counts)]]))
    for start, stop in pairwise(bounds.tolist()):
        yield slice(start, stop)


def find_ground(borders: Borders, x: Floats, y: Floats) -> NDArray[np.uint8]:
    """The ground at each point.

    Args:
        borders: Of the world.
        x: East, in grid units, as from `Borders.to_grid`.
        y: North, likewise.

    Returns:
        Indexes of `Borders.codes`.
    """
    cells = borders.cells
    # Beyond the northernmost and the southernmost border the ground is what it is just beside them.
    y = np.clip(y, -0.25, borders.top + 0.25)
    column, row = ((x - CELL_START) // CELL_WIDTH).astype(np.int64), ((y - CELL_START) // CELL_HEIGHT).astype(np.int64)
    cell = row * cells.columns + column
    ground: NDArray[np.uint8] = cells.ground[cell]
    count = cells.first[cell + 1] - cells.first[cell]
    busy = np.flatnonzero(count)
    for part in split_work(count[busy]):
        points = busy[part]
        ground[points] ^= _changes_from_middle(borders, x[points], y[points], cell[points])
    return ground


def _changes_from_middle(borders: Borders, x: Floats, y: Floats, cell: Integers) -> NDArray[np.uint8]:
    """XOR of the borders between each point and the middle of its cell; every cell holds some.

    The path goes east or west to the middle's meridian, then along that. A border that passes by the path's corner is
    put on the same side of it in both halves, so rounding there changes both or none.
    """
    cells = borders.cells
    first = cells.first[cell]
    count = cells.first[cell + 1] - first
    point, number = expand(count)
    edge = cells.borders[first[point] + number]
    x1, y1, x2, y2 = borders.edges[edge].T.astype(np.float64, order="C")
    px, py = x[point], y[point]
    middle_x = (cell % cells.columns * CELL_WIDTH + MIDDLE[0])[point]
    middle_y = (cell // cells.columns * CELL_HEIGHT + MIDDLE[1])[point]

    dx, dy = x2 - x1, y2 - y1
    at_corner = dx * (py - y1) > dy * (middle_x - x1)
    at_point = dx * (py - y1) > dy * (px - x1)
    at_middle = dx * (middle_y - y1) > dy * (middle_x - x1)
    on_parallel = (y1 < py) & (y2 > py) & (at_corner != at_point)
    on_meridian = ((x1 > middle_x) != (x2 > middle_x)) & (at_corner != at_middle)
    sides = borders.sides[edge]
    change = np.where(on_parallel != on_meridian, sides[:, 0] ^ sides[:, 1], 0).astype(np.uint8)
    changes: NDArray[np.uint8] = np.bitwise_xor.reduceat(change, np.cumsum(count) - count)
    return changes
