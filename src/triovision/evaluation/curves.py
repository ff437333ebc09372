"""What is drawn rather than said in one number: reliability, risk against coverage, sizes of country sets."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from triovision.evaluation.bootstrap import mean_intervals
from triovision.evaluation.metrics import ECE_BINS, expected_calibration_error
from triovision.evaluation.per_sample import PerSample

__all__ = ["calibration_floor", "reliability_rows", "risk_coverage_points", "set_size_rows"]

_SIMULATIONS = 200
_MOST_POINTS = 200
_SIZE_BINS = 20


def reliability_rows(samples: PerSample, seed: int, bins: int = ECE_BINS) -> list[dict[str, Any]]:
    """Confidence and accuracy of the first guess in bins of the same number of samples, by rising confidence.

    Args:
        samples: Of a split.
        seed: Of the intervals.
        bins: How many, at most one per sample; those of `expected_calibration_error`.
    """
    order = np.argsort(samples.confidences, kind="stable")
    starts = np.linspace(0, len(order), min(bins, len(order)), endpoint=False).astype(np.intp)
    right = samples.ranks == 0
    masks = {}
    for index, rows in enumerate(np.split(order, starts[1:])):
        masks[str(index)] = np.isin(np.arange(len(order)), rows)
    intervals = mean_intervals(right, masks, seed)
    return [
        {
            "confidence": float(samples.confidences[mask].mean()),
            "accuracy": float(right[mask].mean()),
            "interval": intervals[name],
            "samples": int(mask.sum()),
        }
        for name, mask in masks.items()
    ]


def calibration_floor(confidences: NDArray[np.float64], seed: int) -> float:
    """The calibration error that a perfectly calibrated model of these confidences would show on so few samples.

    Chance alone puts every bin off its confidence; an error near this floor is no sign of wrong confidences.
    Source: Bröcker and Smith 2007, "Increasing the Reliability of Reliability Diagrams" (consistency resampling).

    Args:
        confidences: Of the first guesses.
        seed: Of the simulation.
    """
    random = np.random.default_rng(seed)
    draws = [
        expected_calibration_error(confidences, random.random(len(confidences)) < confidences)
        for _ in range(_SIMULATIONS)
    ]
    return float(np.mean(draws))


def risk_coverage_points(samples: PerSample) -> list[tuple[float, float]]:
    """Share of samples answered when only the surest are, and share of those first guesses that are wrong.

    Source: Geifman, Uziel, El-Yaniv 2019, "Bias-Reduced Uncertainty Estimation for Deep Neural Classifiers", section 3.

    Args:
        samples: Of a split.

    Returns:
        At most 200 points, by rising coverage; a coverage that would part samples of equal confidence is left out.
    """
    order = np.argsort(-samples.confidences, kind="stable")
    wrong = np.cumsum(samples.ranks[order] > 0)
    sure = samples.confidences[order]
    ends = np.flatnonzero(np.append(sure[1:] < sure[:-1], True))
    kept = ends[np.unique(np.linspace(0, len(ends) - 1, min(_MOST_POINTS, len(ends))).astype(np.intp))]
    return [((end + 1) / len(order), float(wrong[end] / (end + 1))) for end in kept.tolist()]


def set_size_rows(samples: PerSample, classes: int) -> list[dict[str, float]]:
    """How many country sets are of which size, in at most twenty bins, and how often those hold the true country.

    Args:
        samples: Of a split.
        classes: Greatest possible size.
    """
    width = max(1, -(-classes // _SIZE_BINS))
    rows = []
    for start in range(1, classes + 1, width):
        inside = (samples.set_sizes >= start) & (samples.set_sizes < start + width)
        row: dict[str, float] = {"from": start, "to": min(start + width - 1, classes), "samples": int(inside.sum())}
        if inside.any():
            row["country_set_coverage"] = float(samples.covered[inside].mean())
        rows.append(row)
    return rows
