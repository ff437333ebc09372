import numpy as np
import pytest

from triovision.errors import DataError
from triovision.training.prepared import check_samples, read_images, read_samples


def test_samples_and_photos_are_read_in_the_manifests_order(prepared):
    samples = read_samples(prepared).of_splits("val")
    images = read_images(samples)
    assert len(samples) == len(images) == 16
    assert set(samples.splits) == {"val"}
    assert samples.data_hash == "abc123"
    reddest = [image.mean(axis=(0, 1)).argmax() for image in images if image.shape == (64, 96, 3)]
    assert all(reddest[row] == 0 for row in np.flatnonzero(samples.labels == 0))


def test_progress_reaches_the_end(prepared):
    seen = []
    read_images(read_samples(prepared).of_splits("val"), lambda done, total: seen.append((done, total)))
    assert seen[-1] == (16, 16)


def test_countries_without_a_label_are_left_out(write_prepared, rows):
    folder = write_prepared(rows, codes=("FR", "JP"))
    samples = read_samples(folder)
    assert len(samples) == len(rows) // 2
    assert len(read_images(samples)) == len(samples)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("manifest.parquet", None, "no manifest.parquet"),
        ("manifest.parquet", b"garbage", "cannot be read"),
        ("labels.json", None, "missing or not JSON"),
        ("labels.json", b"[]", "not a JSON object"),
        ("labels.json", b"{}", "no list country_codes"),
        ("labels.json", b'{"country_codes": ["FR", "QQ"]}', "no country codes, or twice: QQ"),
        ("labels.json", b'{"country_codes": ["FR", "FR"]}', "twice: FR"),
        ("labels.json", b'{"country_codes": ["US"]}', "belongs to other data"),
        ("data.json", b"x", "missing or not JSON"),
    ],
)
def test_broken_data_set_is_refused(write_prepared, rows, name, content, message):
    folder = write_prepared(rows)
    if content is None:
        (folder / name).unlink()
    else:
        (folder / name).write_bytes(content)
    with pytest.raises(DataError, match=message):
        read_samples(folder)


def test_manifest_without_a_column_is_refused(write_prepared, rows):
    folder = write_prepared([{key: value for key, value in row.items() if key != "licence"} for row in rows])
    with pytest.raises(DataError, match="columns missing: licence"):
        read_samples(folder)


@pytest.mark.parametrize("damage", ["cut", "missing"])
def test_corrupt_shard_is_refused(write_prepared, rows, damage):
    folder = write_prepared(rows)
    shard = folder / "shards" / "train-00000.tar"
    if damage == "cut":
        shard.write_bytes(shard.read_bytes()[: 512 * 9 + 100])
    else:
        shard.unlink()
    with pytest.raises(DataError, match="corrupt"):
        read_images(read_samples(folder))


def test_corrupt_photo_is_refused(write_prepared, rows):
    folder = write_prepared(rows)
    shard = folder / "shards" / "train-00000.tar"
    content = bytearray(shard.read_bytes())
    content[512:532] = bytes(20)
    shard.write_bytes(content)
    with pytest.raises(DataError, match=r"s0000\.jpg: photo in the shard is corrupt"):
        read_images(read_samples(folder))


def test_sample_in_no_shard_is_refused(write_prepared, rows):
    folder = write_prepared(rows)
    samples = read_samples(folder)
    samples.sample_ids[0] = "gone"
    with pytest.raises(DataError, match=r"in no shard \(first: gone\)"):
        read_images(samples)


def test_nothing_to_learn_is_refused(prepared):
    samples = read_samples(prepared)
    with pytest.raises(DataError, match="is empty"):
        check_samples(samples.of_splits("nope"), "the train split")
    with pytest.raises(DataError, match=r"one country only \(FR\)"):
        check_samples(samples.take(np.flatnonzero(samples.labels == 0)), "the train split")
