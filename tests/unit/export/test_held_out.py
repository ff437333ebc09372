import dataclasses

import numpy as np
import pytest

from triovision.errors import TrainingError
from triovision.export.held_out import make_held_out, prior_of, site_weights
from triovision.training.prepared import read_samples
from triovision.training.recipe import Sampling
from triovision.training.run_folder import HeldOut


def held_out_of(samples):
    return HeldOut(np.zeros((len(samples), 4), np.float32), samples.labels, samples.sample_ids)


def with_collections(samples, *names):
    """The samples, dealt to so many collections in turn."""
    return dataclasses.replace(samples, collections=np.array([names[row % len(names)] for row in range(len(samples))]))


def test_a_site_counts_by_the_root_of_its_photos():
    weights = site_weights(np.array(["a"] * 16 + ["b"] * 4))
    assert weights[:16].sum() / weights[16:].sum() == pytest.approx(2)
    assert weights.mean() == pytest.approx(1)


def test_the_prior_by_hand():
    # Sites of four and one photo weigh 4/3 * (1/2) and 4/3 * 1 per photo... scaled to a mean of 1: 5/6 and 5/3.
    prior = prior_of(np.array([0, 0, 0, 0, 1]), np.array(["a"] * 4 + ["b"]), 3)
    assert prior == pytest.approx(np.array([4 * 5 / 6 + 1, 5 / 3 + 1, 1]) / 8)


def test_groups_keep_sites_whole_and_their_prior_leaves_them_out(prepared):
    samples = with_collections(read_samples(prepared), "a", "b", "c", "twin", "d", "e", "f")
    sampling = Sampling(same_site={"twin": "a"})
    photos = make_held_out(held_out_of(samples), samples, samples, sampling)
    sites = np.array([sampling.same_site.get(name, name) for name in samples.collections])
    for site in np.unique(sites):
        assert len(np.unique(photos.groups[sites == site])) == 1
    assert len(np.unique(photos.groups)) == 5
    for group, prior in enumerate(photos.priors):
        others = ~np.isin(sites, sites[photos.groups == group])
        assert prior == pytest.approx(prior_of(samples.labels[others], sites[others], 4))


def test_collections_that_only_train_say_nothing_about_the_prior(prepared):
    samples = with_collections(read_samples(prepared), "a", "b", "famous")
    photos = make_held_out(held_out_of(samples), samples, samples, Sampling(train_only=("famous",)))
    rest = samples.collections != "famous"
    assert photos.prior == pytest.approx(prior_of(samples.labels[rest], samples.collections[rest], 4))


def test_one_site_alone_is_dealt_photo_by_photo(prepared):
    samples = with_collections(read_samples(prepared), "a")
    photos = make_held_out(held_out_of(samples), samples, samples, Sampling())
    assert np.bincount(photos.groups).min() >= len(samples) // 5


def test_a_photo_of_other_data_is_refused(prepared):
    samples = read_samples(prepared)
    stranger = dataclasses.replace(held_out_of(samples), sample_ids=np.array(["zz"] * len(samples)))
    with pytest.raises(TrainingError, match="holds no sample zz"):
        make_held_out(stranger, samples, samples, Sampling())
