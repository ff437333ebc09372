import dataclasses

import numpy as np
import pytest

from triovision.errors import TrainingError
from triovision.training.folds import assign_folds, training_rows
from triovision.training.prepared import read_samples
from triovision.training.recipe import Sampling


@pytest.fixture
def samples(prepared):
    return read_samples(prepared)


def test_a_collection_is_held_out_whole_and_once(samples):
    folds = assign_folds(samples, 3, Sampling())
    assert set(folds) == {0, 1, 2}
    for name in set(samples.collections):
        assert len(set(folds[samples.collections == name])) == 1


def test_folds_are_about_equal(samples):
    sizes = np.bincount(assign_folds(samples, 3, Sampling()))
    assert sizes.max() - sizes.min() <= 8  # one collection


def test_folds_do_not_depend_on_the_order_of_samples(samples):
    order = np.random.default_rng(0).permutation(len(samples))
    expected = assign_folds(samples, 3, Sampling())[order]
    assert np.array_equal(assign_folds(samples.take(order), 3, Sampling()), expected)


def test_train_only_collections_are_never_held_out(samples):
    folds = assign_folds(samples, 3, Sampling(train_only=("site-0",)))
    assert set(folds[samples.collections == "site-0"]) == {-1}
    assert (folds[samples.collections != "site-0"] >= 0).all()


def test_collections_of_one_site_stay_together(samples):
    folds = assign_folds(samples, 3, Sampling(same_site={"site-1": "site-0"}))
    assert set(folds[samples.collections == "site-0"]) == set(folds[samples.collections == "site-1"])


def test_too_few_collections_are_refused(samples):
    with pytest.raises(TrainingError, match="10 folds need as many collections, the data has 7"):
        assign_folds(samples, 10, Sampling())


def test_held_out_landmarks_leave_the_training_side(samples):
    landmarks = samples.landmarks.copy()
    landmarks[[0, 1]] = "petra"
    landmarks[[2, 3]] = ""
    held_out = np.zeros(len(samples), dtype=bool)
    held_out[[0, 2]] = True
    rows = training_rows(dataclasses.replace(samples, landmarks=landmarks), held_out)
    assert 1 not in rows
    assert 3 in rows
    assert not set(rows) & {0, 2}


def test_nothing_held_out_trains_on_all(samples):
    assert len(training_rows(samples, np.zeros(len(samples), dtype=bool))) == len(samples)
