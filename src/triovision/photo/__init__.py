"""Photo to image: whatever a camera wrote, as upright sRGB pixels, with what it says about itself."""

from __future__ import annotations

from triovision.photo.read import PhotoSource, read_metadata, read_photo
from triovision.photo.records import PHOTO_SUFFIXES, Photo, PhotoLimits, PhotoMetadata

__all__ = [
    "PHOTO_SUFFIXES",
    "Photo",
    "PhotoLimits",
    "PhotoMetadata",
    "PhotoSource",
    "read_metadata",
    "read_photo",
]
