import os

import pytest

from triovision.data import prepare
from triovision.data.manifest import find_shards, read_facts
from triovision.data.shards import read_shard
from triovision.errors import DataError


def test_one_worker_or_many_give_the_same_bytes(run, table, all_bytes, tmp_path):
    run(table, "one", workers=1)
    run(table, "many", workers=7)
    assert all_bytes(tmp_path / "one") == all_bytes(tmp_path / "many")


def test_a_seed_gives_another_order(run, table, all_bytes, tmp_path):
    assert run(table, "a", seed=1).facts["data_hash"] != run(table, "b", seed=2).facts["data_hash"]


def test_a_second_run_reuses_every_shard(run, table, all_bytes, tmp_path):
    first = run(table)
    before = all_bytes(tmp_path / "out")
    second = run(table)
    assert (first.reused_shards, second.reused_shards) == (0, len(first.facts["shards"]))
    assert all_bytes(tmp_path / "out") == before


def test_an_interrupted_run_goes_on_and_ends_with_the_same_bytes(run, table, all_bytes, tmp_path):
    shards = len(run(table).facts["shards"])
    before = all_bytes(tmp_path / "out")
    folder = tmp_path / "out" / "shards"
    (tmp_path / "out" / "data.json").unlink()
    (folder / "train-00000.json").unlink()  # killed between tar and note
    (folder / "train-00001.tar").write_bytes(before["shards/train-00001.tar"][:500])  # damaged
    (folder / "train-00002.tar").unlink()
    (folder / "train-00003.tar.partial").write_bytes(b"half")
    (folder / "test-00777.tar").write_bytes(b"of an earlier plan")
    assert run(table).reused_shards == shards - 3
    assert all_bytes(tmp_path / "out") == before


def test_other_options_over_an_old_data_set_leave_no_trace_of_it(run, table, all_bytes, tmp_path):
    run(table, "out", shard_size=3, seed=5)
    run(table, "out")
    run(table, "fresh")
    assert all_bytes(tmp_path / "out") == all_bytes(tmp_path / "fresh")


def test_a_strange_file_in_the_folder_is_left_alone(run, table, tmp_path):
    mine = tmp_path / "out" / "shards" / "notes.txt"
    mine.parent.mkdir(parents=True)
    mine.write_text("mine")
    run(table)
    assert mine.read_text() == "mine"


def test_a_changed_photo_makes_its_shard_anew(run, table, make_photo, tmp_path):
    before = run(table)
    make_photo(table.parent / "7.png", 999)
    after = run(table)
    assert before.facts["data_hash"] != after.facts["data_hash"]


def test_a_photo_that_changes_under_way_is_an_error(run, table, monkeypatch):
    monkeypatch.setattr("triovision.data.prepare.hash_photo", lambda path, photo: photo.ljust(64, "0"))
    with pytest.raises(DataError, match="changed while it was being prepared"):
        run(table)


def test_a_photo_that_goes_away_under_way_is_an_error(run, table, monkeypatch):
    assign = prepare.assign_splits

    def remove_one(*args):
        (table.parent / "3.png").unlink()
        return assign(*args)

    monkeypatch.setattr(prepare, "assign_splits", remove_one)
    with pytest.raises(DataError, match=r"3\.png: cannot be read any more"):
        run(table)


def test_a_full_disk_is_an_error_and_keeps_what_is_finished(run, table, monkeypatch, all_bytes, tmp_path):
    run(table, "whole")
    real, calls = os.fsync, []

    def full(descriptor):
        calls.append(descriptor)
        if len(calls) > 8:
            raise OSError(28, "No space left on device")
        return real(descriptor)

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(DataError, match="No space left on device"):
        run(table)
    monkeypatch.setattr(os, "fsync", real)
    assert run(table).reused_shards == 2
    assert all_bytes(tmp_path / "out") == all_bytes(tmp_path / "whole")


def test_an_unfinished_data_set_is_refused(run, table, tmp_path):
    with pytest.raises(DataError, match="no folder there"):
        read_facts(tmp_path / "out")
    run(table)
    facts = tmp_path / "out" / "data.json"
    facts.write_text(facts.read_text().replace('"format_version": 1', '"format_version": 99'))
    with pytest.raises(DataError, match="another version"):
        read_facts(tmp_path / "out")
    facts.unlink()
    with pytest.raises(DataError, match="holds no finished data set"):
        read_facts(tmp_path / "out")


def test_an_empty_split_is_refused(run, table):
    with pytest.raises(DataError, match="split 'test' has no samples; its splits are train, val"):
        find_shards(run(table, test_share=0).folder, "test")


@pytest.mark.parametrize("content", [b"", b"not a tar at all" * 100, None])
def test_a_damaged_shard_is_refused(tmp_path, content):
    path = tmp_path / "train-00000.tar"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(DataError, match="missing or damaged"):
        list(read_shard(path))
