"""Every recipe that comes with TrioVision, from a small prepared set to a run folder, on a CPU in a minute or two."""

from __future__ import annotations

import csv
import runpy
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import torch

from triovision.training.extra import check_train_extra

check_train_extra()

from triovision.training.loop import train  # noqa: E402 - it needs what is checked above
from triovision.training.recipe_files import load_recipe, recipe_names  # noqa: E402
from triovision.training.run_folder import read_run  # noqa: E402

MAKER = runpy.run_path(str(Path(__file__).parents[1] / "prepared_set.py"))

# The recipe's own stages, networks and options; only the size of the photos and the length are cut.
SMALL = ["weights=none", "preprocessing.input_size=(32,32)", "workers=0", "precision=32-true"]
EPOCHS = 2

RECIPE = """
from triovision.preprocess import Preprocessing
from triovision.training.recipe import Recipe, Sampling, Stage

RECIPE = Recipe(
    name="together",
    network="test_efficientnet",
    weights="none",
    preprocessing=Preprocessing(input_size=(32, 32), crop_pct=1.0, mean=(0.5, 0.5, 0.5), std=(0.5, 0.5, 0.5)),
    stages=(
        Stage(epochs=2, stored_views=2, batch_size=12, learning_rate=1e-2),
        Stage(epochs=2, batch_size=12, frozen_blocks=2, learning_rate=1e-3, average_decay=0.9),
    ),
    sampling=Sampling(collection_weights={"site-0": 0.1}),
)
"""


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    return MAKER["write_prepared"](tmp_path_factory.mktemp("recipes") / "data", MAKER["make_rows"](per_country=7))


@pytest.fixture
def one_thread():
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def figures(folder):
    with (folder / "metrics.csv").open() as file:
        return list(csv.DictReader(file))


def shortened(name):
    recipe = load_recipe(name, SMALL)
    epochs = [f"stages.{index}.epochs={EPOCHS}" for index in range(len(recipe.stages))]
    # Without pretrained weights a network needs larger steps to move at all.
    return load_recipe(name, [*SMALL, *epochs, "stages.0.learning_rate=1e-3", *(["folds=2"] if recipe.folds else [])])


@pytest.mark.slow  # networks of 4 to 86 million parameters
@pytest.mark.parametrize("name", recipe_names())
def test_every_recipe_trains_and_its_loss_falls(name, data, tmp_path, one_thread):
    summary = train(shortened(name), data, tmp_path / "run", say=lambda _message: None)
    rows = [row for row in figures(tmp_path / "run") if row["stage"] == "0"]
    assert float(rows[EPOCHS - 1]["loss"]) < float(rows[0]["loss"])
    assert summary["held_out"] >= 8
    assert read_run(tmp_path / "run").network.head.linear.weight.abs().max() > 0
    shutil.rmtree(tmp_path)  # a gigabyte that pytest would keep for the next three runs


def start(*arguments):
    command = [sys.executable, "-m", *map(str, arguments)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def finish(process):
    out, err = process.communicate()
    assert process.returncode == 0, err
    return out


@pytest.fixture(scope="module")
def recipe(tmp_path_factory):
    path = tmp_path_factory.mktemp("recipe") / "together.py"
    path.write_text(RECIPE)
    return path


@pytest.mark.slow  # four processes that load torch
def test_two_processes_train_as_one_with_the_doubled_batch(recipe, data, tmp_path):
    double = ["stages.0.batch_size=24", "stages.1.batch_size=24"]
    finish(start("triovision", "train", recipe, *double, "--data", data, "--to", tmp_path / "one"))
    torchrun = ("torch.distributed.run", "--standalone", "--nproc-per-node", "2")
    said = finish(start(*torchrun, "-m", "triovision", "train", recipe, "--data", data, "--to", tmp_path / "two"))
    assert said.count("samples held out") == 1
    one, two = figures(tmp_path / "one"), figures(tmp_path / "two")
    assert len(one) == len(two) == 4
    for alone, together in zip(one, two, strict=True):
        for figure in ("loss", "negative_log_likelihood"):
            assert float(together[figure]) == pytest.approx(float(alone[figure]), rel=1e-3)
    runs = [read_run(tmp_path / name) for name in ("one", "two")]
    assert [run.summary["processes"] for run in runs] == [1, 2]
    assert np.array_equal(runs[0].held_out.sample_ids, runs[1].held_out.sample_ids)
    assert np.abs(runs[0].held_out.logits - runs[1].held_out.logits).max() < 0.05


@pytest.mark.slow  # three processes that load torch
def test_a_killed_run_goes_on_to_the_same_weights(recipe, data, tmp_path):
    longer = ["stages.1.epochs=40", "stages.1.patience=0"]
    command = ["triovision", "train", recipe, *longer, "--data", data]
    killed = start(*command, "--to", tmp_path / "run")
    checkpoint = tmp_path / "run" / "resume" / "final" / "running.ckpt"
    first = checkpoint.with_name("stage-0.ckpt")
    while killed.poll() is None and not (first.exists() and checkpoint.exists()):
        time.sleep(0.02)
    killed.send_signal(signal.SIGKILL)
    killed.communicate()
    assert killed.returncode == -signal.SIGKILL
    finish(start(*command, "--to", tmp_path / "run", "--resume"))
    finish(start(*command, "--to", tmp_path / "unbroken"))
    runs = [read_run(tmp_path / name) for name in ("run", "unbroken")]
    for name, tensor in runs[0].network.state_dict().items():
        assert torch.equal(tensor, runs[1].network.state_dict()[name])
    assert np.array_equal(runs[0].held_out.logits, runs[1].held_out.logits)
