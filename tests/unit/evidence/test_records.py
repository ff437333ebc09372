import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from triovision.evidence import Box, HeatMap


def peak_of(heat_map, background, size):
    """Middle of the place where a map differs most from another, in pixels of an image of this size."""
    change = np.abs(heat_map.over_photo(*size) - background.over_photo(*size))
    row, column = np.unravel_index(np.nanargmax(change), change.shape)
    return column + 0.5, row + 0.5


@pytest.mark.parametrize("orientation", [1, 6])
@pytest.mark.parametrize("mode", ["squash", "center", "border"])
@pytest.mark.parametrize(("size", "spot"), [((640, 320), (320, 80, 400, 160)), ((320, 640), (160, 320, 240, 400))])
def test_a_spot_lights_up_where_it_lies(cropping, make_spot, mode, size, spot, orientation):
    classifier = cropping(mode)
    countries = {"country": "FR", "against": "JP"}
    lit = classifier.explain(make_spot(size, spot, orientation), **countries)
    dark = classifier.explain(make_spot(size, (0, 0, 0, 0), orientation), **countries)
    assert lit.photo_size == size
    # A quarter of the photo's size, as an app would show it.
    x, y = peak_of(lit.contrast_map, dark.contrast_map, (size[0] // 4, size[1] // 4))
    cell = (lit.contrast_map.view.width / 4, lit.contrast_map.view.height / 4)
    assert abs(4 * x - (spot[0] + spot[2]) / 2) <= cell[0] * 0.75
    assert abs(4 * y - (spot[1] + spot[3]) / 2) <= cell[1] * 0.75


def test_what_the_model_did_not_see(cropping, make_spot):
    photo = make_spot((640, 320), (0, 0, 9, 9))
    center = cropping("center").explain(photo)
    assert center.seen == Box(160, 0, 480, 320)
    over = center.place_map.over_photo(64, 32)
    assert over.shape == (32, 64)
    assert np.isnan(over[:, :16]).all()
    assert np.isfinite(over[:, 16:48]).all()
    assert np.isnan(over[:, 48:]).all()
    border = cropping("border").explain(photo)
    assert border.seen == Box(0, 0, 640, 320)
    assert border.place_map.view == Box(0, -160, 640, 480)
    assert np.isfinite(border.place_map.over_photo(64, 32)).all()


def ramp(view, size):
    values = np.arange(49, dtype=np.float32).reshape(7, 7)
    return HeatMap("FR", None, values, 0.0, view, size)


def test_a_smooth_map_passes_through_its_cells():
    over = ramp(Box(0, 0, 70, 70), (70, 70)).over_photo(70, 70)
    np.testing.assert_allclose(over[35, 35], 24 + 0.5 / 10 * 8, atol=0.1)
    assert over[5, 5] < over[5, 64] < over[64, 5] < over[64, 64]


def test_a_map_that_reaches_beyond_the_photo_is_cut():
    # The photo is the middle third of what the map covers, so its top edge lies a third down the map.
    over = ramp(Box(0, -70, 70, 140), (70, 70)).over_photo(70, 70)
    top, bottom = (7 * (share * 7 - 0.5) for share in (1 / 3, 2 / 3))
    assert over[0, 35] == pytest.approx(top + 3, abs=0.3)
    assert over[-1, 35] == pytest.approx(bottom + 3, abs=0.3)


@settings(max_examples=60, deadline=None)
@given(
    photo=st.tuples(st.integers(1, 500), st.integers(1, 500)),
    image=st.tuples(st.integers(1, 80), st.integers(1, 80)),
    box=st.tuples(st.floats(-300, 300), st.floats(-300, 300), st.floats(1, 600), st.floats(1, 600)),
)
def test_any_map_lies_over_any_image(photo, image, box):
    view = Box(min(box[0], photo[0] - 0.5), min(box[1], photo[1] - 0.5), box[0] + box[2], box[1] + box[3])
    view = Box(view.left, view.top, max(view.right, 0.5, view.left + 1), max(view.bottom, 0.5, view.top + 1))
    over = ramp(view, photo).over_photo(*image)
    assert over.shape == image[::-1]
    assert np.isfinite(over).any()
    assert np.nanmin(over) > -10
    assert np.nanmax(over) < 60


def test_pixels_of_a_box_are_those_whose_middle_it_holds():
    box = Box(10, 20, 30, 60)
    assert box.pixels((100, 100), (100, 100)) == (10, 20, 30, 60)
    assert box.pixels((100, 100), (10, 10)) == (1, 2, 3, 6)
    assert Box(0.4, 0.6, 1.4, 1.6).pixels((2, 2), (2, 2)) == (0, 1, 1, 2)
    # Never empty, and never outside.
    assert Box(99.9, 99.9, 100, 100).pixels((100, 100), (10, 10)) == (9, 9, 10, 10)
    assert (box.width, box.height) == (20, 40)
    assert Box(-5, -5, 200, 50).inside((100, 100)) == Box(0, 0, 100, 50)


def test_the_peak_counts_both_signs():
    assert HeatMap("FR", "BE", np.array([[1.0, -3.0]], np.float32), 0, Box(0, 0, 1, 1), (1, 1)).peak == 3
