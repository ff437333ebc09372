"""Chunks of photos that are files of their own."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from triovision.data.stream.catalogue import has_word
from triovision.data.stream.chunks import Chunk
from triovision.data.stream.options import StreamOptions

__all__ = ["make_file_chunks"]


def make_file_chunks(catalogue: Any, locate: Callable[[str], Path], options: StreamOptions) -> Iterator[Chunk]:
    """Chunks of the wanted photos, in an order that mixes folders and countries.

    Args:
        catalogue: With the photos' names.
        locate: The file of a photo, by its name.
        options: Size of a chunk and of the photos; the seed decides the order.
    """
    wanted = np.flatnonzero(~has_word(catalogue, "reject"))
    photos = catalogue.column("photo")
    order = _shuffle(photos, wanted, options.seed)
    for number, start in enumerate(range(0, len(order), options.chunk_size)):
        rows = order[start : start + options.chunk_size]
        names = photos.take(rows).to_pylist()
        paths = tuple(str(locate(name)) for name in names)
        facts = np.array([_size_and_stamp(path) for path in paths], np.int64)
        yield Chunk(
            name=f"photos-{number:05d}",
            rows=rows,
            names=names,
            files=paths,
            offsets=np.zeros(len(rows), np.int64),
            sizes=facts[:, 0],
            short_side_px=options.short_side_px,
            min_side_px=options.min_side_px,
            stamps=facts[:, 1],
        )


def _shuffle(photos: Any, rows: NDArray[np.int64], seed: int) -> NDArray[np.int64]:
    keys = np.empty(len(rows), np.uint64)
    step = 65_536
    for start in range(0, len(rows), step):
        names = photos.take(rows[start : start + step]).to_pylist()
        keys[start : start + step] = [
            int.from_bytes(hashlib.blake2b(f"{seed}\n{name}".encode(), digest_size=8).digest()) for name in names
        ]
    return rows[np.argsort(keys, kind="stable")]


def _size_and_stamp(path: str) -> tuple[int, int]:
    # A missing file is found again, with its reason, by whoever opens it; 1 byte says that it must be opened.
    try:
        status = os.stat(path)  # noqa: PTH116 - a Path per photo costs more than asking
    except (OSError, ValueError):
        return 1, 0
    return status.st_size, status.st_mtime_ns
