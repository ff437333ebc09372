import hashlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from triovision.data import resize as module
from triovision.data.resize import resize, resize_plainly

SIDES = st.integers(1, 90)


def make_noise(width_px, height_px, seed=0):
    return np.random.default_rng(seed).integers(0, 256, (height_px, width_px, 3), dtype=np.uint8)


@pytest.mark.parametrize("kind", ["box", "bilinear"])
@given(width_px=SIDES, height_px=SIDES, wanted=st.tuples(SIDES, SIDES), seed=st.integers(0, 99))
@settings(max_examples=150, deadline=None)
def test_the_package_and_numpy_give_the_same_bytes(kind, width_px, height_px, wanted, seed):
    pytest.importorskip("cykooz_resizer")
    image = make_noise(width_px, height_px, seed)
    np.testing.assert_array_equal(resize(image, *wanted, kind), resize_plainly(image, *wanted, kind))


@pytest.mark.parametrize("size", [(341, 256), (399, 299), (9, 9)])
def test_the_sizes_of_photos_give_the_same_bytes(size):
    pytest.importorskip("cykooz_resizer")
    image = make_noise(400, 300)
    for kind in ("box", "bilinear"):
        np.testing.assert_array_equal(resize(image, *size, kind), resize_plainly(image, *size, kind))


def test_bytes_are_the_same_on_every_machine(monkeypatch):
    monkeypatch.setattr(module, "_find_package", lambda: None)
    resized = resize(make_noise(400, 300), 341, 256, "bilinear")
    assert hashlib.sha256(resized.tobytes()).hexdigest() == (
        "9b781bc773b51ed92e8e0a37e52fefe784268775225eaa15b94b8f9e920d7d75"
    )


@pytest.mark.parametrize(("kind", "filter_"), [("box", Image.Resampling.BOX), ("bilinear", Image.Resampling.BILINEAR)])
def test_pixels_are_those_of_pillow(kind, filter_):
    image = make_noise(400, 300)
    theirs = np.asarray(Image.fromarray(image).resize((341, 256), filter_))
    assert np.abs(resize(image, 341, 256, kind).astype(int) - theirs).max() <= 1


def test_an_image_of_the_size_wanted_stays():
    image = make_noise(30, 20)
    assert resize(image, 30, 20, "bilinear") is image
