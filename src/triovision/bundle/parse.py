"""Bundle metadata <-> JSON; a field that is missing, malformed or out of range is refused by name."""

from __future__ import annotations

import dataclasses
import itertools
import json
import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from triovision.bundle.fields import Fields, encode_matrix
from triovision.bundle.metadata import (
    FORMAT_VERSION,
    SET_METHODS,
    BundleMetadata,
    CountrySetRule,
    PlaceGate,
    Provenance,
    ReliabilityBin,
    Thresholds,
)
from triovision.countries import is_country_code, regions
from triovision.errors import BundleFormatError
from triovision.preprocess import Preprocessing

__all__ = ["metadata_from_json", "metadata_to_json"]

_LEVELS = ("country", "sub_region", "region")
_MAX_BINS = 1000
_SUM_TOLERANCE = 1e-3

# What files of version 1 did not say.
_VERSION_1: dict[str, Any] = {"prior_share": 0.0, "prior": [], "reliability": {}, "gate": None}
_VERSION_1_SET: dict[str, Any] = {"rank_penalty": 0.0, "free_ranks": 0, "region_thresholds": {}}


def metadata_to_json(metadata: BundleMetadata) -> str:
    """Write metadata as the JSON text that a bundle carries."""
    country_set = dataclasses.asdict(metadata.country_set)
    return json.dumps(
        {
            "format_version": FORMAT_VERSION,
            "name": metadata.name,
            "country_codes": list(metadata.country_codes),
            "preprocessing": dataclasses.asdict(metadata.preprocessing),
            "temperature": metadata.temperature,
            "prior_share": metadata.prior_share,
            "prior": list(metadata.prior),
            "thresholds": dataclasses.asdict(metadata.thresholds),
            "country_set": {**country_set, "region_thresholds": dict(metadata.country_set.region_thresholds)},
            "reliability": {
                level: [[bin_.confidence, bin_.accuracy, bin_.count] for bin_ in bins]
                for level, bins in metadata.reliability.items()
            },
            "gate": None if metadata.gate is None else dataclasses.asdict(metadata.gate),
            "sample_counts": list(metadata.sample_counts),
            "centroids": encode_matrix(metadata.centroids),
            "provenance": dataclasses.asdict(metadata.provenance),
            "licence": metadata.licence,
            "metrics": {split: dict(figures) for split, figures in metadata.metrics.items()},
        },
        allow_nan=False,
        ensure_ascii=False,
        separators=(",", ":"),
    )


def metadata_from_json(text: str, bundle: str) -> BundleMetadata:
    """Read and check the JSON text that a bundle carries.

    Args:
        text: The JSON.
        bundle: Name of the model file, for messages.

    Raises:
        BundleFormatError: If it is not a JSON object.
        BundleFieldError: If a field is missing, malformed or out of range; it names the field.
    """
    try:
        content = json.loads(text)
    except (ValueError, RecursionError):
        raise BundleFormatError(f"{bundle}: its metadata is not JSON; export the model again") from None
    if not isinstance(content, dict):
        raise BundleFormatError(f"{bundle}: its metadata is not a JSON object; export the model again")
    fields = _of_this_version(content, bundle)
    codes = _country_codes(fields)
    thresholds, provenance = fields.child("thresholds"), fields.child("provenance")
    centroids = _centroids(fields, len(codes))
    prior_share = fields.share("prior_share")
    return BundleMetadata(
        name=fields.text("name"),
        country_codes=codes,
        preprocessing=_preprocessing(fields.child("preprocessing")),
        temperature=fields.number("temperature", above=0, most=1000),
        prior_share=prior_share,
        prior=_prior(fields, len(codes) if prior_share else 0),
        thresholds=Thresholds(*(thresholds.number(level, above=0, most=1) for level in _LEVELS)),
        country_set=_country_set(fields.child("country_set"), len(codes)),
        reliability=_reliability(fields.child("reliability")),
        gate=_gate(fields, has_centroids=centroids is not None),
        sample_counts=_sample_counts(fields, len(codes)),
        centroids=centroids,
        provenance=Provenance(*(provenance.text(key) for key in ("recipe", "commit", "data_hash", "date"))),
        licence=fields.text("licence"),
        metrics=_metrics(fields),
    )


def _of_this_version(content: dict[str, Any], bundle: str) -> Fields:
    fields = Fields(content, bundle)
    version = fields.integer("format_version")
    if version == 1:
        country_set = content.get("country_set")
        if isinstance(country_set, dict):
            content = {**content, "country_set": {**country_set, **_VERSION_1_SET}}
        return Fields({**content, **_VERSION_1}, bundle)
    if version != FORMAT_VERSION:
        raise fields.error("format_version", f"is {version}, this TrioVision reads 1 to {FORMAT_VERSION}")
    return fields


def _country_codes(fields: Fields) -> tuple[str, ...]:
    codes = fields.value("country_codes")
    if not isinstance(codes, list) or not codes:
        raise fields.error("country_codes", "is not a list with at least one code")
    for code in codes:
        if not isinstance(code, str) or code != code.upper() or not is_country_code(code):
            raise fields.error("country_codes", f"holds {str(code)[:20]!r}, which is no ISO alpha-2 code")
    if len(set(codes)) != len(codes):
        raise fields.error("country_codes", "names a country twice")
    return tuple(codes)


def _preprocessing(fields: Fields) -> Preprocessing:
    height_width = fields.whole_numbers("input_size")
    triples = {key: fields.numbers(key) for key in ("mean", "std")}
    for key, values in (("input_size", height_width), *triples.items()):
        wanted = 2 if key == "input_size" else 3
        if len(values) != wanted:
            raise fields.error(key, f"holds {len(values)} numbers, not {wanted}")
    try:
        return Preprocessing(
            input_size=(height_width[0], height_width[1]),
            interpolation=fields.text("interpolation"),
            crop_pct=fields.number("crop_pct", above=0, most=1),
            crop_mode=fields.text("crop_mode"),
            mean=(triples["mean"][0], triples["mean"][1], triples["mean"][2]),
            std=(triples["std"][0], triples["std"][1], triples["std"][2]),
        )
    except ValueError as error:
        name, _, problem = str(error).partition(" ")
        raise fields.error(name, f"is unknown or out of range: {problem}") from None


def _prior(fields: Fields, classes: int) -> tuple[float, ...]:
    prior = fields.numbers("prior")
    if len(prior) != classes:
        raise fields.error("prior", f"holds {len(prior)} numbers, not {classes}")
    if classes and (min(prior) < 0 or abs(math.fsum(prior) - 1) > _SUM_TOLERANCE):
        raise fields.error("prior", "is no distribution: below 0 somewhere, or its sum is not 1")
    return prior


def _country_set(fields: Fields, classes: int) -> CountrySetRule:
    method = fields.text("method")
    if method not in SET_METHODS:
        raise fields.error("method", f"is {method[:20]!r}, none of {', '.join(SET_METHODS)}")
    rank_penalty = fields.share("rank_penalty")
    # Scores are at most 1 but for the penalty, which grows with every country.
    most = 1.0 if method != "raps" else 1.0 + rank_penalty * classes
    own = fields.child("region_thresholds")
    known = {region.code for region in regions()}
    for code in own.names():
        if code not in known:
            raise own.error(code, "is no M49 region")
    return CountrySetRule(
        coverage=fields.number("coverage", above=0, most=1),
        threshold=fields.number("threshold", above=0, most=most),
        method=next(name for name in SET_METHODS if name == method),
        rank_penalty=rank_penalty,
        free_ranks=fields.integer("free_ranks", least=0),
        region_thresholds={code: own.number(code, above=0, most=most) for code in own.names()},
    )


def _reliability(fields: Fields) -> dict[str, tuple[ReliabilityBin, ...]]:
    found = {}
    for level in fields.names():
        if level not in _LEVELS:
            raise fields.error(level, f"is none of {', '.join(_LEVELS)}")
        rows = fields.rows(level, width=3, most=_MAX_BINS)
        bins = tuple(ReliabilityBin(float(mean), float(right), int(count)) for mean, right, count in rows)
        if any(count != int(count) or count < 1 for _, _, count in rows):
            raise fields.error(level, "holds a count that is not a whole number above 0")
        if not all(0 <= value <= 1 for bin_ in bins for value in (bin_.confidence, bin_.accuracy)):
            raise fields.error(level, "holds a confidence or accuracy outside 0 to 1")
        if any(low.confidence > high.confidence for low, high in itertools.pairwise(bins)):
            raise fields.error(level, "is not in order of confidence")
        found[level] = bins
    return found


def _gate(fields: Fields, *, has_centroids: bool) -> PlaceGate | None:
    if fields.value("gate") is None:
        return None
    gate = fields.child("gate")
    if not has_centroids:
        raise fields.error("gate", "needs centroids, and there are none")
    return PlaceGate(gate.number("min_similarity", above=-1, most=1), gate.share("refused_share"))


def _sample_counts(fields: Fields, classes: int) -> tuple[int, ...]:
    counts = fields.whole_numbers("sample_counts")
    if len(counts) != classes or min(counts, default=0) < 0:
        raise fields.error("sample_counts", f"is not {classes} counts, one per country code")
    return counts


def _metrics(fields: Fields) -> dict[str, dict[str, float]]:
    metrics = fields.child("metrics")
    return {split: metrics.child(split).figures() for split in metrics.names()}


def _centroids(fields: Fields, classes: int) -> NDArray[np.float32] | None:
    return None if fields.value("centroids") is None else fields.matrix("centroids", classes)
