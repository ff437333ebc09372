import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from triovision.bundle import CountrySetRule, ReliabilityBin, Thresholds
from triovision.decision import DecisionRule, calibrate

CODES = ("BE", "DE", "FR", "IT", "JP", "KE", "NG")
THRESHOLDS = Thresholds(country=0.5, sub_region=0.6, region=0.7)
SETS = CountrySetRule(coverage=0.9, threshold=0.9)


@pytest.fixture
def rule():
    return DecisionRule(CODES, THRESHOLDS, SETS)


def distribution(**probabilities):
    return np.array([probabilities.get(code, 0.0) for code in CODES])


def test_a_country_that_passes_is_named(rule):
    answer = rule.answer(distribution(FR=0.7, BE=0.2, JP=0.1))
    assert (answer.level, answer.place) == ("country", "FR")
    assert answer.confidence == pytest.approx(0.7)
    assert answer.candidates[:2] == ("FR", "BE")


def test_else_the_sub_region(rule):
    answer = rule.answer(distribution(FR=0.4, BE=0.18, DE=0.13, JP=0.29))
    assert (answer.level, answer.place) == ("sub_region", "155")
    assert answer.confidence == pytest.approx(0.71)
    assert answer.candidates == ("FR", "BE", "DE")


def test_else_the_region(rule):
    answer = rule.answer(distribution(FR=0.4, IT=0.4, JP=0.2))
    assert (answer.level, answer.place) == ("region", "150")


def test_the_smallest_of_nested_sub_regions(rule):
    # Kenya and Nigeria share Sub-Saharan Africa (202), not Eastern or Western Africa.
    answer = rule.answer(distribution(KE=0.45, NG=0.45, JP=0.1))
    assert (answer.level, answer.place) == ("sub_region", "202")


def test_else_not_sure(rule):
    answer = rule.answer(distribution(FR=0.3, JP=0.3, KE=0.4))
    assert (answer.level, answer.place) == ("not_sure", None)
    assert answer.confidence == pytest.approx(0.4)
    assert answer.candidates[0] == "KE"


def test_country_set_is_the_shortest_prefix(rule):
    assert rule.answer(distribution(FR=0.61, BE=0.3, JP=0.09)).country_set == ("FR", "BE")
    assert rule.answer(distribution(FR=0.6, BE=0.2, JP=0.2)).country_set == ("FR", "BE", "JP")


def test_what_is_no_place_is_named_no_place_however_sure_the_model_is(rule):
    answer = rule.answer(distribution(FR=0.9, BE=0.1), is_place=False)
    assert (answer.level, answer.place, answer.is_sure) == ("no_place", None, False)
    assert answer.confidence == pytest.approx(0.9)
    assert answer.candidates[:2] == ("FR", "BE")


def test_an_answer_says_how_often_the_like_of_it_was_right():
    bins = {
        "country": (ReliabilityBin(0.2, 0.1, 50), ReliabilityBin(0.6, 0.9, 50)),
        "region": (ReliabilityBin(0.8, 0.7, 9),),
    }
    rule = DecisionRule(CODES, THRESHOLDS, SETS, bins)
    assert rule.answer(distribution(FR=0.6, JP=0.4)).right_share == pytest.approx(0.9)
    assert rule.answer(distribution(FR=0.4, JP=0.3, KE=0.3)).right_share == pytest.approx(0.5)
    assert rule.answer(distribution(FR=0.4, IT=0.4, JP=0.2)).right_share == pytest.approx(0.7)
    assert rule.answer(distribution(FR=0.4, BE=0.3, JP=0.3)).right_share is None
    assert rule.answer(distribution(FR=1.0), is_place=False).right_share is None


@given(hnp.arrays(np.float64, len(CODES), elements=st.floats(0, 1)).filter(lambda values: values.sum() > 0.01))
def test_whatever_is_named_passed_its_threshold(values):
    rule = DecisionRule(CODES, THRESHOLDS, SETS)
    probabilities = values / values.sum()
    answer = rule.answer(probabilities)
    least = {"country": 0.5, "sub_region": 0.6, "region": 0.7, "not_sure": 0.0}[answer.level]
    assert answer.confidence >= least - 1e-9
    assert sum(probabilities[CODES.index(code)] for code in answer.country_set) >= 0.9 - 1e-9
    best = CODES[int(np.argmax(probabilities))]
    assert answer.country_set[0] == best
    if answer.level in ("country", "not_sure"):
        assert answer.candidates[0] == best


@given(
    hnp.arrays(np.float32, (3, 5), elements=st.floats(-50, 50, width=32)),
    st.floats(0.1, 10),
)
def test_calibrated_rows_sum_to_one_and_keep_their_order(logits, temperature):
    probabilities = calibrate(logits, temperature)
    np.testing.assert_allclose(probabilities.sum(axis=1), 1)
    best = logits.argmax(axis=1)
    np.testing.assert_allclose(probabilities.max(axis=1), probabilities[np.arange(3), best])


def test_calibrate_golden_value():
    np.testing.assert_allclose(calibrate(np.array([[2.0, 0.0]], np.float32), 2.0), [[0.731059, 0.268941]], atol=1e-6)


def test_a_temperature_that_is_not_positive():
    with pytest.raises(ValueError, match="positive"):
        calibrate(np.zeros((1, 2), np.float32), 0.0)


def test_places_sum_their_countries(rule):
    sums = dict(zip(rule.places, rule.place_probabilities(distribution(FR=0.5, IT=0.3, JP=0.2)[None])[0], strict=True))
    assert sums["155"] == pytest.approx(0.5)
    assert sums["150"] == pytest.approx(0.8)
    assert sums["142"] == pytest.approx(0.2)


def test_a_model_of_one_country():
    assert DecisionRule(("AQ",), THRESHOLDS, SETS).answer(np.array([1.0])).place == "AQ"
