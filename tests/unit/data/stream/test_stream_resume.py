import pytest

from triovision.data.stream import run as line
from triovision.errors import DataError


@pytest.fixture
def whole(run, pristine, all_bytes, tmp_path):
    run(pristine, "whole")
    return all_bytes(tmp_path / "whole")


def test_two_processes_give_the_same_bytes_as_one(run, pristine, whole, all_bytes, tmp_path):
    run(pristine, "two", workers=2)
    assert all_bytes(tmp_path / "two") == whole


def test_a_second_run_does_nothing(run, pristine, whole, all_bytes, tmp_path, monkeypatch):
    monkeypatch.setattr(line, "encode_chunk", None)
    monkeypatch.setattr(line, "write_shard", None)
    assert run(pristine, "whole").reused_shards == sum(name.endswith(".tar") for name in whole)
    assert all_bytes(tmp_path / "whole") == whole


def test_no_prepared_photo_is_left_beside_the_shards(whole):
    tables = {"DATA_CARD.md", "data.json", "labels.json", "manifest.parquet", "prepare.lock", "rejects.csv"}
    assert {name.partition("/")[0] for name in whole} == {*tables, "journal", "shards"}
    assert {name.rpartition(".")[2] for name in whole if name.startswith("journal")} == {"parquet"}


def damage(folder, how):
    journal, shards = folder / "journal", folder / "shards"
    if how == "a shard is gone":
        (shards / "train-00001.tar").unlink()
    elif how == "a shard is cut":
        path = shards / "train-00000.tar"
        path.write_bytes(path.read_bytes()[:1000])
    elif how == "a note is gone":
        (shards / "train-00000.json").unlink()
    elif how == "the journal is gone":
        for path in journal.iterdir():
            path.unlink()
    elif how == "an entry is cut":
        path = next(journal.iterdir())
        path.write_bytes(path.read_bytes()[:200])
    elif how == "half files lie about":
        (journal / "images_000-00000.jpegs.0a0b0c0d.partial").write_bytes(b"half")
        (journal / "images_009-00000.jpegs").write_bytes(b"of another run")
        (journal / "images_009-00000.parquet").write_bytes(b"of another run")
        (shards / "train-00000.tar.0a0b0c0d.partial").write_bytes(b"half")
        (shards / "test-00777.tar").write_bytes(b"of an earlier plan")
    elif how == "the tables are gone":
        for path in folder.glob("*.*"):
            path.unlink()


@pytest.mark.parametrize(
    "how",
    [
        "a shard is gone", "a shard is cut", "a note is gone", "the journal is gone", "an entry is cut",
        "half files lie about", "the tables are gone",
    ],
)  # fmt: skip
def test_damage_is_mended_by_running_again(run, pristine, whole, all_bytes, tmp_path, how):
    damage(tmp_path / "whole", how)
    run(pristine, "whole")
    assert all_bytes(tmp_path / "whole") == whole


@pytest.mark.parametrize("options", [{"seed": 3}, {"short_side_px": 48}, {"chunk_size": 40}, {"split_by": "photo"}])
def test_other_options_over_an_old_data_set_leave_no_trace_of_it(run, pristine, whole, all_bytes, tmp_path, options):
    run(pristine, "whole", **options)
    run(pristine, "fresh", **options)
    changed = all_bytes(tmp_path / "whole")
    assert changed == all_bytes(tmp_path / "fresh")
    assert changed["data.json"] != whole["data.json"]


def test_a_prepared_photo_that_rotted_is_an_error(run, pristine, tmp_path, monkeypatch):
    plan = line.plan_shards

    def rot(*args):
        for path in (tmp_path / "out" / "journal").glob("*.jpegs"):
            path.write_bytes(bytes(path.stat().st_size))
        return plan(*args)

    monkeypatch.setattr(line, "plan_shards", rot)
    with pytest.raises(DataError, match="damaged; delete it and run the same command again"):
        run(pristine)


def test_an_unfinished_run_leaves_no_data_json(run, pristine, whole, tmp_path, monkeypatch):
    def fail(_):
        raise KeyboardInterrupt

    (tmp_path / "whole" / "shards" / "train-00000.tar").unlink()
    monkeypatch.setattr(line, "write_shard", fail)
    with pytest.raises(KeyboardInterrupt):
        run(pristine, "whole")
    assert not (tmp_path / "whole" / "data.json").exists()


def test_a_tar_that_becomes_shorter_is_an_error(run, gldv2, monkeypatch):
    from triovision.data.stream import encode  # noqa: PLC0415

    start = encode._Files.__enter__

    def cut(files):
        path = gldv2 / "train" / "images_000.tar"
        path.write_bytes(path.read_bytes()[:600])
        return start(files)

    monkeypatch.setattr(encode._Files, "__enter__", cut)
    with pytest.raises(DataError, match="became shorter"):
        run(gldv2)


def test_a_place_that_is_a_file_is_an_error(run, pristine, tmp_path):
    (tmp_path / "out").write_text("in the way")
    with pytest.raises(DataError, match="out: cannot be written to"):
        run(pristine)


def test_a_shards_folder_that_is_a_file_is_an_error(run, pristine, tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "shards").write_text("in the way")
    with pytest.raises(DataError, match="choose another place with --to"):
        run(pristine)
