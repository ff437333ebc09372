"""Fixtures for exports: one small finished run."""

from __future__ import annotations

import dataclasses
import runpy
from pathlib import Path

import pytest
import torch

from triovision.training.extra import check_train_extra

check_train_extra(("onnx", "onnxscript"))

# Beside other processes, threads that wait for each other cost more than these small networks do.
torch.set_num_threads(1)

MAKER = runpy.run_path(str(Path(__file__).parents[2] / "prepared_set.py"))


@pytest.fixture(scope="session")
def prepared(tmp_path_factory):
    """Folder of a small prepared data set; not to be changed."""
    return MAKER["write_prepared"](tmp_path_factory.mktemp("prepared") / "data", MAKER["make_rows"]())


@pytest.fixture(scope="session")
def finished_run(tmp_path_factory, prepared):
    """Folder of a finished run on `prepared`; not to be changed."""
    from triovision.training.loop import train  # noqa: PLC0415 - after the check of the extra

    recipe = dataclasses.replace(MAKER["tiny_recipe"](), folds=2)
    folder = tmp_path_factory.mktemp("run") / "run"
    train(recipe, prepared, folder, say=lambda _message: None)
    return folder
