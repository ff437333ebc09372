"""What a read photo is, and how big it may be."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

PHOTO_SUFFIXES = frozenset(
    {
        ".jpg", ".jpeg", ".jpe", ".jfif", ".mpo",
        ".png", ".webp", ".avif", ".heic", ".heif", ".hif",
        ".tif", ".tiff", ".bmp", ".dib", ".gif",
    }
)  # fmt: skip


@dataclass(frozen=True)
class PhotoLimits:
    """How big a photo may be; checked before anything is decoded.

    Args:
        max_bytes: Size of the file.
        max_pixels: Width times height that the header promises.
    """

    max_bytes: int = 256 * 1024 * 1024
    max_pixels: int = 200_000_000

    def __post_init__(self) -> None:
        if self.max_bytes < 1 or self.max_pixels < 1:
            raise ValueError("max_bytes and max_pixels must be at least 1")


@dataclass(frozen=True)
class PhotoMetadata:
    """What a photo says about itself; a field that is missing or senseless is None.

    Args:
        latitude: Degrees, north is positive.
        longitude: Degrees, east is positive; None whenever `latitude` is.
        altitude_m: Above sea level.
        taken_at: When the shutter opened; aware only if the camera noted its offset from UTC.
        camera: Make and model, without repetition.
        orientation: EXIF orientation of the stored pixels, 1 to 8; `Photo.image` is upright already.
        format: `JPEG`, `PNG`, `WEBP`, `AVIF`, `HEIF`, `TIFF`, `BMP`, `GIF`, or `ARRAY` and `IMAGE` for
            pixels that never were a file.
        width_px: Of the upright original, whatever scale was decoded.
        height_px: Of the upright original.
    """

    latitude: float | None = None
    longitude: float | None = None
    altitude_m: float | None = None
    taken_at: datetime | None = None
    camera: str | None = None
    orientation: int = 1
    format: str = "IMAGE"
    width_px: int = 0
    height_px: int = 0


@dataclass(frozen=True, eq=False)
class Photo:
    """A photo, decoded.

    Args:
        image: sRGB pixels `uint8 [height, width, 3]`, upright and C-contiguous.
        metadata: What the file says about itself.
        name: The photo as the user knows it (a path, or `<bytes>`).
        warnings: What a person should know about the pixels, one sentence each.
        scale: Pixels of the image per pixel of the photo; below 1 where it was decoded at a reduced scale.
    """

    image: NDArray[np.uint8]
    metadata: PhotoMetadata
    name: str
    warnings: tuple[str, ...] = field(default=())
    scale: float = 1.0
