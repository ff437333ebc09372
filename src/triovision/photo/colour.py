"""Any decoded pixels to 8-bit sRGB on white."""

from __future__ import annotations

import io
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from triovision.photo.containers import MAX_PROFILE_BYTES

if TYPE_CHECKING:
    from PIL.ImageCms import ImageCmsTransform

PROFILE_WARNING = "broken colour profile ignored: colours may be a little off"
_WITH_ALPHA = frozenset({"LA", "La", "RGBA", "RGBa", "PA"})
_PLAIN = frozenset({"L", "RGB", "RGBA", "CMYK"})
_SPACES = {b"RGB ": "RGB", b"GRAY": "L", b"CMYK": "CMYK"}
_PROFILE_HEADER_BYTES = 128
# Differences that nobody sees: such a profile is sRGB by another name.
_SAME_AS_SRGB = 2


class UnsupportedModeError(Exception):
    """Pixels that cannot be brought to 8 bits without guessing."""


def to_eight_bits(image: Image.Image) -> Image.Image:
    """The same picture in mode L, RGB, RGBA or CMYK.

    Raises:
        UnsupportedModeError: If the mode has no fixed white (32-bit and float pixels) or no way to RGB.
    """
    if image.mode.startswith("I;16"):
        # Pillow's own conversion clips at 255 instead of scaling.
        dtype = ">u2" if image.mode == "I;16B" else "<u2"
        wide = np.frombuffer(image.tobytes(), dtype).reshape(image.height, image.width)
        # Divided by 257 and rounded, without room for more than 16 bits.
        return Image.fromarray((wide - (wide >> 8) + 128 >> 8).astype(np.uint8))
    if image.mode == "La":
        image = image.convert("LA")
    if image.mode in _WITH_ALPHA or "transparency" in image.info:
        return image.convert("RGBA")
    if image.mode == "1":
        return image.convert("L")
    if image.mode in {"I", "F", "LAB"}:
        raise UnsupportedModeError(f"pixels of Pillow mode {image.mode} have no fixed white")
    return image if image.mode in _PLAIN else image.convert("RGB")


def to_srgb(image: Image.Image, profile: bytes | None) -> tuple[Image.Image, tuple[str, ...]]:
    """Convert L, RGB, RGBA or CMYK to RGB on white, by its ICC profile if it has one.

    Returns:
        The image, and a warning if the profile is broken or belongs to another colour space.
    """
    alpha = image.getchannel("A") if image.mode == "RGBA" else None
    colours = image.convert("RGB") if alpha else image
    warnings: tuple[str, ...] = ()
    if profile:
        colours, warnings = _apply_profile(colours, profile)
    colours = colours if colours.mode == "RGB" else colours.convert("RGB")
    if alpha is not None:
        white = Image.new("RGB", colours.size, (255, 255, 255))
        white.paste(colours, mask=alpha)
        colours = white
    return colours, warnings


def _apply_profile(image: Image.Image, profile: bytes) -> tuple[Image.Image, tuple[str, ...]]:
    space = _SPACES.get(profile[16:20])
    if len(profile) < _PROFILE_HEADER_BYTES or len(profile) >= MAX_PROFILE_BYTES or space is None:
        return image, (PROFILE_WARNING,)
    if space == "RGB" and image.mode == "L":
        image = image.convert("RGB")
    if space != image.mode:
        return image, (PROFILE_WARNING,)
    try:
        transform = _transform(profile, space)
        return (image if transform is None else transform.apply(image)), ()
    except Exception:  # noqa: BLE001 - lcms raises anything on hostile profiles; the photo is still worth showing
        return image, (PROFILE_WARNING,)


@lru_cache(maxsize=16)
def _transform(profile: bytes, space: str) -> ImageCmsTransform | None:
    """Transform to sRGB, None if it would change nothing; building it costs more than using it."""
    from PIL import ImageCms  # noqa: PLC0415 - only those whose photos bring a profile pay for it

    transform = ImageCms.buildTransform(
        ImageCms.ImageCmsProfile(io.BytesIO(profile)),
        ImageCms.createProfile("sRGB"),
        space,
        "RGB",
        renderingIntent=ImageCms.Intent.RELATIVE_COLORIMETRIC,
        flags=ImageCms.Flags.BLACKPOINTCOMPENSATION,
    )
    if space != "RGB":
        return transform
    probe = _probe()
    changed = np.asarray(transform.apply(Image.fromarray(probe))).astype(np.int16)
    return None if int(np.abs(changed - probe).max()) <= _SAME_AS_SRGB else transform


def _probe() -> NDArray[np.uint8]:
    """All combinations of nine levels of red, green and blue, as a small image."""
    levels = np.linspace(0, 255, 9).astype(np.uint8)
    return np.stack(np.meshgrid(levels, levels, levels), axis=-1).reshape(27, 27, 3)
