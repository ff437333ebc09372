"""What turns logits into honest answers: fitted on held-out logits, stored in the bundle."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from triovision.bundle import CountrySetRule, Thresholds
from triovision.countries import get_country, get_region
from triovision.decision import DecisionRule
from triovision.prediction import Level

__all__ = ["count_answers", "fit_country_set", "fit_temperature", "fit_thresholds", "level_figures"]

_TEMPERATURE_RANGE = (0.01, 100.0)
_SEARCH_STEPS = 80
_NEVER = 1.0

_HUNDRED = 100
# Nothing is named that is less likely than not.
_LEAST_STEP = 50
_LEVELS: tuple[Level, ...] = ("country", "sub_region", "region")

# Far below any probability that matters, far above the rounding of a cumulative sum.
_MARGIN = 1e-9

# Fewer answers than this say nothing about their precision.
_MIN_ANSWERS = 20


def fit_temperature(logits: NDArray[np.float32], labels: NDArray[np.int64]) -> float:
    """Temperature with the least negative log-likelihood.

    Source: Guo et al. 2017, "On Calibration of Modern Neural Networks", section 4.2.

    Args:
        logits: Held-out, [n, classes].
        labels: [n].
    """
    low, high = (math.log(value) for value in _TEMPERATURE_RANGE)
    golden = (math.sqrt(5) - 1) / 2
    # The loss is convex in 1/T, so it has one minimum in log T, and golden section finds it.
    for _ in range(_SEARCH_STEPS):
        left, right = high - golden * (high - low), low + golden * (high - low)
        if _loss(logits, labels, math.exp(left)) < _loss(logits, labels, math.exp(right)):
            high = right
        else:
            low = left
    return math.exp((low + high) / 2)


def _loss(logits: NDArray[np.float32], labels: NDArray[np.int64], temperature: float) -> float:
    scaled = logits.astype(np.float64) / temperature
    scaled -= scaled.max(axis=1, keepdims=True)
    own = scaled[np.arange(len(labels)), labels]
    return float((np.log(np.exp(scaled).sum(axis=1)) - own).mean())


def fit_country_set(
    probabilities: NDArray[np.float64], labels: NDArray[np.int64], coverage: float = 0.9
) -> CountrySetRule:
    """Threshold at which the most probable countries hold the true one for the promised share of photos.

    The set ends at the first country with which the cumulative probability reaches the threshold, so it holds the
    true one exactly where the probability of those ranked before that is below the threshold. This is the
    conformity score; the threshold lies just above its quantile with the (n + 1) correction. (With the true
    country's own probability in the score, as for randomised sets, this set would cover more than promised.)
    Source: Romano, Sesia, Candès 2020, "Classification with Valid and Adaptive Coverage", without randomisation.

    Args:
        probabilities: Held-out, calibrated, [n, classes].
        labels: [n].
        coverage: Promised share, in (0, 1).
    """
    order = np.argsort(-probabilities, axis=1, kind="stable")
    ranked = np.take_along_axis(probabilities, order, axis=1)
    before = np.cumsum(ranked, axis=1) - ranked
    ranks = (order == labels[:, None]).argmax(axis=1)
    scores = np.sort(before[np.arange(len(labels)), ranks])
    position = math.ceil((len(scores) + 1) * coverage)
    threshold = 1.0 if position > len(scores) else min(1.0, float(scores[position - 1]) + _MARGIN)
    return CountrySetRule(coverage, threshold)


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
            answered, right = count_answers(probabilities, labels, DecisionRule(country_codes, trial, 1.0), level)
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
