"""What a bundle says about itself, beside its weights."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from triovision.preprocess import Preprocessing

__all__ = ["FORMAT_VERSION", "METADATA_KEY", "BundleMetadata", "CountrySetRule", "Provenance", "Thresholds"]

FORMAT_VERSION = 1
METADATA_KEY = "triovision"


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Probability that a place must reach before the answer names it, by level; each in (0, 1]."""

    country: float
    sub_region: float
    region: float


@dataclass(frozen=True, slots=True)
class CountrySetRule:
    """Split-conformal rule for the country set.

    Attributes:
        coverage: Promised share of photos whose true country is in the set, in (0, 1).
        threshold: Cumulative probability at which the set is complete, in (0, 1].
        method: `aps`, adaptive prediction sets without randomisation (Source: Romano, Sesia, Candès 2020,
            "Classification with Valid and Adaptive Coverage", section 2).
    """

    coverage: float
    threshold: float
    method: str = "aps"


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where a bundle comes from: recipe, commit of the code, hash of the data, day of export (ISO 8601)."""

    recipe: str
    commit: str
    data_hash: str
    date: str


@dataclass(frozen=True, slots=True, eq=False)
class BundleMetadata:
    """Everything about the model that is not its graph.

    Attributes:
        name: Name of the model, e.g. `starter`.
        country_codes: ISO alpha-2 code (or XK) per label, length classes, no code twice.
        preprocessing: How an image becomes the input tensor.
        temperature: Logits are divided by it before softmax; > 0.
        thresholds: For the answer's level.
        country_set: For the country set.
        sample_counts: Training samples per label, length classes.
        centroids: float32 [classes, dim], unit length, mean embedding per country; None where left out.
        provenance: Where it comes from.
        licence: SPDX identifier or a sentence.
        metrics: Headline figures by split, e.g. `{"test": {"top1_accuracy": 0.2}}`.
    """

    name: str
    country_codes: tuple[str, ...]
    preprocessing: Preprocessing
    temperature: float
    thresholds: Thresholds
    country_set: CountrySetRule
    sample_counts: tuple[int, ...]
    provenance: Provenance
    licence: str
    centroids: NDArray[np.float32] | None = None
    metrics: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
