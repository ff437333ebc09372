"""Anything that a caller may call a photo to `Photo`; nothing but `PhotoError` comes out besides."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from triovision.errors import (
    PhotoCorruptError,
    PhotoEmptyError,
    PhotoError,
    PhotoFormatError,
    PhotoTooLargeError,
)
from triovision.photo.colour import UnsupportedModeError, to_eight_bits, to_srgb
from triovision.photo.decode import OpenPhoto, Pixels, open_photo
from triovision.photo.exif import Exif, parse_exif
from triovision.photo.records import Photo, PhotoLimits, PhotoMetadata
from triovision.photo.signature import describe_unknown, detect_format
from triovision.photo.source import SizeCheck, copy_bytes, printable, read_bytes

PhotoSource = str | os.PathLike[str] | bytes | bytearray | memoryview | Image.Image | NDArray[np.uint8]

_DEFAULT_LIMITS = PhotoLimits()
_IMAGE_INFO = ("exif", "icc_profile")
_SWAPS_SIDES = 5
# A box filter down to twice the size wanted leaves the look to the better filter that follows.
# Source: Pillow's documentation of `reducing_gap`, "2.0 is almost indistinguishable from fair resampling".
_REDUCING_GAP = 2
_UPRIGHT: dict[int, Callable[[NDArray[np.uint8]], NDArray[np.uint8]]] = {
    1: lambda image: image,
    2: lambda image: image[:, ::-1],
    3: lambda image: image[::-1, ::-1],
    4: lambda image: image[::-1],
    5: lambda image: image.transpose(1, 0, 2),
    6: lambda image: image.transpose(1, 0, 2)[:, ::-1],
    7: lambda image: image.transpose(1, 0, 2)[::-1, ::-1],
    8: lambda image: image.transpose(1, 0, 2)[::-1],
}

_Result = TypeVar("_Result")


def read_photo(
    source: PhotoSource,
    *,
    short_side_px: int | None = None,
    limits: PhotoLimits = _DEFAULT_LIMITS,
    name: str | None = None,
) -> Photo:
    """Read a photo: upright sRGB pixels and what the file says about itself.

    Args:
        source: A path, the bytes of a file, a Pillow image, or pixels `uint8` as `[h, w]`, `[h, w, 3]` or
            `[h, w, 4]`.
        short_side_px: Decode at a reduced scale whose short side is not below this (unless the photo is
            smaller); many times faster for big photos. None for full size.
        limits: How big the photo may be.
        name: How errors call it; by default the path, or `<bytes>`, `<image>`, `<array>`.

    Returns:
        The photo.

    Raises:
        PhotoError: If the photo cannot be used, whatever the reason.
        ValueError: If `short_side_px` is below 1.
    """
    if short_side_px is not None and short_side_px < 1:
        raise ValueError("short_side_px must be at least 1")
    shown = _name_of(source, name)
    return _guard(shown, lambda: _read(source, short_side_px, SizeCheck(shown, limits)))


def read_metadata(
    source: PhotoSource, *, limits: PhotoLimits = _DEFAULT_LIMITS, name: str | None = None
) -> PhotoMetadata:
    """Read what a photo says about itself, without decoding its pixels.

    Args:
        source: As for `read_photo`.
        limits: How big the photo may be.
        name: How errors call it.

    Returns:
        The metadata.

    Raises:
        PhotoError: If the photo's header cannot be read.
    """
    shown = _name_of(source, name)
    return _guard(shown, lambda: _metadata(*_open(source, SizeCheck(shown, limits))))


def _name_of(source: object, name: str | None) -> str:
    if name is None and isinstance(source, str | os.PathLike):
        name = str(source) or "''"
    if name is None and isinstance(source, Image.Image):
        name = "<image>"
    if name is None and isinstance(source, np.ndarray):
        name = "<array>"
    return printable("<bytes>" if name is None else name)


def _guard(name: str, read: Callable[[], _Result]) -> _Result:
    """Run, and let nothing out but `PhotoError`."""
    try:
        return read()
    except PhotoError:
        raise
    except Image.DecompressionBombError as error:
        raise PhotoTooLargeError(name, "more pixels than its format may have here", "save it smaller") from error
    except MemoryError as error:
        raise PhotoTooLargeError(name, "does not fit into memory", "save it smaller, or free some memory") from error
    except Exception as error:  # decoders raise anything on broken data: struct.error, SyntaxError, KeyError ...
        # Other messages speak of our code, not of the photo.
        reason = str(error) if isinstance(error, OSError | SyntaxError | ValueError) else ""
        reason = printable(reason) or "broken data"
        raise PhotoCorruptError(
            name,
            f"cannot be decoded ({reason})",
            "copy it again from where it came, or save it again as JPEG",
        ) from error


def _read(source: PhotoSource, short_side_px: int | None, check: SizeCheck) -> Photo:
    opened, kind = _open(source, check)
    pixels, warnings = opened.decode(short_side_px)
    scale = _scale(opened, pixels)
    pixels, colour_warnings, factor = _to_rgb(pixels, opened.profile, short_side_px, check.name)
    image = np.ascontiguousarray(_UPRIGHT[opened.exif.orientation](pixels))
    return Photo(image, _metadata(opened, kind), check.name, warnings + colour_warnings, scale / factor)


def _scale(opened: OpenPhoto, pixels: Pixels) -> float:
    """Pixels decoded per pixel of the photo: 1, or the eighths of libjpeg's scaled decoding, whose sides round up."""
    height, width = pixels.shape[:2] if isinstance(pixels, np.ndarray) else pixels.size[::-1]
    if (width, height) == (opened.width_px, opened.height_px):
        return 1.0
    for eighths in range(1, 8):
        if (width, height) == (-(-opened.width_px * eighths // 8), -(-opened.height_px * eighths // 8)):
            return eighths / 8
    return 1.0


def _to_rgb(
    pixels: Pixels, profile: bytes | None, short_side_px: int | None, name: str
) -> tuple[NDArray[np.uint8], tuple[str, ...], int]:
    """Pixels of any kind to RGB, warnings, and by what they were reduced where the decoder could not."""
    height, width = pixels.shape[:2] if isinstance(pixels, np.ndarray) else pixels.size[::-1]
    factor = max(1, min(width, height) // (_REDUCING_GAP * short_side_px)) if short_side_px else 1
    if isinstance(pixels, np.ndarray):
        if factor == 1 and not profile:
            return pixels, (), 1
        pixels = Image.fromarray(pixels)
    try:
        pixels = to_eight_bits(pixels)
    except UnsupportedModeError as error:
        raise PhotoFormatError(name, str(error), "save it with 8 or 16 bits per colour") from None
    if factor > 1:
        pixels = pixels.reduce(factor)
    image, warnings = to_srgb(pixels, profile)
    return np.array(image), warnings, factor


def _metadata(opened: OpenPhoto, kind: str) -> PhotoMetadata:
    exif = opened.exif
    sides = (opened.width_px, opened.height_px)
    width_px, height_px = sides[::-1] if exif.orientation >= _SWAPS_SIDES else sides
    return PhotoMetadata(
        exif.latitude,
        exif.longitude,
        exif.altitude_m,
        exif.taken_at,
        exif.camera,
        exif.orientation,
        kind,
        width_px,
        height_px,
    )


def _open(source: PhotoSource, check: SizeCheck) -> tuple[OpenPhoto, str]:
    """Header of any source, and its format."""
    if isinstance(source, np.ndarray):
        return _open_array(source, check), "ARRAY"
    if isinstance(source, Image.Image):
        return _open_image(source, check), source.format or "IMAGE"
    if isinstance(source, str | os.PathLike):
        data = read_bytes(os.fspath(source), check.name, check.limits)
    else:
        data = copy_bytes(source, check.name, check.limits)
    kind = detect_format(data)
    if kind is None:
        mend = "give a JPEG, PNG, WebP, AVIF, HEIC, TIFF, BMP or GIF"
        raise PhotoFormatError(check.name, f"looks like {describe_unknown(data)}", mend)
    opened = open_photo(data, kind, check)
    if opened.width_px < 1 or opened.height_px < 1:
        raise PhotoCorruptError(check.name, "its header gives no size", "copy it again from where it came")
    return opened, kind


def _open_array(array: NDArray[np.uint8], check: SizeCheck) -> OpenPhoto:
    shape = array.shape
    if array.dtype != np.uint8:
        mend = "scale to 0..255 and convert with .astype(np.uint8)"
        raise PhotoFormatError(check.name, f"an array of {array.dtype}, not uint8", mend)
    if len(shape) not in {2, 3} or (len(shape) == 3 and shape[2] not in {1, 3, 4}):  # noqa: PLR2004 - [h, w, c]
        mend = "give [height, width], [height, width, 3] or [height, width, 4]"
        raise PhotoFormatError(check.name, f"an array of shape {shape}", mend)
    if not array.size:
        raise PhotoEmptyError(check.name, f"an array of shape {shape} has no pixels", "give at least one pixel")
    check(shape[1], shape[0])
    plane = array[..., 0] if shape[2:] == (1,) else array
    # A copy, since a photo must not change when the caller's array does.
    return OpenPhoto(shape[1], shape[0], Exif(), None, lambda _: (Image.fromarray(plane.copy()), ()))


def _open_image(image: Image.Image, check: SizeCheck) -> OpenPhoto:
    if not image.width or not image.height:
        raise PhotoEmptyError(check.name, "an image without pixels", "give at least one pixel")
    check(*image.size)
    exif, profile = (value if isinstance(value, bytes) else None for value in map(image.info.get, _IMAGE_INFO))

    def decode(_: int | None) -> tuple[Image.Image, tuple[str, ...]]:
        image.load()
        return image, ()

    return OpenPhoto(*image.size, parse_exif(exif), profile, decode)
