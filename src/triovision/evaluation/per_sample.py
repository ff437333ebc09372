"""One value per sample of all that the figures need, so that a resample is an index."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from triovision.countries import get_region
from triovision.evaluation.metrics import (
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
from triovision.prediction import Answer

__all__ = ["HEADLINE", "PerSample", "compute_headline", "is_right", "make_per_sample"]

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
"""The figures of a bundle over a split, in this order; `--record` writes the same into the bundle."""


@dataclass(frozen=True, slots=True, eq=False)
class PerSample:
    """Per sample: probabilities, what is true, what was guessed and answered, and how far off it was."""

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
    levels: NDArray[np.str_]
    answer_right: NDArray[np.bool_]
    true_codes: NDArray[np.str_]
    continents: NDArray[np.str_]


def make_per_sample(outputs: SplitOutputs) -> PerSample:
    """Compute it once for a whole split."""
    labels = outputs.labels
    strangers = sorted(set(outputs.true_codes) - set(outputs.country_codes))
    # Unknown countries come behind the model's labels: no guess can meet them.
    index = {code: label for label, code in enumerate((*outputs.country_codes, *strangers))}
    ranks = ranks_of_truth(outputs.probabilities, labels)
    predicted = np.argmax(outputs.probabilities, axis=1).astype(np.int64)
    pairs = list(zip(outputs.answers, outputs.true_codes, strict=True))
    return PerSample(
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
        levels=np.array([answer.level for answer in outputs.answers], np.str_),
        answer_right=np.array([is_right(answer, code) for answer, code in pairs], np.bool_),
        true_codes=np.array(outputs.true_codes, np.str_),
        continents=np.array([place_of(code, "region") for code in outputs.true_codes], np.str_),
    )


def is_right(answer: Answer, true_code: str) -> bool:
    """Whether the true country is the place of the answer, or lies in it; never where no place is named."""
    if answer.place is None:
        return False
    return answer.place == true_code if answer.level == "country" else true_code in get_region(answer.place).members


def _place_right(outputs: SplitOutputs, level: Literal["sub_region", "region"]) -> NDArray[np.bool_]:
    guessed = predict_places(outputs.probabilities, outputs.country_codes, level)
    return np.array([place == place_of(code, level) for place, code in zip(guessed, outputs.true_codes, strict=True)])


def compute_headline(samples: PerSample, rows: NDArray[np.intp]) -> dict[str, float]:
    """The headline figures of some samples, by name, in the order of `HEADLINE`.

    Args:
        samples: Of a whole split.
        rows: Which; an index may repeat.
    """
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
