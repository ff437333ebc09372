"""Figures of parts of a split: levels of the answer, continents, frequent and rare countries, confused pairs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, get_args

import numpy as np
from numpy.typing import NDArray

from triovision.evaluation.bootstrap import mean_intervals
from triovision.evaluation.outputs import SplitOutputs
from triovision.evaluation.per_sample import PerSample
from triovision.prediction import Level

__all__ = ["confused_pairs", "country_rows", "group_rows", "level_rows", "rarity_of", "surest_mistakes"]

_NAMED = ("country", "sub_region", "region")


def level_rows(samples: PerSample, seed: int) -> dict[str, Any]:
    """Per level of the answer how often it is given, how often it is right, and what the first guess is worth.

    Args:
        samples: Of a split.
        seed: Of the intervals.
    """
    masks = {level: samples.levels == level for level in get_args(Level)}
    masks["answered"] = np.isin(samples.levels, _NAMED)
    named = {level: mask for level, mask in masks.items() if level in (*_NAMED, "answered")}
    first = samples.ranks == 0
    shares = {level: mean_intervals(mask, {level: _all(mask)}, seed) for level, mask in masks.items()}
    right = mean_intervals(samples.answer_right, named, seed)
    return {
        level: {
            "samples": int(mask.sum()),
            "share": float(mask.mean()),
            "share_interval": shares[level].get(level),
            "precision": _mean(samples.answer_right[mask]) if level in named else None,
            "precision_interval": right.get(level),
            "top1_accuracy": _mean(first[mask]),
        }
        for level, mask in masks.items()
    }


def group_rows(samples: PerSample, names: NDArray[np.str_], seed: int) -> dict[str, Any]:
    """Figures of each group of samples, with intervals.

    Args:
        samples: Of a split.
        names: Group of each sample.
        seed: Of the intervals.
    """
    masks = {str(name): names == name for name in np.unique(names)}
    values: Mapping[str, NDArray[Any]] = {
        "top1_accuracy": samples.ranks == 0,
        "top5_accuracy": samples.ranks < 5,  # noqa: PLR2004 - the five of top-5
        "region_accuracy": samples.region_right,
        "country_set_coverage": samples.covered,
        "country_set_mean_size": samples.set_sizes,
        "mean_confidence": samples.confidences,
    }
    intervals = {name: mean_intervals(value, masks, seed) for name, value in values.items()}
    return {
        group: {
            "samples": int(mask.sum()),
            "countries": len(set(samples.true_codes[mask].tolist())),
            **{name: float(value[mask].mean()) for name, value in values.items()},
            "median_error_km": float(np.median(samples.distances_km[mask])),
            "intervals": {name: found[group] for name, found in intervals.items()},
        }
        for group, mask in masks.items()
    }


def country_rows(samples: PerSample) -> dict[str, Any]:
    """Figures of each true country; most have too few photos for intervals that would say anything."""
    rows = {}
    for code in np.unique(samples.true_codes).tolist():
        mask = samples.true_codes == code
        rows[code] = {
            "samples": int(mask.sum()),
            "top1_accuracy": float((samples.ranks[mask] == 0).mean()),
            "top5_accuracy": float((samples.ranks[mask] < 5).mean()),  # noqa: PLR2004 - the five of top-5
            "mean_confidence": float(samples.confidences[mask].mean()),
            "median_error_km": float(np.median(samples.distances_km[mask])),
            "region_accuracy": float(samples.region_right[mask].mean()),
            "country_set_coverage": float(samples.covered[mask].mean()),
        }
    return rows


def rarity_of(
    true_codes: Sequence[str], country_codes: Sequence[str], sample_counts: Sequence[int]
) -> tuple[NDArray[np.str_], dict[str, list[int]]]:
    """Sort samples by how many photos of their country were trained on: thirds of the split's countries.

    Args:
        true_codes: Country per sample.
        country_codes: Code per label.
        sample_counts: Training photos per label.

    Returns:
        `rare`, `middling` or `frequent` per sample, and the least and greatest count of each.
    """
    count_of = dict(zip(country_codes, sample_counts, strict=True))
    present = sorted({count_of.get(code, 0) for code in set(true_codes)})
    countries = sorted(count_of.get(code, 0) for code in set(true_codes))
    ends = [countries[len(countries) * third // 3] for third in (1, 2)]
    counts = np.array([count_of.get(code, 0) for code in true_codes])
    names = np.where(counts < ends[0], "rare", np.where(counts < ends[1], "middling", "frequent"))
    spans = {}
    for name in ("rare", "middling", "frequent"):
        inside = [value for value in present if (value < ends[0], value < ends[1]) == _LIMITS[name]]
        if inside:
            spans[name] = [inside[0], inside[-1]]
    return names, spans


_LIMITS = {"rare": (True, True), "middling": (False, True), "frequent": (False, False)}


def confused_pairs(outputs: SplitOutputs, samples: PerSample, most: int = 20) -> list[dict[str, Any]]:
    """The true countries that are most often taken for another one, by count.

    Args:
        outputs: Of a split.
        samples: Of the same.
        most: How many pairs.
    """
    guessed = [outputs.country_codes[label] for label in samples.predicted]
    pairs = Counter((true, guess) for true, guess in zip(outputs.true_codes, guessed, strict=True) if true != guess)
    totals = Counter(outputs.true_codes)
    ranked = sorted(pairs.items(), key=lambda item: (-item[1], item[0]))[:most]
    return [
        {"true": true, "guessed": guess, "samples": count, "share_of_true": count / totals[true]}
        for (true, guess), count in ranked
    ]


def surest_mistakes(outputs: SplitOutputs, samples: PerSample, most: int = 24) -> list[dict[str, Any]]:
    """The wrong first guesses of the highest confidence.

    Args:
        outputs: Of a split.
        samples: Of the same.
        most: How many.
    """
    wrong = np.flatnonzero(samples.ranks > 0)
    ranked = wrong[np.argsort(-samples.confidences[wrong], kind="stable")][:most]
    return [
        {
            "sample_id": str(outputs.records[row].get("sample_id", "")),
            "photo": str(outputs.records[row].get("photo", "")),
            "true": outputs.true_codes[row],
            "guessed": outputs.country_codes[samples.predicted[row]],
            "confidence": float(samples.confidences[row]),
            "distance_km": float(samples.distances_km[row]),
        }
        for row in ranked.tolist()
    ]


def _mean(values: NDArray[np.bool_]) -> float | None:
    return float(values.mean()) if len(values) else None


def _all(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    return np.ones(len(mask), np.bool_)
