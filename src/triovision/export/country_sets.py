"""The rule for country sets: its thresholds, and which way of scoring gives the smallest sets on other sites."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from triovision.bundle import CountrySetRule, SetMethod
from triovision.decision import continent, label_thresholds, make_sets, set_scores
from triovision.export.calibrate import Calibration, FittedCalibration
from triovision.export.held_out import HeldOutPhotos

__all__ = ["Scoring", "SetChoice", "choose_country_set", "fit_country_set"]

# Far below any probability that matters, far above the rounding of a cumulative sum.
_MARGIN = 1e-9

# A continent with fewer held-out photos than this has no threshold of its own: their tenth would be five photos.
_MIN_PHOTOS = 50

_LEVEL_STEP = 0.005


class _Sides(NamedTuple):
    """A group and the others, bool [n] each; the others' scores of their true countries, its own of all countries."""

    inside: NDArray[np.bool_]
    outside: NDArray[np.bool_]
    known: NDArray[np.float64]
    new: NDArray[np.float64]


class Scoring(NamedTuple):
    """How countries are scored; see `triovision.decision.country_sets`."""

    method: SetMethod
    rank_penalty: float = 0.0
    free_ranks: int = 0

    def __str__(self) -> str:
        penalty = f" {self.rank_penalty:g} beyond {self.free_ranks}" if self.method == "raps" else ""
        return f"{self.method}{penalty}"


SCORINGS = (
    Scoring("aps"),
    *(Scoring("raps", penalty, free) for penalty in (0.0001, 0.0003, 0.001, 0.003) for free in (5, 50)),
    Scoring("lac"),
)


class SetChoice(NamedTuple):
    """The rule for country sets, and what it is worth.

    Attributes:
        rule: Fitted on all held-out photos.
        level: Share of the photos that it is fitted on which its sets hold the country of: more than is promised, as
            other sites differ.
        sets: bool [n, classes]: every group's sets by the rule that did not see it.
        sizes: Cross-fitted mean size by scoring.
    """

    rule: CountrySetRule
    level: float
    sets: NDArray[np.bool_]
    sizes: dict[str, float]


def choose_country_set(photos: HeldOutPhotos, fitted: FittedCalibration, coverage: float) -> SetChoice:
    """Fit every scoring without each group, and keep the one whose sets for the groups are the smallest on average.

    Each is fitted at the least level at which its sets for the groups that it did not see cover what is promised, so
    size is what they differ in. A quantile of the photos at hand promises something for photos drawn like them; the
    next site is not, and the level makes up for it by as much as these sites say.

    Args:
        photos: Held-out.
        fitted: Their calibration.
        coverage: Promised share, in (0, 1).
    """
    found = {scoring: _cross_fit(photos, fitted, scoring, coverage) for scoring in SCORINGS}
    sizes = {
        scoring: float(np.average(sets.sum(axis=1), weights=photos.weights)) for scoring, (_, sets) in found.items()
    }
    best = min(SCORINGS, key=lambda scoring: sizes[scoring])
    level, sets = found[best]
    probabilities = fitted.calibration.apply(photos.logits)
    rule = fit_country_set(probabilities, photos.labels, photos.weights, photos.country_codes, best, level)
    return SetChoice(
        replace(rule, coverage=coverage), level, sets, {str(scoring): size for scoring, size in sizes.items()}
    )


def _cross_fit(
    photos: HeldOutPhotos, fitted: FittedCalibration, scoring: Scoring, coverage: float
) -> tuple[float, NDArray[np.bool_]]:
    """The least level that covers what is promised, and its sets."""
    levels = np.arange(coverage, 1, _LEVEL_STEP) if coverage + _LEVEL_STEP < 1 else np.array([coverage])
    level, sets = coverage, np.zeros(photos.logits.shape, np.bool_)
    rows = np.arange(len(photos.labels))
    sides = [_score_sides(photos, calibration, index, scoring) for index, calibration in enumerate(fitted.by_group)]
    for level in levels.tolist():
        for inside, outside, known, new in sides:
            rule = _fit_rule(
                known, photos.labels[outside], photos.weights[outside], photos.country_codes, scoring, level
            )
            sets[inside] = make_sets(new, label_thresholds(rule, photos.country_codes))
        if np.average(sets[rows, photos.labels], weights=photos.weights) >= coverage:
            break
    return level, sets


def _score_sides(photos: HeldOutPhotos, calibration: Calibration, index: int, scoring: Scoring) -> _Sides:
    inside = photos.groups == np.unique(photos.groups)[index]
    outside = ~inside if not inside.all() else inside
    known = set_scores(calibration.apply(photos.logits[outside]), *scoring)
    return _Sides(
        inside,
        outside,
        known[np.arange(len(known)), photos.labels[outside]],
        set_scores(calibration.apply(photos.logits[inside]), *scoring),
    )


def fit_country_set(
    probabilities: NDArray[np.float64],
    labels: NDArray[np.int64],
    weights: NDArray[np.float64],
    country_codes: tuple[str, ...],
    scoring: Scoring = SCORINGS[0],
    coverage: float = 0.9,
) -> CountrySetRule:
    """Thresholds at which the sets hold the true country for the promised share of photos, on every continent.

    The threshold of a continent lies just above the weighted quantile of the scores of its photos' true countries, the
    weight of one photo to come being counted at the end; a continent of few photos takes that of all.
    Source: Vovk 2013, "Conditional validity of inductive conformal predictors", section 4 (a threshold per category
    of labels); Tibshirani et al. 2019, "Conformal Prediction Under Covariate Shift", lemma 1 (weights).

    Args:
        probabilities: Held-out, calibrated, [n, classes].
        labels: [n].
        weights: [n].
        country_codes: Code per label.
        scoring: How countries are scored.
        coverage: Promised share, in (0, 1).
    """
    scores = set_scores(probabilities, *scoring)[np.arange(len(labels)), labels]
    return _fit_rule(scores, labels, weights, country_codes, scoring, coverage)


def _fit_rule(
    scores: NDArray[np.float64],
    labels: NDArray[np.int64],
    weights: NDArray[np.float64],
    country_codes: tuple[str, ...],
    scoring: Scoring,
    coverage: float,
) -> CountrySetRule:
    most = 1.0 + (scoring.rank_penalty * len(country_codes) if scoring.method == "raps" else 0.0)
    own = np.array([continent(code) for code in country_codes])[labels]

    def threshold(chosen: NDArray[np.bool_]) -> float:
        return min(most, _quantile(scores[chosen], weights[chosen], coverage) + _MARGIN)

    numbered = [name for name in np.unique(own) if name.isdigit() and (own == name).sum() >= _MIN_PHOTOS]
    return CountrySetRule(
        coverage=coverage,
        threshold=threshold(np.ones(len(labels), np.bool_)),
        method=scoring.method,
        rank_penalty=scoring.rank_penalty,
        free_ranks=scoring.free_ranks,
        region_thresholds={str(name): threshold(own == name) for name in numbered},
    )


def _quantile(scores: NDArray[np.float64], weights: NDArray[np.float64], level: float) -> float:
    """Smallest score such that it and those below weigh the share `level`, one more photo of mean weight counted."""
    order = np.argsort(scores, kind="stable")
    reached = np.cumsum(weights[order]) >= level * (weights.sum() + weights.mean()) - _MARGIN
    return float(scores[order][reached.argmax()]) if reached.any() else math.inf
