"""A heat map laid over its photo."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from triovision.evidence.palette import colours
from triovision.evidence.records import HeatMap

__all__ = ["overlay"]

_CHANNELS = 3
# Source: ITU-R BT.601, luma from red, green and blue.
_LUMA = np.array([0.299, 0.587, 0.114], np.float32)
# Under the colours the photo's own fade, so that a blue sky is not taken for a blue of the map.
_FADING = 0.9
# Of the strongest value's opacity, what the weakest gets: with none at all, a bright line would run along every zero.
_LEAST_SHARE = 0.35
_UNSEEN_LIGHT = 0.35
_STEPS = 513


def overlay(image: NDArray[np.uint8], heat_map: HeatMap, *, opacity: float = 0.75) -> NDArray[np.uint8]:
    """Lay a heat map over the photo that it belongs to.

    The stronger a value, the more opaque its colour. The part that the model did not look at is grey and dark.

    Args:
        image: The photo's upright pixels, uint8 [height, width, 3], at any scale.
        heat_map: Of that photo.
        opacity: Of the strongest value, 0 to 1; 0 shows the photo alone.

    Returns:
        uint8 [height, width, 3].

    Raises:
        ValueError: If the image is not uint8 [height, width, 3] or has no pixels, or the opacity is out of range.
    """
    if image.dtype != np.uint8 or image.ndim != _CHANNELS or image.shape[2] != _CHANNELS or 0 in image.shape:
        raise ValueError(f"image is {image.dtype} {list(image.shape)}, not uint8 [height, width, 3]")
    if not 0 <= opacity <= 1:
        raise ValueError(f"opacity is {opacity}; give one from 0 to 1")
    values = heat_map.over_photo(image.shape[1], image.shape[0])
    seen = np.isfinite(values)
    strengths = np.clip(np.where(seen, values, 0) / (heat_map.peak or 1.0), -1, 1)
    # Colour and opacity of every step of strength once, not of every pixel.
    steps = np.linspace(-1, 1, _STEPS, dtype=np.float32)
    alpha = (opacity * (_LEAST_SHARE + (1 - _LEAST_SHARE) * np.abs(steps)))[:, None]
    step_of = np.rint((strengths + 1) * (_STEPS // 2)).astype(np.intp)
    photo = image.astype(np.float32)
    grey = (photo @ _LUMA)[..., None]
    fading = np.float32(_FADING * opacity)
    result = photo * (1 - fading) + grey * fading
    result *= (1 - alpha)[step_of]
    result += (colours(steps) * alpha)[step_of]
    result[~seen] = grey[~seen] * _UNSEEN_LIGHT
    pixels: NDArray[np.uint8] = np.rint(np.clip(result, 0, 255)).astype(np.uint8)
    return pixels
