import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from triovision.preprocess import CROP_MODES, INTERPOLATIONS, Preprocessing, compute_view, preprocess

PLAIN = {"mean": (0.0, 0.0, 0.0), "std": (1.0, 1.0, 1.0)}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("input_size", (0, 224)),
        ("input_size", (224, 99999)),
        ("input_size", (224,)),
        ("interpolation", "random"),
        ("crop_pct", 0.0),
        ("crop_pct", 1.5),
        ("crop_mode", "zoom"),
        ("mean", (0.5, 0.5)),
        ("mean", (0.5, 0.5, float("nan"))),
        ("std", (0.0, 1.0, 1.0)),
        ("std", (float("inf"), 1.0, 1.0)),
    ],
)
def test_an_unknown_value_is_refused_by_its_field(field, value):
    with pytest.raises(ValueError, match=f"^{field}"):
        Preprocessing(**{field: value})


@pytest.mark.parametrize(
    "image",
    [
        np.zeros((4, 4), np.uint8),
        np.zeros((4, 4, 4), np.uint8),
        np.zeros((4, 4, 3), np.float32),
        np.zeros((0, 4, 3), np.uint8),
    ],
)
def test_what_is_no_rgb_image_is_refused(image):
    with pytest.raises(ValueError, match="not uint8"):
        preprocess(image, Preprocessing())


def test_a_grey_image_normalises_to_the_hand_computed_value():
    image = np.full((50, 70, 3), 128, np.uint8)
    tensor = preprocess(image, Preprocessing(input_size=(32, 32)))
    expected = (128 / 255 - np.array([0.485, 0.456, 0.406])) / np.array([0.229, 0.224, 0.225])
    assert tensor.dtype == np.float32
    assert tensor.flags.c_contiguous
    np.testing.assert_allclose(tensor.mean(axis=(1, 2)), expected, atol=1e-5)


def test_center_cuts_the_sides_and_squash_keeps_them():
    image = np.zeros((40, 120, 3), np.uint8)
    image[:, :40, 0] = image[:, 80:, 0] = 255
    center = preprocess(image, Preprocessing(input_size=(32, 32), crop_pct=1.0, crop_mode="center", **PLAIN))
    squash = preprocess(image, Preprocessing(input_size=(32, 32), crop_pct=1.0, crop_mode="squash", **PLAIN))
    assert center[0].mean() < 0.05
    assert squash[0].mean() == pytest.approx(2 / 3, abs=0.03)


def test_border_pads_with_the_mean():
    image = np.full((20, 80, 3), 255, np.uint8)
    preprocessing = Preprocessing(input_size=(40, 40), crop_pct=1.0, crop_mode="border", mean=(0.2,) * 3, std=(1,) * 3)
    tensor = preprocess(image, preprocessing)
    assert tensor[0, 0, 0] == pytest.approx(0.0, abs=0.01)
    assert tensor[0, 20, 20] == pytest.approx(0.8, abs=0.01)


def test_a_thin_strip_costs_no_more_than_its_middle():
    strip = np.zeros((1, 20_000, 3), np.uint8)
    strip[:, 9_990:10_010] = 255
    tensor = preprocess(strip, Preprocessing(input_size=(32, 32), crop_pct=1.0, **PLAIN))
    assert tensor.shape == (3, 32, 32)
    assert tensor.max() > 0.9


def test_the_decoder_is_asked_for_the_resize_target_at_least():
    assert Preprocessing(input_size=(224, 224), crop_pct=0.875).decode_short_side_px >= 256
    assert Preprocessing(input_size=(224, 224), crop_pct=1.0).decode_short_side_px >= 224


@settings(max_examples=60, deadline=None)
@given(
    height=st.integers(1, 90),
    width=st.integers(1, 90),
    side=st.tuples(st.integers(1, 40), st.integers(1, 40)),
    crop_pct=st.floats(0.3, 1.0),
    crop_mode=st.sampled_from(CROP_MODES),
    interpolation=st.sampled_from(sorted(INTERPOLATIONS)),
)
def test_any_image_gives_a_finite_tensor_of_the_asked_size(height, width, side, crop_pct, crop_mode, interpolation):
    image = np.random.default_rng(0).integers(0, 256, (height, width, 3), dtype=np.uint8)
    preprocessing = Preprocessing(side, interpolation, crop_pct, crop_mode)
    tensor = preprocess(image, preprocessing)
    assert tensor.shape == (3, *side)
    assert np.isfinite(tensor).all()


def test_mirroring_the_image_mirrors_the_tensor():
    image = np.asarray(Image.effect_noise((64, 48), 80).convert("RGB"))
    preprocessing = Preprocessing(input_size=(32, 32), crop_pct=1.0, crop_mode="squash")
    mirrored = preprocess(np.ascontiguousarray(image[:, ::-1]), preprocessing)
    np.testing.assert_allclose(mirrored[:, :, ::-1], preprocess(image, preprocessing), atol=0.03)


@settings(max_examples=60, deadline=None)
@given(
    width=st.integers(24, 250),
    height=st.integers(24, 250),
    sides=st.sampled_from([(32, 32), (24, 40), (40, 24)]),
    crop_pct=st.sampled_from([0.8, 0.875, 1.0]),
    crop_mode=st.sampled_from(CROP_MODES),
)
def test_the_view_is_where_the_input_came_from(width, height, sides, crop_pct, crop_mode):
    # Each pixel says where it lies, so each input pixel says where it came from.
    image = np.zeros((height, width, 3), np.uint8)
    image[:, :, 0], image[:, :, 1], image[:, :, 2] = np.arange(width)[None], np.arange(height)[:, None], 255
    preprocessing = Preprocessing(sides, "bilinear", crop_pct, crop_mode, mean=(0.0, 0.0, 0.0), std=(1.0, 1.0, 1.0))
    tensor = preprocess(image, preprocessing) * 255
    left, top, right, bottom = compute_view((width, height), preprocessing)
    x = left + (np.arange(sides[1]) + 0.5) * (right - left) / sides[1]
    y = top + (np.arange(sides[0]) + 0.5) * (bottom - top) / sides[0]
    # Not so at the photo's edges, where the filter has no neighbours, and beyond them, where there is only padding.
    margins = [
        2 * max(1.0, (high - low) / side) for low, high, side in ((left, right, sides[1]), (top, bottom, sides[0]))
    ]
    columns = np.flatnonzero((x > margins[0]) & (x < width - margins[0]))
    rows = np.flatnonzero((y > margins[1]) & (y < height - margins[1]))
    if len(rows) and len(columns):
        np.testing.assert_allclose(
            tensor[0][np.ix_(rows, columns)], (x[columns] - 0.5)[None].repeat(len(rows), 0), atol=1
        )
        np.testing.assert_allclose(
            tensor[1][np.ix_(rows, columns)], (y[rows] - 0.5)[:, None].repeat(len(columns), 1), atol=1
        )


def test_the_view_by_hand():
    center = Preprocessing(input_size=(32, 32), crop_pct=1.0, crop_mode="center")
    border = Preprocessing(input_size=(32, 32), crop_pct=1.0, crop_mode="border")
    squash = Preprocessing(input_size=(32, 32), crop_pct=1.0, crop_mode="squash")
    assert compute_view((640, 320), center) == (160, 0, 480, 320)
    assert compute_view((640, 320), border) == (0, -160, 640, 480)
    assert compute_view((640, 320), squash) == (0, 0, 640, 320)
    assert compute_view((10_000, 10), center) == pytest.approx((4995, 0, 5005, 10))


@pytest.mark.parametrize("size", [(90, 120), (120, 90), (33, 33), (40, 300)])
@pytest.mark.parametrize("crop_mode", CROP_MODES)
@pytest.mark.parametrize("interpolation", ["bilinear", "bicubic"])
@pytest.mark.parametrize("reduced", [False, True])
def test_a_large_image_in_bands_gives_the_same_pixels(monkeypatch, size, crop_mode, interpolation, reduced):
    image = np.random.default_rng(0).integers(0, 256, (*size, 3), np.uint8)
    preprocessing = Preprocessing((32, 32), interpolation, 0.9, crop_mode, **PLAIN)
    full = {"full_size": (size[1] * 2 - 1, size[0] * 2 - 1), "scale": 0.5} if reduced else {}
    whole = preprocess(image, preprocessing, **full)
    monkeypatch.setattr("triovision.preprocess._BANDED_PIXELS", 0)
    monkeypatch.setattr("triovision.preprocess._BAND_ROWS", 7)
    assert np.array_equal(preprocess(image, preprocessing, **full), whole)
