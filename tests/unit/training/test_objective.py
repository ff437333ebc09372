import dataclasses

import numpy as np
import pytest
import torch

from triovision.training.objective import Loss, make_targets, sample_weights, sub_region_matrix
from triovision.training.prepared import read_samples
from triovision.training.recipe import Objective, Sampling

CODES = ("FR", "DE", "JP")
ONES = np.ones(4, np.float32)
LABELS = np.array([0, 0, 0, 2])


def test_countries_of_one_sub_region_share_a_row():
    members = sub_region_matrix(CODES)
    assert members.shape == (2, 3)
    assert sorted(members.sum(axis=1)) == [1, 2]


def test_antarctica_is_its_own_region():
    assert sub_region_matrix(("AQ", "FR")).shape == (2, 2)


def test_near_share_spreads_over_the_sub_region():
    targets = make_targets(CODES, Objective(near_share=0.2))
    assert np.allclose(targets, [[0.9, 0.1, 0], [0.1, 0.9, 0], [0, 0, 1]])


def test_uniform_share_spreads_over_all():
    targets = make_targets(CODES, Objective(uniform_share=0.3))
    assert np.allclose(targets[0], [0.8, 0.1, 0.1])


def test_distance_prefers_neighbours():
    targets = make_targets(CODES, Objective(near_share=0.5, near="distance", near_km=1000))
    assert np.allclose(targets.sum(axis=1), 1)
    assert targets[0, 0] > targets[0, 1] > targets[0, 2]


def test_plain_loss_is_cross_entropy():
    loss = Loss(CODES, Objective(), LABELS, ONES)
    logits = torch.tensor([[1.0, 2.0, 3.0]])
    expected = -np.log(np.exp(1) / np.exp([1, 2, 3]).sum())
    assert loss(logits, loss.targets[[0]], torch.ones(1)).item() == pytest.approx(expected, abs=1e-6)


def test_balanced_softmax_shifts_by_the_log_prior():
    loss = Loss(CODES, Objective(prior_strength=1), LABELS, ONES)
    # Counts 3, 0, 1 and half a sample each.
    prior = np.array([3.5, 0.5, 1.5]) / 5.5
    expected = -np.log(prior[2])
    assert loss(torch.zeros(1, 3), loss.targets[[2]], torch.ones(1)).item() == pytest.approx(expected, abs=1e-6)


def test_region_share_adds_the_cross_entropy_of_the_region():
    loss = Loss(CODES, Objective(region_share=0.5), LABELS, ONES)
    expected = np.log(3) + 0.5 * np.log(3 / 2)
    assert loss(torch.zeros(1, 3), loss.targets[[0]], torch.ones(1)).item() == pytest.approx(expected, abs=1e-6)


def test_loss_is_the_weighted_mean():
    loss = Loss(CODES, Objective(), LABELS, ONES)
    logits = torch.tensor([[5.0, 0.0, 0.0], [0.0, 0.0, 0.0]])
    both = loss(logits, loss.targets[[0, 0]], torch.tensor([0.0, 1.0]))
    assert both.item() == pytest.approx(np.log(3), abs=1e-6)


def test_weights_have_mean_one_and_follow_the_counts(prepared):
    samples = read_samples(prepared).of_splits("train")
    rows = np.flatnonzero((samples.labels == 0) | (samples.collections == "site-0"))
    uneven = samples.take(rows)
    weights = sample_weights(uneven, Sampling(class_power=1))
    assert weights.mean() == pytest.approx(1, abs=1e-6)
    by_country = [weights[uneven.labels == label].sum() for label in range(4)]
    assert np.ptp(by_country) < 1e-4


def test_collection_and_landmark_weights(prepared):
    samples = read_samples(prepared).of_splits("train")
    assert np.allclose(sample_weights(samples, Sampling()), 1)
    light = sample_weights(samples, Sampling(collection_weights={"site-0": 0.5}))
    assert light[samples.collections == "site-0"].max() < light[samples.collections == "site-1"].min()
    one_place = dataclasses.replace(samples, landmarks=np.where(samples.collections == "site-0", "petra", ""))
    capped = sample_weights(one_place, Sampling(landmark_cap=2))
    at_petra = samples.collections == "site-0"
    assert capped[at_petra].sum() / capped[~at_petra][0] == pytest.approx(2, rel=1e-4)
    squared = sample_weights(samples, Sampling(collection_power=1))
    assert np.allclose(squared, 1)  # every collection has as many photos of every country
