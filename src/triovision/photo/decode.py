"""Open every format by naming its decoder: Pillow's own search over all its plugins is attack surface."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFile

from triovision.errors import PhotoFormatError
from triovision.photo import containers, isobmff, jpeg, tiff
from triovision.photo.exif import Exif, parse_exif
from triovision.photo.pillow_plugins import open_with_plugin
from triovision.photo.source import SizeCheck

# Pillow's decoder for run-length BMP is a Python loop: a second for every few million pixels.
_MAX_RUN_LENGTH_BMP_PIXELS = 8_000_000
_BMP_COMPRESSION = slice(30, 34)
_BMP_RUN_LENGTHS = frozenset({1, 2})

Pixels = Image.Image | NDArray[np.uint8]


@dataclass(frozen=True)
class OpenPhoto:
    """A photo whose header is read and whose pixels are not.

    Args:
        width_px: As decoded, before orientation.
        height_px: As decoded.
        exif: Facts from EXIF; its orientation is what remains to be applied.
        profile: ICC profile of the pixels.
        decode: Decodes, at a reduced scale if the format has a cheap way to; returns pixels and warnings.
    """

    width_px: int
    height_px: int
    exif: Exif
    profile: bytes | None
    decode: Callable[[int | None], tuple[Pixels, tuple[str, ...]]]


def open_photo(data: bytes, kind: str, check: SizeCheck) -> OpenPhoto:
    """Read the header of a photo and check its size.

    Args:
        data: The whole file.
        kind: From `detect_format`.
        check: Refuses too many pixels.

    Raises:
        PhotoError: If the size or the variant is not for us. Decoders may raise anything else.
    """
    return _OPENERS[kind](data, check)


def _open_jpeg(data: bytes, check: SizeCheck) -> OpenPhoto:
    found = containers.walk_jpeg(data)
    check(found.width_px, found.height_px)
    return OpenPhoto(
        found.width_px,
        found.height_px,
        parse_exif(found.exif),
        found.profile,
        lambda short_side_px: jpeg.decode_jpeg(data, found, short_side_px),
    )


def _open_png(data: bytes, check: SizeCheck) -> OpenPhoto:
    found = containers.walk_png(data)
    check(found.width_px, found.height_px)
    return OpenPhoto(
        found.width_px,
        found.height_px,
        parse_exif(found.exif),
        found.profile,
        lambda _: _load(open_with_plugin("Png", containers.strip_png(data))),
    )


def _open_gif(data: bytes, check: SizeCheck) -> OpenPhoto:
    found = containers.walk_gif(data)
    # Pillow warns, through a global that threads share, of sizes that it finds suspicious; we stay below.
    check(found.width_px, found.height_px, Image.MAX_IMAGE_PIXELS)
    return _opened(open_with_plugin("Gif", containers.strip_gif(data)), None, None)


def _open_tiff(data: bytes, check: SizeCheck) -> OpenPhoto:
    found = tiff.walk_tiff(data)
    if found.is_preview:
        raise PhotoFormatError(check.name, "looks like a RAW camera file", "develop it to JPEG first")
    check(found.width_px, found.height_px)

    def decode(_: int | None) -> tuple[Image.Image, tuple[str, ...]]:
        image = open_with_plugin("Tiff", tiff.strip_tiff(data))
        if image.size != (found.width_px, found.height_px):
            raise ValueError("it gives two sizes")
        # With its memory there already, Pillow does not ask whether it may allocate it: scans of a hundred
        # megapixels are within our limit, but beyond the one that Pillow warns of through a global.
        image.im = Image.new(image.mode, image.size).im
        return _load(image)

    return OpenPhoto(found.width_px, found.height_px, parse_exif(found.exif), found.profile, decode)


def _open_bmp(data: bytes, check: SizeCheck) -> OpenPhoto:
    image = open_with_plugin("Bmp", data)
    is_run_length = int.from_bytes(data[_BMP_COMPRESSION], "little") in _BMP_RUN_LENGTHS
    check(*image.size, _MAX_RUN_LENGTH_BMP_PIXELS if is_run_length else None)
    return _opened(image, None, None)


def _open_webp(data: bytes, check: SizeCheck) -> OpenPhoto:
    # Before libwebp sees it, which allocates its canvas at once.
    check(*containers.find_webp_size(data))
    image = open_with_plugin("WebP", data)
    check(*image.size)
    return _opened(image, _bytes(image.info.get("exif")), _bytes(image.info.get("icc_profile")))


def _open_avif(data: bytes, check: SizeCheck) -> OpenPhoto:
    image = open_with_plugin("Avif", isobmff.hide_exif(data))
    check(*image.size)
    opened = _opened(image, isobmff.find_exif(data), _bytes(image.info.get("icc_profile")))
    # The container says which way is up, EXIF does not; Pillow passes that on in EXIF of its own making.
    orientation = parse_exif(_bytes(image.info.get("exif"))).orientation
    return replace(opened, exif=replace(opened.exif, orientation=orientation))


def _open_heif(data: bytes, check: SizeCheck) -> OpenPhoto:
    import pillow_heif  # noqa: PLC0415 - only those who read HEIC pay for it

    file = pillow_heif.open_heif(data)
    primary = file[file.primary_index]
    check(*primary.size)
    return OpenPhoto(
        *primary.size,
        # libheif turns the pixels itself; EXIF's orientation would turn them twice.
        replace(parse_exif(_bytes(primary.info.get("exif"))), orientation=1),
        _bytes(primary.info.get("icc_profile")),
        lambda _: (primary.to_pillow(), ()),
    )


def _bytes(value: object) -> bytes | None:
    return value if isinstance(value, bytes) else None


def _opened(image: ImageFile.ImageFile, exif: bytes | None, profile: bytes | None) -> OpenPhoto:
    return OpenPhoto(*image.size, parse_exif(exif), profile, lambda _: _load(image))


def _load(image: Image.Image) -> tuple[Image.Image, tuple[str, ...]]:
    image.load()
    return image, ()


_OPENERS: dict[str, Callable[[bytes, SizeCheck], OpenPhoto]] = {
    "JPEG": _open_jpeg,
    "PNG": _open_png,
    "GIF": _open_gif,
    "TIFF": _open_tiff,
    "BMP": _open_bmp,
    "WEBP": _open_webp,
    "AVIF": _open_avif,
    "HEIF": _open_heif,
}
