"""A few hundred photos: the unit of work, and its entry in the journal.

The journal makes a run that was killed go on. For each finished chunk it holds `NAME.parquet` (what came out of each
photo) and, until the shards that need it are written, `NAME.jpegs` (the prepared photos one after another).
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from triovision.data.files import open_atomic
from triovision.errors import DataError

__all__ = [
    "ENTRY_COLUMNS",
    "Chunk",
    "blob_path",
    "entry_path",
    "has_blob",
    "is_finished",
    "read_entry",
    "write_entry",
]

# Part of every fingerprint: a version that prepares other bytes must count up.
_VERSION = 2
_FINGERPRINT = b"triovision.fingerprint"
_BLOB_BYTES = b"triovision.blob_bytes"

# What came out of each photo; `reject` is null where it can be used.
ENTRY_COLUMNS: dict[str, tuple[Any, ...]] = {
    "sha256": ("binary", 32),
    "similar": ("binary", 16),
    "width_px": ("int32",),
    "height_px": ("int32",),
    "latitude": ("float64",),
    "longitude": ("float64",),
    "offset": ("int64",),
    "size_bytes": ("int32",),
    "crc32": ("uint32",),
    "reject": ("string",),
}


@dataclass(frozen=True, eq=False)
class Chunk:
    """Photos that one worker prepares at a time.

    Attributes:
        name: Of its entry in the journal.
        rows: int64 [n]: their rows in the catalogue; what is prepared does not depend on them.
        names: Of the photos, for messages.
        files: The file of all photos, or of each.
        offsets: int64 [n]: where a photo begins in its file.
        sizes: int64 [n]: bytes of a photo.
        stamps: int64 [n] or empty: when each file was last changed.
        short_side_px: Of the prepared photos.
        min_side_px: Photos below it are not used.
    """

    name: str
    rows: NDArray[np.int64]
    names: list[str]
    files: tuple[str, ...]
    offsets: NDArray[np.int64]
    sizes: NDArray[np.int64]
    short_side_px: int
    min_side_px: int
    stamps: NDArray[np.int64] = field(default_factory=lambda: np.empty(0, np.int64))

    def fingerprint(self) -> str:
        """Hash of all that the entry depends on, the photos' own bytes apart."""
        facts = f"{_VERSION} {self.short_side_px} {self.min_side_px} {len(self.names)}\n" + "\n".join(self.names)
        digest = hashlib.sha256(facts.encode(errors="backslashreplace"))
        for numbers in (self.offsets, self.sizes, self.stamps):
            digest.update(numbers.astype("<i8").tobytes())
        return digest.hexdigest()

    def file(self, index: int) -> str:
        """The file that a photo lies in."""
        return self.files[index if len(self.files) > 1 else 0]


def entry_path(journal: Path, name: str) -> Path:
    """Where the entry of a chunk lies."""
    return journal / f"{name}.parquet"


def blob_path(journal: Path, name: str) -> Path:
    """Where the prepared photos of a chunk lie, as long as they are needed."""
    return journal / f"{name}.jpegs"


def write_entry(journal: Path, chunk: Chunk, columns: dict[str, list[Any]], blob_bytes: int) -> None:
    """Write the entry of a chunk: from then on it is finished.

    Raises:
        DataError: If it cannot be written.
    """
    import pyarrow as pa  # noqa: PLC0415
    from pyarrow import parquet  # noqa: PLC0415

    schema = pa.schema([(name, getattr(pa, kind)(*size)) for name, (kind, *size) in ENTRY_COLUMNS.items()])
    facts = {_FINGERPRINT: chunk.fingerprint().encode(), _BLOB_BYTES: str(blob_bytes).encode()}
    table = pa.table(columns, schema=schema.with_metadata(facts))
    with open_atomic(entry_path(journal, chunk.name), shared=True) as file:
        parquet.write_table(table, file, compression="zstd", use_dictionary=False)


def read_entry(journal: Path, name: str) -> Any:
    """What came out of a finished chunk's photos, as a table.

    Raises:
        DataError: If it is damaged.
    """
    import pyarrow as pa  # noqa: PLC0415
    from pyarrow import parquet  # noqa: PLC0415

    path = entry_path(journal, name)
    try:
        return parquet.ParquetFile(path).read(use_threads=False)
    except (OSError, pa.ArrowException) as error:
        reason = str(error).splitlines()[0][:100]
        raise DataError(f"{path}: damaged ({reason}); delete it and run the same command again") from None


def is_finished(journal: Path, chunk: Chunk) -> bool:
    """Whether the journal has this chunk, prepared from the same files with the same options."""
    facts = _read_facts(journal, chunk.name)
    return facts is not None and facts.get(_FINGERPRINT) == chunk.fingerprint().encode()


def has_blob(journal: Path, name: str) -> bool:
    """Whether the prepared photos of a finished chunk still lie there."""
    facts = _read_facts(journal, name)
    try:
        return facts is not None and facts.get(_BLOB_BYTES) == str(blob_path(journal, name).stat().st_size).encode()
    except OSError:
        return False


def _read_facts(journal: Path, name: str) -> dict[bytes, bytes] | None:
    import pyarrow as pa  # noqa: PLC0415
    from pyarrow import parquet  # noqa: PLC0415

    try:
        facts: dict[bytes, bytes] = parquet.read_schema(entry_path(journal, name)).metadata or {}
    except (OSError, pa.ArrowException):
        return None
    return facts
