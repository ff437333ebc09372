"""All that turns logits into answers: fitted on held-out photos, every figure from sites that it was not fitted on."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from triovision.bundle import CountrySetRule, ReliabilityBin, Thresholds
from triovision.decision import DecisionRule
from triovision.export.calibrate import Calibration, FittedCalibration, choose_calibration
from triovision.export.country_sets import SetChoice, choose_country_set
from triovision.export.held_out import HeldOutPhotos
from triovision.export.reliability import calibration_error, fit_reliability
from triovision.export.thresholds import fit_thresholds, level_figures
from triovision.training.metrics import compute_figures

__all__ = ["Decision", "fit_decision"]

_SMALLEST = 1e-300


class Decision(NamedTuple):
    """What a bundle carries beside its graph, but for the gate; the figures are cross-fitted over groups of sites."""

    calibration: Calibration
    country_set: CountrySetRule
    thresholds: Thresholds
    reliability: dict[str, tuple[ReliabilityBin, ...]]
    figures: dict[str, float]


def fit_decision(
    photos: HeldOutPhotos, coverage: float, level_precision: float, say: Callable[[str], None]
) -> Decision:
    """Fit calibration, country sets, thresholds and reliability.

    Args:
        photos: Held-out.
        coverage: Promised share of country sets that hold the true country.
        level_precision: Share of the answers of each level that shall be right.
        say: Told what was found.
    """
    fitted = choose_calibration(photos)
    say("cross-fitted loss: " + ", ".join(f"{name} {loss:.4f}" for name, loss in fitted.losses.items()))
    say(f"temperature {fitted.calibration.temperature:.3f}, share of the prior {fitted.calibration.prior_share:.3f}")
    chosen = choose_country_set(photos, fitted, coverage)
    say("cross-fitted size of the sets: " + ", ".join(f"{name} {size:.1f}" for name, size in chosen.sizes.items()))
    say(f"country sets by {chosen.rule.method}, fitted at {chosen.level:.3f} to hold {coverage:g} on other sites")
    thresholds = fit_thresholds(fitted.probabilities, photos.labels, photos.country_codes, level_precision)
    say(f"{thresholds}")
    return Decision(
        calibration=fitted.calibration,
        country_set=chosen.rule,
        thresholds=thresholds,
        reliability=fit_reliability(fitted.probabilities, photos.labels, photos.weights, photos.country_codes),
        figures=_figures(photos, fitted, chosen, thresholds),
    )


def _figures(
    photos: HeldOutPhotos, fitted: FittedCalibration, chosen: SetChoice, thresholds: Thresholds
) -> dict[str, float]:
    probabilities, labels = fitted.probabilities, photos.labels
    right = probabilities.argmax(axis=1) == labels
    covered = chosen.sets[np.arange(len(labels)), labels]
    return {
        "samples": len(labels),
        **compute_figures(np.log(np.maximum(probabilities, _SMALLEST)), labels),
        "expected_calibration_error": calibration_error(probabilities.max(axis=1), right),
        "country_set_coverage": float(covered.mean()),
        "country_set_mean_size": float(chosen.sets.sum(axis=1).mean()),
        **level_figures(probabilities, labels, DecisionRule(photos.country_codes, thresholds, chosen.rule)),
    }
