"""`prepare csv` and `prepare gps`: photos that are files of their own."""

import os
import sys

import pytest

from triovision.data.stream.options import StreamOptions
from triovision.errors import DataError, MissingExtraError

PARIS, TOKYO, NAIROBI, ATLANTIC = (48.86, 2.35), (35.68, 139.76), (-1.29, 36.82), (40.0, -40.0)


@pytest.fixture
def journey(tmp_path, make_photo):
    """Thirty photos of three countries, five kilometres between them."""
    folder = tmp_path / "photos"
    for number in range(30):
        latitude, longitude = (PARIS, TOKYO, NAIROBI)[number % 3]
        make_photo(folder / f"trip{number % 2}" / f"{number}.jpg", number, (latitude + number * 0.05, longitude))
    return folder


def write_table(folder, rows):
    folder.mkdir(exist_ok=True)
    path = folder / "photos.csv"
    path.write_text("\n".join(rows), encoding="utf-8")
    return path


def test_coordinates_say_the_country(run_gps, journey, manifest):
    prepared = run_gps(journey)
    rows = manifest(prepared)
    assert {row["source"] for row in rows} == {"gps"}
    countries = {int(row["photo"].rpartition("/")[2][:-4]) % 3: row["country_code"] for row in rows}
    assert countries == {0: "FR", 1: "JP", 2: "KE"}
    assert len(rows) == 30
    assert all(row["sample_id"] == row["sha256"][:16] for row in rows)
    assert all(abs(row["latitude"]) < 51 for row in rows)


def test_photos_without_a_country_are_listed(run_gps, journey, make_photo, rejects):
    make_photo(journey / "indoors.jpg", 100)
    make_photo(journey / "crossing.jpg", 101, ATLANTIC)
    (journey / "notes.txt").write_text("hello")
    (journey / "broken.jpg").write_bytes(b"\xff\xd8\xff half")
    (journey / "empty.jpg").touch()
    (journey / ".hidden.jpg").touch()
    left_out = rejects(run_gps(journey))
    assert left_out["indoors.jpg"] == "no country: the photo has no coordinates"
    assert left_out["crossing.jpg"] == "no country: 40.0000, -40.0000 lies in none"
    assert left_out["notes.txt"].startswith("unreadable: .txt")
    assert left_out["broken.jpg"].startswith("unreadable")
    assert left_out["empty.jpg"] == "unreadable: the file is empty"
    assert len(left_out) == 5


def test_photos_of_one_square_stay_together(run_gps, journey, make_photo, manifest):
    for number in range(12):
        make_photo(journey / "square" / f"{number}.jpg", 200 + number, (PARIS[0] - 3, PARIS[1] + number * 0.005))
    sides = {row["split"] for row in manifest(run_gps(journey, test_share=0.3)) if row["photo"].startswith("square")}
    assert len(sides) == 1


@pytest.mark.skipif(os.name != "posix" or os.uname().sysname != "Linux", reason="names are bytes on Linux alone")
def test_a_name_that_is_not_utf8_is_listed(run_gps, journey, rejects):
    (journey / os.fsdecode(b"caf\xe9.jpg")).touch()
    assert "its name is not UTF-8" in rejects(run_gps(journey))["'caf\\udce9.jpg'"]


def test_a_folder_without_photos_is_an_error(run_gps, tmp_path):
    (tmp_path / "none").mkdir()
    with pytest.raises(DataError, match="holds no photos"):
        run_gps(tmp_path / "none")
    with pytest.raises(DataError, match="no folder there"):
        run_gps(tmp_path / "nowhere")


def test_photos_without_any_coordinates_leave_nothing(run_gps, tmp_path, make_photo):
    make_photo(tmp_path / "photos" / "1.jpg", 1)
    with pytest.raises(DataError, match=r"no photo is left to train on \(1 no country\); first: 1.jpg"):
        run_gps(tmp_path / "photos")


@pytest.fixture
def table(tmp_path, make_photo):
    rows = ["photo,country,landmark,source,licence,latitude,longitude"]
    for number in range(24):
        make_photo(tmp_path / "in" / f"{number}.jpg", number, TOKYO if number == 23 else None)
        country = ("France", "jp", "Kenya", "")[number % 4]
        place = (48 + number * 0.1, 2.5) if number % 4 == 3 and number < 23 else ("", "")
        rows.append(f"{number}.jpg,{country},place {number // 2},site,CC0,{place[0]},{place[1]}")
    return write_table(tmp_path / "in", rows)


def test_a_table_says_the_country_or_its_coordinates_do(run_csv, table, manifest):
    rows = {row["photo"]: row for row in manifest(run_csv(table))}
    assert (rows["0.jpg"]["country_code"], rows["0.jpg"]["source"]) == ("FR", "label")
    assert (rows["3.jpg"]["country_code"], rows["3.jpg"]["source"]) == ("FR", "gps")
    assert (rows["23.jpg"]["country_code"], rows["23.jpg"]["source"]) == ("JP", "gps")
    assert rows["4.jpg"]["landmark"] == "place2"
    assert rows["4.jpg"]["collection"] == "site"


def test_bad_rows_are_listed(run_csv, table, rejects):
    bad = ["24.jpg,Atlantis,,,,,", "25.jpg,FR,,,,91,0", "26.jpg,FR,,,,1,", ",FR,,,,,", "gone.jpg,FR,,,,,"]
    table.write_text(table.read_text() + "\n" + "\n".join(bad))
    left_out = rejects(run_csv(table))
    assert left_out["24.jpg"].startswith("unknown country: 'Atlantis'")
    assert left_out["25.jpg"].startswith("bad row: latitude '91'")
    assert left_out["26.jpg"].startswith("bad row: latitude and longitude")
    assert left_out["(blank)"].startswith("unreadable: the row names no photo")
    assert left_out["gone.jpg"] == "unreadable: No such file or directory"
    assert len(left_out) == 5


def test_the_tables_own_split_decides_and_leaks_are_left_out(run_csv, tmp_path, make_photo, manifest, rejects, heard):
    rows = ["photo,country_code,landmark,split"]
    for number in range(12):
        make_photo(tmp_path / "in" / f"{number}.jpg", number)
        rows.append(f"{number}.jpg,{('FR', 'JP')[number % 2]},{number // 3},{'test' if number < 2 else 'train'}")
    prepared = run_csv(write_table(tmp_path / "in", rows))
    assert {row["photo"] for row in manifest(prepared) if row["split"] == "test"} == {"0.jpg", "1.jpg"}
    assert rejects(prepared)["2.jpg"].startswith("leak: ")
    assert "the table's own `split` column decides" in heard.sentences


def test_near_duplicates_of_a_test_photo_leave_the_training(run_csv, tmp_path, make_photo, rejects):
    from PIL import Image  # noqa: PLC0415

    rows = ["photo,country_code,split"]
    for number in range(12):
        make_photo(tmp_path / "in" / f"{number}.jpg", number)
        rows.append(f"{number}.jpg,{('FR', 'JP')[number % 2]},{'test' if number < 2 else 'train'}")
    with Image.open(tmp_path / "in" / "0.jpg") as image:
        image.resize((120, 80)).save(tmp_path / "in" / "copy.jpg", quality=60)
    table = write_table(tmp_path / "in", [*rows, "copy.jpg,FR,train"])
    assert (
        rejects(run_csv(table, near_duplicates=6))["copy.jpg"] == "near-duplicate: of train, nearly the same as 0.jpg"
    )
    assert "copy.jpg" not in rejects(run_csv(table, "kept", near_duplicates=-1))


def test_equal_files_of_two_countries_are_both_left_out(run_csv, table, rejects):
    content = (table.parent / "0.jpg").read_bytes()
    (table.parent / "1.jpg").write_bytes(content)
    left_out = rejects(run_csv(table))
    assert {left_out["0.jpg"], left_out["1.jpg"]} == {"contradiction: the same file stands for several countries"}


@pytest.mark.parametrize(
    ("rows", "problem"),
    [
        (["photo,country", "a.jpg,FR", "a.jpg,FR"], "1 photos stand in more than one row, first 'a.jpg'"),
        (["photo,place", "a.jpg,x"], "has no column `country_code` or `country` or `latitude`"),
        (["photo,country"], "holds a header but no rows"),
        (["photo,country", "a.jpg"], "another number of fields"),
    ],
)
def test_an_unusable_table_is_an_error(run_csv, tmp_path, rows, problem):
    with pytest.raises(DataError, match=problem):
        run_csv(write_table(tmp_path / "in", rows))


def test_a_table_in_another_encoding_is_an_error(run_csv, tmp_path):
    path = write_table(tmp_path / "in", ["photo,country"])
    path.write_bytes("photo,country\na.jpg,Österreich\n".encode("latin-1"))
    with pytest.raises(DataError, match="not UTF-8"):
        run_csv(path)


def test_shares_of_photos_that_stand_alone_hold_in_each_country(run_csv, tmp_path, make_photo, manifest):
    rows = ["photo,country_code"]
    for number in range(60):
        make_photo(tmp_path / "in" / f"{number}.jpg", number)
        rows.append(f"{number}.jpg,{('FR', 'JP', 'KE')[number % 3]}")
    counts = {}
    for row in manifest(run_csv(write_table(tmp_path / "in", rows), test_share=0.1, val_share=0.2)):
        key = row["country_code"], row["split"]
        counts[key] = counts.get(key, 0) + 1
    expected = {"train": 14, "val": 4, "test": 2}
    assert counts == {(code, split): n for code in ("FR", "JP", "KE") for split, n in expected.items()}


@pytest.mark.parametrize(
    "options", [{"test_share": 0.5, "val_share": 0.5}, {"shard_size": 0}, {"near_duplicates": 7}, {"min_side_px": 0}]
)
def test_senseless_options_are_refused(options):
    with pytest.raises(DataError):
        StreamOptions(**options)


def test_h3_must_be_installed(run_gps, journey, monkeypatch):
    monkeypatch.setitem(sys.modules, "h3", None)
    with pytest.raises(MissingExtraError, match="h3 is not installed"):
        run_gps(journey)
