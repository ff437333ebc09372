import csv
import dataclasses
import json
import resource

import numpy as np
import pytest
import torch

from triovision.errors import TrainingError
from triovision.training.checkpoints import Progress
from triovision.training.loop import train
from triovision.training.module import StageModule
from triovision.training.recipe import Augmentation, Optimizer, Rebalance, Stage
from triovision.training.run_folder import read_run

quiet = {"say": lambda _message: None}

# Everything that a resumed run could get wrong: dropout, mixing, averages, stopping, plateaus, views drawn anew.
STAGES = (
    Stage(epochs=2, stored_views=2, batch_size=16, learning_rate=1e-2, dropout=0.3, patience=0),
    Stage(epochs=2, stored_views=2, frozen_blocks=2, batch_size=16, mixup=0.4, cutmix_share=0.5, average_decay=0.9),
    Stage(
        epochs=3,
        frozen_blocks=2,
        batch_size=16,
        dropout=0.2,
        batch_norm="trained",
        schedule="plateau",
        optimizer=Optimizer(kind="adam", accumulate=2, plateau_patience=0),
        rebalance=Rebalance(power=0.5),
    ),
)


class KilledError(Exception):
    pass


@pytest.fixture
def recipe(tiny_recipe):
    return dataclasses.replace(tiny_recipe, stages=STAGES, heads=2, augmentation=Augmentation(test_views=2))


@pytest.fixture
def kill_at(monkeypatch):
    """Break a run off in the middle of its n-th epoch."""

    def kill(epoch, step=StageModule.training_step):
        begun = []

        def dying(module, batch, index):
            begun.append(index == 0)
            if sum(begun) == epoch and index == 1:
                raise KilledError
            return step(module, batch, index)

        monkeypatch.setattr(StageModule, "training_step", dying)

    yield kill
    monkeypatch.undo()


def weights(folder):
    run = read_run(folder)
    state = run.network.state_dict()
    return np.concatenate([tensor.double().flatten().numpy() for tensor in state.values()]), run.held_out.logits


def figures(folder):
    """Every epoch's figures; how fast it was is another matter."""
    with (folder / "metrics.csv").open() as file:
        return [{key: value for key, value in row.items() if key != "photos_per_s"} for row in csv.DictReader(file)]


@pytest.fixture(scope="module")
def unbroken(prepared, tmp_path_factory):
    return tmp_path_factory.mktemp("unbroken")


@pytest.mark.parametrize("epoch", [1, 4, 6, 9])
def test_resume_equals_no_interruption(prepared, recipe, unbroken, tmp_path, kill_at, monkeypatch, epoch):
    if not (unbroken / "summary.json").exists():
        train(recipe, prepared, unbroken, **quiet)
    kill_at(epoch)
    with pytest.raises(KilledError):
        train(recipe, prepared, tmp_path / "run", **quiet)
    monkeypatch.undo()
    assert not (tmp_path / "run" / "summary.json").exists()
    train(recipe, prepared, tmp_path / "run", resume=True, **quiet)
    for found, expected in zip(weights(tmp_path / "run"), weights(unbroken), strict=True):
        assert np.array_equal(found, expected)
    assert not (tmp_path / "run" / "resume").exists()
    assert figures(tmp_path / "run") == figures(unbroken)
    assert len(figures(unbroken)) == 2 * 2 + 2 + 3


@pytest.fixture
def broken_off(prepared, recipe, tmp_path, kill_at, monkeypatch):
    kill_at(2)
    with pytest.raises(KilledError):
        train(recipe, prepared, tmp_path / "run", **quiet)
    monkeypatch.undo()
    return tmp_path / "run"


def test_a_broken_off_run_is_neither_overwritten_nor_mixed_with_another(
    broken_off, prepared, recipe, write_prepared, rows
):
    with pytest.raises(TrainingError, match="go on with --resume"):
        train(recipe, prepared, broken_off, **quiet)
    with pytest.raises(TrainingError, match=r"another recipe \(seed differ"):
        train(dataclasses.replace(recipe, seed=5), prepared, broken_off, resume=True, **quiet)
    other = write_prepared(rows)
    (other / "data.json").write_text(json.dumps({"data_hash": "other"}))
    with pytest.raises(TrainingError, match="begun on other data"):
        train(recipe, other, broken_off, resume=True, **quiet)


def test_a_broken_checkpoint_is_named(broken_off, prepared, recipe):
    (broken_off / "resume" / "final" / "running.ckpt").write_bytes(b"cut")
    with pytest.raises(TrainingError, match=r"running\.ckpt: not a readable checkpoint .* delete it"):
        train(recipe, prepared, broken_off, resume=True, **quiet)


def test_another_number_of_processes_is_refused(broken_off, prepared, recipe, monkeypatch):
    monkeypatch.setattr("triovision.training.processes.world_size", lambda: 2)
    path = broken_off / "resume" / "final" / "running.ckpt"
    module = StageModule.__new__(StageModule)
    with pytest.raises(TrainingError, match="started by 1 processes and is resumed by 2"):
        module.on_load_checkpoint(torch.load(path, weights_only=True))


def test_resume_of_nothing_begins_and_of_the_whole_does_nothing(prepared, tiny_recipe, tmp_path):
    said = []
    first = train(tiny_recipe, prepared, tmp_path / "run", resume=True, **quiet)
    again = train(tiny_recipe, prepared, tmp_path / "run", resume=True, say=said.append)
    assert first == again
    assert said == [f"{tmp_path / 'run'}: finished already"]


def test_a_full_disk_loses_no_earlier_checkpoint(prepared, tiny_recipe, tmp_path, monkeypatch):
    # The real limit of the system: a file may not grow beyond it, as on a disk without room.
    head = dataclasses.replace(tiny_recipe.stages[1], stored_views=0, epochs=3)
    recipe = dataclasses.replace(tiny_recipe, stages=(head,))
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    end = StageModule.on_train_epoch_end

    def full_after_the_first(module):
        end(module)
        if module.current_epoch == 1:
            resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, limits[1]))

    monkeypatch.setattr(StageModule, "on_train_epoch_end", full_after_the_first)
    try:
        with pytest.raises(TrainingError, match=r"the disk is full .* go on with --resume"):
            train(recipe, prepared, tmp_path / "run", **quiet)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    monkeypatch.undo()
    kept = tmp_path / "run" / "resume" / "final"
    assert [path.name for path in kept.iterdir()] == ["running.ckpt"]
    assert len(torch.load(kept / "running.ckpt", weights_only=True)["stage"]["history"]) == 1
    train(recipe, prepared, tmp_path / "run", resume=True, **quiet)
    train(recipe, prepared, tmp_path / "unbroken", **quiet)
    assert np.array_equal(weights(tmp_path / "run")[0], weights(tmp_path / "unbroken")[0])


def test_a_stage_that_had_stopped_early_has_no_further_epoch(prepared, tiny_recipe, tmp_path, monkeypatch):
    # It never gets better than after its first epoch; killed between its last checkpoint and its result.
    stage = Stage(epochs=9, stored_views=1, batch_size=16, learning_rate=5.0, schedule="constant", patience=2)
    recipe = dataclasses.replace(tiny_recipe, stages=(stage,))
    train(recipe, prepared, tmp_path / "unbroken", **quiet)

    def die(*_):
        raise KilledError

    monkeypatch.setattr(Progress, "write", die)
    with pytest.raises(KilledError):
        train(recipe, prepared, tmp_path / "run", **quiet)
    monkeypatch.undo()
    train(recipe, prepared, tmp_path / "run", resume=True, **quiet)
    assert len(figures(tmp_path / "unbroken")) < 9
    assert figures(tmp_path / "run") == figures(tmp_path / "unbroken")
    assert np.array_equal(weights(tmp_path / "run")[0], weights(tmp_path / "unbroken")[0])
