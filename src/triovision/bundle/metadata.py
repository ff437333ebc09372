"""What a bundle says about itself, beside its weights."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from triovision.preprocess import Preprocessing

__all__ = [
    "FORMAT_VERSION",
    "METADATA_KEY",
    "SET_METHODS",
    "BundleMetadata",
    "CountrySetRule",
    "PlaceGate",
    "Provenance",
    "ReliabilityBin",
    "SetMethod",
    "Thresholds",
]

FORMAT_VERSION = 2
"""Version 1 knew no prior, one threshold for all country sets, no reliability and no gate; it is still read."""

METADATA_KEY = "triovision"

SetMethod = Literal["aps", "raps", "lac"]
SET_METHODS: tuple[SetMethod, ...] = ("aps", "raps", "lac")


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Probability that a place must reach before the answer names it, by level; each in (0, 1]."""

    country: float
    sub_region: float
    region: float


@dataclass(frozen=True, slots=True)
class CountrySetRule:
    """Split-conformal rule for the country set: a country is in it where its score is below its threshold.

    Attributes:
        coverage: Promised share of photos whose true country is in the set, in (0, 1).
        threshold: For countries of continents that have none of their own; above 0.
        method: How a country is scored, see `triovision.decision.country_sets`.
        rank_penalty: Of `raps`: what every rank beyond the free ones adds to the score; at least 0.
        free_ranks: Of `raps`: so many ranks cost nothing.
        region_thresholds: By M49 code of the continent, so that the promise holds on each.
    """

    coverage: float
    threshold: float
    method: SetMethod = "aps"
    rank_penalty: float = 0.0
    free_ranks: int = 0
    region_thresholds: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ReliabilityBin:
    """Photos of about the same confidence: its mean, the share that was right, how many photos."""

    confidence: float
    accuracy: float
    count: int


@dataclass(frozen=True, slots=True)
class PlaceGate:
    """When a photo is taken for no place at all: its embedding is like that of no country.

    Attributes:
        min_similarity: Least cosine to the nearest centroid; below it the answer is `no_place`.
        refused_share: Share of held-out photos of places that lie below it.
    """

    min_similarity: float
    refused_share: float


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
        prior_share: How far an unsure softmax gives way to the prior, in [0, 1); see `triovision.decision.calibrate`.
        prior: Probability per label where the photo says nothing; sums to 1. Empty where prior_share is 0.
        reliability: By level (`country`, `sub_region`, `region`) how often the first guess at that level is right, in
            bins of rising confidence, on held-out photos.
        gate: When a photo is taken for no place; None never says so.
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
    prior_share: float = 0.0
    prior: tuple[float, ...] = ()
    reliability: Mapping[str, tuple[ReliabilityBin, ...]] = field(default_factory=dict)
    gate: PlaceGate | None = None
