"""The scale of a reduced image, without which nobody could find the photo's places again."""

import io

import numpy as np
import pytest
from PIL import Image

from triovision.photo import read_photo
from triovision.preprocess import Preprocessing, preprocess


def encode(width, height, kind="JPEG"):
    coarse = np.random.default_rng(0).integers(0, 256, (9, 12, 3), dtype=np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(coarse).resize((width, height), Image.Resampling.BICUBIC).save(buffer, kind)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("size", "short_side_px", "scale"),
    [
        ((800, 600), None, 1.0),
        ((800, 600), 224, 3 / 8),
        ((803, 601), 300, 4 / 8),
        ((40, 30), 224, 1.0),
        ((1, 1), 1, 1.0),
    ],
)
def test_a_jpeg_knows_its_scale(size, short_side_px, scale):
    photo = read_photo(encode(*size), short_side_px=short_side_px)
    assert photo.scale == scale
    assert photo.image.shape[1] == -(-size[0] * scale // 1)


def test_other_formats_know_theirs():
    photo = read_photo(encode(1000, 800, "PNG"), short_side_px=100)
    assert photo.scale == 1 / 4
    assert photo.image.shape[:2] == (200, 250)


@pytest.mark.parametrize("size", [(803, 601), (601, 803), (1207, 905), (999, 750), (2001, 400)])
@pytest.mark.parametrize("crop_mode", ["center", "squash", "border"])
def test_a_reduced_photo_is_looked_at_in_the_same_places(size, crop_mode):
    preprocessing = Preprocessing((96, 96), crop_pct=0.9, crop_mode=crop_mode, mean=(0, 0, 0), std=(1, 1, 1))
    data = encode(*size)
    full, reduced = (read_photo(data, short_side_px=side) for side in (None, 150))
    assert reduced.scale < 1
    expected = preprocess(full.image, preprocessing)
    found = preprocess(reduced.image, preprocessing, full_size=size, scale=reduced.scale)
    ignorant = preprocess(reduced.image, preprocessing)
    assert np.abs(found - expected).mean() < 0.004
    assert np.abs(found - expected).mean() <= np.abs(ignorant - expected).mean() + 1e-3
