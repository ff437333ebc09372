"""Intervals: how far a figure might lie elsewhere had other photos of the same kind been drawn."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["RESAMPLES", "bootstrap_intervals", "mean_intervals"]

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
            intervals[name] = _ends(values)
    return intervals


def mean_intervals(
    values: NDArray[Any], masks: Mapping[str, NDArray[np.bool_]], seed: int, resamples: int = RESAMPLES
) -> dict[str, tuple[float, float]]:
    """The same for the means of parts of the samples, each part resampled by itself.

    Args:
        values: One per sample, [n].
        masks: Which samples are in which part, [n] each.
        seed: Of the resampling.
        resamples: How often to draw.

    Returns:
        Low and high end per part that has samples.
    """
    random = np.random.default_rng(seed)
    intervals = {}
    for name, mask in masks.items():
        own = values[mask].astype(np.float64)
        if len(own):
            intervals[name] = _ends(_resampled_means(own, random, resamples))
    return intervals


def _resampled_means(values: NDArray[np.float64], random: np.random.Generator, resamples: int) -> NDArray[np.float64]:
    distinct, counts = np.unique(values, return_counts=True)
    # Drawing how often each value comes is drawing the samples, and a right-or-wrong column has two values.
    if len(distinct) <= 2:  # noqa: PLR2004
        hits = random.binomial(len(values), counts[-1] / len(values), resamples) / len(values)
        means: NDArray[np.float64] = distinct[0] + hits * (distinct[-1] - distinct[0])
        return means
    return np.array([values[random.integers(0, len(values), len(values))].mean() for _ in range(resamples)])


def _ends(values: NDArray[np.float64]) -> tuple[float, float]:
    low, high = np.percentile(values, [_TAIL_PERCENT, 100 - _TAIL_PERCENT])
    return float(low), float(high)
