from __future__ import annotations

import numpy as np
import pytest
from PIL import Image, ImageOps

from triovision.photo import read_photo

# AVIF and HEIF store the turn in the container, and Pillow and libheif write it there from EXIF.
KINDS = ("JPEG", "PNG", "WEBP", "TIFF", "AVIF", "HEIF")


def upright(scene, orientation):
    turned = scene.copy()
    turned.getexif()[0x0112] = orientation
    return ImageOps.exif_transpose(turned)


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", KINDS)
def test_every_orientation_in_every_format(kind, orientation, scene, tools):
    photo = read_photo(tools.encode(scene, kind, exif=tools.make_exif(orientation, gps={})))
    expected = upright(scene, orientation)
    assert (photo.metadata.width_px, photo.metadata.height_px) == expected.size
    assert photo.image.shape == (expected.height, expected.width, 3)
    assert tools.mean_difference(photo.image, expected) < 4
    assert photo.image.flags.c_contiguous
    # libheif turns the pixels itself and says so by 1.
    assert photo.metadata.orientation == (1 if kind == "HEIF" else orientation)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_reduced_jpeg_is_upright_too(orientation, texture, tools):
    data = tools.encode(texture, "JPEG", quality=95, exif=tools.make_exif(orientation, gps={}))
    photo = read_photo(data, short_side_px=100)
    expected = upright(texture, orientation).resize(photo.image.shape[1::-1], Image.Resampling.BOX)
    assert min(photo.image.shape[:2]) >= 100
    assert tools.mean_difference(photo.image, expected) < 3


@pytest.mark.parametrize("value", [0, 9, 65535])
def test_senseless_orientation_is_none(value, scene, tools):
    photo = read_photo(tools.encode(scene, "PNG", exif=tools.make_exif(value, gps={})))
    assert photo.metadata.orientation == 1
    assert (photo.image == np.asarray(scene)).all()
