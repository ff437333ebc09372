"""The figures, one function each.

Labels are class indices; a sample whose true country the model does not know has the label `UNKNOWN`. It counts as
wrong everywhere.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "ECE_BINS",
    "UNKNOWN",
    "area_under_risk_coverage",
    "expected_calibration_error",
    "macro_f1",
    "mean_per_class_accuracy",
    "negative_log_likelihood",
    "ranks_of_truth",
    "top_k_accuracy",
]

UNKNOWN = -1
ECE_BINS = 15

# A probability of 0 for the truth would make one photo's loss infinite and hide all others.
_SMALLEST_PROBABILITY = 1e-12


def ranks_of_truth(probabilities: NDArray[np.float64], labels: NDArray[np.int64]) -> NDArray[np.int64]:
    """Place of the true country among the guesses, 0 for the first; `classes` for unknown countries.

    Args:
        probabilities: [n, classes].
        labels: [n].

    Returns:
        int64 [n]. Of equal probabilities the lower label stands first, as in the product's ranking.
    """
    classes = probabilities.shape[1]
    order = np.argsort(-probabilities, axis=1, kind="stable")
    found = order == labels[:, None]
    ranks: NDArray[np.int64] = np.where(found.any(axis=1), found.argmax(axis=1), classes).astype(np.int64)
    return ranks


def top_k_accuracy(ranks: NDArray[np.int64], k: int = 1) -> float:
    """Share of samples whose true country is among the k most probable.

    Args:
        ranks: From `ranks_of_truth`.
        k: How many guesses count.

    Returns:
        A fraction in [0, 1].

    Raises:
        ValueError: If there are no samples.
    """
    _check_samples(len(ranks))
    return float((ranks < k).mean())


def mean_per_class_accuracy(classes: NDArray[np.int64], correct: NDArray[np.bool_]) -> float:
    """Top-1 accuracy averaged over the true countries, each counting the same.

    Args:
        classes: Index of the true country per sample; unknown countries have indices of their own.
        correct: Whether the first guess was right.

    Returns:
        A fraction in [0, 1].

    Raises:
        ValueError: If there are no samples.
    """
    _check_samples(len(classes))
    counts = np.bincount(classes)
    hits = np.bincount(classes, weights=correct)
    return float((hits[counts > 0] / counts[counts > 0]).mean())


def macro_f1(classes: NDArray[np.int64], predicted: NDArray[np.int64]) -> float:
    """F1 averaged over the countries that occur as truth or as first guess.

    Source: scikit-learn, `f1_score(average="macro", zero_division=0)`.

    Args:
        classes: Index of the true country per sample.
        predicted: Index of the first guess.

    Returns:
        A fraction in [0, 1].

    Raises:
        ValueError: If there are no samples.
    """
    _check_samples(len(classes))
    size = int(max(classes.max(), predicted.max())) + 1
    true_positives = np.bincount(classes[classes == predicted], minlength=size)
    occurrences = np.bincount(classes, minlength=size) + np.bincount(predicted, minlength=size)
    present = occurrences > 0
    return float((2 * true_positives[present] / occurrences[present]).mean())


def negative_log_likelihood(probabilities: NDArray[np.float64], labels: NDArray[np.int64]) -> float:
    """Mean of -ln p(true country), in nats, over the samples whose country is known.

    Args:
        probabilities: [n, classes].
        labels: [n].

    Returns:
        At least 0; NaN if no country is known.
    """
    known = np.flatnonzero(labels != UNKNOWN)
    if not len(known):
        return float("nan")
    true = probabilities[known, labels[known]]
    return float(-np.log(np.maximum(true, _SMALLEST_PROBABILITY)).mean())


def expected_calibration_error(
    confidences: NDArray[np.float64], correct: NDArray[np.bool_], bins: int = ECE_BINS
) -> float:
    """Mean distance between confidence and accuracy over bins that hold the same number of samples.

    Source: Guo et al. 2017, "On Calibration of Modern Neural Networks", equation 3, with the bins of Nguyen and
    O'Connor 2015, "Posterior calibration and exploratory analysis for NLP models", section 3.2: bins of equal width
    would leave most of them empty.

    Args:
        confidences: Probability of the first guess.
        correct: Whether it was right.
        bins: How many, at most one per sample.

    Returns:
        A fraction in [0, 1].

    Raises:
        ValueError: If there are no samples.
    """
    _check_samples(len(confidences))
    order = np.argsort(confidences, kind="stable")
    gap = (confidences - correct)[order]
    starts = np.linspace(0, len(order), min(bins, len(order)), endpoint=False).astype(np.intp)
    return float(np.abs(np.add.reduceat(gap, starts)).sum() / len(order))


def area_under_risk_coverage(confidences: NDArray[np.float64], correct: NDArray[np.bool_]) -> float:
    """Share of wrong guesses among the k surest samples, averaged over k = 1..n; lower is better.

    Source: Geifman, Uziel, El-Yaniv 2019, "Bias-Reduced Uncertainty Estimation for Deep Neural Classifiers",
    section 3. Samples of equal confidence enter with their mean, so that their order does not matter.

    Args:
        confidences: Probability of the first guess.
        correct: Whether it was right.

    Returns:
        A fraction in [0, 1].

    Raises:
        ValueError: If there are no samples.
    """
    _check_samples(len(confidences))
    _, group, sizes = np.unique(-confidences, return_inverse=True, return_counts=True)
    wrong = np.bincount(group, weights=~correct) / sizes
    risks = np.cumsum(np.repeat(wrong, sizes)) / np.arange(1, len(confidences) + 1)
    return float(risks.mean())


def _check_samples(count: int) -> None:
    if not count:
        raise ValueError("there are no samples")
