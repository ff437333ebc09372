import numpy as np
import pytest

from triovision.training.metrics import compute_figures, log_softmax, negative_log_likelihood, top_k_accuracy

LOGITS = np.log(np.array([[0.5, 0.3, 0.2], [0.1, 0.2, 0.7], [0.6, 0.3, 0.1]], dtype=np.float32))
LABELS = np.array([0, 1, 1])


def test_top_k_counts_by_hand():
    assert top_k_accuracy(LOGITS, LABELS, 1) == pytest.approx(1 / 3)
    assert top_k_accuracy(LOGITS, LABELS, 2) == 1


def test_negative_log_likelihood_by_hand():
    expected = -(np.log(0.5) + np.log(0.2) + np.log(0.3)) / 3
    assert negative_log_likelihood(LOGITS, LABELS) == pytest.approx(expected, abs=1e-6)


def test_log_softmax_stands_large_logits():
    assert np.allclose(np.exp(log_softmax(np.array([[1e4, 1e4]]))), 0.5)


def test_mean_per_class_weighs_countries_alike():
    assert compute_figures(LOGITS, LABELS)["mean_per_class_accuracy"] == pytest.approx(0.5)


def test_no_samples_is_an_error():
    with pytest.raises(ValueError, match="no samples"):
        top_k_accuracy(LOGITS[:0], LABELS[:0])
