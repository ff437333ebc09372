import csv
import io
import json
import sys
import tarfile

import numpy as np
import pytest
from PIL import Image
from pyarrow import parquet

from triovision.data.manifest import find_shards
from triovision.data.shards import read_shard
from triovision.errors import DataError, MissingExtraError

DESIGN_COLUMNS = {
    "sample_id", "photo", "country_code", "landmark", "latitude", "longitude", "source", "split", "licence", "author",
    "width_px", "height_px", "sha256",
}  # fmt: skip


def manifest(prepared):
    return parquet.read_table(prepared.folder / "manifest.parquet").to_pylist()


def rejects(prepared):
    with (prepared.folder / "rejects.csv").open(encoding="utf-8", newline="") as file:
        return {row["photo"]: row["reason"] for row in csv.DictReader(file)}


def test_the_manifest_holds_the_columns_of_the_design(run, table):
    rows = manifest(run(table))
    assert set(rows[0]) == DESIGN_COLUMNS | {"collection", "shard"}
    assert {row["source"] for row in rows} == {"label"}
    assert {(row["width_px"], row["height_px"]) for row in rows} == {(48, 36)}


def test_every_photo_is_in_the_manifest_or_among_the_rejects(run, table):
    prepared = run(table)
    photos = {row["photo"] for row in manifest(prepared)}
    left_out = rejects(prepared)
    assert photos | set(left_out) == {f"{index}.png" for index in range(60)}
    assert not photos & set(left_out)
    assert sum(prepared.facts["rejects"].values()) == len(left_out)


def test_shards_hold_the_manifest(run, table):
    prepared = run(table)
    rows = {row["sample_id"]: row for row in manifest(prepared)}
    found = {}
    for split in ("train", "val", "test"):
        for path in find_shards(prepared.folder, split):
            for record, jpeg in read_shard(path):
                found[record["sample_id"]] = {**record, "shard": path.name}
                assert record["split"] == split
                with Image.open(io.BytesIO(jpeg)) as image:
                    assert (image.format, min(image.size), dict(image.getexif())) == ("JPEG", 32, {})
    assert found == rows


def test_shards_are_webdataset_and_tell_nothing_of_the_machine(run, table):
    path = find_shards(run(table).folder, "train")[0]
    with tarfile.open(path) as tar:
        entries = tar.getmembers()
    assert len(entries) == 20
    assert [entry.name.rpartition(".")[2] for entry in entries[:4]] == ["jpg", "json", "jpg", "json"]
    assert {(entry.mtime, entry.uid, entry.gid, entry.uname, entry.gname) for entry in entries} == {(0, 0, 0, "", "")}


def test_renaming_a_photo_keeps_its_sample_id(run, write_table, make_photo, tmp_path):
    rows = [{"photo": f"{index}.png", "country_code": "FR"} for index in range(8)]
    before = {row["sample_id"] for row in manifest(run(write_table(rows)))}
    (tmp_path / "in" / "0.png").rename(tmp_path / "in" / "new.png")
    after = {row["sample_id"] for row in manifest(run(write_table([{**rows[0], "photo": "new.png"}, *rows[1:]])))}
    assert before == after


def test_unusable_photos_are_listed_with_their_reasons(run, write_table, tmp_path):
    rows = [{"photo": f"{index}.png", "country_code": "FR"} for index in range(10)]
    bad = [
        ("missing.png", "FR"), ("empty.png", "FR"), ("text.png", "FR"), ("folder", "FR"), ("copy.png", "FR"),
        ("liar.png", "JP"), ("nowhere.png", "Atlantis"), ("blank.png", ""),
    ]  # fmt: skip
    path = write_table(rows)
    folder = path.parent
    (folder / "empty.png").touch()
    (folder / "text.png").write_text("not a photo")
    (folder / "folder").mkdir()
    (folder / "copy.png").write_bytes((folder / "1.png").read_bytes())
    (folder / "liar.png").write_bytes((folder / "2.png").read_bytes())
    path = write_table([*rows, *({"photo": photo, "country_code": code} for photo, code in bad)], photos=False)
    reasons = rejects(run(path))
    assert reasons.pop("nowhere.png").startswith("unknown country: 'Atlantis'")
    assert reasons.pop("blank.png").startswith("unknown country: it is blank")
    assert reasons.pop("text.png").startswith("unreadable: looks like")
    assert reasons == {
        "missing.png": "unreadable: no such file",
        "empty.png": "unreadable: the file is empty",
        "folder": "unreadable: not a file",
        "copy.png": "duplicate: same file as 1.png",
        "liar.png": "contradiction: the same file is labelled FR, JP",
        "2.png": "contradiction: the same file is labelled FR, JP",
    }


def test_a_strip_is_no_photo_of_a_place(run, write_table, make_photo):
    rows = [{"photo": f"{index}.png", "country_code": "FR"} for index in range(5)]
    path = write_table(rows)
    make_photo(path.parent / "0.png", 0, (20_000, 4))
    assert "strip" in rejects(run(path))["0.png"]


def test_the_drop_list_leaves_out_samples_with_its_reasons(run, table, tmp_path, heard):
    drop = tmp_path / "drop.csv"
    drop.write_text("photo,country_code,reason\n0.png,FR,a lion\n1.png,FR,label was mended since\n2.png,,\n")
    left_out = rejects(run(table, drop=drop))
    assert left_out["0.png"] == "dropped: a lion"
    assert left_out["2.png"] == "dropped: no reason given"
    assert not left_out.get("1.png", "").startswith("dropped")
    assert "1 of its 3 samples are not in the source" in heard.sentences[0]


def test_free_licences_only(run, table):
    prepared = run(table, free_licences_only=True)
    assert {row["licence"] for row in manifest(prepared)} == {"CC BY 4.0"}
    assert prepared.facts["rejects"]["licence"] == 30


def test_labels_are_the_countries_with_enough_training_samples(run, write_table):
    codes = ["FR"] * 30 + ["JP"] * 30 + ["KE"] * 4
    rows = [{"photo": f"{index}.png", "country_code": code} for index, code in enumerate(codes)]
    prepared = run(write_table(rows), min_per_country=5)
    assert json.loads((prepared.folder / "labels.json").read_bytes()) == {"country_codes": ["FR", "JP"]}
    outside = sum(counts["samples_outside_labels"] for counts in prepared.facts["splits"].values())
    assert outside == 4 == sum(row["country_code"] == "KE" for row in manifest(prepared))


def test_facts_name_no_machine(run, table, tmp_path):
    run(table)
    assert str(tmp_path) not in (tmp_path / "out" / "data.json").read_text()


def test_progress_counts_every_photo_twice(run, table, heard):
    kept = sum(counts["samples"] for counts in run(table).facts["splits"].values())
    assert heard.stages == {"hashing": 60, "preparing": kept}
    assert heard.done == 60 + kept


def test_the_short_side_of_a_big_photo_is_reduced_and_a_small_photo_stays(run, write_table, make_photo):
    rows = [{"photo": f"{index}.png", "country_code": "FR"} for index in range(6)]
    path = write_table(rows)
    make_photo(path.parent / "0.png", 0, (300, 100))
    make_photo(path.parent / "1.png", 1, (20, 10))
    prepared = run(path)
    sizes = {}
    for shard in prepared.folder.glob("shards/*.tar"):
        for record, jpeg in read_shard(shard):
            with Image.open(io.BytesIO(jpeg)) as image:
                sizes[record["photo"]] = image.size
    assert (sizes["0.png"], sizes["1.png"]) == ((96, 32), (20, 10))


def test_pixels_survive(run, write_table):
    rows = [{"photo": f"{index}.png", "country_code": "FR"} for index in range(3)]
    path = write_table(rows)
    Image.fromarray(np.full((36, 48, 3), (200, 30, 90), np.uint8)).save(path.parent / "0.png")
    for shard in run(path).folder.glob("shards/*.tar"):
        for record, jpeg in read_shard(shard):
            if record["photo"] == "0.png":
                with Image.open(io.BytesIO(jpeg)) as image:
                    assert np.abs(np.asarray(image, int) - (200, 30, 90)).max() < 6


def test_photos_in_a_folder_named_photos_are_found(run, write_table, make_photo):
    rows = [{"photo": f"a/{index}.png", "country_code": "FR"} for index in range(3)]
    path = write_table(rows, photos=False)
    for index in range(3):
        make_photo(path.parent / "photos" / "a" / f"{index}.png", index)
    assert len(manifest(run(path))) == 3


def test_nothing_left_to_train_on_is_an_error(run, write_table):
    path = write_table([{"photo": "a.png", "country_code": "FR"}], photos=False)
    with pytest.raises(DataError, match=r"no photo is left to train on \(1 unreadable\); first: a.png: unreadable: no"):
        run(path)


def test_too_high_a_minimum_is_an_error(run, table):
    with pytest.raises(DataError, match="no country has 500 photos to train on"):
        run(table, min_per_country=500)


def test_a_source_that_is_not_there_is_an_error(run, tmp_path):
    with pytest.raises(DataError, match="nothing there; give a CSV"):
        run(tmp_path / "nowhere")


def test_a_place_that_is_a_file_is_an_error(run, table, tmp_path):
    (tmp_path / "out").write_text("in the way")
    with pytest.raises(DataError, match="cannot be used"):
        run(table)


def test_missing_pyarrow_is_said_before_the_work(run, table, monkeypatch, heard):
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    monkeypatch.setitem(sys.modules, "pyarrow.parquet", None)
    with pytest.raises(MissingExtraError, match=r"triovision\[train\]"):
        run(table)
    assert not heard.stages
