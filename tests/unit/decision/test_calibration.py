import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from triovision.decision import calibrate, make_probabilities

UNEVEN = (0.5, 0.3, 0.1, 0.1, 0.0)


@given(hnp.arrays(np.float32, (3, 5), elements=st.floats(-50, 50, width=32)), st.floats(0.1, 10), st.floats(0, 0.99))
def test_rows_sum_to_one_and_stay_above_nothing(logits, temperature, share):
    probabilities = calibrate(logits, temperature, share, UNEVEN)
    np.testing.assert_allclose(probabilities.sum(axis=1), 1)
    assert probabilities.min() >= 0


def test_the_prior_by_hand():
    # Softmax of (ln 3, 0) is (0.75, 0.25); the share of the prior is 0.4 * (1 - 0.75) = 0.1.
    logits = np.log(np.array([[3.0, 1.0]], np.float32))
    np.testing.assert_allclose(calibrate(logits, 1.0, 0.4, (0.0, 1.0)), [[0.675, 0.325]], atol=1e-6)


def test_a_sure_softmax_stays_and_a_blank_one_leans_on_the_prior():
    sure, blank = np.array([[60, 0, 0, 0, 0]], np.float32), np.zeros((1, 5), np.float32)
    np.testing.assert_allclose(calibrate(sure, 1.0, 0.9, UNEVEN), calibrate(sure, 1.0), atol=1e-9)
    np.testing.assert_allclose(calibrate(blank, 1.0, 0.9, UNEVEN)[0], 0.28 * 0.2 + 0.72 * np.array(UNEVEN))


@given(hnp.arrays(np.float32, (1, 5), elements=st.floats(-20, 20, width=32)), st.floats(0, 0.99))
def test_a_uniform_prior_keeps_the_order(logits, share):
    mixed, plain = calibrate(logits, 1.0, share, (0.2,) * 5)[0], calibrate(logits, 1.0)[0]
    assert mixed[plain.argmax()] == pytest.approx(mixed.max())


def test_a_bundle_brings_its_own_prior(tiny_metadata):
    logits = np.zeros((1, 7), np.float32)
    prior = (0.4, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1)
    metadata = tiny_metadata(prior_share=0.7, prior=prior)
    assert make_probabilities(logits, metadata)[0, 0] == pytest.approx(0.4 / 7 + 0.6 * 0.4)
    np.testing.assert_allclose(make_probabilities(logits, tiny_metadata()), 1 / 7)
