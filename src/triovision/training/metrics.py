"""The few figures that training watches; the full set belongs to `triovision.evaluation`."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["compute_figures", "log_softmax", "negative_log_likelihood", "top_k_accuracy"]


def log_softmax(logits: NDArray[np.floating]) -> NDArray[np.float64]:
    """Logarithm of the softmax of each row, [n, classes] -> float64 [n, classes]."""
    shifted = logits.astype(np.float64)
    shifted -= shifted.max(axis=1, keepdims=True)
    result: NDArray[np.float64] = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    return result


def negative_log_likelihood(logits: NDArray[np.floating], labels: NDArray[np.int64]) -> float:
    """Mean negative log probability of the true country.

    Args:
        logits: [n, classes].
        labels: [n].
    """
    return float(-log_softmax(logits)[np.arange(len(labels)), labels].mean())


def top_k_accuracy(logits: NDArray[np.floating], labels: NDArray[np.int64], k: int = 1) -> float:
    """Share of samples whose true country is among the k greatest logits.

    Args:
        logits: [n, classes].
        labels: [n].
        k: How many guesses count.

    Raises:
        ValueError: If there are no samples.
    """
    if not len(labels):
        raise ValueError("no samples to measure")
    best = np.argsort(-logits, axis=1, kind="stable")[:, :k]
    return float((best == labels[:, None]).any(axis=1).mean())


def compute_figures(logits: NDArray[np.floating], labels: NDArray[np.int64]) -> dict[str, float]:
    """The figures of a run: top-1, top-5, mean per class accuracy and NLL."""
    right = logits.argmax(axis=1) == labels
    return {
        "top1_accuracy": top_k_accuracy(logits, labels, 1),
        "top5_accuracy": top_k_accuracy(logits, labels, 5),
        "mean_per_class_accuracy": float(np.mean([right[labels == label].mean() for label in np.unique(labels)])),
        "negative_log_likelihood": negative_log_likelihood(logits, labels),
    }
