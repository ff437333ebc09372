import dataclasses
import json
import math

import numpy as np
import pytest
import torch

from triovision.errors import DataError, TrainingError
from triovision.training.loop import train
from triovision.training.recipe import HeadStart, Objective, Sampling, Stage
from triovision.training.run_folder import read_run, write_atomically

quiet = {"say": lambda _message: None}


def losses(folder):
    lines = (folder / "metrics.csv").read_text().splitlines()
    columns = lines[0].split(",")
    return [dict(zip(columns, line.split(","), strict=True)) for line in lines[1:]]


def test_a_run_leaves_all_that_is_promised(prepared, tiny_recipe, tmp_path):
    recipe = dataclasses.replace(tiny_recipe, folds=3)
    summary = train(recipe, prepared, tmp_path / "run", **quiet)
    names = {path.name for path in (tmp_path / "run").iterdir()}
    assert names >= {
        "recipe.json", "labels.json", "checkpoint.ckpt", "out_of_fold.npz", "folds", "metrics.csv", "summary.json",
    }  # fmt: skip
    assert summary == json.loads((tmp_path / "run" / "summary.json").read_text())
    run = read_run(tmp_path / "run")
    assert run.recipe == recipe
    assert run.country_codes == ("FR", "JP", "BR", "KE")
    assert run.held_out.logits.shape == (48, 4)
    assert len(set(run.held_out.sample_ids)) == 48
    fold = json.loads((tmp_path / "run" / "folds" / "fold-0.json").read_text())
    assert fold["held_out"] + fold["trained_on"] == 48
    checkpoint = torch.load(tmp_path / "run" / "checkpoint.ckpt", weights_only=True)
    assert checkpoint["head"]["weight"].shape == (4, 256)


def test_loss_falls_and_colours_are_learned(prepared, tiny_recipe, tmp_path):
    recipe = dataclasses.replace(
        tiny_recipe, stages=(dataclasses.replace(tiny_recipe.stages[0], epochs=8, patience=3),)
    )
    summary = train(recipe, prepared, tmp_path / "run", **quiet)
    rows = losses(tmp_path / "run")
    assert float(rows[-1]["loss"]) < float(rows[0]["loss"])
    assert summary["figures"]["top1_accuracy"] > 0.8


def test_a_seeded_run_repeats(prepared, tiny_recipe, tmp_path):
    recipe = dataclasses.replace(
        tiny_recipe,
        stages=(*tiny_recipe.stages, Stage(epochs=1, batch_size=16, frozen_blocks=2, mixup=0.4, cutmix_share=0.5)),
    )
    for name in ("a", "b"):
        train(recipe, prepared, tmp_path / name, **quiet)
    train(dataclasses.replace(recipe, seed=1), prepared, tmp_path / "c", **quiet)
    first, second, other = (read_run(tmp_path / name).held_out.logits for name in "abc")
    assert np.array_equal(first, second)
    assert not np.array_equal(first, other)


def test_every_setting_together(prepared, tiny_recipe, tmp_path):
    head, blocks = tiny_recipe.stages
    recipe = dataclasses.replace(
        tiny_recipe,
        stages=(
            dataclasses.replace(head, schedule="constant", dropout=0.1),
            dataclasses.replace(
                blocks,
                average_decay=0.9,
                mixup=0.4,
                cutmix_share=0.5,
                clip_norm=1,
                blend=0.5,
                patience=1,
                layer_decay=0.8,
            ),
        ),
        head_start=HeadStart("discriminant"),
        heads=2,
        folds=2,
        fold_batch_norms=True,
        monitor="top1_accuracy",
        objective=Objective(near_share=0.2, near="distance", prior_strength=0.5, region_share=0.2),
        sampling=Sampling(collection_power=0.5, landmark_cap=1, train_only=("site-0",), licences=("CC0",)),
    )
    summary = train(recipe, prepared, tmp_path / "run", **quiet)
    assert summary["held_out"] == 40
    run = read_run(tmp_path / "run")
    assert run.network.folded
    assert all(math.isfinite(value) for value in summary["figures"].values())


def test_views_drawn_by_workers(prepared, tiny_recipe, tmp_path):
    stage = Stage(epochs=1, batch_size=16, frozen_blocks=0, average_decay=0.5, batch_norm="trained")
    recipe = dataclasses.replace(tiny_recipe, network="test_resnet", stages=(stage,), workers=1, channels_last=False)
    assert train(recipe, prepared, tmp_path / "run", **quiet)["held_out"] == 16


def test_frozen_blocks_do_not_change(prepared, tiny_recipe, tmp_path):
    train(tiny_recipe, prepared, tmp_path / "run", **quiet)
    trained = read_run(tmp_path / "run").network.backbone.state_dict()
    short = dataclasses.replace(tiny_recipe, stages=tiny_recipe.stages[:1])
    train(short, prepared, tmp_path / "short", **quiet)
    before = read_run(tmp_path / "short").network.backbone.state_dict()
    changed = {name for name in trained if not torch.equal(trained[name], before[name])}
    assert changed
    assert not any(name.startswith(("conv_stem", "blocks.0", "blocks.1", "bn1")) for name in changed)


def test_early_stopping_keeps_the_best_epoch(prepared, tiny_recipe, tmp_path):
    stage = Stage(epochs=30, stored_views=1, batch_size=16, learning_rate=5.0, schedule="constant", patience=2)
    summary = train(dataclasses.replace(tiny_recipe, stages=(stage,)), prepared, tmp_path / "run", **quiet)
    rows = losses(tmp_path / "run")
    best = min(float(row["negative_log_likelihood"]) for row in rows)
    assert len(rows) < 30
    assert summary["figures"]["negative_log_likelihood"] == pytest.approx(best, abs=1e-4)


def test_one_country_is_refused_before_training(write_prepared, rows, tiny_recipe, tmp_path):
    folder = write_prepared([row for row in rows if row["country_code"] == "FR"])
    with pytest.raises(DataError, match="one country only"):
        train(tiny_recipe, folder, tmp_path / "run", **quiet)
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize(("split", "error"), [("train", DataError), ("val", TrainingError)])
def test_empty_split_is_refused_before_training(write_prepared, rows, tiny_recipe, tmp_path, split, error):
    folder = write_prepared([row for row in rows if row["split"] != split])
    with pytest.raises(error, match="empty"):
        train(tiny_recipe, folder, tmp_path / "run", **quiet)


def test_no_sample_of_the_licences_is_refused(prepared, tiny_recipe, tmp_path):
    recipe = dataclasses.replace(tiny_recipe, sampling=Sampling(licences=("MIT",)))
    with pytest.raises(DataError, match="what remains to train on is empty"):
        train(recipe, prepared, tmp_path / "run", **quiet)


def test_used_folder_is_refused(prepared, tiny_recipe, tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(TrainingError, match="not empty"):
        train(tiny_recipe, prepared, tmp_path, **quiet)
    with pytest.raises(TrainingError, match="cannot be made"):
        train(tiny_recipe, prepared, tmp_path / "file", **quiet)


def test_unfinished_run_is_refused(prepared, tiny_recipe, tmp_path):
    with pytest.raises(TrainingError, match="not a finished training run"):
        read_run(tmp_path)
    train(tiny_recipe, prepared, tmp_path / "run", **quiet)
    (tmp_path / "run" / "checkpoint.ckpt").write_bytes(b"cut")
    with pytest.raises(TrainingError, match="not a whole training run"):
        read_run(tmp_path / "run")


def test_a_failed_write_leaves_the_old_file(tmp_path, monkeypatch):
    path = tmp_path / "file"
    write_atomically(path, b"old")

    def full(_handle):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("triovision.training.run_folder.os.fsync", full)
    with pytest.raises(OSError, match="No space"):
        write_atomically(path, b"new")
    assert path.read_bytes() == b"old"
    assert [entry.name for entry in tmp_path.iterdir()] == ["file"]
