import dataclasses

import numpy as np
import pytest

from triovision.errors import DataError, TrainingError
from triovision.training.loop import train
from triovision.training.recipe import Machine, Rebalance, Stage, Streaming
from triovision.training.run_folder import read_run


@pytest.fixture
def recipe(streaming_recipe):
    """A stage on stored outputs, then one whose views are drawn anew from the shards."""
    head = Stage(epochs=4, stored_views=2, batch_size=16, learning_rate=1e-2, patience=0)
    drawn = Stage(epochs=2, frozen_blocks=2, batch_size=6, rebalance=Rebalance(power=0.5), patience=0)
    return dataclasses.replace(streaming_recipe, stages=(head, drawn))


def run(recipe, data, to):
    said = []
    summary = train(recipe, data, to, say=said.append)
    return summary, said, read_run(to).held_out.logits


def test_streamed_run_learns_and_repeats_with_any_number_of_workers(many_shards, recipe, tmp_path):
    summary, said, logits = run(recipe, many_shards, tmp_path / "a")
    assert any("photos are read from 11 shards" in line for line in said)
    assert summary["figures"]["top1_accuracy"] > 0.5
    _, _, again = run(dataclasses.replace(recipe, workers=2), many_shards, tmp_path / "b")
    assert np.array_equal(logits, again)


def test_broken_shard_ends_the_run_before_it_begins(own_shards, recipe, tmp_path):
    shard = own_shards / "shards" / "train-00003.tar"
    shard.write_bytes(shard.read_bytes()[:2000])
    with pytest.raises(DataError, match=r"train-00003\.tar has 2,000 bytes instead"):
        run(recipe, own_shards, tmp_path / "run")


@pytest.mark.parametrize("workers", [0, 1])
def test_broken_held_out_shard_is_one_line(own_shards, recipe, tmp_path, workers):
    shard = own_shards / "shards" / "val-00001.tar"
    shard.write_bytes(shard.read_bytes()[:2000])
    unchecked = dataclasses.replace(recipe.machine.streaming, check="none")
    recipe = dataclasses.replace(
        recipe, machine=Machine(streaming=unchecked), stages=recipe.stages[1:], workers=workers
    )
    with pytest.raises(DataError, match=r"val-00001\.tar: shard corrupt") as caught:
        run(recipe, own_shards, tmp_path / "run")
    assert "\n" not in str(caught.value)


def test_outputs_that_no_memory_holds_are_refused(many_shards, recipe, tmp_path):
    streaming = Streaming(mode="auto", memory_gb=1e-5)
    recipe = dataclasses.replace(recipe, machine=Machine(streaming=streaming))
    with pytest.raises(TrainingError, match=r"GB, more than 1e-05; set stages\.N\.stored_views=0"):
        run(recipe, many_shards, tmp_path / "run")
