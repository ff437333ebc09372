"""Logits to probabilities: temperature and prior, fitted on held-out logits, chosen by their worth on other sites."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from triovision.decision import calibrate
from triovision.export.held_out import HeldOutPhotos

__all__ = ["Calibration", "FittedCalibration", "choose_calibration", "fit_calibration", "weighted_loss"]

_TEMPERATURE_RANGE = (0.01, 100.0)
_GOLDEN = (math.sqrt(5) - 1) / 2
_TEMPERATURE_STEPS, _SHARE_STEPS = 30, 25
_MAX_SHARE = 0.999
_SMALLEST = 1e-300


@dataclass(frozen=True, slots=True)
class Calibration:
    """The arguments of `triovision.decision.calibrate` but for the logits."""

    temperature: float
    prior_share: float = 0.0
    prior: tuple[float, ...] = ()

    def apply(self, logits: NDArray[np.float32]) -> NDArray[np.float64]:
        """Probabilities [n, classes]."""
        return calibrate(logits, self.temperature, self.prior_share, self.prior)


@dataclass(frozen=True, slots=True, eq=False)
class FittedCalibration:
    """A calibration, and what it is worth.

    Attributes:
        calibration: Fitted on all held-out photos.
        by_group: Fitted without each group, in the order of the groups.
        probabilities: float64 [n, classes]: every group's by the calibration that did not see it.
        losses: Cross-fitted loss by candidate, in nats.
    """

    calibration: Calibration
    by_group: tuple[Calibration, ...]
    probabilities: NDArray[np.float64]
    losses: dict[str, float]


def choose_calibration(photos: HeldOutPhotos) -> FittedCalibration:
    """Fit a temperature alone, with a uniform prior, and with the countries' shares as prior; keep the best.

    The best is the one with the least negative log-likelihood on groups of sites that it was not fitted on.

    Args:
        photos: Held-out.
    """
    classes = len(photos.country_codes)
    flat = np.full(classes, 1 / classes)
    candidates: dict[str, tuple[NDArray[np.float64] | None, ...]] = {
        "temperature": (None,) * (len(photos.priors) + 1),
        "uniform": (flat,) * (len(photos.priors) + 1),
        "prior": (*photos.priors, photos.prior),
    }
    fitted = {name: _cross_fit(photos, priors) for name, priors in candidates.items()}
    losses = {name: weighted_loss(found[1], photos.labels, photos.weights) for name, found in fitted.items()}
    best = min(losses, key=lambda name: losses[name])
    by_group, probabilities = fitted[best]
    whole = fit_calibration(photos.logits, photos.labels, photos.weights, candidates[best][-1])
    return FittedCalibration(whole, by_group, probabilities, losses)


def _cross_fit(
    photos: HeldOutPhotos, priors: tuple[NDArray[np.float64] | None, ...]
) -> tuple[tuple[Calibration, ...], NDArray[np.float64]]:
    probabilities = np.zeros(photos.logits.shape, np.float64)
    found = []
    for index, group in enumerate(np.unique(photos.groups)):
        inside = photos.groups == group
        # Of a single group there is no outside: then it is fitted on itself.
        outside = ~inside if not inside.all() else inside
        found.append(
            fit_calibration(photos.logits[outside], photos.labels[outside], photos.weights[outside], priors[index])
        )
        probabilities[inside] = found[-1].apply(photos.logits[inside])
    return tuple(found), probabilities


def fit_calibration(
    logits: NDArray[np.float32],
    labels: NDArray[np.int64],
    weights: NDArray[np.float64],
    prior: NDArray[np.float64] | None = None,
) -> Calibration:
    """Temperature, and the share of a prior, with the least weighted negative log-likelihood.

    Args:
        logits: Held-out, [n, classes].
        labels: [n].
        weights: [n].
        prior: [classes], summing to 1; None fits the temperature alone.
    """
    rows = np.arange(len(labels))

    def best_share(log_temperature: float) -> tuple[float, float]:
        softmax = calibrate(logits, math.exp(log_temperature))
        own = np.maximum(softmax[rows, labels], _SMALLEST)
        if prior is None:
            return 0.0, float(np.average(-np.log(own), weights=weights))
        # For the true country alone, p is linear in the share, so its loss is convex and golden section finds it.
        towards = (1 - softmax.max(axis=1)) * (prior[labels] - own)

        def loss(share: float) -> float:
            return float(np.average(-np.log(np.maximum(own + share * towards, _SMALLEST)), weights=weights))

        share = _minimise(loss, 0.0, _MAX_SHARE, _SHARE_STEPS)
        return share, loss(share)

    low, high = (math.log(value) for value in _TEMPERATURE_RANGE)
    log_temperature = _minimise(lambda value: best_share(value)[1], low, high, _TEMPERATURE_STEPS)
    share = best_share(log_temperature)[0]
    return Calibration(
        math.exp(log_temperature), share, tuple(prior.tolist()) if prior is not None and share > 0 else ()
    )


def weighted_loss(probabilities: NDArray[np.float64], labels: NDArray[np.int64], weights: NDArray[np.float64]) -> float:
    """Weighted mean of -ln p(true country), in nats."""
    own = np.maximum(probabilities[np.arange(len(labels)), labels], _SMALLEST)
    return float(np.average(-np.log(own), weights=weights))


def _minimise(loss: Callable[[float], float], low: float, high: float, steps: int) -> float:
    """Golden section: the minimum of a function with one valley.

    Source: Kiefer 1953, "Sequential minimax search for a maximum".
    """
    left, right = high - _GOLDEN * (high - low), low + _GOLDEN * (high - low)
    at_left, at_right = loss(left), loss(right)
    for _ in range(steps):
        if at_left < at_right:
            high, right, at_right = right, left, at_left
            left = high - _GOLDEN * (high - low)
            at_left = loss(left)
        else:
            low, left, at_left = left, right, at_right
            right = low + _GOLDEN * (high - low)
            at_right = loss(right)
    return (low + high) / 2
