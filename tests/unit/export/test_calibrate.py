import numpy as np
import pytest

from triovision.bundle import Thresholds
from triovision.decision import DecisionRule, calibrate, top_country_set
from triovision.export.calibrate import count_answers, fit_country_set, fit_temperature, fit_thresholds, level_figures

CODES = ("FR", "DE", "BE", "IT", "JP", "CN", "US", "AQ")


def draw(count, spread=2.0, temperature=1.0, seed=0):
    """Logits, and labels drawn from their own softmax at a temperature."""
    random = np.random.default_rng(seed)
    logits = random.normal(0, spread, (count, len(CODES))).astype(np.float32)
    probabilities = calibrate(logits, temperature)
    labels = np.array([random.choice(len(CODES), p=row) for row in probabilities])
    return logits, labels


@pytest.mark.parametrize("temperature", [0.5, 1.0, 2.5])
def test_temperature_is_recovered(temperature):
    logits, labels = draw(8000, temperature=temperature)
    assert fit_temperature(logits, labels) == pytest.approx(temperature, rel=0.08)


def test_temperature_follows_the_scale_of_the_logits():
    logits, labels = draw(500)
    assert fit_temperature(3 * logits, labels) == pytest.approx(3 * fit_temperature(logits, labels), rel=1e-3)


@pytest.mark.parametrize("coverage", [0.8, 0.9])
def test_country_sets_cover_new_photos(coverage):
    logits, labels = draw(3000)
    rule = fit_country_set(calibrate(logits, 1), labels, coverage)
    fresh, truth = draw(3000, seed=1)
    held = [
        label in top_country_set(row, rule.threshold) for row, label in zip(calibrate(fresh, 1), truth, strict=True)
    ]
    assert np.mean(held) == pytest.approx(coverage, abs=0.02)


def test_country_set_threshold_by_hand():
    # The truth is first, second, first, first; before it lie 0, 0.6, 0, 0.
    probabilities = np.array([[0.6, 0.3, 0.1]] * 4)
    assert fit_country_set(probabilities, np.array([0, 1, 0, 0]), 0.6).threshold == pytest.approx(0, abs=1e-6)
    assert fit_country_set(probabilities, np.array([0, 1, 0, 0]), 0.8).threshold == pytest.approx(0.6)


def test_too_few_photos_promise_nothing():
    rule = fit_country_set(np.array([[0.6, 0.4]]), np.array([0]), 0.9)
    assert rule.threshold == 1.0


def test_counts_equal_the_rule_row_by_row():
    logits, labels = draw(400, spread=1.2)
    probabilities = calibrate(logits, 1)
    rule = DecisionRule(CODES, Thresholds(0.5, 0.45, 0.6), 0.9)
    answers = [rule.answer(row) for row in probabilities]
    for level in ("country", "sub_region", "region"):
        given = [(answer, label) for answer, label in zip(answers, labels, strict=True) if answer.level == level]
        right = sum(
            answer.place == CODES[label] or (answer.place in rule.places and _holds(rule, answer.place, label))
            for answer, label in given
        )
        assert given
        assert count_answers(probabilities, labels, rule, level) == (len(given), right)


def _holds(rule, place, label):
    certain = np.zeros((1, len(CODES)))
    certain[0, label] = 1
    return rule.place_probabilities(certain)[0][rule.places.index(place)] == 1


@pytest.mark.parametrize("precision", [0.6, 0.8])
def test_answers_are_right_as_often_as_promised(precision):
    logits, labels = draw(2000, spread=1.5)
    probabilities = calibrate(logits, 1)
    thresholds = fit_thresholds(probabilities, labels, CODES, precision)
    figures = level_figures(probabilities, labels, DecisionRule(CODES, thresholds, 0.9))
    for level in ("country", "sub_region", "region"):
        assert figures[f"{level}_right"] >= precision or figures[f"{level}_answered"] == 0
    assert figures["country_answered"] > 0.05


def test_a_higher_precision_answers_less():
    logits, labels = draw(2000, spread=1.5)
    probabilities = calibrate(logits, 1)
    low, high = (fit_thresholds(probabilities, labels, CODES, precision).country for precision in (0.6, 0.9))
    assert low < high


def test_a_model_that_knows_nothing_never_answers():
    labels = np.arange(400) % len(CODES)
    uniform = np.full((400, len(CODES)), 1 / len(CODES))
    thresholds = fit_thresholds(uniform, labels, CODES, 0.95)
    assert thresholds == Thresholds(1.0, 1.0, 1.0)
