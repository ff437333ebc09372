"""Photo file -> small upright JPEG without metadata."""

from __future__ import annotations

import hashlib
import io
from pathlib import Path
from typing import NamedTuple

from PIL import Image

from triovision.data.records import Reject, Sample
from triovision.errors import DataError, PhotoError
from triovision.photo import PhotoLimits, read_photo

__all__ = ["JPEG_QUALITY", "EncodedPhoto", "encode_photo", "hash_photo"]

JPEG_QUALITY = 90
_LIMITS = PhotoLimits()

# libjpeg's own limit is 65,535; a strip that long is no photo of a place.
_MAX_SIDE_PX = 16_384


class EncodedPhoto(NamedTuple):
    """A prepared photo, and the size in pixels of the original."""

    jpeg: bytes
    width_px: int
    height_px: int


def hash_photo(path: Path, photo: str) -> str | Reject:
    """SHA-256 of a photo file in hexadecimal, or why there is none."""
    try:
        if not path.is_file():
            return Reject(photo, "unreadable: no such file" if not path.exists() else "unreadable: not a file")
        size_bytes = path.stat().st_size
        if not size_bytes:
            return Reject(photo, "unreadable: the file is empty")
        if size_bytes > _LIMITS.max_bytes:
            return Reject(photo, f"unreadable: more than {_LIMITS.max_bytes:,} bytes")
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except (OSError, ValueError) as error:
        return Reject(photo, f"unreadable: {getattr(error, 'strerror', None) or error}")


def encode_photo(path: Path, sample: Sample, short_side_px: int) -> EncodedPhoto | Reject:
    """Decode a photo, bring its short side down to a size, encode it as JPEG.

    Args:
        path: The file.
        sample: Whose photo it is, with `sha256`.
        short_side_px: Smaller photos keep their size.

    Returns:
        The prepared photo, or why it cannot be used.

    Raises:
        DataError: If the file changed since it was hashed.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise DataError(
            f"{sample.photo}: cannot be read any more ({error.strerror}); run the same command again"
        ) from None
    if hashlib.sha256(data).hexdigest() != sample.sha256:
        raise DataError(f"{sample.photo}: changed while it was being prepared; run the same command again")
    try:
        photo = read_photo(data, short_side_px=short_side_px, name=sample.photo)
    except PhotoError as error:
        return Reject(sample.photo, f"unreadable: {error.problem}")
    image = _shrink(Image.fromarray(photo.image), short_side_px)
    if max(image.size) > _MAX_SIDE_PX:
        return Reject(sample.photo, f"unreadable: a strip of {image.width} x {image.height} px is no photo of a place")
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=JPEG_QUALITY)
    return EncodedPhoto(buffer.getvalue(), photo.metadata.width_px, photo.metadata.height_px)


def _shrink(image: Image.Image, short_side_px: int) -> Image.Image:
    ratio = short_side_px / min(image.size)
    if ratio >= 1:
        return image
    size = (max(1, round(image.width * ratio)), max(1, round(image.height * ratio)))
    return image.resize(size, Image.Resampling.LANCZOS)
