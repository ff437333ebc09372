import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from triovision.errors import DataError
from triovision.training.streaming.order import Batches, compute_draws, make_order

SHARDS = np.repeat(np.arange(40), 25)


def order(seed=0, shards=SHARDS, draws=None, lanes=4, window=3):
    return make_order(shards, draws, lanes=lanes, window=window, random=np.random.default_rng(seed))


def test_every_sample_comes_once_and_each_seed_has_its_order():
    places, draws = order()
    assert sorted(places) == list(range(1000))
    assert not draws.any()
    assert np.array_equal(places, order().places)
    assert not np.array_equal(places, order(seed=1).places)


def test_what_is_near_in_the_epoch_is_near_on_the_disk():
    places = order().places
    # Four lanes, each within one window of three shards or passing to the next.
    assert max(len(np.unique(SHARDS[places[start : start + 20]])) for start in range(0, 1000, 20)) <= 4 * 6
    assert len(np.unique(SHARDS[places[:20]])) >= 4


def test_samples_of_a_shard_are_mixed_with_others():
    places = order().places
    first = [np.flatnonzero(SHARDS[places] == shard) for shard in range(40)]
    assert np.median([np.ptp(where) for where in first]) > 4 * 25


@given(st.integers(1, 60), st.integers(1, 9), st.integers(1, 4), st.integers(1, 5), st.integers(0, 3), st.booleans())
def test_batches_of_all_processes_are_those_of_one_with_a_larger_batch(samples, batch, ranks, lanes, seed, drawn):
    if samples < ranks:
        with pytest.raises(DataError, match="train with fewer processes"):
            Batches(samples, batch, ranks)
        return
    random = np.random.default_rng(seed)
    wanted = compute_draws(random.random(samples) + 0.1, 4) if drawn else None
    places = order(seed, random.integers(0, 7, samples), wanted, lanes, 2).places
    assert len(places) == samples
    together, alone = Batches(samples, batch, ranks), Batches(samples, batch * ranks)
    sizes = []
    for index in range(len(together)):
        parts = [places[together.of_rank(index, rank)] for rank in range(ranks)]
        sizes += [len(part) for part in parts]
        if len(alone) == len(together):
            assert sorted(np.concatenate(parts)) == sorted(places[alone.of_rank(index, 0)])
    assert max(sizes) <= batch
    assert 1 <= min(sizes) >= max(sizes) - 1
    assert sum(sizes) == samples or (batch == 1 and samples - sum(sizes) < ranks)


def test_lanes_stay_with_their_process():
    places, batches = order(lanes=4).places, Batches(1000, 16, 2)
    shards = [
        {int(shard) for index in range(len(batches)) for shard in SHARDS[places[batches.of_rank(index, rank)]]}
        for rank in range(2)
    ]
    # Lanes end within shards, so neighbours share one.
    assert len(shards[0] & shards[1]) <= 3


def test_rare_samples_come_more_often_but_no_more_than_allowed():
    wanted = np.ones(1000)
    wanted[:10] = 100.0
    draws = compute_draws(wanted, 8)
    assert draws.max() == 8
    assert draws.mean() == pytest.approx(1)
    places, nth = order(draws=draws)
    counts = np.bincount(places, minlength=1000)
    assert counts.sum() == 1000
    assert (counts[:10] == 8).all()
    assert np.abs(counts - draws).max() < 1
    assert sorted(nth[places == 3]) == list(range(8))


def test_equal_wishes_are_once_each():
    assert compute_draws(np.full(7, 0.2), 4).tolist() == pytest.approx([1.0] * 7)
