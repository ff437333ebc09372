"""Fixtures for training: generated photos in the prepared format, a tiny recipe."""

from __future__ import annotations

import runpy
from pathlib import Path

import pytest
import torch

from triovision.training.extra import check_train_extra

check_train_extra()

# Beside other processes, threads that wait for each other cost more than these small networks do.
torch.set_num_threads(1)

MAKER = runpy.run_path(str(Path(__file__).parents[2] / "prepared_set.py"))


@pytest.fixture
def rows():
    return MAKER["make_rows"]()


@pytest.fixture
def write_prepared(tmp_path):
    def write(rows, **options):
        return MAKER["write_prepared"](tmp_path / "data", rows, **options)

    return write


@pytest.fixture(scope="session")
def prepared(tmp_path_factory):
    """Folder of a small prepared data set; not to be changed."""
    return MAKER["write_prepared"](tmp_path_factory.mktemp("prepared") / "data", MAKER["make_rows"]())


@pytest.fixture
def tiny_recipe():
    return MAKER["tiny_recipe"]()
