import numpy as np
import pytest

from triovision.decision import calibrate
from triovision.export.calibrate import choose_calibration, fit_calibration, weighted_loss
from triovision.export.held_out import HeldOutPhotos

CODES = ("FR", "DE", "BE", "IT", "JP", "CN", "US", "AQ")


def draw(count, spread=2.0, temperature=1.0, seed=0):
    """Logits, and labels drawn from their own softmax at a temperature."""
    random = np.random.default_rng(seed)
    logits = random.normal(0, spread, (count, len(CODES))).astype(np.float32)
    probabilities = calibrate(logits, temperature)
    labels = np.array([random.choice(len(CODES), p=row) for row in probabilities])
    return logits, labels


def photos_of(logits, labels, prior, groups=4):
    count = len(labels)
    return HeldOutPhotos(
        logits=logits,
        labels=labels,
        weights=np.ones(count),
        groups=np.arange(count) % groups,
        priors=np.tile(prior, (groups, 1)),
        prior=np.asarray(prior),
        country_codes=CODES,
    )


@pytest.mark.parametrize("temperature", [0.5, 1.0, 2.5])
def test_temperature_is_recovered(temperature):
    logits, labels = draw(8000, temperature=temperature)
    assert fit_calibration(logits, labels, np.ones(8000)).temperature == pytest.approx(temperature, rel=0.08)


def test_temperature_follows_the_scale_of_the_logits():
    logits, labels = draw(500)
    one, three = (fit_calibration(factor * logits, labels, np.ones(500)).temperature for factor in (1, 3))
    assert three == pytest.approx(3 * one, rel=1e-3)


def test_the_share_of_the_prior_is_recovered():
    random = np.random.default_rng(1)
    logits = random.normal(0, 1.5, (20_000, len(CODES))).astype(np.float32)
    prior = np.array([0.5, 0.2, 0.1, 0.1, 0.05, 0.03, 0.01, 0.01])
    true = calibrate(logits, 1.2, 0.6, tuple(prior))
    labels = (true.cumsum(axis=1) < random.random((len(true), 1))).sum(axis=1)
    found = fit_calibration(logits, labels, np.ones(len(labels)), prior)
    assert found.temperature == pytest.approx(1.2, rel=0.08)
    assert found.prior_share == pytest.approx(0.6, abs=0.08)


def test_a_photo_that_weighs_nothing_changes_nothing():
    logits, labels = draw(600)
    weights = np.where(np.arange(600) < 300, 1.0, 0.0)
    weighed, cut = (
        fit_calibration(logits, labels, weights),
        fit_calibration(logits[:300], labels[:300], np.ones(300)),
    )
    assert weighed.temperature == pytest.approx(cut.temperature, rel=1e-4)


def test_the_candidate_with_the_least_loss_on_other_groups_is_kept():
    random = np.random.default_rng(2)
    logits = random.normal(0, 1, (3000, len(CODES))).astype(np.float32)
    prior = np.array([0.65, 0.05, 0.05, 0.05, 0.05, 0.05, 0.05, 0.05])
    labels = random.choice(len(CODES), 3000, p=prior)
    photos = photos_of(logits, labels, prior)
    fitted = choose_calibration(photos)
    assert min(fitted.losses, key=fitted.losses.get) == "prior"
    assert fitted.calibration.prior == pytest.approx(tuple(prior))
    assert weighted_loss(fitted.probabilities, labels, photos.weights) == pytest.approx(fitted.losses["prior"])


def test_what_a_group_gets_was_fitted_without_it():
    logits, labels = draw(400)
    photos = photos_of(logits, labels, [1 / 8] * 8)
    changed = np.where(photos.groups == 0, (labels + 1) % 8, labels)
    before, after = (choose_calibration(photos_of(logits, truth, [1 / 8] * 8)) for truth in (labels, changed))
    assert before.by_group[0].temperature == pytest.approx(after.by_group[0].temperature, rel=1e-3)
    assert before.by_group[1].temperature != pytest.approx(after.by_group[1].temperature, rel=1e-2)


def test_one_group_alone_is_fitted_on_itself():
    logits, labels = draw(100)
    assert choose_calibration(photos_of(logits, labels, [1 / 8] * 8, groups=1)).probabilities.shape == (100, 8)
