import numpy as np
import pytest

from triovision.bundle import Thresholds
from triovision.decision import DecisionRule, calibrate, continent
from triovision.export.calibrate import choose_calibration
from triovision.export.country_sets import Scoring, choose_country_set, fit_country_set
from triovision.export.held_out import HeldOutPhotos

CODES = ("FR", "DE", "BE", "IT", "KE", "NG", "US", "AQ")
THREE = ("FR", "JP", "AQ")
ROW = np.array([[0.6, 0.3, 0.1]])
CLOSED = Thresholds(1.0, 1.0, 1.0)


def draw(count, seed, easier=1.0):
    """Probabilities and labels drawn from them; African countries are harder to tell."""
    random = np.random.default_rng(seed)
    logits = random.normal(0, 2, (count, len(CODES))).astype(np.float32)
    truth = calibrate(logits, 1 / easier)
    labels = (truth.cumsum(axis=1) < random.random((count, 1))).sum(axis=1)
    african = np.isin(labels, (4, 5))
    logits[african] *= 0.3
    return logits, labels


def test_a_threshold_by_hand():
    # The truth is first, second, first, first; before it lie 0, 0.6, 0, 0.
    probabilities, labels = np.repeat(ROW, 4, axis=0), np.array([0, 1, 0, 0])
    rules = [fit_country_set(probabilities, labels, np.ones(4), THREE, coverage=share) for share in (0.6, 0.8)]
    assert [rule.threshold for rule in rules] == pytest.approx([0, 0.6], abs=1e-6)


def test_the_scores_of_raps_and_lac_by_hand():
    probabilities, labels = np.repeat(ROW, 4, axis=0), np.array([0, 1, 0, 0])
    penalised = fit_country_set(probabilities, labels, np.ones(4), THREE, Scoring("raps", 0.1, 1), 0.8)
    least = fit_country_set(probabilities, labels, np.ones(4), THREE, Scoring("lac"), 0.8)
    assert (penalised.threshold, least.threshold) == (pytest.approx(0.7), pytest.approx(0.7))
    assert (penalised.rank_penalty, penalised.free_ranks) == (0.1, 1)


def test_a_heavy_photo_moves_the_threshold():
    probabilities, labels = np.repeat(ROW, 10, axis=0), np.array([1] + [0] * 9)
    light, heavy = (
        fit_country_set(probabilities, labels, np.array([weight] + [1.0] * 9), THREE, coverage=0.7).threshold
        for weight in (1.0, 9.0)
    )
    assert (light, heavy) == (pytest.approx(0, abs=1e-6), pytest.approx(0.6))


def test_too_few_photos_promise_nothing():
    rule = fit_country_set(np.array([[0.6, 0.3, 0.1]]), np.array([0]), np.ones(1), THREE)
    assert rule.threshold == 1.0
    assert rule.region_thresholds == {}


@pytest.mark.parametrize("method", ["aps", "raps", "lac"])
def test_sets_cover_new_photos_on_every_continent(method):
    scoring = Scoring(method, 0.01 if method == "raps" else 0.0)
    logits, labels = draw(6000, 0)
    rule = fit_country_set(calibrate(logits, 1), labels, np.ones(6000), CODES, scoring)
    logits, labels = draw(6000, 1)
    sets = DecisionRule(CODES, CLOSED, rule).sets(calibrate(logits, 1))
    covered = sets[np.arange(6000), labels]
    continents = np.array([continent(code) for code in CODES])[labels]
    assert covered.mean() == pytest.approx(0.9, abs=0.03)
    for name in ("150", "002", "019"):
        assert covered[continents == name].mean() == pytest.approx(0.9, abs=0.03)


def test_the_level_makes_up_for_groups_that_differ():
    parts = [draw(500, seed, easier) for seed, easier in enumerate((0.2, 0.4, 1.0, 2.0))]
    photos = HeldOutPhotos(
        logits=np.concatenate([logits for logits, _ in parts]),
        labels=np.concatenate([labels for _, labels in parts]),
        weights=np.ones(2000),
        groups=np.repeat(np.arange(4), 500),
        priors=np.full((4, 8), 1 / 8),
        prior=np.full(8, 1 / 8),
        country_codes=CODES,
    )
    choice = choose_country_set(photos, choose_calibration(photos), 0.8)
    covered = choice.sets[np.arange(2000), photos.labels].mean()
    assert covered >= 0.8
    assert covered == pytest.approx(0.8, abs=0.02)
    assert choice.level >= 0.8
    assert choice.rule.coverage == 0.8
    assert min(choice.sizes.values()) == pytest.approx(choice.sets.sum(axis=1).mean())
