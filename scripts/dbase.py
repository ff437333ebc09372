"""Rows of a dBase file, the table beside a shapefile."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path

HEADER_END = 0x0D
DESCRIPTOR_BYTES = 32


def read_dbase(path: Path) -> Iterator[dict[str, str]]:
    """Rows as text by column.

    Args:
        path: A `.dbf` file in UTF-8, as Natural Earth's are.
    """
    content = path.read_bytes()
    rows, header_bytes, row_bytes = struct.unpack("<IHH", content[4:12])
    columns: list[tuple[str, int]] = []
    at = DESCRIPTOR_BYTES
    while content[at] != HEADER_END:
        columns.append((content[at : at + 11].split(b"\0")[0].decode("ascii"), content[at + 16]))
        at += DESCRIPTOR_BYTES
    for row in range(rows):
        at = header_bytes + row * row_bytes + 1  # the first byte says whether the row is deleted
        values: dict[str, str] = {}
        for name, width in columns:
            values[name] = content[at : at + width].decode("utf-8", "replace").strip(" \0")
            at += width
        yield values
