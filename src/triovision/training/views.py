"""Training views: square pieces of a photo, changed at random."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageEnhance

from triovision.preprocess import INTERPOLATIONS, Preprocessing, crop_pixels, normalise_pixels, preprocess
from triovision.training.random_changes import change_at_random
from triovision.training.recipe import Augmentation

__all__ = ["draw_pixels", "make_test_views", "make_view"]

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
    return normalise_pixels(draw_pixels(image, preprocessing, augmentation, rng), preprocessing)


def draw_pixels(
    image: NDArray[np.uint8], preprocessing: Preprocessing, augmentation: Augmentation, rng: np.random.Generator
) -> NDArray[np.uint8]:
    """The pixels of `make_view` before normalisation, uint8 [input height, input width, 3].

    They are a quarter of the bytes, which counts on the way from a decoding process to the network.
    """
    height, width = preprocessing.input_size
    if rng.random() < augmentation.whole_share:
        pixels = crop_pixels(image, preprocessing)
        return pixels[:, ::-1] if rng.random() < augmentation.flip else pixels
    box = _draw_box(image.shape[1], image.shape[0], augmentation, rng)
    piece = Image.fromarray(image).resize((width, height), INTERPOLATIONS[preprocessing.interpolation], box=box)
    if rng.random() < augmentation.flip:
        piece = piece.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    piece = _change_colours(piece, augmentation, rng)
    if augmentation.random_changes:
        piece = change_at_random(piece, augmentation.random_changes, augmentation.random_strength, rng)
    if augmentation.rotation_deg:
        angle = rng.uniform(-augmentation.rotation_deg, augmentation.rotation_deg)
        piece = piece.rotate(angle, Image.Resampling.BILINEAR)
    if rng.random() < augmentation.erase:
        _erase(piece, preprocessing, rng)
    return np.asarray(piece)


def make_test_views(image: NDArray[np.uint8], preprocessing: Preprocessing, count: int) -> list[NDArray[np.float32]]:
    """Views of a photo whose probabilities are averaged.

    Args:
        image: uint8 [height, width, 3].
        preprocessing: The recipe's.
        count: 1 for the evaluation view; 2 with its mirror; 6 with both ends of the longer side, and theirs.

    Returns:
        float32 [3, input height, input width] each; the evaluation view is the first.
    """
    images = [image]
    if count > 2:  # noqa: PLR2004 - the view and its mirror
        height, width = image.shape[:2]
        short = min(height, width)
        images += [image[:short, :short], image[height - short :, width - short :]]
    views = [preprocess(np.ascontiguousarray(part), preprocessing) for part in images]
    return [turned for view in views for turned in ([view, view[:, :, ::-1]] if count > 1 else [view])]


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


def _erase(piece: Image.Image, preprocessing: Preprocessing, rng: np.random.Generator) -> None:
    """Set a rectangle to the mean colour, in place."""
    share, ratio = rng.uniform(*_ERASED_AREA), math.exp(rng.uniform(-1, 1))
    tall = min(piece.height, max(1, round(math.sqrt(share / ratio) * piece.height)))
    wide = min(piece.width, max(1, round(math.sqrt(share * ratio) * piece.width)))
    top, left = int(rng.integers(0, piece.height - tall + 1)), int(rng.integers(0, piece.width - wide + 1))
    red, green, blue = (round(255 * mean) for mean in preprocessing.mean)
    piece.paste((red, green, blue), (left, top, left + wide, top + tall))
