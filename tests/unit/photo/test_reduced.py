from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from triovision.photo import read_photo

SHORT_SIDES_PX = (40, 75, 100, 150, 224, 299, 300, 599)


@pytest.mark.parametrize("short_side_px", SHORT_SIDES_PX)
@pytest.mark.parametrize("kind", ["JPEG", "JPEG-grey", "JPEG-cmyk", "JPEG-progressive", "PNG"])
def test_reduced_looks_like_full_then_downscaled(kind, short_side_px, texture, tools):
    image = {"JPEG-grey": texture.convert("L"), "JPEG-cmyk": texture.convert("CMYK")}.get(kind, texture)
    options = {} if kind == "PNG" else {"quality": 95, "progressive": kind == "JPEG-progressive"}
    data = tools.encode(image, kind.partition("-")[0], **options)
    full = Image.fromarray(read_photo(data).image)
    reduced = Image.fromarray(read_photo(data, short_side_px=short_side_px).image)
    assert min(reduced.size) >= short_side_px
    assert min(reduced.size) < 4 * short_side_px
    size = (short_side_px * 4 // 3, short_side_px)
    small = [np.asarray(i.resize(size, Image.Resampling.BICUBIC)).astype(int) for i in (full, reduced)]
    assert np.abs(small[0] - small[1]).mean() < 1.5


def test_no_half_pixel_shift(tools):
    ramp = np.tile(np.linspace(0, 255, 512), (384, 1)).astype(np.uint8)
    photo = read_photo(tools.encode(Image.fromarray(ramp).convert("RGB"), "JPEG", quality=95), short_side_px=96)
    # Each reduced pixel covers a block of the ramp and must have the block's mean.
    blocks = ramp.reshape(384, photo.image.shape[1], -1).mean(axis=(0, 2))
    assert np.abs(photo.image[..., 1].mean(axis=0) - blocks).max() < 1.5


def test_small_photo_is_not_enlarged(scene, tools):
    assert read_photo(tools.encode(scene, "JPEG"), short_side_px=500).image.shape == (60, 90, 3)


def test_thin_photo_keeps_its_pixel(tools):
    assert read_photo(tools.encode(Image.new("RGB", (500, 1)), "PNG"), short_side_px=224).image.shape == (1, 500, 3)


def test_huge_reduction_goes_beyond_an_eighth(texture, tools):
    assert min(read_photo(tools.encode(texture, "JPEG"), short_side_px=5).image.shape[:2]) < 20
