"""Logits -> calibrated probabilities."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from triovision.bundle import BundleMetadata

__all__ = ["calibrate", "make_probabilities"]


def calibrate(
    logits: NDArray[np.float32], temperature: float, prior_share: float = 0.0, prior: Sequence[float] = ()
) -> NDArray[np.float64]:
    """Softmax of the logits divided by a temperature, giving way to a prior where it is unsure.

    With s the softmax: p = (1 - f) s + f prior, f = prior_share (1 - max s). A softmax that is sure stays as it is; one
    that knows nothing becomes the share of each country among photos, not the same for Tuvalu as for Italy.
    Source: Guo et al. 2017, "On Calibration of Modern Neural Networks", section 4.2, for the temperature; the prior is
    our own (docs/decisions/0010-calibration-for-new-collections.md).

    Args:
        logits: float32 [n, classes].
        temperature: > 0; above one makes the distribution flatter.
        prior_share: In [0, 1); 0 leaves the softmax alone.
        prior: Probability per label, summing to 1; may be empty where prior_share is 0.

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
    softmax: NDArray[np.float64] = exponentials / exponentials.sum(axis=1, keepdims=True)
    if not prior_share:
        return softmax
    share = prior_share * (1 - softmax.max(axis=1, keepdims=True))
    mixed: NDArray[np.float64] = (1 - share) * softmax + share * np.asarray(prior, np.float64)
    return mixed


def make_probabilities(logits: NDArray[np.float32], metadata: BundleMetadata) -> NDArray[np.float64]:
    """Calibrated probabilities of a bundle's logits, [n, classes]."""
    return calibrate(logits, metadata.temperature, metadata.prior_share, metadata.prior)
