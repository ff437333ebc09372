"""Intervals: how far a figure might lie elsewhere had other photos of the same kind been drawn."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

__all__ = ["RESAMPLES", "bootstrap_intervals"]

RESAMPLES = 1000
_TAIL_PERCENT = 2.5


def bootstrap_intervals(
    count: int,
    compute: Callable[[NDArray[np.intp]], Mapping[str, float]],
    seed: int,
    resamples: int = RESAMPLES,
) -> dict[str, tuple[float, float]]:
    """Percentile intervals that hold 95 % of the resamples.

    Source: Efron and Tibshirani 1993, "An Introduction to the Bootstrap", section 13.3.

    Args:
        count: Number of samples.
        compute: Figures of the samples at some indices, which may repeat.
        seed: Of the resampling.
        resamples: How often to draw.

    Returns:
        Low and high end per figure; resamples in which a figure is NaN do not count for it.
    """
    random = np.random.default_rng(seed)
    drawn = [compute(random.integers(0, count, count)) for _ in range(resamples)]
    intervals = {}
    for name in drawn[0]:
        values = np.array([figures[name] for figures in drawn])
        values = values[np.isfinite(values)]
        if len(values):
            low, high = np.percentile(values, [_TAIL_PERCENT, 100 - _TAIL_PERCENT])
            intervals[name] = (float(low), float(high))
    return intervals
