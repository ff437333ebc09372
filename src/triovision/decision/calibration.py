"""Logits -> calibrated probabilities -> country set."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["calibrate", "top_country_set"]


def calibrate(logits: NDArray[np.float32], temperature: float) -> NDArray[np.float64]:
    """Softmax of the logits divided by a temperature.

    Source: Guo et al. 2017, "On Calibration of Modern Neural Networks", section 4.2.

    Args:
        logits: float32 [n, classes].
        temperature: > 0; above one makes the distribution flatter.

    Returns:
        float64 [n, classes]; every row sums to 1.

    Raises:
        ValueError: If the temperature is not positive.
    """
    if not temperature > 0:
        raise ValueError(f"temperature is {temperature}; it must be positive")
    scaled = logits.astype(np.float64) / temperature
    scaled -= scaled.max(axis=1, keepdims=True)
    exponentials = np.exp(scaled)
    probabilities: NDArray[np.float64] = exponentials / exponentials.sum(axis=1, keepdims=True)
    return probabilities


def top_country_set(probabilities: NDArray[np.float64], threshold: float) -> NDArray[np.intp]:
    """Labels of the smallest most-probable-first prefix whose probability reaches the threshold.

    Source: Romano, Sesia, Candès 2020, "Classification with Valid and Adaptive Coverage", section 2, without
    randomisation.

    Args:
        probabilities: [classes], summing to 1.
        threshold: In (0, 1]; the bundle's, fitted so that the set covers the promised share.

    Returns:
        Labels, most probable first; at least one.
    """
    order = np.argsort(-probabilities, kind="stable")
    # The sum may miss a threshold of 1 by rounding: then every country is in the set.
    size = int(np.searchsorted(np.cumsum(probabilities[order]), threshold)) + 1
    return order[:size]
