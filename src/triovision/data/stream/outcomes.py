"""The journal of all chunks, as columns: what came out of each photo."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from triovision.data.stream.chunks import read_entry
from triovision.data.stream.similar import HASH_BYTES

__all__ = ["ChunkRows", "Outcomes", "read_outcomes"]

_SHA256_BYTES = 32


class ChunkRows(NamedTuple):
    """A chunk by its name, and the catalogue's rows of its photos."""

    name: str
    rows: NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Outcomes:
    """Photos that were opened, in the order of the chunks; a line is a photo.

    Attributes:
        chunks: Names of the chunks.
        chunk: int32 [n]: number of the chunk.
        row: int64 [n]: row in the catalogue.
        sha256: uint8 [n, 32]: of the photo file; zero where it could not be read.
        similar: uint8 [n, 16]: perceptual hash.
        width_px: int32 [n].
        height_px: int32 [n].
        latitude: float64 [n]: from EXIF, NaN where it has none.
        longitude: float64 [n].
        offset: int64 [n]: of the prepared photo among those of its chunk.
        size_bytes: int32 [n]: of the prepared photo.
        crc32: uint32 [n]: of the prepared photo.
        reject: A column of words: why the photo cannot be used, null where it can.
    """

    chunks: tuple[str, ...]
    chunk: NDArray[np.int32]
    row: NDArray[np.int64]
    sha256: NDArray[np.uint8]
    similar: NDArray[np.uint8]
    width_px: NDArray[np.int32]
    height_px: NDArray[np.int32]
    latitude: NDArray[np.float64]
    longitude: NDArray[np.float64]
    offset: NDArray[np.int64]
    size_bytes: NDArray[np.int32]
    crc32: NDArray[np.uint32]
    reject: Any

    def __len__(self) -> int:
        return len(self.row)


def read_outcomes(journal: Path, chunks: Sequence[ChunkRows]) -> Outcomes:
    """Read the entries of all chunks.

    Args:
        journal: Its folder.
        chunks: All of them, in order.

    Raises:
        DataError: If an entry is damaged.
    """
    import pyarrow as pa  # noqa: PLC0415

    total = sum(len(chunk.rows) for chunk in chunks)
    numbers: dict[str, Any] = {
        name: np.empty(total, kind)
        for name, kind in (
            ("width_px", np.int32),
            ("height_px", np.int32),
            ("latitude", np.float64),
            ("longitude", np.float64),
            ("offset", np.int64),
            ("size_bytes", np.int32),
            ("crc32", np.uint32),
        )
    }
    hashes: dict[str, Any] = {
        "sha256": np.zeros((total, _SHA256_BYTES), np.uint8),
        "similar": np.zeros((total, HASH_BYTES), np.uint8),
    }
    rejects = [pa.array([], pa.string())]
    start = 0
    for chunk in chunks:
        table = read_entry(journal, chunk.name).combine_chunks()
        end = start + len(table)
        for name, column in numbers.items():
            missing = np.nan if column.dtype == np.float64 else 0
            column[start:end] = table.column(name).fill_null(missing).to_numpy()
        for name, column in hashes.items():
            column[start:end] = _matrix(table.column(name), column.shape[1])
        rejects.append(pa.concat_arrays(table.column("reject").chunks))
        start = end
    return Outcomes(
        chunks=tuple(chunk.name for chunk in chunks),
        chunk=np.repeat(np.arange(len(chunks), dtype=np.int32), [len(chunk.rows) for chunk in chunks]),
        row=np.concatenate([np.empty(0, np.int64), *(chunk.rows for chunk in chunks)]),
        reject=pa.concat_arrays(rejects).dictionary_encode(),
        **hashes,
        **numbers,
    )


def _matrix(column: Any, width: int) -> NDArray[np.uint8]:
    import pyarrow as pa  # noqa: PLC0415

    array = pa.concat_arrays(column.chunks).fill_null(bytes(width))
    content = np.frombuffer(array.buffers()[1], np.uint8)[array.offset * width :]
    return content[: len(array) * width].reshape(-1, width)
