"""How often a confidence is right, on held-out photos."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from triovision.bundle import ReliabilityBin
from triovision.countries import get_country
from triovision.decision import continent

__all__ = ["calibration_error", "fit_reliability", "make_bins"]

_BINS = 15
_MIN_PER_BIN = 10


def fit_reliability(
    probabilities: NDArray[np.float64],
    labels: NDArray[np.int64],
    weights: NDArray[np.float64],
    country_codes: Sequence[str],
) -> dict[str, tuple[ReliabilityBin, ...]]:
    """Bins for the first guess of a country, of a smallest region and of a continent.

    Args:
        probabilities: Held-out, [n, classes], by a calibration that did not see the photo.
        labels: [n].
        weights: [n].
        country_codes: Code per label.
    """
    levels: Mapping[Literal["country", "sub_region", "region"], list[str]] = {
        "country": list(country_codes),
        "sub_region": [(get_country(code).regions or (code,))[0] for code in country_codes],
        "region": [continent(code) for code in country_codes],
    }
    found = {}
    for level, places in levels.items():
        names, place_of = np.unique(places, return_inverse=True)
        sums = probabilities @ np.eye(len(names))[place_of]
        right = sums.argmax(axis=1) == place_of[labels]
        found[str(level)] = make_bins(np.minimum(sums.max(axis=1), 1.0), right, weights)
    return found


def make_bins(
    confidences: NDArray[np.float64], right: NDArray[np.bool_], weights: NDArray[np.float64], most: int = _BINS
) -> tuple[ReliabilityBin, ...]:
    """Bins that hold the same weight of photos, by rising confidence.

    Source: Nguyen and O'Connor 2015, "Posterior calibration and exploratory analysis for NLP models", section 3.2.

    Args:
        confidences: [n], in [0, 1].
        right: [n].
        weights: [n].
        most: How many at most; fewer where bins would hold less than ten photos.
    """
    count = max(1, min(most, len(confidences) // _MIN_PER_BIN))
    order = np.argsort(confidences, kind="stable")
    # The middle of a photo's weight decides its bin, so that equal weights give equal counts.
    middle = (np.cumsum(weights[order]) - weights[order] / 2) / weights.sum()
    bins = []
    for index in range(count):
        rows = order[(middle * count).astype(np.int64) == index]
        if len(rows):
            mean, share = (float(np.average(values[rows], weights=weights[rows])) for values in (confidences, right))
            bins.append(ReliabilityBin(mean, share, len(rows)))
    return tuple(bins)


def calibration_error(confidences: NDArray[np.float64], right: NDArray[np.bool_]) -> float:
    """Mean distance of confidence and accuracy over bins that hold the same number of photos.

    Source: Guo et al. 2017, "On Calibration of Modern Neural Networks", equation 3.

    Args:
        confidences: [n].
        right: [n].
    """
    bins = make_bins(confidences, right, np.ones(len(confidences)))
    return sum(bin_.count * abs(bin_.confidence - bin_.accuracy) for bin_ in bins) / len(confidences)
