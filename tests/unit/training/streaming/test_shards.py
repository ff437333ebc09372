import pickle
from pathlib import Path

import numpy as np
import pytest

from triovision.errors import DataError
from triovision.training.prepared import read_images, read_samples
from triovision.training.streaming import ShardImages, check_shards
from triovision.training.streaming.shards import ShardReader


def test_streamed_images_are_those_in_memory(many_shards):
    samples = read_samples(many_shards)
    streamed, held = ShardImages(samples), read_images(samples)
    assert len(streamed) == len(held) == 56
    for row in (55, 0, 3, 55):
        assert np.abs(streamed[row].astype(int) - held[row]).max() <= 1
    assert len(streamed[2:5]) == 3
    copy = pickle.loads(pickle.dumps(streamed))  # noqa: S301 - our own, as a worker process gets it
    assert np.array_equal(copy[7], streamed[7])


def count_open():
    return len(list(Path("/proc/self/fd").iterdir()))


def test_few_shards_stay_open(many_shards):
    samples = read_samples(many_shards)
    reader = ShardReader(many_shards / "shards", keep=2)
    before = count_open()
    for shard, sample_id in zip(samples.shards, samples.sample_ids, strict=True):
        assert reader.read(shard, sample_id)[:2] == b"\xff\xd8"
    assert count_open() <= before + 2
    reader.close()
    assert count_open() == before


def shard_of(folder, split="train"):
    return folder / "shards" / f"{split}-00000.tar"


def first_photo(folder):
    samples = read_samples(folder)
    return ShardImages(samples.take(np.flatnonzero(samples.shards == "train-00000.tar")))


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda path: path.unlink(), r"train-00000\.tar: shard missing"),
        (lambda path: path.write_bytes(b""), r"train-00000\.tar: shard corrupt"),
        (lambda path: path.write_bytes(b"x" * 4096), r"train-00000\.tar: shard corrupt"),
        (lambda path: path.write_bytes(path.read_bytes()[: 512 * 12]), r"train-00000\.tar: .*s000\d\.jpg"),
        (lambda path: path.write_bytes(bytes(1024)), r"train-00000\.tar: holds no s\d+\.jpg"),
    ],
)
def test_damaged_shard_is_named(own_shards, damage, message):
    damage(shard_of(own_shards))
    with pytest.raises(DataError, match=message) as caught:
        list(first_photo(own_shards))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("change", [lambda jpeg: bytes(len(jpeg)), lambda jpeg: jpeg[:700] + bytes(len(jpeg) - 700)])
def test_damaged_photo_is_named(own_shards, change):
    path = shard_of(own_shards)
    content = path.read_bytes()
    start = content.index(b"\xff\xd8\xff")
    end = content.index(b"\xff\xd9", start) + 2
    path.write_bytes(content[:start] + change(content[start:end]) + content[end:])
    with pytest.raises(DataError, match=r"train-00000\.tar/s\d+\.jpg: photo in the shard is corrupt"):
        list(first_photo(own_shards))


@pytest.mark.parametrize(
    ("how", "damage", "message"),
    [
        ("sizes", lambda path: path.unlink(), r"train-00000\.tar is missing"),
        (
            "sizes",
            lambda path: path.write_bytes(path.read_bytes()[:-512]),
            r"train-00000\.tar has [\d,]+ bytes instead",
        ),
        (
            "hashes",
            lambda path: path.write_bytes(path.read_bytes().replace(b"\xff\xd8", b"\xff\xd7", 1)),
            r"train-00000\.tar is not what data",
        ),
    ],
)
def test_check_names_the_shard_before_training(own_shards, how, damage, message):
    check_shards(read_samples(own_shards), "hashes")
    damage(shard_of(own_shards))
    with pytest.raises(DataError, match=message):
        check_shards(read_samples(own_shards), how)
    check_shards(read_samples(own_shards), "none")


def test_check_says_how_many_and_sees_a_cut_without_facts(own_shards):
    (own_shards / "data.json").write_text('{"data_hash": "abc"}')
    check_shards(read_samples(own_shards), "sizes")
    shard_of(own_shards).write_bytes(shard_of(own_shards).read_bytes()[:5120])
    shard_of(own_shards, "val").unlink()
    with pytest.raises(
        DataError, match=r"train-00000\.tar is cut off \(5,120 bytes\) and 1 more; prepare the data again"
    ):
        check_shards(read_samples(own_shards), "sizes")


def test_hashes_cannot_be_checked_without_facts(own_shards):
    (own_shards / "data.json").write_text('{"data_hash": "abc"}')
    with pytest.raises(DataError, match="its SHA-256 differs"):
        check_shards(read_samples(own_shards), "hashes")
