"""Bundle metadata <-> JSON; a field that is missing, malformed or out of range is refused by name."""

from __future__ import annotations

import base64
import binascii
import json
import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from triovision.bundle.metadata import (
    FORMAT_VERSION,
    BundleMetadata,
    CountrySetRule,
    Provenance,
    Thresholds,
)
from triovision.countries import is_country_code
from triovision.errors import BundleFieldError, BundleFormatError
from triovision.preprocess import Preprocessing

__all__ = ["metadata_from_json", "metadata_to_json"]

_MAX_TEXT = 10_000
_MATRIX_AXES = 2


def metadata_to_json(metadata: BundleMetadata) -> str:
    """Write metadata as the JSON text that a bundle carries."""
    preprocessing = metadata.preprocessing
    return json.dumps(
        {
            "format_version": FORMAT_VERSION,
            "name": metadata.name,
            "country_codes": list(metadata.country_codes),
            "preprocessing": {
                "input_size": list(preprocessing.input_size),
                "interpolation": preprocessing.interpolation,
                "crop_pct": preprocessing.crop_pct,
                "crop_mode": preprocessing.crop_mode,
                "mean": list(preprocessing.mean),
                "std": list(preprocessing.std),
            },
            "temperature": metadata.temperature,
            "thresholds": {
                "country": metadata.thresholds.country,
                "sub_region": metadata.thresholds.sub_region,
                "region": metadata.thresholds.region,
            },
            "country_set": {
                "coverage": metadata.country_set.coverage,
                "threshold": metadata.country_set.threshold,
                "method": metadata.country_set.method,
            },
            "sample_counts": list(metadata.sample_counts),
            "centroids": _encode_matrix(metadata.centroids),
            "provenance": {
                "recipe": metadata.provenance.recipe,
                "commit": metadata.provenance.commit,
                "data_hash": metadata.provenance.data_hash,
                "date": metadata.provenance.date,
            },
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
    fields = _Fields(content, bundle)
    version = fields.integer("format_version")
    if version != FORMAT_VERSION:
        raise BundleFieldError(bundle, "format_version", f"is {version}, this TrioVision reads {FORMAT_VERSION}")
    codes = _country_codes(fields)
    thresholds, country_set = fields.child("thresholds"), fields.child("country_set")
    method = country_set.text("method")
    if method != "aps":
        raise BundleFieldError(bundle, "country_set.method", f"is {method!r}, only 'aps' is known")
    provenance = fields.child("provenance")
    return BundleMetadata(
        name=fields.text("name"),
        country_codes=codes,
        preprocessing=_preprocessing(fields.child("preprocessing")),
        temperature=fields.number("temperature", above=0, most=1000),
        thresholds=Thresholds(
            *(thresholds.number(level, above=0, most=1) for level in ("country", "sub_region", "region"))
        ),
        country_set=CountrySetRule(
            country_set.number("coverage", above=0, most=1),
            country_set.number("threshold", above=0, most=1),
            method,
        ),
        sample_counts=_sample_counts(fields, len(codes)),
        centroids=_centroids(fields, len(codes)),
        provenance=Provenance(*(provenance.text(key) for key in ("recipe", "commit", "data_hash", "date"))),
        licence=fields.text("licence"),
        metrics=_metrics(fields),
    )


class _Fields:
    """One JSON object of the metadata; each reader names the field that it refuses."""

    def __init__(self, content: Mapping[str, Any], bundle: str, prefix: str = "") -> None:
        self._content = content
        self._bundle = bundle
        self._prefix = prefix

    def error(self, key: str, problem: str) -> BundleFieldError:
        return BundleFieldError(self._bundle, f"{self._prefix}{key}", problem)

    def value(self, key: str) -> Any:
        if key not in self._content:
            raise self.error(key, "is missing")
        return self._content[key]

    def child(self, key: str) -> _Fields:
        content = self.value(key)
        if not isinstance(content, dict):
            raise self.error(key, "is not an object")
        return _Fields(content, self._bundle, f"{self._prefix}{key}.")

    def items(self) -> list[tuple[str, Any]]:
        return list(self._content.items())

    def text(self, key: str) -> str:
        content = self.value(key)
        if not isinstance(content, str) or not content or len(content) > _MAX_TEXT:
            raise self.error(key, f"is not a text of 1 to {_MAX_TEXT} characters")
        return content

    def integer(self, key: str) -> int:
        content = self.value(key)
        if not isinstance(content, int) or isinstance(content, bool):
            raise self.error(key, "is not a whole number")
        return content

    def number(self, key: str, above: float, most: float) -> float:
        content = self.value(key)
        if not _is_number(content) or not above < content <= most:
            raise self.error(key, f"is not a number above {above} and at most {most}")
        return float(content)

    def numbers(self, key: str) -> tuple[float, ...]:
        content = self.value(key)
        if not isinstance(content, list) or not all(_is_number(value) for value in content):
            raise self.error(key, "is not a list of numbers")
        return tuple(float(value) for value in content)

    def whole_numbers(self, key: str) -> tuple[int, ...]:
        content = self.value(key)
        if not isinstance(content, list) or not all(type(value) is int for value in content):
            raise self.error(key, "is not a list of whole numbers")
        return tuple(content)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _country_codes(fields: _Fields) -> tuple[str, ...]:
    codes = fields.value("country_codes")
    if not isinstance(codes, list) or not codes:
        raise fields.error("country_codes", "is not a list with at least one code")
    for code in codes:
        if not isinstance(code, str) or code != code.upper() or not is_country_code(code):
            raise fields.error("country_codes", f"holds {str(code)[:20]!r}, which is no ISO alpha-2 code")
    if len(set(codes)) != len(codes):
        raise fields.error("country_codes", "names a country twice")
    return tuple(codes)


def _preprocessing(fields: _Fields) -> Preprocessing:
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


def _sample_counts(fields: _Fields, classes: int) -> tuple[int, ...]:
    counts = fields.whole_numbers("sample_counts")
    if len(counts) != classes or min(counts, default=0) < 0:
        raise fields.error("sample_counts", f"is not {classes} counts, one per country code")
    return counts


def _metrics(fields: _Fields) -> dict[str, dict[str, float]]:
    metrics: dict[str, dict[str, float]] = {}
    for split, figures in fields.child("metrics").items():
        if not isinstance(figures, dict) or not all(_is_number(value) for value in figures.values()):
            raise fields.error(f"metrics.{split[:40]}", "is not an object of numbers")
        metrics[split] = {key: float(value) for key, value in figures.items()}
    return metrics


def _encode_matrix(matrix: NDArray[np.float32] | None) -> dict[str, Any] | None:
    if matrix is None:
        return None
    data = base64.b64encode(matrix.astype("<f2").tobytes()).decode("ascii")
    return {"dtype": "float16", "shape": list(matrix.shape), "data": data}


def _centroids(fields: _Fields, classes: int) -> NDArray[np.float32] | None:
    if fields.value("centroids") is None:
        return None
    matrix = fields.child("centroids")
    shape = matrix.whole_numbers("shape")
    if matrix.text("dtype") != "float16" or len(shape) != _MATRIX_AXES or shape[0] != classes or shape[1] < 1:
        raise fields.error("centroids", f"is not a float16 matrix with {classes} rows")
    data = matrix.value("data")
    try:
        raw = base64.b64decode(data, validate=True)
    except (TypeError, ValueError, binascii.Error):
        raise fields.error("centroids.data", "is not base64") from None
    if len(raw) != 2 * shape[0] * shape[1]:
        raise fields.error("centroids.data", f"holds {len(raw)} bytes, not {2 * shape[0] * shape[1]}")
    values = np.frombuffer(raw, "<f2").reshape(shape).astype(np.float32)
    if not np.isfinite(values).all():
        raise fields.error("centroids.data", "holds NaN or infinity")
    return values
