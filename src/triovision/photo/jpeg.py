"""Decode JPEG, the format of nearly every photo, as fast as libjpeg-turbo can: at reduced scale."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from triovision.photo.containers import Container, strip_jpeg
from triovision.photo.pillow_plugins import open_with_plugin

TRUNCATED_WARNING = "truncated file: the lower part is grey"
DAMAGED_WARNING = "damaged JPEG data: part of the photo may look wrong"
# Huffman coding spends at least one bit on each 8x8 block of each component, 1.5 blocks per 64 pixels in the
# thriftiest common layout, so at most 341 pixels per byte. Ten times as many is a file cut to under a tenth.
_MAX_PIXELS_PER_BYTE = 3410
# A progressive file makes the decoder pass over the whole image once per scan; cameras write about ten.
_MAX_SCANNED_PIXELS = 10_000_000_000
_GREY = 128
_USEFUL_SHARE = 0.1


def _check_plausible(data: bytes, container: Container) -> None:
    """Refuse headers that promise far more than the data behind them can hold.

    Raises:
        ValueError: If so; to decode such a file would cost memory and minutes and give a grey image.
    """
    pixels = container.width_px * container.height_px
    if pixels > _MAX_PIXELS_PER_BYTE * len(data):
        raise ValueError(f"{pixels:,} pixels promised, {len(data):,} bytes there")
    if pixels * container.scan_count > _MAX_SCANNED_PIXELS:
        raise ValueError(f"{container.scan_count} scans")


def decode_jpeg(
    data: bytes, container: Container, short_side_px: int | None
) -> tuple[Image.Image | NDArray[np.uint8], tuple[str, ...]]:
    """Decode a JPEG, not upright yet.

    Args:
        data: The whole file.
        container: Its header.
        short_side_px: Decode at the smallest scale whose short side is not below this; None for full size.

    Returns:
        RGB pixels, or a Pillow image in mode L or CMYK; and warnings.

    Raises:
        ValueError: If nothing useful can be decoded. Pillow may raise anything else.
    """
    _check_plausible(data, container)
    import simplejpeg  # noqa: PLC0415 - only those who read a JPEG pay for it

    try:
        height_px, width_px, space, _ = simplejpeg.decode_jpeg_header(data, strict=False)
    except (ValueError, KeyError):
        return _decode_with_pillow(data, container, short_side_px), ()
    _check_size(width_px, height_px, container)
    mode = {"Gray": "GRAY", "CMYK": "CMYK", "YCCK": "CMYK"}.get(space, "RGB")
    pixels, warnings = _decode_with_turbo(data, mode, short_side_px or 0)
    if pixels is None:
        return _decode_with_pillow(data, container, short_side_px), warnings
    if warnings:
        _check_useful(pixels)
    if mode == "GRAY":
        return Image.fromarray(pixels[..., 0]), warnings
    if mode == "CMYK":
        # As Adobe writes it and everyone since: ink inverted.
        return Image.frombytes("CMYK", pixels.shape[1::-1], np.subtract(255, pixels).tobytes()), warnings
    return pixels, warnings


def _check_size(width_px: int, height_px: int, container: Container) -> None:
    if (width_px, height_px) != (container.width_px, container.height_px):
        # Then the limits were held against the wrong size.
        raise ValueError("it gives two sizes")


def _decode_with_turbo(data: bytes, mode: str, minimum_px: int) -> tuple[NDArray[np.uint8] | None, tuple[str, ...]]:
    """Decode strictly, then forgivingly; None if even that fails."""
    import simplejpeg  # noqa: PLC0415 - see above

    try:
        return simplejpeg.decode_jpeg(data, mode, min_height=minimum_px, min_width=minimum_px), ()
    except ValueError as error:
        is_truncated = "Premature end of JPEG file" in str(error)
    warnings = (TRUNCATED_WARNING if is_truncated else DAMAGED_WARNING,)
    try:
        pixels = simplejpeg.decode_jpeg(data, mode, min_height=minimum_px, min_width=minimum_px, strict=False)
    except ValueError:
        return None, warnings
    return pixels, warnings


def _check_useful(pixels: NDArray[np.uint8]) -> None:
    """Refuse an image that is nearly all filling.

    Raises:
        ValueError: If so.
    """
    rows = np.flatnonzero(np.any(pixels != _GREY, axis=(1, 2)))
    if not rows.size or (rows[-1] + 1) / len(pixels) < _USEFUL_SHARE:
        raise ValueError("less than a tenth of the photo is there")


def _decode_with_pillow(data: bytes, container: Container, short_side_px: int | None) -> Image.Image:
    """The way for what libjpeg-turbo's simple interface refuses, as unusual chroma sampling."""
    image = open_with_plugin("Jpeg", strip_jpeg(data))
    _check_size(*image.size, container)
    if short_side_px:
        scale = min(image.size) // short_side_px
        if scale > 1:
            image.draft(None, (image.width // scale, image.height // scale))
    image.load()
    return image
