"""Conformal country sets: all countries whose score is below their continent's threshold.

`aps`: the probability of all countries ranked before it. Source: Romano, Sesia, Candès 2020, "Classification with Valid
    and Adaptive Coverage", section 2.
`raps`: the same, and a penalty for every rank beyond the free ones. Source: Angelopoulos et al. 2021, "Uncertainty Sets
    for Image Classifiers using Conformal Prediction", equation 4.
`lac`: one minus its probability. Source: Sadinle, Lei, Wasserman 2019, "Least Ambiguous Set-Valued Classifiers with
    Bounded Error Levels", section 2.

All without randomisation: the same photo gets the same set every time.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from triovision.bundle import CountrySetRule, SetMethod
from triovision.countries import get_country

__all__ = ["continent", "label_thresholds", "make_sets", "set_scores"]


def continent(country_code: str) -> str:
    """M49 code of the largest region that a country lies in; its own code where it lies in none."""
    chain = get_country(country_code).regions
    return chain[-1] if chain else country_code.upper()


def set_scores(
    probabilities: NDArray[np.float64], method: SetMethod, rank_penalty: float = 0.0, free_ranks: int = 0
) -> NDArray[np.float64]:
    """Score of every country; the smaller, the sooner it is in the set.

    Args:
        probabilities: [n, classes].
        method: See above.
        rank_penalty: Of `raps`.
        free_ranks: Of `raps`.

    Returns:
        float64 [n, classes].
    """
    if method == "lac":
        return 1 - probabilities
    order = np.argsort(-probabilities, axis=1, kind="stable")
    ranked = np.take_along_axis(probabilities, order, axis=1)
    before = np.cumsum(ranked, axis=1) - ranked
    if method == "raps":
        before += rank_penalty * np.maximum(np.arange(1, probabilities.shape[1] + 1) - free_ranks, 0)
    scores = np.empty_like(before)
    np.put_along_axis(scores, order, before, axis=1)
    return scores


def label_thresholds(rule: CountrySetRule, country_codes: Sequence[str]) -> NDArray[np.float64]:
    """The threshold of each label, float64 [classes]."""
    return np.array([rule.region_thresholds.get(continent(code), rule.threshold) for code in country_codes], np.float64)


def make_sets(scores: NDArray[np.float64], thresholds: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Which countries are in the set of each photo.

    Args:
        scores: From `set_scores`, [n, classes].
        thresholds: From `label_thresholds`, [classes].

    Returns:
        bool [n, classes]; in every row at least the country of the least score, which is the most probable.
    """
    inside: NDArray[np.bool_] = scores < thresholds
    inside[np.arange(len(scores)), scores.argmin(axis=1)] = True
    return inside
