import numpy as np
import pytest

from triovision.bundle import CountrySetRule, Thresholds
from triovision.decision import DecisionRule
from triovision.evaluation.outputs import SplitOutputs

CODES = ("BE", "FR", "JP", "KE")


@pytest.fixture
def make_outputs():
    """Outputs of a bundle for four countries that names a place from 0.6 on."""

    def make(rows, true_codes, is_place=None):
        probabilities = np.array(rows, np.float64)
        rule = DecisionRule(CODES, Thresholds(0.6, 0.6, 0.6), CountrySetRule(0.9, 0.9))
        places = is_place or [True] * len(probabilities)
        return SplitOutputs(
            country_codes=CODES,
            probabilities=probabilities,
            true_codes=tuple(true_codes),
            answers=tuple(rule.answer(row, is_place=place) for row, place in zip(probabilities, places, strict=True)),
            records=tuple({"sample_id": f"s{index}", "photo": f"{index}.jpg"} for index in range(len(true_codes))),
        )

    return make


@pytest.fixture
def draw_outputs(make_outputs):
    """Outputs whose truths are drawn from their own probabilities, so that every confidence is right."""

    def draw(count, seed=0, spread=1.5):
        random = np.random.default_rng(seed)
        logits = random.normal(0, spread, (count, 4))
        rows = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
        return make_outputs(rows, [CODES[random.choice(4, p=row)] for row in rows])

    return draw
