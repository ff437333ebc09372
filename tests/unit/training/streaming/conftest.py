"""A prepared data set of many small shards, and recipes that stream it."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import runpy
from pathlib import Path

import pytest

from triovision.training.recipe import Machine, Streaming

MAKER = runpy.run_path(str(Path(__file__).parents[3] / "prepared_set.py"))
PER_SHARD = 5


def spread(rows):
    """Deal the samples of each split to shards of five."""
    counts: dict[str, int] = {}
    for row in rows:
        split = row["split"]
        row["shard"] = f"{split}-{counts.get(split, 0) // PER_SHARD:05d}.tar"
        counts[split] = counts.get(split, 0) + 1
    return rows


def write_facts(folder):
    shards = {
        path.stem: {"bytes": path.stat().st_size, "sha256": hashlib.sha256(path.read_bytes()).hexdigest()}
        for path in (folder / "shards").glob("*.tar")
    }
    (folder / "data.json").write_text(json.dumps({"data_hash": "abc123", "shards": shards}))
    return folder


@pytest.fixture(scope="session")
def many_shards(tmp_path_factory):
    """Folder of 56 samples in 13 shards; not to be changed."""
    folder = tmp_path_factory.mktemp("many") / "data"
    return write_facts(MAKER["write_prepared"](folder, spread(MAKER["make_rows"]())))


@pytest.fixture
def own_shards(tmp_path):
    """The same, to be damaged."""
    return write_facts(MAKER["write_prepared"](tmp_path / "data", spread(MAKER["make_rows"]())))


@pytest.fixture
def streaming_recipe(tiny_recipe):
    streaming = Streaming(mode="always", lanes=2, shuffle_shards=2)
    return dataclasses.replace(tiny_recipe, machine=Machine(streaming=streaming))
