"""Wrong data is told before any training begins, by `train` itself."""

import json
import tarfile

import pytest

from triovision.errors import DataError
from triovision.training.loop import train


@pytest.fixture
def refused(tiny_recipe, tmp_path, monkeypatch):
    """The message of the refusal; fails if a stage was begun."""
    monkeypatch.setattr("triovision.training.loop.fit_network", lambda *_: pytest.fail("training began"))

    def refused(data):
        with pytest.raises(DataError) as caught:
            train(tiny_recipe, data, tmp_path / "run", say=lambda _message: None)
        assert not (tmp_path / "run").exists()
        return str(caught.value)

    return refused


def test_most_countries_with_one_photo(write_prepared, rows, refused):
    once = [rows[0], rows[1], rows[2], rows[3], rows[16]]
    message = refused(write_prepared(once))
    assert "3 of 4 countries have one photo only (JP, BR, KE)" in message
    assert "--min-per-country 2" in message


def test_a_few_countries_with_one_photo_are_told_and_trained(write_prepared, rows, tiny_recipe, tmp_path):
    few = [row for index, row in enumerate(rows) if row["country_code"] != "KE" or index == 3]
    said = []
    train(tiny_recipe, write_prepared(few), tmp_path / "run", say=said.append)
    assert "note: 1 countries have one photo only (KE)" in said[0]


def test_countries_without_a_training_photo_are_told(write_prepared, rows, tiny_recipe, tmp_path):
    some = [row for row in rows if row["country_code"] != "KE" or row["split"] == "val"]
    said = []
    train(tiny_recipe, write_prepared(some), tmp_path / "run", say=said.append)
    assert "note: 1 countries have no photo in the train split (KE)" in said[0]


def test_a_label_outside_the_classes(write_prepared, rows, refused):
    rows[5]["country_code"] = "??"
    assert "??" in refused(write_prepared(rows))


def test_labels_of_other_data(write_prepared, rows, refused):
    folder = write_prepared(rows)
    (folder / "labels.json").write_text(json.dumps({"country_codes": ["DE", "IT"]}))
    assert "belongs to other data" in refused(folder)


def test_a_corrupt_shard(write_prepared, rows, refused):
    folder = write_prepared(rows)
    shard = folder / "shards" / "train-00000.tar"
    shard.write_bytes(shard.read_bytes()[:5000])
    assert "train-00000.tar" in refused(folder)


def test_a_shard_that_lacks_a_photo(write_prepared, rows, refused):
    folder = write_prepared(rows)
    with tarfile.open(folder / "shards" / "val-00000.tar", "w"):
        pass
    assert "samples of the manifest are in no shard" in refused(folder)
