"""Thresholds of the answer's levels, for a stated precision."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from triovision.bundle import CountrySetRule, Thresholds
from triovision.countries import get_country, get_region
from triovision.decision import DecisionRule
from triovision.prediction import Level

__all__ = ["count_answers", "fit_thresholds", "level_figures"]

_NEVER = 1.0

_HUNDRED = 100
# Nothing is named that is less likely than not.
_LEAST_STEP = 50
_LEVELS: tuple[Level, ...] = ("country", "sub_region", "region")

# Fewer answers than this say nothing about their precision.
_MIN_ANSWERS = 20

_NO_SET = CountrySetRule(coverage=0.9, threshold=1.0)


def fit_thresholds(
    probabilities: NDArray[np.float64],
    labels: NDArray[np.int64],
    country_codes: Sequence[str],
    precision: float = 0.7,
) -> Thresholds:
    """Per level the smallest threshold from 0.5 on, in hundredths, at which its answers are right often enough.

    Levels are fitted from the deepest on, for what a level is asked depends on those before it. A level that never
    gets there is closed with a threshold of 1.

    Args:
        probabilities: Held-out, calibrated, [n, classes].
        labels: [n].
        country_codes: Code per label.
        precision: Share of a level's answers that must be right, in (0, 1].
    """
    fitted: dict[str, float] = dict.fromkeys(_LEVELS, _NEVER)
    for level in _LEVELS:
        for step in range(_LEAST_STEP, _HUNDRED):
            trial = Thresholds(**{**fitted, level: step / _HUNDRED})
            answered, right = count_answers(probabilities, labels, DecisionRule(country_codes, trial, _NO_SET), level)
            if answered < _MIN_ANSWERS:
                break
            if right >= precision * answered:
                fitted[level] = step / _HUNDRED
                break
    return Thresholds(**fitted)


def count_answers(
    probabilities: NDArray[np.float64], labels: NDArray[np.int64], rule: DecisionRule, level: Level
) -> tuple[int, int]:
    """How many of the rule's answers are at a level, and how many of those are right.

    The same as asking `rule.answer` row by row, which a test holds it to, in one pass over all rows.
    """
    named = probabilities.max(axis=1) >= rule.thresholds.country
    if level == "country":
        return int(named.sum()), int((named & (probabilities.argmax(axis=1) == labels)).sum())
    chains = [get_country(code).regions for code in rule.country_codes]
    depth_of = {place: len(chain) - index for chain in chains for index, place in enumerate(chain)}
    levels = np.array([get_region(place).level for place in rule.places])
    least = np.where(levels == "region", rule.thresholds.region, rule.thresholds.sub_region)
    sums = rule.place_probabilities(probabilities)
    # A probability is at most 1, so depth decides first and probability between equally deep places.
    rank = np.where(sums >= least, 2.0 * np.array([depth_of[place] for place in rule.places]) + sums, -np.inf)
    chosen = rank.argmax(axis=1)
    answered = ~named & np.isfinite(rank.max(axis=1)) & (levels[chosen] == level)
    holds = np.array([[place in chain for chain in chains] for place in rule.places])
    return int(answered.sum()), int((answered & holds[chosen, labels]).sum())


def level_figures(
    probabilities: NDArray[np.float64], labels: NDArray[np.int64], rule: DecisionRule
) -> dict[str, float]:
    """Share of photos that each level answers, and how often it is right, e.g. `country_answered`, `country_right`."""
    figures = {}
    for level in _LEVELS:
        answered, right = count_answers(probabilities, labels, rule, level)
        figures[f"{level}_answered"] = answered / len(labels)
        figures[f"{level}_right"] = right / answered if answered else 0.0
    return figures
