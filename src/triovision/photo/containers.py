"""Walk the containers around the pixels: JPEG segments, PNG chunks, GIF blocks.

The walk finds EXIF, the ICC profile and the size before any decoder runs, and the `strip_` functions hand on
the pixels alone: a decoder that never sees metadata cannot stumble over it, nor warn about it.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

MAX_PROFILE_BYTES = 4 * 1024 * 1024
_START_OF_FRAME = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_STANDALONE = frozenset({0x00, 0x01, *range(0xD0, 0xD9)})
_FILL = 0xFF
_SCAN, _END = 0xDA, 0xD9
_APP0, _APP1, _APP2, _APP14, _APP15, _COMMENT = 0xE0, 0xE1, 0xE2, 0xEE, 0xEF, 0xFE
_PROGRESSIVE = frozenset({0xC2, 0xC6, 0xCA, 0xCE})
_ICC_START = b"ICC_PROFILE\x00"
_ICC_HEADER_BYTES = 14
_PIXEL_CHUNKS = frozenset({b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND"})
_CHUNK_BYTES = 12
_GIF_HEADER_BYTES, _GIF_IMAGE_BYTES = 13, 10
_GIF_EXTENSION, _GIF_IMAGE, _GIF_CONTROL = 0x21, 0x2C, b"\xf9"
# A photo has hundreds of segments, chunks or blocks; a million is there to keep the reader busy.
_MAX_STEPS = 250_000


@dataclass(frozen=True)
class Container:
    """What stands around the pixels.

    Args:
        width_px: As stored, before orientation; 0 where unknown.
        height_px: As stored.
        exif: The EXIF block.
        profile: The ICC profile.
        scan_count: How often the decoder passes over the image (progressive JPEG).
        is_preview: True if the pixels are only the preview of a RAW file.
    """

    width_px: int = 0
    height_px: int = 0
    exif: bytes | None = None
    profile: bytes | None = None
    scan_count: int = 1
    is_preview: bool = False


def _jpeg_segments(data: bytes) -> Iterator[tuple[int, int, int]]:
    """Marker, start and end of each segment; the last is the first scan, or what stands in its place."""
    position = 2
    for _ in range(_MAX_STEPS):
        position = data.find(b"\xff", position)
        if not 0 <= position <= len(data) - 4:
            return
        marker = data[position + 1]
        if marker == _FILL:
            position += 1
        elif marker in _STANDALONE:
            position += 2
        elif marker in {_SCAN, _END}:
            yield marker, position, len(data)
            return
        else:
            end = position + 2 + max(int.from_bytes(data[position + 2 : position + 4], "big"), 2)
            yield marker, position, end
            position = end


def walk_jpeg(data: bytes) -> Container:
    """Read the segments of a JPEG up to its first scan."""
    width_px = height_px = 0
    scan_count = 1
    exif = None
    is_progressive = False
    profile_parts: dict[int, bytes] = {}
    for marker, start, end in _jpeg_segments(data):
        if marker in _START_OF_FRAME and start + 9 <= len(data):
            height_px, width_px = struct.unpack_from(">HH", data, start + 5)
            is_progressive = marker in _PROGRESSIVE
        elif marker == _APP1 and exif is None and data.startswith(b"Exif\x00", start + 4):
            exif = data[start + 10 : end]
        elif marker == _APP2 and data.startswith(_ICC_START, start + 4) and end - start > 4 + _ICC_HEADER_BYTES:
            body = data[start + 4 : end]
            profile_parts.setdefault(body[12], body[_ICC_HEADER_BYTES:])
        elif marker == _SCAN and is_progressive:
            scan_count = data.count(b"\xff\xda", start)
    profile = b"".join(part for _, part in sorted(profile_parts.items())) or None
    return Container(width_px, height_px, exif, profile, scan_count)


def strip_jpeg(data: bytes) -> bytes:
    """A JPEG without its metadata segments; Adobe's (APP14) says how colours are stored and stays."""
    kept = [b"\xff\xd8"]
    for marker, start, end in _jpeg_segments(data):
        if marker == _APP14 or not (_APP0 <= marker <= _APP15 or marker == _COMMENT):
            kept.append(data[start:end])
    return b"".join(kept)


def _png_chunks(data: bytes) -> Iterator[tuple[bytes, int, int]]:
    """Kind, start and end of each PNG chunk, the last perhaps cut short."""
    position = 8
    for _ in range(_MAX_STEPS):
        if position + 8 > len(data):
            return
        length, kind = struct.unpack_from(">I4s", data, position)
        yield kind, position, position + _CHUNK_BYTES + length
        if kind == b"IEND":
            return
        position += _CHUNK_BYTES + length


def walk_png(data: bytes) -> Container:
    """Read the chunks of a PNG; a profile is unpacked only as far as a profile can reach."""
    width_px = height_px = 0
    exif = profile = None
    for kind, start, end in _png_chunks(data):
        body = data[start + 8 : end - 4] if kind in {b"IHDR", b"eXIf", b"iCCP"} else b""
        if kind == b"IHDR" and len(body) >= 8:  # noqa: PLR2004 - width and height
            width_px, height_px = struct.unpack_from(">II", body)
        elif kind == b"eXIf" and exif is None:
            exif = body
        elif kind == b"iCCP" and profile is None:
            profile = _unpack_profile(body)
    return Container(width_px, height_px, exif, profile)


def _unpack_profile(body: bytes) -> bytes:
    """ICC profile of an iCCP chunk: name, NUL, method, deflated profile."""
    deflated = body.partition(b"\x00")[2][1:]
    try:
        return zlib.decompressobj().decompress(deflated, MAX_PROFILE_BYTES)
    except zlib.error:
        # Not empty, so that the photo's colours are warned about.
        return b"broken"


def strip_png(data: bytes) -> bytes:
    """A PNG with nothing but the chunks that make the still image."""
    kept = [data[start:end] for kind, start, end in _png_chunks(data) if kind in _PIXEL_CHUNKS]
    return b"".join([data[:8], *kept])


def walk_gif(data: bytes) -> Container:
    """Size of a GIF's first image, which may reach beyond the screen that its header promises."""
    if len(data) < _GIF_HEADER_BYTES:
        return Container()
    width_px, height_px = struct.unpack_from("<HH", data, 6)
    _, start = _find_gif_image(data)
    if start + _GIF_IMAGE_BYTES > len(data):
        return Container(width_px, height_px)
    x, y, width, height = struct.unpack_from("<HHHH", data, start + 1)
    return Container(max(width_px, x + width), max(height_px, y + height))


def strip_gif(data: bytes) -> bytes:
    """A GIF without comments and other extensions; Pillow gathers those in time that grows with their square."""
    control, start = _find_gif_image(data)
    return data[: _gif_start(data)] + control + data[start:]


def _gif_start(data: bytes) -> int:
    """Where the blocks start, behind header and palette."""
    flags = data[10]
    return _GIF_HEADER_BYTES + ((3 << ((flags & 7) + 1)) if flags & 0x80 else 0)


def _find_gif_image(data: bytes) -> tuple[bytes, int]:
    """The control block of the first image (its transparent colour), and where the image starts."""
    control = b""
    position = _gif_start(data)
    steps = iter(range(_MAX_STEPS))
    for _ in steps:
        if position >= len(data) or data[position] == _GIF_IMAGE:
            return control, position
        if data[position] == _GIF_EXTENSION:
            end = _skip_gif_blocks(data, position + 2, steps)
            if data[position + 1 : position + 2] == _GIF_CONTROL:
                control = data[position:end]
            position = end
        else:
            position += 1
    return control, len(data)


def _skip_gif_blocks(data: bytes, position: int, steps: Iterator[int]) -> int:
    # The steps are shared with the caller's loop, so that together they end.
    for _ in steps:
        if position >= len(data) or not data[position]:
            return position + 1
        position += 1 + data[position]
    return len(data)


def find_webp_size(data: bytes) -> tuple[int, int]:
    """Canvas of a WebP; (0, 0) if its first chunk is of no known kind.

    Source: RFC 9649, sections 2.5 to 2.7.
    """
    kind, body = data[12:16], data[20:30].ljust(10, b"\x00")
    if kind == b"VP8X":
        return int.from_bytes(body[4:7], "little") + 1, int.from_bytes(body[7:10], "little") + 1
    if kind == b"VP8L":
        bits = int.from_bytes(body[1:5], "little")
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    if kind == b"VP8 ":
        width, height = struct.unpack_from("<HH", body, 6)
        return width & 0x3FFF, height & 0x3FFF
    return 0, 0
