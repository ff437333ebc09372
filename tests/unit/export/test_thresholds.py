import numpy as np
import pytest

from triovision.bundle import CountrySetRule, Thresholds
from triovision.decision import DecisionRule, calibrate
from triovision.export.thresholds import count_answers, fit_thresholds, level_figures

ANY_SET = CountrySetRule(0.9, 0.9)
CODES = ("FR", "DE", "BE", "IT", "JP", "CN", "US", "AQ")


def draw(count, spread=2.0, temperature=1.0, seed=0):
    """Logits, and labels drawn from their own softmax at a temperature."""
    random = np.random.default_rng(seed)
    logits = random.normal(0, spread, (count, len(CODES))).astype(np.float32)
    probabilities = calibrate(logits, temperature)
    labels = np.array([random.choice(len(CODES), p=row) for row in probabilities])
    return logits, labels


def test_counts_equal_the_rule_row_by_row():
    logits, labels = draw(400, spread=1.2)
    probabilities = calibrate(logits, 1)
    rule = DecisionRule(CODES, Thresholds(0.5, 0.45, 0.6), ANY_SET)
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
    figures = level_figures(probabilities, labels, DecisionRule(CODES, thresholds, ANY_SET))
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
