"""All figures of a bundle over a split, as one JSON-ready object."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, get_args

import numpy as np
from numpy.typing import NDArray

from triovision.countries import get_region
from triovision.evaluation.bootstrap import RESAMPLES, bootstrap_intervals
from triovision.evaluation.metrics import (
    ECE_BINS,
    UNKNOWN,
    area_under_risk_coverage,
    expected_calibration_error,
    macro_f1,
    mean_per_class_accuracy,
    negative_log_likelihood,
    ranks_of_truth,
    top_k_accuracy,
)
from triovision.evaluation.outputs import SplitOutputs
from triovision.evaluation.places import error_distances_km, place_of, predict_places
from triovision.prediction import Answer, Level

__all__ = ["HEADLINE", "RECORDED", "make_report"]

HEADLINE = (
    "top1_accuracy",
    "top3_accuracy",
    "top5_accuracy",
    "mean_per_class_accuracy",
    "macro_f1",
    "negative_log_likelihood",
    "expected_calibration_error",
    "area_under_risk_coverage",
    "median_error_km",
    "sub_region_accuracy",
    "region_accuracy",
    "country_set_coverage",
    "country_set_mean_size",
)

RECORDED = (
    "top1_accuracy",
    "top5_accuracy",
    "mean_per_class_accuracy",
    "macro_f1",
    "negative_log_likelihood",
    "expected_calibration_error",
    "area_under_risk_coverage",
    "median_error_km",
    "country_set_coverage",
    "country_set_mean_size",
)
"""The figures that a bundle carries about itself."""

_DEFINITIONS = {
    "unknown_countries": (
        "samples whose country the model does not know count as wrong everywhere; negative_log_likelihood is over "
        "the others alone"
    ),
    "mean_per_class_accuracy": "over the countries that occur in the split",
    "macro_f1": "over the countries that occur in the split or as a first guess",
    "expected_calibration_error": (
        f"of the first guess, {ECE_BINS} bins of equal mass (Guo et al. 2017; Nguyen and O'Connor 2015)"
    ),
    "area_under_risk_coverage": "lower is better (Geifman et al. 2019)",
    "median_error_km": "between the centres of the guessed and the true country; 0 where the guess is right",
    "sub_region_accuracy": "smallest M49 region, by summed probability",
    "region_accuracy": "continent by M49, by summed probability",
    "intervals": f"95 %, percentile bootstrap over photos, {RESAMPLES} resamples; photos of one source are alike, so "
    "for photos of new sources they are too narrow",
}


@dataclass(frozen=True, slots=True, eq=False)
class _PerSample:
    """One value per sample of all that the figures need, so that a resample is an index."""

    probabilities: NDArray[np.float64]
    labels: NDArray[np.int64]
    classes: NDArray[np.int64]
    predicted: NDArray[np.int64]
    confidences: NDArray[np.float64]
    ranks: NDArray[np.int64]
    distances_km: NDArray[np.float64]
    sub_region_right: NDArray[np.bool_]
    region_right: NDArray[np.bool_]
    covered: NDArray[np.bool_]
    set_sizes: NDArray[np.int64]


def make_report(outputs: SplitOutputs, seed: int = 0) -> dict[str, Any]:
    """Compute everything.

    Args:
        outputs: Of at least one sample.
        seed: Of the intervals.
    """
    samples = _per_sample(outputs)
    everything = np.arange(len(samples.labels))
    known = np.flatnonzero(samples.labels != UNKNOWN)
    codes = np.array(outputs.true_codes)
    regions = np.array([place_of(code, "region") for code in outputs.true_codes])
    intervals = bootstrap_intervals(len(everything), partial(_figures, samples), seed)
    return {
        "samples": len(everything),
        "countries": len(set(outputs.true_codes)),
        "figures": _finite(_figures(samples, everything)),
        "intervals": {name: list(ends) for name, ends in intervals.items()},
        "known_countries": {"samples": len(known), "figures": _finite(_figures(samples, known)) if len(known) else {}},
        "unknown_countries": _unknown(outputs),
        "levels": _levels(outputs.answers, outputs.true_codes, samples.ranks),
        "regions": {name: _group(samples, regions == name) for name in sorted(set(regions.tolist()))},
        "per_country": {code: _group(samples, codes == code) for code in sorted(set(outputs.true_codes))},
        "definitions": _DEFINITIONS,
    }


def _per_sample(outputs: SplitOutputs) -> _PerSample:
    labels = outputs.labels
    strangers = sorted(set(outputs.true_codes) - set(outputs.country_codes))
    # Unknown countries come behind the model's labels: no guess can meet them.
    index = {code: label for label, code in enumerate((*outputs.country_codes, *strangers))}
    ranks = ranks_of_truth(outputs.probabilities, labels)
    predicted = np.argmax(outputs.probabilities, axis=1).astype(np.int64)
    pairs = list(zip(outputs.answers, outputs.true_codes, strict=True))
    return _PerSample(
        probabilities=outputs.probabilities,
        labels=labels,
        classes=np.array([index[code] for code in outputs.true_codes], np.int64),
        predicted=predicted,
        confidences=outputs.probabilities.max(axis=1),
        ranks=ranks,
        distances_km=error_distances_km([outputs.country_codes[label] for label in predicted], outputs.true_codes),
        sub_region_right=_place_right(outputs, "sub_region"),
        region_right=_place_right(outputs, "region"),
        covered=np.array([code in answer.country_set for answer, code in pairs]),
        set_sizes=np.array([len(answer.country_set) for answer in outputs.answers], np.int64),
    )


def _place_right(outputs: SplitOutputs, level: Any) -> NDArray[np.bool_]:
    guessed = predict_places(outputs.probabilities, outputs.country_codes, level)
    return np.array([place == place_of(code, level) for place, code in zip(guessed, outputs.true_codes, strict=True)])


def _figures(samples: _PerSample, rows: NDArray[np.intp]) -> dict[str, float]:
    ranks, confidences = samples.ranks[rows], samples.confidences[rows]
    correct = ranks == 0
    values = (
        top_k_accuracy(ranks, 1),
        top_k_accuracy(ranks, 3),
        top_k_accuracy(ranks, 5),
        mean_per_class_accuracy(samples.classes[rows], correct),
        macro_f1(samples.classes[rows], samples.predicted[rows]),
        negative_log_likelihood(samples.probabilities[rows], samples.labels[rows]),
        expected_calibration_error(confidences, correct),
        area_under_risk_coverage(confidences, correct),
        float(np.median(samples.distances_km[rows])),
        float(samples.sub_region_right[rows].mean()),
        float(samples.region_right[rows].mean()),
        float(samples.covered[rows].mean()),
        float(samples.set_sizes[rows].mean()),
    )
    return dict(zip(HEADLINE, values, strict=True))


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


def _levels(answers: Sequence[Answer], true_codes: Sequence[str], ranks: NDArray[np.int64]) -> dict[str, Any]:
    """Per level of the answer how often it is given, how often it is right, and what the first guess is worth."""
    levels = np.array([answer.level for answer in answers])
    right = np.array([_is_right(answer, code) for answer, code in zip(answers, true_codes, strict=True)])
    result: dict[str, Any] = {
        level: {
            "samples": int((levels == level).sum()),
            "share": float((levels == level).mean()),
            "precision": _mean(right[levels == level]) if level != "not_sure" else None,
            "top1_accuracy": _mean(ranks[levels == level] == 0),
        }
        for level in get_args(Level)
    }
    answered = levels != "not_sure"
    result["answered"] = {
        "samples": int(answered.sum()),
        "share": float(answered.mean()),
        "precision": _mean(right[answered]),
        "top1_accuracy": _mean(ranks[answered] == 0),
    }
    return result


def _is_right(answer: Answer, true_code: str) -> bool:
    if answer.place is None:
        return False
    return answer.place == true_code if answer.level == "country" else true_code in get_region(answer.place).members


def _mean(values: NDArray[np.bool_]) -> float | None:
    return float(values.mean()) if len(values) else None


def _group(samples: _PerSample, chosen: NDArray[np.bool_]) -> dict[str, Any]:
    ranks = samples.ranks[chosen]
    return {
        "samples": int(chosen.sum()),
        "top1_accuracy": top_k_accuracy(ranks, 1),
        "top5_accuracy": top_k_accuracy(ranks, 5),
        "mean_confidence": float(samples.confidences[chosen].mean()),
        "median_error_km": float(np.median(samples.distances_km[chosen])),
        "region_accuracy": float(samples.region_right[chosen].mean()),
        "country_set_coverage": float(samples.covered[chosen].mean()),
    }
