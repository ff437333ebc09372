"""Near-duplicates: the same photo in another size, compression or shade, found without comparing each with each."""

from __future__ import annotations

from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from triovision.data.resize import resize
from triovision.data.stream.options import MOST_DIFFERENT_BITS

__all__ = ["HASH_BYTES", "compute_similarity_hash", "find_near_duplicates"]

HASH_BYTES = 16
_GRID = 9
# ITU-R 601, as Pillow's mode L has it.
_LUMA = np.array([19595, 38470, 7471], np.int32)
_LUMA_BITS = 16
_HALF = 1 << (_LUMA_BITS - 1)
_BANDS = 8  # of 16 bits; with six different bits at least two bands are equal
_SHARED_BANDS = _BANDS - MOST_DIFFERENT_BITS
_BITS_OF_BYTE = np.array([byte.bit_count() for byte in range(256)], np.uint8)


def compute_similarity_hash(image: NDArray[np.uint8]) -> bytes:
    """128 bits that survive scaling, compression and a change of brightness: the difference hash, both ways.

    Each bit says whether a cell of a 9 x 9 grid of mean brightness is darker than its right neighbour, and, for the
    other 64, than the one below.

    Args:
        image: uint8 [height, width, 3].

    Source: N. Krawetz, "Kind of Like That", 2013, https://www.hackerfactor.com/blog/index.php?/archives/529-Kind-of-Like-That.html
    """
    # Means of the colours first: the brightness of 81 pixels costs less than that of all.
    grid = (resize(image, _GRID, _GRID, "box") @ _LUMA + _HALF) >> _LUMA_BITS
    right = grid[:-1, 1:] > grid[:-1, :-1]
    below = grid[1:, :-1] > grid[:-1, :-1]
    return np.packbits(np.concatenate((right.ravel(), below.ravel()))).tobytes()


def find_near_duplicates(hashes: NDArray[np.uint8], ranks: NDArray[np.int8], most_bits: int) -> NDArray[np.int64]:
    """For each photo, one of a higher rank that is nearly the same.

    Exact: every pair within `most_bits` is found. Eight bands of 16 bits: six different bits leave two bands equal,
    so photos are only compared where two of their bands agree, which few of four million do by chance.

    Args:
        hashes: uint8 [n, 16].
        ranks: int8 [n].
        most_bits: At most 6.

    Returns:
        int64 [n]: index of the photo of the highest rank found, -1 for none.
    """
    found = np.full(len(hashes), -1, np.int64)
    if not len(hashes) or ranks.min() == ranks.max():
        return found
    # One stands for all of one hash and rank: plain skies would else be compared each with each.
    items = _as_items(np.column_stack((hashes, ranks.astype(np.uint8))))
    _, firsts, members = np.unique(items, return_index=True, return_inverse=True)
    halves = np.ascontiguousarray(hashes[firsts]).view("<u8")
    bands = np.ascontiguousarray(hashes[firsts]).view("<u2").astype(np.uint32)
    best = np.full(len(firsts), -1, np.int64)
    for first, second in combinations(range(_BANDS), _SHARED_BANDS):
        keys = (bands[:, first] << np.uint32(16) | bands[:, second]).astype(np.uint32)
        _match_band(keys, halves, ranks[firsts], most_bits, best)
    found = np.where(best >= 0, firsts[best], -1)
    return found[members.ravel()]


def _as_items(rows: NDArray[np.uint8]) -> NDArray[np.void]:
    rows = np.ascontiguousarray(rows)
    return rows.view(np.dtype((np.void, rows.shape[1]))).ravel()


def _match_band(
    keys: NDArray[np.uint32],
    halves: NDArray[np.uint64],
    ranks: NDArray[np.int8],
    most_bits: int,
    best: NDArray[np.int64],
) -> None:
    """Compare all photos of equal keys whose ranks differ; note in `best` the higher one."""
    order = np.lexsort((ranks, keys))
    keys = keys[order]
    starts = np.flatnonzero(np.r_[True, keys[1:] != keys[:-1]])
    ends = np.r_[starts[1:], len(keys)]
    # Sorted by rank within a key, so the last of a run has its highest; runs of one rank hold nothing to find.
    mixed = ranks[order[starts]] != ranks[order[ends - 1]]
    last = np.repeat(ends[mixed], (ends - starts)[mixed])
    lower = np.flatnonzero(np.repeat(mixed, ends - starts))
    step = 1
    while len(lower):
        inside = lower + step < last
        lower, last = lower[inside], last[inside]
        one, other = order[lower], order[lower + step]
        near = (ranks[one] < ranks[other]) & (_different_bits(halves, one, other) <= most_bits)
        one, other = one[near], other[near]
        known = best[one]
        better = (known < 0) | (ranks[other] > ranks[known]) | ((ranks[other] == ranks[known]) & (other < known))
        best[one[better]] = other[better]
        step += 1


def _different_bits(halves: NDArray[np.uint64], one: NDArray[np.int64], other: NDArray[np.int64]) -> NDArray[np.int64]:
    different = (halves[one] ^ halves[other]).view(np.uint8).reshape(-1, HASH_BYTES)
    counts: NDArray[np.int64] = _BITS_OF_BYTE[different].sum(axis=1, dtype=np.int64)
    return counts
