"""Read the tag tables of a TIFF structure, which EXIF is too, from bytes that may be hostile.

Pillow's reader warns through the global `warnings` module, which no thread can silence for itself alone;
this one keeps quiet: a tag that does not hold water is left out.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

# Source: TIFF 6.0 and BigTIFF, type -> (bytes, struct letter; None for types read as bytes).
_TYPES: dict[int, tuple[int, str]] = {
    1: (1, "B"),
    2: (1, "s"),
    3: (2, "H"),
    4: (4, "I"),
    5: (8, "II"),
    6: (1, "b"),
    7: (1, "s"),
    8: (2, "h"),
    9: (4, "i"),
    10: (8, "ii"),
    11: (4, "f"),
    12: (8, "d"),
    13: (4, "I"),
    16: (8, "Q"),
    18: (8, "Q"),
}
_RATIONAL_TYPES = frozenset({5, 10})
_TEXT_TYPES = frozenset({2, 7})
_MAX_TAGS = 4096
_MAX_TEXT_BYTES = 1024
_BIG_TIFF = 43

TagValue = bytes | tuple[float, ...]


@dataclass(frozen=True)
class Tag:
    """One entry of a tag table: where its value lies, not the value itself."""

    number: int
    kind: int
    count: int
    offset: int
    size: int
    is_inline: bool
    raw: bytes


class TagReader:
    """Tag tables of one TIFF structure.

    Args:
        data: From the byte-order mark on.

    Raises:
        ValueError: If there is no TIFF header.
    """

    def __init__(self, data: bytes) -> None:
        order = {b"II": "<", b"MM": ">"}.get(data[:2])
        if order is None or len(data) < 8:  # noqa: PLR2004 - a TIFF header's length
            raise ValueError("no TIFF header")
        self.data = data
        self.order = order
        self.is_big = struct.unpack_from(order + "H", data, 2)[0] == _BIG_TIFF
        if self.is_big and len(data) < 16:  # noqa: PLR2004 - a BigTIFF header's length
            raise ValueError("no BigTIFF header")
        self.first_table: int = struct.unpack_from(
            order + ("Q" if self.is_big else "I"), data, 8 if self.is_big else 4
        )[0]
        self._entry = struct.Struct(order + ("HHQ8s" if self.is_big else "HHI4s"))

    def tags(self, table: int) -> Iterator[Tag]:
        """Tags of one table whose value lies inside the data; the first of each number."""
        count_size = 8 if self.is_big else 2
        if not 0 < table <= len(self.data) - count_size:
            return
        (count,) = struct.unpack_from(self.order + ("Q" if self.is_big else "H"), self.data, table)
        seen = set()
        for i in range(min(count, _MAX_TAGS)):
            start = table + count_size + i * self._entry.size
            if start + self._entry.size > len(self.data):
                return
            tag = self._tag(start)
            if tag is not None and tag.number not in seen:
                seen.add(tag.number)
                yield tag

    def _tag(self, start: int) -> Tag | None:
        number, kind, count, raw = self._entry.unpack_from(self.data, start)
        if kind not in _TYPES or not count:
            return None
        size = count * _TYPES[kind][0]
        if size <= len(raw):
            return Tag(number, kind, count, start + self._entry.size - len(raw), size, is_inline=True, raw=raw)
        (offset,) = struct.unpack(self.order + ("Q" if self.is_big else "I"), raw)
        if offset + size > len(self.data):
            return None
        return Tag(number, kind, count, offset, size, is_inline=False, raw=raw)

    def value(self, tag: Tag, max_count: int = 64) -> TagValue | None:
        """A tag's value: bytes for text (the first kilobyte), else numbers; a fraction over zero is NaN.

        Args:
            tag: From `tags`.
            max_count: Longer lists of numbers are not worth reading here.
        """
        if tag.kind in _TEXT_TYPES:
            return self.data[tag.offset : tag.offset + min(tag.size, _MAX_TEXT_BYTES)]
        if tag.count > max_count:
            return None
        letters = _TYPES[tag.kind][1] * tag.count
        numbers = struct.unpack_from(self.order + letters, self.data, tag.offset)
        if tag.kind not in _RATIONAL_TYPES:
            return numbers
        pairs = zip(numbers[::2], numbers[1::2], strict=True)
        return tuple(a / b if b else float("nan") for a, b in pairs)

    def values(self, table: int, wanted: frozenset[int]) -> dict[int, TagValue]:
        """Values of some tags of one table by tag number."""
        found = {tag.number: self.value(tag) for tag in self.tags(table) if tag.number in wanted}
        return {number: value for number, value in found.items() if value is not None}
