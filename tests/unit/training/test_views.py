import dataclasses

import numpy as np
import pytest

from triovision.preprocess import Preprocessing, preprocess
from triovision.training.recipe import Augmentation
from triovision.training.views import make_view

PREPROCESSING = Preprocessing(input_size=(32, 32), crop_pct=1.0)
STILL = Augmentation(
    whole_share=0, crop_area=(1, 1), crop_ratio=(1, 1), flip=0, brightness=0, contrast=0, saturation=0, grey=0
)
IMAGE = np.random.default_rng(0).integers(0, 256, (40, 60, 3), dtype=np.uint8)


def view(augmentation, seed=0, image=IMAGE):
    return make_view(image, PREPROCESSING, augmentation, np.random.default_rng(seed))


def test_same_chance_gives_the_same_view():
    assert np.array_equal(view(Augmentation(), 3), view(Augmentation(), 3))
    assert not np.array_equal(view(Augmentation(), 3), view(Augmentation(), 4))


def test_views_have_the_shape_and_type_of_evaluation_views():
    expected = preprocess(IMAGE, PREPROCESSING)
    for seed in range(20):
        drawn = view(Augmentation(rotation_deg=20, erase=1), seed)
        assert (drawn.shape, drawn.dtype) == (expected.shape, expected.dtype)
        assert drawn.flags["C_CONTIGUOUS"]


def test_whole_view_is_the_evaluation_view():
    whole = dataclasses.replace(STILL, whole_share=1)
    mirrored = dataclasses.replace(whole, flip=1)
    expected = preprocess(IMAGE, PREPROCESSING)
    assert np.array_equal(view(whole), expected)
    assert np.array_equal(view(mirrored), expected[:, :, ::-1])


def test_square_crop_of_a_square_photo_is_the_photo():
    square = IMAGE[:, :40]
    expected = preprocess(square, dataclasses.replace(PREPROCESSING, crop_mode="squash"))
    assert np.abs(view(STILL, image=square) - expected).max() < 1e-5


def test_wide_photo_gives_different_squares():
    wide = np.zeros((32, 320, 3), np.uint8)
    wide[:, :, 0] = np.linspace(0, 255, 320)
    crops = dataclasses.replace(STILL, crop_area=(0.3, 0.33))
    means = [float(view(crops, seed, wide)[0].mean()) for seed in range(20)]
    assert np.ptp(means) > 1


@pytest.mark.parametrize("change", [{"grey": 1}, {"brightness": 0.5}, {"contrast": 0.5}, {"saturation": 0.5}])
def test_colours_change(change):
    assert np.abs(view(dataclasses.replace(STILL, **change)) - view(STILL)).max() > 0.05


def test_grey_view_has_equal_channels():
    grey = view(dataclasses.replace(STILL, grey=1))
    pixels = grey * np.array(PREPROCESSING.std)[:, None, None] + np.array(PREPROCESSING.mean)[:, None, None]
    assert np.ptp(pixels, axis=0).max() < 1e-5


def test_erased_rectangle_is_the_mean_colour():
    erased = view(dataclasses.replace(STILL, erase=1))
    # The mean colour in whole numbers is off by half a step at most.
    assert 0.01 < (np.abs(erased) < 0.01).all(axis=0).mean() < 0.5


def test_impossible_crop_falls_back_to_a_square():
    flat = dataclasses.replace(STILL, crop_area=(1, 1), crop_ratio=(4, 4))
    assert view(flat).shape == (3, 32, 32)
