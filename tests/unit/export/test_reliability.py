import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from triovision.export.reliability import calibration_error, fit_reliability, make_bins


def test_bins_by_hand():
    confidences = np.repeat([0.2, 0.4, 0.9], 10)
    right = np.array([True] * 3 + [False] * 7 + [True] * 4 + [False] * 6 + [True] * 8 + [False] * 2)
    bins = make_bins(confidences, right, np.ones(30))
    assert [(bin_.confidence, bin_.accuracy, bin_.count) for bin_ in bins] == [
        (pytest.approx(0.2), pytest.approx(0.3), 10),
        (pytest.approx(0.4), pytest.approx(0.4), 10),
        (pytest.approx(0.9), pytest.approx(0.8), 10),
    ]
    assert calibration_error(confidences, right) == pytest.approx((0.1 + 0.0 + 0.1) / 3)


def test_weights_shift_a_bin():
    bins = make_bins(np.array([0.2, 0.8]), np.array([False, True]), np.array([3.0, 1.0]))
    assert (bins[0].confidence, bins[0].accuracy, bins[0].count) == (pytest.approx(0.35), pytest.approx(0.25), 2)


@given(st.lists(st.tuples(st.floats(0, 1), st.booleans(), st.floats(0.1, 5)), min_size=1, max_size=300))
def test_every_photo_is_in_one_bin_and_bins_rise(rows):
    confidences, right, weights = (np.array(column) for column in zip(*rows, strict=True))
    bins = make_bins(confidences, right, weights)
    assert sum(bin_.count for bin_ in bins) == len(rows)
    assert len(bins) <= 15
    means = [bin_.confidence for bin_ in bins]
    assert means == sorted(means)


def test_levels_sum_the_countries_in_a_place():
    probabilities = np.repeat([[0.3, 0.3, 0.4]], 20, axis=0)
    found = fit_reliability(probabilities, np.zeros(20, np.int64), np.ones(20), ("BE", "FR", "JP"))
    assert {level: (bins[0].confidence, bins[0].accuracy) for level, bins in found.items()} == {
        "country": (pytest.approx(0.4), 0.0),
        "sub_region": (pytest.approx(0.6), 1.0),
        "region": (pytest.approx(0.6), 1.0),
    }
