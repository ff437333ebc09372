"""`triovision.preprocess` equals timm's evaluation transform, pixel for pixel but for float rounding."""

import numpy as np
import pytest
from PIL import Image

from triovision.preprocess import Preprocessing, preprocess
from triovision.training.extra import check_train_extra

check_train_extra()

from timm.data import create_transform  # noqa: E402 - after the mend of torchvision

# Ours normalises in one multiplication and one addition, timm in three steps.
TOLERANCE = 1e-5
# Ours resizes what the crop keeps, timm everything: the filter's weights round differently once in a while, which
# moves a value by one grey level at most.
GREY_LEVEL = 1 / 255
SHARE_MOVED = 0.01

SIZES = [(256, 256), (341, 256), (256, 341), (1023, 517), (97, 450), (224, 224), (50, 40), (301, 299)]


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize("input_size", [(224, 224), (160, 160), (192, 256)], ids=str)
@pytest.mark.parametrize("crop_mode", ["center", "squash", "border"])
@pytest.mark.parametrize(("interpolation", "crop_pct"), [("bicubic", 0.875), ("bilinear", 1.0), ("bicubic", 0.9)])
def test_equals_timm(size, input_size, crop_mode, interpolation, crop_pct):
    width, height = size
    pixels = np.random.default_rng(width * height).integers(0, 256, (height // 4 + 1, width // 4 + 1, 3), np.uint8)
    image = Image.fromarray(pixels).resize(size, Image.Resampling.BICUBIC)
    config = Preprocessing(input_size=input_size, interpolation=interpolation, crop_pct=crop_pct, crop_mode=crop_mode)
    transform = create_transform(
        (3, *input_size),
        is_training=False,
        interpolation=interpolation,
        mean=config.mean,
        std=config.std,
        crop_pct=crop_pct,
        crop_mode=crop_mode,
    )
    expected = transform(image).numpy()
    found = preprocess(np.asarray(image), config)
    assert found.shape == expected.shape
    differences = np.abs(found - expected)
    assert (differences > TOLERANCE).mean() <= SHARE_MOVED
    assert (differences <= GREY_LEVEL / np.array(config.std)[:, None, None] + TOLERANCE).all()
