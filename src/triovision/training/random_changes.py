"""RandAugment: a few changes of a view, drawn from a list, all of one strength.

Source: Cubuk et al. 2020, "RandAugment: Practical automated data augmentation with a reduced search space"; the list
and its ranges are those of timm 1.0.31 (`timm.data.auto_augment`), less the ones that turn a place into another
(inverted colours, solarised skies).
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from PIL import Image, ImageEnhance, ImageOps

__all__ = ["change_at_random"]

_MOST = 10.0  # the strength at which the ranges below are reached
_MAX_TURN_DEG = 30.0
_MAX_SHEAR = 0.3
_MAX_SHIFT = 0.45
_MAX_ENHANCEMENT = 0.9
_MAX_BITS_LOST = 4

_Change = Callable[[Image.Image, float, float], Image.Image]


def change_at_random(piece: Image.Image, changes: int, strength: float, rng: np.random.Generator) -> Image.Image:
    """Change a view.

    Args:
        piece: RGB.
        changes: How many, each drawn anew from all kinds.
        strength: In [0, 10].
        rng: Where the chance comes from.
    """
    for kind in rng.integers(0, len(_CHANGES), changes):
        sign = 1.0 if rng.random() < 0.5 else -1.0  # noqa: PLR2004 - a coin
        piece = _CHANGES[int(kind)](piece, strength / _MOST, sign)
    return piece


def _turn(piece: Image.Image, share: float, sign: float) -> Image.Image:
    return piece.rotate(sign * share * _MAX_TURN_DEG, Image.Resampling.BILINEAR)


def _moved(piece: Image.Image, *matrix: float) -> Image.Image:
    return piece.transform(piece.size, Image.Transform.AFFINE, matrix, Image.Resampling.BILINEAR)


def _enhanced(kind: Callable[[Image.Image], ImageEnhance._Enhance]) -> _Change:
    return lambda piece, share, sign: kind(piece).enhance(1 + sign * share * _MAX_ENHANCEMENT)


_CHANGES: tuple[_Change, ...] = (
    lambda piece, _share, _sign: piece,
    lambda piece, _share, _sign: ImageOps.autocontrast(piece),
    lambda piece, _share, _sign: ImageOps.equalize(piece),
    lambda piece, share, _sign: ImageOps.posterize(piece, 8 - round(share * _MAX_BITS_LOST)),
    _enhanced(ImageEnhance.Color),
    _enhanced(ImageEnhance.Contrast),
    _enhanced(ImageEnhance.Brightness),
    _enhanced(ImageEnhance.Sharpness),
    _turn,
    lambda piece, share, sign: _moved(piece, 1, sign * share * _MAX_SHEAR, 0, 0, 1, 0),
    lambda piece, share, sign: _moved(piece, 1, 0, 0, sign * share * _MAX_SHEAR, 1, 0),
    lambda piece, share, sign: _moved(piece, 1, 0, sign * share * _MAX_SHIFT * piece.width, 0, 1, 0),
    lambda piece, share, sign: _moved(piece, 1, 0, 0, 0, 1, sign * share * _MAX_SHIFT * piece.height),
)
