import dataclasses
import json

import numpy as np
import pytest
import torch

from triovision.errors import DataError, TrainingError
from triovision.preprocess import crop_pixels
from triovision.training.prepared import read_images, read_samples
from triovision.training.recipe import Augmentation
from triovision.training.streaming import StreamedSamples, StreamLoader
from triovision.training.streaming.shards import decode_photo


@pytest.fixture
def make(many_shards, streaming_recipe):
    """Loaders of the train split; the weights number the samples, so that batches tell who is in them."""

    def make(folder=many_shards, batch_size=6, wanted=None, changed=None, rank=0, ranks=1, seed=0, **changes):
        samples = read_samples(folder).of_splits("train")
        weights = np.arange(len(samples), dtype=np.float32)
        recipe = dataclasses.replace(streaming_recipe, **changes)
        streamed = StreamedSamples(samples, weights, wanted, changed)
        return StreamLoader(streamed, recipe, batch_size=batch_size, seed=seed, rank=rank, ranks=ranks)

    return make


def who(batches):
    return [batch.weights.int().tolist() for batch in batches]


def test_an_epoch_is_every_sample_once(make, many_shards):
    loader = make()
    batches = list(loader)
    samples = read_samples(many_shards).of_splits("train")
    assert len(batches) == len(loader) == 6
    assert sorted(number for batch in who(batches) for number in batch) == list(range(32))
    for batch in batches:
        assert batch.inputs.dtype == torch.uint8
        assert batch.inputs.shape == (len(batch.labels), 3, 64, 64)
        assert batch.labels.tolist() == samples.labels[batch.weights.int()].tolist()


def test_epochs_differ_and_runs_repeat(make):
    one, other = make(), make()
    first, second = who(one), who(one)
    assert first != second
    assert [who(other), who(other)] == [first, second]
    assert who(make(seed=1)) != first


def same(first, second):
    pairs = [pair for one, two in zip(first, second, strict=True) for pair in zip(one, two, strict=True)]
    # No teacher here has a word on any batch.
    return all((a is None and b is None) or torch.equal(a, b) for a, b in pairs)


def test_decoding_processes_change_nothing(make):
    assert same(list(make(workers=2)), list(make()))


@pytest.mark.parametrize(("done", "workers"), [(0, 0), (1, 2), (4, 0), (6, 0)])
def test_resumed_epoch_is_the_rest_of_it(make, done, workers):
    whole = make()
    _, second, third = list(whole), list(whole), list(whole)
    stopped = make(workers=workers)
    list(stopped)
    batches = iter(stopped)
    for _ in range(done):
        next(batches)
    state = json.loads(json.dumps(stopped.state_dict()))
    resumed = make()
    resumed.load_state_dict(state)
    assert same(list(resumed), second[done:] or third)
    if 0 < done < 6:
        assert same(list(resumed), third)


def test_an_epoch_broken_off_is_over(make):
    loader = make()
    first = who(loader)
    next(iter(loader))
    assert who(loader) not in (first, [])


def test_state_before_the_first_batch_is_the_beginning(make):
    fresh = make()
    fresh.load_state_dict(make().state_dict())
    assert who(fresh) == who(make())


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"batch_size": 5}, r"other samples per batch \(6 then, 5 now\)"),
        ({"ranks": 2}, r"other training processes \(1 then, 2 now\)"),
        ({"seed": 3}, "other data or order"),
        ({"wanted": np.arange(1, 33.0)}, "other data or order"),
    ],
)
def test_state_of_another_run_is_refused(make, changes, message):
    with pytest.raises(TrainingError, match=message):
        make(**changes).load_state_dict(make().state_dict())


def test_two_processes_share_the_batches_of_one(make):
    one = [sorted(batch) for batch in who(make(batch_size=6))]
    parts = [who(make(batch_size=3, rank=rank, ranks=2)) for rank in range(2)]
    assert [sorted(a + b) for a, b in zip(*parts, strict=True)] == one
    assert {len(batch) for part in parts for batch in part} <= {2, 3}


def test_wanted_samples_come_more_often_and_weigh_the_rest(make):
    wanted = np.ones(32)
    wanted[4] = 50.0
    weights = np.concatenate([batch.weights.numpy() for batch in make(wanted=wanted, batch_size=32)])
    counts = {weight: int((weights == weight).sum()) for weight in set(weights.tolist())}
    most = max(counts, key=lambda weight: counts[weight])
    assert counts[most] == 8
    # 50 of a sum of 81, over 32 samples, is 19.75 times the mean; it came eight times.
    assert most == pytest.approx(4 * (50 / (81 / 32)) / 8, rel=1e-4)
    assert len(weights) == 32


def test_repeats_of_a_sample_are_different_views(make):
    wanted = np.ones(32)
    wanted[4] = 50.0
    (batch,) = make(wanted=wanted, batch_size=32)
    repeated = batch.inputs[batch.weights == batch.weights.mode().values]
    assert len(torch.unique(repeated.flatten(1), dim=0)) > 4


def test_unchanged_samples_look_as_they_will_in_use(make, many_shards, streaming_recipe):
    samples = read_samples(many_shards).of_splits("train")
    images = read_images(samples)
    loader = make(changed=np.zeros(32, dtype=bool))
    for batch in loader:
        for view, row in zip(batch.inputs, batch.weights.int().tolist(), strict=True):
            expected = crop_pixels(images[row], streaming_recipe.preprocessing).transpose(2, 0, 1)
            assert np.abs(view.numpy().astype(int) - expected).max() <= 1


def test_large_photos_are_decoded_at_a_smaller_scale(make, tmp_path, rows, write_prepared, monkeypatch):
    for row in rows:
        row["image"] = row["image"].resize((960, 640))
    folder = write_prepared(rows)
    seen = []
    monkeypatch.setattr(
        "triovision.training.streaming.loader.decode_photo",
        lambda *given: seen.append(decode_photo(*given)) or seen[-1],
    )
    list(make(folder, augmentation=Augmentation(crop_area=(0.5, 1.0))))
    # The least crop, half the area of 64 px, wants 91 px; the photo has 640, and an eighth of it would be 80.
    assert {photo.image.shape for photo in seen} == {(160, 240, 3)}


@pytest.mark.parametrize("workers", [0, 1])
def test_damage_met_on_the_way_is_one_line(make, own_shards, workers):
    shard = own_shards / "shards" / "train-00002.tar"
    shard.write_bytes(shard.read_bytes()[:1000])
    with pytest.raises(DataError, match=r"train-00002\.tar") as caught:
        list(make(own_shards, workers=workers))
    assert "\n" not in str(caught.value)


def test_a_dead_decoding_process_is_one_line(make, monkeypatch):
    loader = make(workers=1)
    monkeypatch.setattr("triovision.training.streaming.loader.draw_pixels", lambda *_: __import__("os")._exit(9))
    with pytest.raises(TrainingError, match=r"a decoding process died .* train with fewer") as caught:
        list(loader)
    assert "\n" not in str(caught.value)
