"""Two bundles on the same photos: what differs by more than chance."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from triovision.evaluation.bootstrap import bootstrap_intervals
from triovision.evaluation.outputs import SplitOutputs
from triovision.evaluation.per_sample import PerSample, compute_headline, make_per_sample

__all__ = ["compare_outputs", "mcnemar_probability"]


def compare_outputs(one: SplitOutputs, other: SplitOutputs, seed: int = 0) -> dict[str, Any]:
    """Differences of all headline figures, one minus the other, photo by photo.

    Args:
        one: The bundle of interest.
        other: The bundle to hold it against, on the same samples in the same order.
        seed: Of the intervals.

    Raises:
        ValueError: If the samples differ.
    """
    if one.true_codes != other.true_codes:
        raise ValueError("two bundles are compared on different samples")
    mine, theirs = make_per_sample(one), make_per_sample(other)
    everything = np.arange(len(mine.labels))

    def differences(rows: NDArray[np.intp]) -> Mapping[str, float]:
        first, second = (compute_headline(samples, rows) for samples in (mine, theirs))
        return {name: first[name] - second[name] for name in first}

    whole = differences(everything)
    intervals = bootstrap_intervals(len(everything), differences, seed)
    return {
        "differences": {name: value if math.isfinite(value) else None for name, value in whole.items()},
        "intervals": {name: list(ends) for name, ends in intervals.items()},
        "mcnemar": _mcnemar(mine, theirs),
    }


def _mcnemar(mine: PerSample, theirs: PerSample) -> dict[str, float]:
    right, wrong = mine.ranks == 0, theirs.ranks == 0
    only_mine, only_theirs = int((right & ~wrong).sum()), int((wrong & ~right).sum())
    return {
        "only_this_right": only_mine,
        "only_other_right": only_theirs,
        "probability": mcnemar_probability(only_mine, only_theirs),
    }


def mcnemar_probability(only_one: int, only_other: int) -> float:
    """Chance of a split at least so uneven, were both equally good: exact, two-sided.

    Source: McNemar 1947, "Note on the sampling error of the difference between correlated proportions", in the exact
    binomial form of Fagerland, Lydersen, Laake 2013, section 2.

    Args:
        only_one: Photos that only the first guesses right.
        only_other: Photos that only the second guesses right.
    """
    trials = only_one + only_other
    if not trials:
        return 1.0
    factorials = np.concatenate([[0.0], np.cumsum(np.log(np.arange(1, trials + 1)))])
    hits = np.arange(min(only_one, only_other) + 1)
    terms = factorials[trials] - factorials[hits] - factorials[trials - hits] - trials * math.log(2)
    return min(1.0, 2 * float(np.exp(terms).sum()))
