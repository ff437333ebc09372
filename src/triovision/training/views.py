"""Training views: square pieces of a photo, changed at random."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageEnhance

from triovision.preprocess import INTERPOLATIONS, Preprocessing, preprocess
from triovision.training.recipe import Augmentation

__all__ = ["make_view"]

# A wide photo holds at most so many squares' worth of one crop: a crop of the whole banner would be squashed flat.
_MAX_SQUARES = 3.0
_CROP_TRIES = 10
_ERASED_AREA = (0.02, 0.2)


def make_view(
    image: NDArray[np.uint8], preprocessing: Preprocessing, augmentation: Augmentation, rng: np.random.Generator
) -> NDArray[np.float32]:
    """Draw one training view of a photo.

    A wide or tall photo yields different squares along its long side, draw by draw.

    Args:
        image: uint8 [height, width, 3].
        preprocessing: The recipe's; the view has its size and normalisation.
        augmentation: What may change.
        rng: Where the chance comes from.

    Returns:
        float32 [3, input height, input width], normalised.
    """
    height, width = preprocessing.input_size
    if rng.random() < augmentation.whole_share:
        view = preprocess(image, preprocessing)
        return np.ascontiguousarray(view[:, :, ::-1]) if rng.random() < augmentation.flip else view
    box = _draw_box(image.shape[1], image.shape[0], augmentation, rng)
    piece = Image.fromarray(image).resize((width, height), INTERPOLATIONS[preprocessing.interpolation], box=box)
    if rng.random() < augmentation.flip:
        piece = piece.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    piece = _change_colours(piece, augmentation, rng)
    if augmentation.rotation_deg:
        angle = rng.uniform(-augmentation.rotation_deg, augmentation.rotation_deg)
        piece = piece.rotate(angle, Image.Resampling.BILINEAR)
    pixels: NDArray[np.float32] = np.asarray(piece, np.float32) / np.float32(255)
    pixels -= np.asarray(preprocessing.mean, np.float32)
    pixels /= np.asarray(preprocessing.std, np.float32)
    if rng.random() < augmentation.erase:
        _erase(pixels, rng)
    return np.ascontiguousarray(pixels.transpose(2, 0, 1))


def _draw_box(
    width: int, height: int, augmentation: Augmentation, rng: np.random.Generator
) -> tuple[float, float, float, float]:
    """Left, top, right, bottom of a random crop. Source: Szegedy et al. 2015, as in torchvision."""
    short = min(width, height)
    area = min(width * height, _MAX_SQUARES * short * short)
    least, most = (math.log(ratio) for ratio in augmentation.crop_ratio)
    crop_width = crop_height = float(short)
    for _ in range(_CROP_TRIES):
        wanted = area * rng.uniform(*augmentation.crop_area)
        ratio = math.exp(rng.uniform(least, most))
        if (wide := math.sqrt(wanted * ratio)) <= width and (tall := math.sqrt(wanted / ratio)) <= height:
            crop_width, crop_height = wide, tall
            break
    left, top = rng.uniform(0, width - crop_width), rng.uniform(0, height - crop_height)
    return left, top, left + crop_width, top + crop_height


def _change_colours(piece: Image.Image, augmentation: Augmentation, rng: np.random.Generator) -> Image.Image:
    changes = (
        (ImageEnhance.Brightness, augmentation.brightness),
        (ImageEnhance.Contrast, augmentation.contrast),
        (ImageEnhance.Color, augmentation.saturation),
    )
    for enhance, most in changes:
        if most:
            piece = enhance(piece).enhance(rng.uniform(1 - most, 1 + most))
    if rng.random() < augmentation.grey:
        piece = piece.convert("L").convert("RGB")
    return piece


def _erase(view: NDArray[np.float32], rng: np.random.Generator) -> None:
    """Set a rectangle of [height, width, 3] to the mean colour, in place."""
    height, width, _ = view.shape
    share, ratio = rng.uniform(*_ERASED_AREA), math.exp(rng.uniform(-1, 1))
    tall = min(height, max(1, round(math.sqrt(share / ratio) * height)))
    wide = min(width, max(1, round(math.sqrt(share * ratio) * width)))
    top, left = rng.integers(0, height - tall + 1), rng.integers(0, width - wide + 1)
    view[top : top + tall, left : left + wide] = 0
