"""The first image of a TIFF file: what stands around its pixels, and a file with the pixels alone."""

from __future__ import annotations

import struct

from triovision.photo.containers import Container
from triovision.photo.tiff_tags import Tag, TagReader

_PROFILE = 34675
_WIDTH, _HEIGHT, _SUBFILE, _SUBTABLES, _DNG = 256, 257, 254, 330, 50706
# Layout, compression and colour; all that a decoder needs, and those of them that Pillow warns of if they hold
# more than one value.
_PIXEL_TAGS = frozenset(
    {
        256, 257, 258, 259, 262, 266, 273, 277, 278, 279, 284, 292, 293, 317, 320, 322, 323, 324, 325, 338, 339,
        347, 512, 513, 514, 515, 519, 520, 521, 529, 530, 532,
    }
)  # fmt: skip
_SINGLE_TAGS = frozenset({256, 257, 259, 262, 266, 277, 278, 284, 292, 293, 317, 322, 323, 512, 513, 514, 515})
# One per strip; the tallest photos with a strip for every row of every colour have as many.
_MAX_TAG_VALUES = 262_144


def walk_tiff(data: bytes) -> Container:
    """Read a TIFF's first tag table; the file itself is its EXIF block."""
    reader = TagReader(data)
    tags = {tag.number: tag for tag in reader.tags(reader.first_table)}

    def number(which: int) -> int:
        value = reader.value(tags[which]) if which in tags else None
        return int(value[0]) if isinstance(value, tuple) and value[0] == value[0] else 0

    profile = tags.get(_PROFILE)
    return Container(
        number(_WIDTH),
        number(_HEIGHT),
        data,
        data[profile.offset : profile.offset + profile.size] if profile else None,
        is_preview=_DNG in tags or (number(_SUBFILE) & 1 == 1 and _SUBTABLES in tags),
    )


def strip_tiff(data: bytes) -> bytes:
    """A TIFF with a new tag table that holds layout, compression and colour of its first image alone.

    Raises:
        ValueError: If the table claims more than the file can hold, or more values than a tag can have.
    """
    reader = TagReader(data)
    tags = sorted(
        (tag for tag in reader.tags(reader.first_table) if tag.number in _PIXEL_TAGS),
        key=lambda tag: tag.number,
    )
    if sum(tag.size for tag in tags) > len(data):
        raise ValueError("overlapping tags")
    if any(tag.count > (1 if tag.number in _SINGLE_TAGS else _MAX_TAG_VALUES) for tag in tags):
        raise ValueError("a tag with too many values")
    count, offset = ("Q", "Q") if reader.is_big else ("H", "I")
    padding = b"\x00" * (len(data) % 2)
    table = len(data) + len(padding)
    start = 8 if reader.is_big else 4
    return b"".join(
        [
            data[:start],
            struct.pack(reader.order + offset, table),
            data[start + struct.calcsize(reader.order + offset) :],
            padding,
            struct.pack(reader.order + count, len(tags)),
            *(_pack_tag(reader, tag) for tag in tags),
            struct.pack(reader.order + offset, 0),
        ]
    )


def _pack_tag(reader: TagReader, tag: Tag) -> bytes:
    letters = "HHQ" if reader.is_big else "HHI"
    return struct.pack(reader.order + letters, tag.number, tag.kind, tag.count) + tag.raw
