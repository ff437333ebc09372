"""Find the EXIF block and the size in an AVIF file (ISO base media boxes) without a decoder.

Pillow's AVIF plugin hands hostile EXIF to a parser that warns; so the block is read here, and hidden from the
plugin.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

_EXIF_ITEM = b"Exif"
_HIDDEN_ITEM = b"none"
_MAX_BOXES = 4096


def _boxes(data: bytes, start: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    """Kind, body start and end of the boxes between two positions."""
    for _ in range(_MAX_BOXES):
        if start + 8 > end:
            return
        size, kind = struct.unpack_from(">I4s", data, start)
        body = start + 8
        if size == 1 and start + 16 <= end:
            (size,) = struct.unpack_from(">Q", data, start + 8)
            body = start + 16
        stop = end if size == 0 else min(start + size, end)
        if stop < body:
            return
        yield kind, body, stop
        start = stop


def _find(data: bytes, kind: bytes, start: int, end: int) -> tuple[int, int] | None:
    return next(((body, stop) for found, body, stop in _boxes(data, start, end) if found == kind), None)


def _exif_entries(data: bytes) -> Iterator[tuple[int, int, tuple[int, int]]]:
    """Item id, position of the item type, and the span of the `meta` box, for each EXIF item."""
    meta = _find(data, b"meta", 0, len(data))
    info = _find(data, b"iinf", meta[0] + 4, meta[1]) if meta else None
    if meta is None or info is None:
        return
    first = info[0] + (6 if data[info[0] : info[0] + 1] == b"\x00" else 8)
    for kind, body, stop in _boxes(data, first, info[1]):
        # infe: version, 3 flag bytes, item id (2 bytes, from version 3 on 4), protection (2), type (4).
        wide = 2 if data[body] >= 3 else 0  # noqa: PLR2004
        position = body + 8 + wide
        if kind == b"infe" and position + 4 <= stop and data[position : position + 4] == _EXIF_ITEM:
            yield int.from_bytes(data[body + 4 : body + 6 + wide], "big"), position, meta


def find_exif(data: bytes) -> bytes | None:
    """EXIF block of an AVIF file, from the byte-order mark on; None if there is none to be found."""
    try:
        for item, _, (start, end) in _exif_entries(data):
            location = _find(data, b"iloc", start + 4, end)
            block = _item_data(data, item, location[0]) if location else b""
            skip = int.from_bytes(block[:4], "big") + 4
            if len(block) > skip:
                return block[skip:]
    except (struct.error, IndexError):
        return None
    return None


def hide_exif(data: bytes) -> bytes:
    """The same file with its EXIF items renamed to a kind that no decoder knows."""
    try:
        positions = [position for _, position, _ in _exif_entries(data)]
    except (struct.error, IndexError):
        return data
    for position in positions:
        data = data[:position] + _HIDDEN_ITEM + data[position + 4 :]
    return data


def _item_data(data: bytes, wanted: int, body: int) -> bytes:
    """First extent of an item, by the `iloc` box whose body starts at `body`."""
    version = data[body]
    sizes = struct.unpack_from(">H", data, body + 4)[0]
    offset_size, length_size, base_size = sizes >> 12, sizes >> 8 & 15, sizes >> 4 & 15
    index_size = sizes & 15 if version else 0
    id_size = 4 if version == 2 else 2  # noqa: PLR2004
    position = body + 6

    def take(size: int) -> int:
        nonlocal position
        if position + size > len(data):
            raise IndexError("iloc ends too soon")
        position += size
        return int.from_bytes(data[position - size : position], "big")

    for _ in range(min(take(id_size), _MAX_BOXES)):
        item = take(id_size)
        method = take(2) & 15 if version else 0
        take(2)
        base = take(base_size)
        extents = []
        for _ in range(min(take(2), _MAX_BOXES)):
            take(index_size)
            extents.append((take(offset_size), take(length_size)))
        if item == wanted and extents and not method:
            start = base + extents[0][0]
            return data[start : start + extents[0][1]]
    return b""
