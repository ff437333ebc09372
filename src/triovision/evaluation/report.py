"""All figures of a bundle over a split, as one JSON-ready object."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np

from triovision.evaluation.bootstrap import RESAMPLES, bootstrap_intervals
from triovision.evaluation.curves import calibration_floor, reliability_rows, risk_coverage_points, set_size_rows
from triovision.evaluation.groups import (
    confused_pairs,
    country_rows,
    group_rows,
    level_rows,
    rarity_of,
    surest_mistakes,
)
from triovision.evaluation.metrics import ECE_BINS, UNKNOWN
from triovision.evaluation.outputs import SplitOutputs
from triovision.evaluation.per_sample import HEADLINE, PerSample, compute_headline, make_per_sample

__all__ = ["DEFINITIONS", "HEADLINE", "make_report"]

DEFINITIONS = {
    "unknown_countries": (
        "samples whose country the model does not know count as wrong everywhere; negative_log_likelihood is over "
        "the others alone"
    ),
    "mean_per_class_accuracy": "over the countries that occur in the split",
    "macro_f1": "over the countries that occur in the split or as a first guess",
    "expected_calibration_error": (
        f"of the first guess, {ECE_BINS} bins of equal mass (Guo et al. 2017; Nguyen and O'Connor 2015)"
    ),
    "calibration_floor": (
        "what expected_calibration_error would be by chance alone, were every confidence right (Bröcker and Smith 2007)"
    ),
    "area_under_risk_coverage": "lower is better (Geifman et al. 2019)",
    "median_error_km": "between the centres of the guessed and the true country; 0 where the guess is right",
    "sub_region_accuracy": "smallest M49 region, by summed probability",
    "region_accuracy": "continent by M49, by summed probability",
    "country_set_coverage": "share of country sets that hold the true country",
    "rarity": "thirds of the split's countries by the photos that the model was trained on",
    "intervals": f"95 %, percentile bootstrap over photos, {RESAMPLES} resamples; photos of one source are alike, so "
    "for photos of new sources they are too narrow",
}


def make_report(outputs: SplitOutputs, seed: int = 0, sample_counts: Sequence[int] = ()) -> dict[str, Any]:
    """Compute everything.

    Args:
        outputs: Of at least one sample.
        seed: Of the intervals.
        sample_counts: Training photos per label; without them frequent and rare countries are not told apart.
    """
    samples = make_per_sample(outputs)
    everything = np.arange(len(samples.labels))
    known = np.flatnonzero(samples.labels != UNKNOWN)
    intervals = bootstrap_intervals(len(everything), partial(compute_headline, samples), seed)
    return {
        "samples": len(everything),
        "countries": len(set(outputs.true_codes)),
        "classes": len(outputs.country_codes),
        "figures": _finite(compute_headline(samples, everything)),
        "intervals": {name: list(ends) for name, ends in intervals.items()},
        "known_countries": {
            "samples": len(known),
            "figures": _finite(compute_headline(samples, known)) if len(known) else {},
        },
        "unknown_countries": _unknown(outputs),
        "levels": level_rows(samples, seed),
        "calibration_floor": calibration_floor(samples.confidences, seed),
        "reliability": reliability_rows(samples, seed),
        "risk_coverage": risk_coverage_points(samples),
        "country_set": {
            "coverage_promised": outputs.answers[0].set_coverage,
            "sizes": set_size_rows(samples, len(outputs.country_codes)),
        },
        "regions": group_rows(samples, samples.continents, seed),
        "rarity": _rarity(outputs, samples, sample_counts, seed) if sample_counts else {},
        "per_country": country_rows(samples),
        "confused_pairs": confused_pairs(outputs, samples),
        "surest_mistakes": surest_mistakes(outputs, samples),
        "definitions": DEFINITIONS,
    }


def _rarity(outputs: SplitOutputs, samples: PerSample, sample_counts: Sequence[int], seed: int) -> dict[str, Any]:
    names, spans = rarity_of(outputs.true_codes, outputs.country_codes, sample_counts)
    rows = group_rows(samples, names, seed)
    return {name: {"training_photos": span, **rows[name]} for name, span in spans.items()}


def _finite(figures: Mapping[str, float]) -> dict[str, float | None]:
    return {name: value if math.isfinite(value) else None for name, value in figures.items()}


def _unknown(outputs: SplitOutputs) -> dict[str, Any]:
    strangers = sorted(set(outputs.true_codes) - set(outputs.country_codes))
    answers = [a for a, code in zip(outputs.answers, outputs.true_codes, strict=True) if code in set(strangers)]
    return {
        "samples": len(answers),
        "country_codes": strangers,
        "share_not_sure": sum(not answer.is_sure for answer in answers) / len(answers) if answers else None,
    }
