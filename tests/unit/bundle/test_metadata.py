import json

import numpy as np
import pytest

from triovision.bundle import (
    CountrySetRule,
    PlaceGate,
    ReliabilityBin,
    metadata_from_json,
    metadata_to_json,
)
from triovision.errors import BundleError, BundleFieldError, BundleFormatError

SETS = {
    "coverage": 0.9, "threshold": 0.9, "method": "aps", "rank_penalty": 0, "free_ranks": 0, "region_thresholds": {},
}  # fmt: skip
PRIOR = (0.4, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1)
FULL = {
    "prior_share": 0.5,
    "prior": PRIOR,
    "country_set": CountrySetRule(0.9, 0.97, "raps", 0.001, 5, {"150": 0.8, "002": 1.001}),
    "reliability": {"country": (ReliabilityBin(0.1, 0.2, 30), ReliabilityBin(0.6, 0.5, 31))},
    "gate": PlaceGate(0.4, 0.02),
}


@pytest.mark.parametrize("changes", [{}, FULL])
def test_metadata_survives_the_way_through_json(tiny_metadata, changes):
    before = tiny_metadata(**changes)
    after = metadata_from_json(metadata_to_json(before), "m.onnx")
    for field in before.__slots__:
        if field == "centroids":
            np.testing.assert_array_equal(after.centroids, before.centroids)
        else:
            assert getattr(after, field) == getattr(before, field), field


def test_centroids_may_be_left_out(tiny_metadata):
    assert metadata_from_json(metadata_to_json(tiny_metadata(centroids=None)), "m").centroids is None


@pytest.mark.parametrize("text", ["", "{", "[1]", "null", "[" * 100_000])
def test_what_is_no_json_object_is_refused(text):
    with pytest.raises(BundleFormatError, match="JSON"):
        metadata_from_json(text, "m.onnx")


@pytest.mark.parametrize(
    "field",
    [
        "format_version", "name", "country_codes", "preprocessing", "temperature", "thresholds", "country_set",
        "sample_counts", "centroids", "provenance", "licence", "metrics", "thresholds.country", "preprocessing.mean",
        "provenance.commit", "country_set.method", "country_set.region_thresholds", "prior_share", "prior",
        "reliability", "gate",
    ],
)  # fmt: skip
def test_a_missing_field_is_named(tiny_metadata, field):
    content = json.loads(metadata_to_json(tiny_metadata()))
    *parents, last = field.split(".")
    owner = content
    for parent in parents:
        owner = owner[parent]
    del owner[last]
    with pytest.raises(BundleFieldError) as caught:
        metadata_from_json(json.dumps(content), "m.onnx")
    assert caught.value.field == field


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("format_version", 3),
        ("format_version", 0),
        ("format_version", True),
        ("format_version", "1"),
        ("name", ""),
        ("name", 3),
        ("country_codes", []),
        ("country_codes", "FR"),
        ("country_codes", ["FR", "ZZ", "BE", "DE", "JP", "KE", "US"]),
        ("country_codes", ["FR", "FR", "BE", "DE", "JP", "KE", "US"]),
        ("country_codes", ["fr", "CN", "BE", "DE", "JP", "KE", "US"]),
        ("country_codes", [1, "CN", "BE", "DE", "JP", "KE", "US"]),
        ("temperature", 0),
        ("temperature", -1.0),
        ("temperature", "hot"),
        ("temperature", True),
        ("temperature", 1e9),
        ("thresholds", {"country": 0, "sub_region": 0.5, "region": 0.5}),
        ("thresholds", [0.5]),
        ("country_set", {"coverage": 0.9, "threshold": 0.9, "method": "magic"}),
        ("country_set", {"coverage": 0.9, "threshold": 1.1, "method": "aps"}),
        ("country_set", {**SETS, "rank_penalty": -0.1}),
        ("country_set", {**SETS, "rank_penalty": "much"}),
        ("country_set", {**SETS, "free_ranks": -1}),
        ("country_set", {**SETS, "free_ranks": 1.5}),
        ("country_set", {**SETS, "region_thresholds": {"999": 0.5}}),
        ("country_set", {**SETS, "region_thresholds": {"150": 0}}),
        ("country_set", {**SETS, "region_thresholds": {"150": 1.5}}),
        ("country_set", {**SETS, "region_thresholds": [0.5]}),
        ("country_set", {**SETS, "method": "raps", "rank_penalty": 0.01, "threshold": 1.08}),
        ("prior_share", 1),
        ("prior_share", -0.1),
        ("prior_share", None),
        ("prior", [0.5]),
        ("prior", [0.2] * 7),
        ("prior", [-1.0, 2.0, 0, 0, 0, 0, 0]),
        ("prior", "flat"),
        ("reliability", []),
        ("reliability", {"planet": [[0.5, 0.5, 1]]}),
        ("reliability", {"country": []}),
        ("reliability", {"country": [[0.5, 0.5]]}),
        ("reliability", {"country": [[0.5, 0.5, 0]]}),
        ("reliability", {"country": [[0.5, 0.5, 1.5]]}),
        ("reliability", {"country": [[0.5, 1.5, 1]]}),
        ("reliability", {"country": [[0.5, 0.5, 1], [0.4, 0.5, 1]]}),
        ("reliability", {"country": [[0.5, 0.5, 1]] * 1001}),
        ("gate", 0.5),
        ("gate", {"min_similarity": 2, "refused_share": 0.02}),
        ("gate", {"min_similarity": 0.5, "refused_share": 1}),
        ("gate", {"min_similarity": 0.5}),
        ("sample_counts", [1]),
        ("sample_counts", [-1] * 7),
        ("sample_counts", [1.5] * 7),
        ("centroids", {"dtype": "float64", "shape": [7, 2], "data": ""}),
        ("centroids", {"dtype": "float16", "shape": [6, 2], "data": ""}),
        ("centroids", {"dtype": "float16", "shape": [7, 2], "data": "!!"}),
        ("centroids", {"dtype": "float16", "shape": [7, 2], "data": 7}),
        ("centroids", {"dtype": "float16", "shape": [7, 2], "data": "AAAA"}),
        ("centroids", {"dtype": "float16", "shape": [7, 1], "data": "AH4AfgB+AH4AfgB+AH4="}),
        ("metrics", {"test": 3}),
        ("metrics", {"test": {"top1": "good"}}),
    ],
)
def test_a_wrong_value_is_refused_by_name(tiny_metadata, field, value):
    content = json.loads(metadata_to_json(tiny_metadata(prior_share=0.5, prior=PRIOR)))
    content[field] = value
    with pytest.raises(BundleFieldError) as caught:
        metadata_from_json(json.dumps(content), "m.onnx")
    assert caught.value.field.startswith(field)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("input_size", [224]),
        ("input_size", [0, 224]),
        ("input_size", [224.0, 224]),
        ("interpolation", "random"),
        ("crop_mode", "zoom"),
        ("crop_pct", 2),
        ("mean", [0.5]),
        ("std", [0.5, 0.5, 0]),
    ],
)
def test_unknown_preprocessing_is_refused_by_name(tiny_metadata, field, value):
    content = json.loads(metadata_to_json(tiny_metadata()))
    content["preprocessing"][field] = value
    with pytest.raises(BundleFieldError) as caught:
        metadata_from_json(json.dumps(content), "m.onnx")
    assert caught.value.field == f"preprocessing.{field}"


def test_a_gate_needs_centroids(tiny_metadata):
    content = json.loads(metadata_to_json(tiny_metadata(**FULL)))
    content["centroids"] = None
    with pytest.raises(BundleFieldError, match="needs centroids"):
        metadata_from_json(json.dumps(content), "m.onnx")


def test_a_file_of_version_1_is_still_read(tiny_metadata):
    content = json.loads(metadata_to_json(tiny_metadata()))
    content["format_version"] = 1
    for field in ("prior_share", "prior", "reliability", "gate"):
        del content[field]
    content["country_set"] = {"coverage": 0.9, "threshold": 0.95, "method": "aps"}
    metadata = metadata_from_json(json.dumps(content), "old.onnx")
    assert (metadata.prior_share, metadata.prior, metadata.gate) == (0.0, (), None)
    assert metadata.country_set == CountrySetRule(0.9, 0.95)
    assert metadata.reliability == {}


def test_every_refusal_is_a_bundle_error(tiny_metadata):
    good = metadata_to_json(tiny_metadata())
    for cut in range(0, len(good), 97):
        with pytest.raises(BundleError):
            metadata_from_json(good[:cut], "m.onnx")
