"""Pixels to fewer pixels, with the same bytes on every machine.

The work is fast_image_resize's, which does what Pillow's resize does, in integers and with SIMD, several times faster.
Where that package is not there the same arithmetic is done with NumPy: much slower, and bit for bit the same.
"""

from __future__ import annotations

from functools import cache
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = ["resize"]

Filter = Literal["box", "bilinear"]

# Source: fast_image_resize, whose weights are int16 and whose sums are int32 with eight bits before the point.
_WEIGHT_BITS = 15
_MOST_PRECISION = 21
_RADIUS_PX: dict[Filter, float] = {"box": 0.5, "bilinear": 1.0}


def resize(image: NDArray[np.uint8], width_px: int, height_px: int, kind: Filter) -> NDArray[np.uint8]:
    """Resize an image by convolution; a filter as wide as the step between the pixels wanted lets nothing alias.

    Args:
        image: uint8 [height, width, 3].
        width_px: Wanted.
        height_px: Wanted.
        kind: `box` for means, `bilinear` for a look.

    Returns:
        uint8 [height_px, width_px, 3].
    """
    if image.shape[:2] == (height_px, width_px):
        return image
    package = _find_package()
    if package is None:
        return resize_plainly(image, width_px, height_px, kind)
    # An object for each image: it is not made for threads, and costs nothing.
    target = package.ImageData(width_px, height_px, package.PixelType.U8x3)
    source = package.ImageData(image.shape[1], image.shape[0], package.PixelType.U8x3, image.tobytes())
    package.Resizer().resize(source, target, _options(kind))
    return np.frombuffer(target.get_buffer(), np.uint8).reshape(height_px, width_px, 3)


def resize_plainly(image: NDArray[np.uint8], width_px: int, height_px: int, kind: Filter) -> NDArray[np.uint8]:
    """What `resize` gives, without the package."""
    for axis, size in ((0, height_px), (1, width_px)):
        if image.shape[axis] != size:
            image = _resize_axis(image, size, axis, kind)
    return image


@cache
def _find_package() -> Any | None:
    try:
        import cykooz_resizer  # noqa: PLC0415 - only those who prepare photos pay for it
    except ImportError:
        return None
    return cykooz_resizer


@cache
def _options(kind: Filter) -> Any:
    import cykooz_resizer as package  # noqa: PLC0415

    return package.ResizeOptions(package.ResizeAlg.convolution(package.FilterType[kind]))


class _Weights(NamedTuple):
    """For each pixel wanted, those that it is made of.

    Attributes:
        places: int64 [size, most]: their places.
        shares: int32 [size, most]: what each counts, in units of `2 ** -precision`.
        precision: Bits behind the point.
    """

    places: NDArray[np.int64]
    shares: NDArray[np.int32]
    precision: int


def _resize_axis(image: NDArray[np.uint8], size: int, axis: int, kind: Filter) -> NDArray[np.uint8]:
    weights = _compute_weights(image.shape[axis], size, kind)
    shape = [1, 1, 1]
    shape[axis] = size
    total: Any = np.int32(1 << (weights.precision - 1))
    for places, shares in zip(weights.places.T, weights.shares.T, strict=True):
        total = total + np.take(image, places, axis=axis) * shares.reshape(shape)
    resized: NDArray[np.uint8] = np.clip(total >> weights.precision, 0, 255).astype(np.uint8)
    return resized


def _compute_weights(before: int, after: int, kind: Filter) -> _Weights:
    step = before / after
    spread = max(step, 1.0)
    centres = (np.arange(after) + 0.5) * step
    firsts = np.maximum(np.floor(centres - _RADIUS_PX[kind] * spread), 0).astype(np.int64)
    ends = np.minimum(np.ceil(centres + _RADIUS_PX[kind] * spread), before).astype(np.int64)
    places = firsts[:, None] + np.arange(int((ends - firsts).max()))
    distances = (places - (centres - 0.5)[:, None]) * (1 / spread)
    inside = (distances > -0.5) & (distances <= 0.5)  # noqa: PLR2004 - half a box
    weights = inside.astype(np.float64) if kind == "box" else np.maximum(1 - np.abs(distances), 0)
    weights[places >= ends[:, None]] = 0
    # One after the other, as the sum of a row in NumPy may be taken in any order.
    weights /= sum(weights.T)[:, None]
    most = weights.max()
    fitting = (bits for bits in range(_MOST_PRECISION) if np.floor(most * 2 ** (bits + 1) + 0.5) >= 1 << _WEIGHT_BITS)
    precision = next(fitting, _MOST_PRECISION)
    shares = np.floor(weights * 2**precision + 0.5).astype(np.int32)
    return _Weights(np.minimum(places, before - 1), shares, precision)
