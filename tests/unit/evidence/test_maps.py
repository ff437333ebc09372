from pathlib import Path

import numpy as np
import pytest
from onnx import helper, numpy_helper

from triovision import CountryClassifier
from triovision.bundle import Thresholds
from triovision.countries import get_region
from triovision.errors import BundleFormatError, CountryError, PhotoNotFoundError
from triovision.evidence import activation_map, make_evidence

EXAMPLE = Path(__file__).parents[3] / "examples" / "summer-palace.jpg"


@pytest.fixture(scope="module")
def starter():
    return CountryClassifier.load("starter")


def log_odds(probabilities, inside, outside):
    return np.log(probabilities[inside].sum() / probabilities[outside].sum())


def entropy(probabilities, inside):
    shares = probabilities[inside] / probabilities[inside].sum()
    return -(shares[shares > 0] * np.log(shares[shares > 0])).sum()


def test_the_mean_of_every_map_is_the_logit_less_its_bias(starter):
    bundle = starter.bundle
    size = (2, 3, *bundle.metadata.preprocessing.input_size)
    images = np.random.default_rng(0).normal(0, 0.5, size).astype(np.float32)
    output = bundle.run(images, feature_map=True)
    for photo in range(2):
        for label, (weight, bias) in enumerate(zip(*bundle.head, strict=True)):
            found = activation_map(output.feature_map[photo], weight).mean() + bias
            assert found == pytest.approx(output.logits[photo, label], abs=1e-4)


def test_two_countries_odds_are_the_mean_of_their_map(starter, jpeg_bytes):
    for country, against in (("FR", "BE"), ("JP", "KE"), ("KE", "JP")):
        evidence = starter.explain(jpeg_bytes, country=country, against=against)
        found = evidence.contrast_map.values.mean() + evidence.contrast_map.offset
        weight, bias = starter.bundle.head
        logits = weight @ evidence.prediction.embedding + bias
        one, other = (logits[starter.metadata.country_codes.index(code)] for code in (country, against))
        assert found == pytest.approx((one - other) / starter.metadata.temperature, abs=1e-3)


@pytest.mark.parametrize("level", ["country", "sub_region", "region", "not_sure"])
def test_odds_of_the_answer_are_the_mean_of_its_map_and_entropies(load, jpeg_bytes, level):
    # Which level answers follows from the thresholds alone: what is closed asks for certainty.
    closed = dict.fromkeys(("country", "sub_region", "region"), 1.0)
    classifier = load(thresholds=Thresholds(**{**closed, level: 1e-9} if level != "not_sure" else closed))
    evidence = classifier.explain(jpeg_bytes)
    prediction = evidence.prediction
    assert prediction.answer().level == level
    codes = np.array(prediction.country_codes)
    members = get_region(evidence.place).members if level.endswith("region") else (evidence.place,)
    assert evidence.place == (prediction.answer().place or prediction.top(1)[0][0])
    inside = np.isin(codes, members)
    probabilities = prediction.probabilities
    expected = (
        log_odds(probabilities, inside, ~inside) - entropy(probabilities, inside) + entropy(probabilities, ~inside)
    )
    assert evidence.place_map.values.mean() + evidence.place_map.offset == pytest.approx(expected, abs=1e-3)
    assert evidence.place_map.against is None


def test_first_against_runner_up_is_the_default(tiny, jpeg_bytes):
    evidence = tiny.explain(jpeg_bytes, name="mine")
    (first, _), (second, _) = evidence.prediction.top(2)
    assert (evidence.country, evidence.against) == (first, second)
    assert evidence.prediction.photo == "mine"
    np.testing.assert_allclose(evidence.prediction.probabilities, tiny.predict(jpeg_bytes).probabilities, atol=1e-6)
    assert evidence.contrast_map.values.mean() + evidence.contrast_map.offset > 0


def test_which_countries_are_explained(tiny, jpeg_bytes):
    (first, _), (second, _), (third, _) = tiny.predict(jpeg_bytes).top(3)
    explained = {
        (None, third): (first, third),
        (third, None): (third, first),
        (third.lower(), second.lower()): (third, second),
        (first, None): (first, second),
        # "Why not the first guess?"
        (None, first): (second, first),
    }
    for (country, against), expected in explained.items():
        evidence = tiny.explain(jpeg_bytes, country=country, against=against)
        assert (evidence.country, evidence.against) == expected
        if country:
            assert evidence.place == country.upper()


def test_swapped_countries_give_the_opposite_map(tiny, jpeg_bytes):
    one, other = (tiny.explain(jpeg_bytes, country=a, against=b).contrast_map for a, b in (("FR", "JP"), ("JP", "FR")))
    np.testing.assert_allclose(one.values, -other.values, atol=1e-5)
    assert one.offset == pytest.approx(-other.offset)


@pytest.mark.parametrize(
    ("country", "against", "message"),
    [("ZZ", None, "ZZ"), ("NZ", None, "does not know"), (None, "NZ", "'tiny'"), ("FR", "fr", "against itself")],
)
def test_wrong_countries_are_refused(tiny, jpeg_bytes, country, against, message):
    with pytest.raises(CountryError, match=message):
        tiny.explain(jpeg_bytes, country=country, against=against)


def test_a_bad_photo_raises(tiny, tmp_path):
    with pytest.raises(PhotoNotFoundError):
        tiny.explain(tmp_path / "none.jpg")


def test_a_bundle_without_a_feature_map_is_refused(load, jpeg_bytes):
    classifier = load(lambda graph: graph.graph.output.pop(2))
    with pytest.raises(BundleFormatError, match="no feature map"):
        classifier.explain(jpeg_bytes)
    output = classifier.bundle.run(np.zeros((1, 3, 32, 32), np.float32))
    with pytest.raises(BundleFormatError, match="no feature map"):
        make_evidence(classifier.bundle, output, classifier.predict(jpeg_bytes), (160, 120))


def test_a_bundle_whose_embedding_is_no_mean_is_refused(load, jpeg_bytes):
    def change(graph):
        graph.graph.node[2].op_type = "GlobalMaxPool"

    with pytest.raises(BundleFormatError, match="embedding do not follow"):
        load(change).explain(jpeg_bytes)


def test_a_bundle_with_a_second_layer_is_refused(load, jpeg_bytes):
    def change(graph):
        square = np.full((6, 6), 0.5, np.float32)
        graph.graph.initializer.append(numpy_helper.from_array(square, "square"))
        graph.graph.node[-1].input[0] = "mixed"
        graph.graph.node.insert(4, helper.make_node("MatMul", ["embedding", "square"], ["mixed"]))

    with pytest.raises(BundleFormatError, match="logits do not follow"):
        load(change).explain(jpeg_bytes)


def test_a_bundle_of_one_country_is_refused(load, jpeg_bytes):
    classifier = load(classes=1, country_codes=("FR",), sample_counts=(3,), centroids=None)
    with pytest.raises(BundleFormatError, match="one country only"):
        classifier.explain(jpeg_bytes)


def test_a_region_that_holds_every_country_is_explained_by_its_first(load, jpeg_bytes):
    codes = ("BE", "FR", "DE", "NL", "LU", "CH", "AT")
    thresholds = Thresholds(country=1.0, sub_region=0.5, region=0.5)
    evidence = load(country_codes=codes, thresholds=thresholds).explain(jpeg_bytes)
    assert evidence.prediction.answer().level == "sub_region"
    assert evidence.place == evidence.country


def test_a_certain_model_is_held_against_all_others_alike(load, jpeg_bytes):
    def change(graph):
        bias = next(item for item in graph.graph.initializer if item.name == "head.bias")
        bias.CopyFrom(numpy_helper.from_array(np.array([1e5, 0, 0, 0, 0, 0, 0], np.float32), "head.bias"))

    classifier = load(change, temperature=1.0)
    evidence = classifier.explain(jpeg_bytes)
    assert evidence.prediction.probabilities[0] == 1
    weight = classifier.bundle.head.weight
    mean = evidence.prediction.embedding
    assert evidence.place_map.offset == pytest.approx(1e5)
    assert evidence.place_map.values.mean() == pytest.approx((weight[0] - weight[1:].mean(axis=0)) @ mean, abs=1e-3)


def test_the_embedded_model_explains_a_real_photo(starter):
    evidence = starter.explain(EXAMPLE)
    assert min(evidence.place_map.values.shape) > 1
    assert evidence.photo_size == (640, 427)
    assert evidence.seen.inside(evidence.photo_size) == evidence.seen
    assert evidence.seen.left == pytest.approx(640 - evidence.seen.right, abs=3)
    assert len(evidence.similar) == 10
    with pytest.raises(ValueError, match="read-only"):
        evidence.place_map.values[0, 0] = 1
