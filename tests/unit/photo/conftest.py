from __future__ import annotations

import io
import sys
from pathlib import Path

import numpy as np
import pillow_heif
import pytest
from PIL import Image

ROOT = Path(__file__).parents[3]
PLACE = {1: "N", 2: (48.0, 51.0, 29.6), 3: "E", 4: (2.0, 17.0, 40.2), 5: b"\x00", 6: 35.5}


def make_exif(orientation=1, gps=None, **detail):
    exif = Image.Exif()
    exif[0x0112], exif[0x010F], exif[0x0110] = orientation, "Apple", "iPhone 12"
    exif.get_ifd(0x8825).update(PLACE if gps is None else gps)
    exif.get_ifd(0x8769).update({int(tag.removeprefix("tag_"), 16): value for tag, value in detail.items()})
    return exif.tobytes()


def encode(image, kind, **options):
    file = io.BytesIO()
    if kind == "HEIF":
        pillow_heif.from_pillow(image).save(file, **{"quality": 95, **options})
    else:
        image.save(file, kind, **options)
    return file.getvalue()


def mean_difference(one, other):
    return float(np.abs(np.asarray(one).astype(int) - np.asarray(other).astype(int)).mean())


@pytest.fixture(scope="session")
def scene():
    """Smooth and different in every corner, so that a turned or shifted picture shows."""
    corners = np.array([[[200, 30, 40], [40, 180, 60]], [[30, 60, 220], [230, 220, 90]]], dtype=np.uint8)
    return Image.fromarray(corners).resize((90, 60), Image.Resampling.BICUBIC)


@pytest.fixture(scope="session")
def texture():
    """Natural-looking detail at several scales, for comparing ways to reduce."""
    rng = np.random.default_rng(7)
    total = np.zeros((600, 800, 3))
    for cells, weight in ((4, 90), (16, 50), (64, 25)):
        noise = Image.fromarray(rng.integers(0, 256, (cells, cells, 3), dtype=np.uint8))
        total += (np.asarray(noise.resize((800, 600), Image.Resampling.BICUBIC)) / 255 - 0.5) * weight
    return Image.fromarray((total + 128).clip(0, 255).astype(np.uint8))


@pytest.fixture(scope="session")
def tools():
    """The helpers of this file; test folders are no packages to import from."""
    return sys.modules[__name__]
