import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from triovision.evaluation.bootstrap import bootstrap_intervals
from triovision.evaluation.metrics import (
    UNKNOWN,
    area_under_risk_coverage,
    expected_calibration_error,
    macro_f1,
    mean_per_class_accuracy,
    negative_log_likelihood,
    ranks_of_truth,
    top_k_accuracy,
)

# Four photos, three countries; the truth is first, second, third and unknown.
PROBABILITIES = np.array([[0.7, 0.2, 0.1], [0.5, 0.4, 0.1], [0.5, 0.3, 0.2], [0.1, 0.8, 0.1]])
LABELS = np.array([0, 1, 2, UNKNOWN])

confidences_and_correct = st.lists(
    st.tuples(st.sampled_from([0.1, 0.25, 0.5, 0.75, 0.9, 1.0]), st.booleans()), min_size=1, max_size=50
).map(lambda pairs: (np.array([c for c, _ in pairs]), np.array([right for _, right in pairs])))


def test_ranks_count_from_zero_and_unknown_countries_come_last():
    assert ranks_of_truth(PROBABILITIES, LABELS).tolist() == [0, 1, 2, 3]


def test_of_equal_probabilities_the_lower_label_comes_first():
    assert ranks_of_truth(np.full((2, 3), 1 / 3), np.array([0, 2])).tolist() == [0, 2]


@pytest.mark.parametrize(("k", "share"), [(1, 0.25), (2, 0.5), (3, 0.75)])
def test_top_k_accuracy(k, share):
    assert top_k_accuracy(ranks_of_truth(PROBABILITIES, LABELS), k) == share


def test_each_country_counts_the_same():
    # Country 0: 1 of 4 right, country 2: 1 of 1; country 1 does not occur.
    correct = np.array([True, False, False, False, True])
    assert mean_per_class_accuracy(np.array([0, 0, 0, 0, 2]), correct) == (0.25 + 1) / 2


def test_macro_f1_by_hand():
    # Country 0: TP 1, FP 1, FN 1 -> 1/2. Country 1: TP 1, FP 0, FN 1 -> 2/3. Country 2: only guessed -> 0.
    assert macro_f1(np.array([0, 0, 1, 1]), np.array([0, 2, 1, 0])) == pytest.approx((1 / 2 + 2 / 3 + 0) / 3)


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), min_size=1, max_size=40))
def test_macro_f1_is_the_mean_of_harmonic_means(pairs):
    true, guessed = (np.array(side) for side in zip(*pairs, strict=True))
    scores = []
    for country in sorted({*true.tolist(), *guessed.tolist()}):
        hits = int(((true == country) & (guessed == country)).sum())
        precision = hits / max(1, (guessed == country).sum())
        recall = hits / max(1, (true == country).sum())
        scores.append(2 * precision * recall / (precision + recall) if hits else 0.0)
    assert macro_f1(true, guessed) == pytest.approx(np.mean(scores))


def test_negative_log_likelihood_is_over_the_known():
    wanted = -(math.log(0.7) + math.log(0.4) + math.log(0.2)) / 3
    assert negative_log_likelihood(PROBABILITIES, LABELS) == pytest.approx(wanted)


def test_a_probability_of_zero_is_a_finite_loss():
    assert negative_log_likelihood(np.array([[1.0, 0.0]]), np.array([1])) == pytest.approx(-math.log(1e-12))


def test_no_known_country_has_no_loss():
    assert math.isnan(negative_log_likelihood(PROBABILITIES[:1], np.array([UNKNOWN])))


def test_calibration_error_by_hand():
    # Two bins of two: confidences .5 .6 with one right -> |.55 - .5|; .8 .9 with none right -> .85.
    confidences = np.array([0.9, 0.5, 0.8, 0.6])
    correct = np.array([False, True, False, False])
    assert expected_calibration_error(confidences, correct, bins=2) == pytest.approx((0.05 + 0.85) / 2)


def test_calibration_error_of_fewer_samples_than_bins():
    assert expected_calibration_error(np.array([0.9, 0.2]), np.array([True, False])) == pytest.approx((0.1 + 0.2) / 2)


def test_who_is_as_sure_as_right_is_calibrated():
    random = np.random.default_rng(0)
    confidences = random.uniform(0, 1, 20_000)
    assert expected_calibration_error(confidences, random.uniform(0, 1, 20_000) < confidences) < 0.02


@given(confidences_and_correct)
def test_calibration_error_is_a_fraction_and_no_less_than_the_mean_gap(pair):
    confidences, correct = pair
    error = expected_calibration_error(confidences, correct)
    assert abs(confidences.mean() - correct.mean()) - 1e-12 <= error <= 1


def test_risk_coverage_by_hand():
    # Surest first: right, wrong, right -> risks 0, 1/2, 1/3.
    area = area_under_risk_coverage(np.array([0.5, 0.9, 0.7]), np.array([True, True, False]))
    assert area == pytest.approx((0 + 1 / 2 + 1 / 3) / 3)


@given(confidences_and_correct, st.randoms(use_true_random=False))
def test_risk_coverage_does_not_depend_on_the_order(pair, random):
    confidences, correct = pair
    order = random.sample(range(len(correct)), len(correct))
    area = area_under_risk_coverage(confidences, correct)
    assert area == pytest.approx(area_under_risk_coverage(confidences[order], correct[order]))
    assert 0 <= area <= 1


def test_a_constant_confidence_has_the_error_rate_as_its_area():
    assert area_under_risk_coverage(np.full(4, 0.5), np.array([True, False, False, False])) == pytest.approx(0.75)


@pytest.mark.parametrize(
    "compute",
    [
        lambda: top_k_accuracy(np.array([], np.int64)),
        lambda: mean_per_class_accuracy(np.array([], np.int64), np.array([], bool)),
        lambda: macro_f1(np.array([], np.int64), np.array([], np.int64)),
        lambda: expected_calibration_error(np.array([]), np.array([], bool)),
        lambda: area_under_risk_coverage(np.array([]), np.array([], bool)),
    ],
)
def test_no_samples_have_no_figure(compute):
    with pytest.raises(ValueError, match="there are no samples"):
        compute()


def test_intervals_hold_the_figure_and_repeat():
    values = np.random.default_rng(0).normal(5, 1, 100)

    def compute(rows):
        return {"mean": float(values[rows].mean()), "never": float("nan")}

    first = bootstrap_intervals(100, compute, seed=3)
    assert first == bootstrap_intervals(100, compute, seed=3) != bootstrap_intervals(100, compute, seed=4)
    low, high = first["mean"]
    assert low < values.mean() < high
    # Width of a 95 % interval of a mean of 100 with standard deviation 1.
    assert high - low == pytest.approx(2 * 1.96 * values.std() / 10, rel=0.15)
    assert "never" not in first


@settings(max_examples=20)
@given(st.integers(1, 6))
def test_one_value_alone_has_an_interval_of_no_width(count):
    assert bootstrap_intervals(count, lambda rows: {"x": 0.5}, seed=0, resamples=5) == {"x": (0.5, 0.5)}
