import numpy as np
import pytest

from triovision.evidence import Box, HeatMap, colour_bar, overlay

GREY = np.full((40, 80, 3), 120, np.uint8)


def heat_map(values, view=None, size=(80, 40)):
    return HeatMap("FR", "BE", np.array(values, np.float32), 0.0, view or Box(0, 0, *size), size)


def test_yellow_speaks_for_and_blue_against():
    over = overlay(GREY, heat_map([[1.0, -1.0]]), opacity=1).astype(int)
    red, _, blue = over[20, 5]
    assert red - blue > 100
    red, _, blue = over[20, 75]
    assert blue - red > 50


def test_full_opacity_shows_the_ends_of_the_colour_bar():
    over = overlay(GREY, heat_map([[2.0, -2.0]]), opacity=1)
    bar = colour_bar(101, 3)
    assert bar.shape == (3, 101, 3)
    np.testing.assert_array_equal(over[0, 0], bar[0, -1])
    np.testing.assert_array_equal(over[0, -1], bar[0, 0])


def test_no_opacity_leaves_the_photo_that_was_seen():
    photo = np.random.default_rng(0).integers(0, 256, (40, 80, 3), dtype=np.uint8)
    over = overlay(photo, heat_map([[1.0, -1.0]], Box(20, 0, 60, 40)), opacity=0)
    np.testing.assert_array_equal(over[:, 20:60], photo[:, 20:60])


def test_what_was_not_seen_is_grey_and_dark():
    photo = np.zeros((40, 80, 3), np.uint8)
    photo[..., 0] = 200
    over = overlay(photo, heat_map([[1.0]], Box(20, 0, 60, 40)))
    unseen = over[:, 60:]
    assert (unseen == unseen[..., :1]).all()
    assert unseen.max() < 0.5 * 200 * 0.299
    assert (over[:, 20:60] > unseen.max()).any()


def test_strength_is_opacity():
    over = overlay(GREY, heat_map([[1.0, 0.1]]), opacity=0.5).astype(int)
    change = np.abs(over - 120).sum(axis=2)
    assert change[20, 5] > change[20, 75]


def test_a_flat_map_of_zeros_is_no_error():
    over = overlay(GREY, heat_map([[0.0, 0.0]]))
    assert (over == over[0, 0]).all()


def test_the_callers_image_is_left_alone():
    image = GREY.copy()
    overlay(image, heat_map([[1.0]]))
    np.testing.assert_array_equal(image, GREY)


@pytest.mark.parametrize(
    "image", [np.zeros((4, 4), np.uint8), np.zeros((4, 4, 3)), np.zeros((0, 4, 3), np.uint8), np.zeros((4, 4, 4), "u1")]
)
def test_what_is_no_rgb_image_is_refused(image):
    with pytest.raises(ValueError, match="not uint8"):
        overlay(image, heat_map([[1.0]]))


@pytest.mark.parametrize("opacity", [-0.1, 1.1, float("nan")])
def test_an_opacity_out_of_range_is_refused(opacity):
    with pytest.raises(ValueError, match="opacity"):
        overlay(GREY, heat_map([[1.0]]), opacity=opacity)


def test_the_colours_grow_evenly_light_from_the_middle_to_both_ends():
    # Source of the weights: ITU-R BT.709, relative luminance.
    linear = (colour_bar(257, 1)[0].astype(float) / 255) ** 2.2
    lightness = (linear @ [0.2126, 0.7152, 0.0722]) ** (1 / 3)
    middle = int(lightness.argmin())
    assert 100 < middle < 156
    assert (np.diff(lightness[middle:]) > -2e-3).all()
    assert (np.diff(lightness[: middle + 1]) < 2e-3).all()
