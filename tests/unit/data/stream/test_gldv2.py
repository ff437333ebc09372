import io
import tarfile

import pyarrow as pa
import pytest
from PIL import Image
from pyarrow import parquet

from triovision.data.manifest import find_shards
from triovision.data.shards import read_shard
from triovision.errors import DataError


def change_table(path, change):
    path.write_bytes(change(path.read_bytes()))


def test_the_shards_hold_the_manifest(run, pristine, manifest):
    prepared = run(pristine)
    rows = {row["sample_id"]: row for row in manifest(prepared)}
    found = {}
    for split in ("train", "val", "test"):
        for path in find_shards(prepared.folder, split):
            for record, jpeg in read_shard(path):
                found[record["sample_id"]] = {**record, "shard": path.name}
                assert record["split"] == split
                with Image.open(io.BytesIO(jpeg)) as image:
                    assert (image.format, min(image.size), dict(image.getexif())) == ("JPEG", 64, {})
    assert found == rows


def test_a_row_of_the_manifest_names_the_photo_and_how_its_country_is_known(run, pristine, manifest):
    row = manifest(run(pristine))[0]
    assert row["photo"] == f"train/{'/'.join(row['sample_id'][:3])}/{row['sample_id']}.jpg"
    assert (row["source"], row["width_px"], row["height_px"]) == ("wikidata", 200, 150)
    assert row["country_code"] in {"FR", "JP", "KE", "PE"}
    assert row["landmark"].isdigit()


def test_every_photo_is_in_the_manifest_or_among_the_rejects(run, pristine, manifest, rejects, mirror_module):
    prepared = run(pristine)
    kept, left_out = {row["photo"] for row in manifest(prepared)}, rejects(prepared)
    ids = [mirror_module.make_photo_id(number) for number in range(160)]
    assert kept | set(left_out) == {f"train/{i[0]}/{i[1]}/{i[2]}/{i}.jpg" for i in ids}
    assert not kept & set(left_out)
    assert sum(prepared.facts["rejects"].values()) == len(left_out)
    assert {"no country", "unreadable"} <= set(prepared.facts["rejects"])


def test_the_labels_are_the_countries_with_training_photos(run, pristine, manifest):
    prepared = run(pristine)
    text = (prepared.folder / "labels.json").read_text()
    trained = {row["country_code"] for row in manifest(prepared) if row["split"] == "train"}
    assert text == '{"country_codes":' + str(sorted(trained)).replace("'", '"').replace(" ", "") + "}\n"


def test_no_landmark_stands_on_two_sides(run, pristine, manifest):
    sides = {}
    for row in manifest(run(pristine, test_share=0.2)):
        sides.setdefault(row["landmark"], set()).add(row["split"])
    assert {len(splits) for splits in sides.values()} == {1}
    assert set().union(*sides.values()) == {"train", "val", "test"}


def test_by_photo_a_landmark_stands_on_several_sides(run, pristine, manifest):
    sides = {}
    for row in manifest(run(pristine, split_by="photo", test_share=0.3)):
        sides.setdefault(row["landmark"], set()).add(row["split"])
    assert max(len(splits) for splits in sides.values()) == 3


def test_only_photos_of_the_chosen_licences_are_kept(run, gldv2, manifest, rejects, mirror_module):
    ids = [mirror_module.make_photo_id(number) for number in range(0, 160, 2)]
    (gldv2 / "licence_kept.txt").write_text("".join(f"{i}\n" for i in ids))
    prepared = run(gldv2)
    assert {row["sample_id"] for row in manifest(prepared)} < set(ids)
    assert "licence: not in licence_kept.txt" in rejects(prepared).values()


def test_only_free_licences_are_kept_where_asked_for(run, pristine, manifest, rejects):
    prepared = run(pristine, free_licences_only=True)
    assert "" not in {row["licence"] for row in manifest(prepared)}
    assert "licence: none stated" in rejects(prepared).values()


def test_authors_of_any_encoding_are_kept(run, gldv2, manifest):
    change_table(
        gldv2 / "metadata" / "train_attribution.csv", lambda text: text.replace("Jürgen".encode(), b"J\xfcrgen")
    )
    authors = {row["author"] for row in manifest(run(gldv2))}
    assert {"J\ufffdrgen Müller", "two\nlines", "写真家"} <= authors


def test_small_photos_are_left_out(run, pristine):
    with pytest.raises(DataError, match=r"no photo is left to train on \(\d+ too small"):
        run(pristine, min_side_px=151)


def test_rare_countries_are_left_out(run, pristine, manifest, rejects):
    prepared = run(pristine)
    counts = {}
    for row in manifest(prepared):
        if row["split"] == "train":
            counts[row["country_code"]] = counts.get(row["country_code"], 0) + 1
    rarest = min(counts, key=counts.get)
    again = run(pristine, "again", min_per_country=counts[rarest] + 1)
    assert rarest not in {row["country_code"] for row in manifest(again)}
    reason = f"rare country: {rarest} has {counts[rarest]} training photos, fewer than {counts[rarest] + 1}"
    assert reason in rejects(again).values()


def test_equal_files_count_once(run, gldv2, mirror_module, rejects):
    spec = mirror_module.Spec(photos=80, landmarks=24, size_px=(200, 150))
    numbers = [number for number in range(10, 40) if mirror_module.landmark_of(number, 24) == 0]
    content = mirror_module.make_photo(numbers[0], spec)
    members = []
    for number in range(80):
        data = content if number in numbers[:2] else mirror_module.make_photo(number, spec)
        info = tarfile.TarInfo(mirror_module.member_name(mirror_module.make_photo_id(number)))
        info.size = len(data)
        members.append((info, data))
    mirror_module.write_archive(gldv2, "train", 0, iter(members))
    reasons = [reason for reason in rejects(run(gldv2)).values() if reason.startswith("duplicate")]
    assert len(reasons) == 1
    assert "same file as train/" in reasons[0]


def test_members_that_no_table_knows_are_listed(run, gldv2, mirror_module, rejects):
    data = mirror_module.make_photo(0, mirror_module.Spec())
    known, unknown = mirror_module.make_photo_id(5), "0123456789abcdef"
    members = []
    for name in ("../evil.jpg", *(mirror_module.member_name(i) for i in (known, known, unknown))):
        info = tarfile.TarInfo(name)
        info.size = len(data)
        members.append((info, data))
    mirror_module.write_archive(gldv2, "train", 2, iter(members))
    left_out = rejects(run(gldv2))
    assert left_out["images_002.tar/../evil.jpg"] == "refused: has a dotted path"
    assert left_out[f"images_002.tar/{unknown}.jpg"].startswith("not in the tables")
    assert left_out[f"images_002.tar/{known}.jpg"].startswith("duplicate: the id was in the tars before")


def test_photos_in_tars_that_are_not_there_are_counted(run, gldv2):
    (gldv2 / "train" / "images_001.tar").unlink()
    assert run(gldv2).facts["not_given"] == 80


def test_no_tar_is_an_error(run, gldv2):
    for path in (gldv2 / "train").iterdir():
        path.unlink()
    with pytest.raises(DataError, match=r"holds no images_NNN\.tar"):
        run(gldv2)
    (gldv2 / "train").rmdir()
    with pytest.raises(DataError, match="cannot be read"):
        run(gldv2)


def test_a_damaged_table_of_photos_is_told(run, gldv2, heard):
    path = gldv2 / "metadata" / "train.csv"
    lines = path.read_bytes().splitlines(keepends=True)
    again = lines[1]
    other = lines[2].rpartition(b",")[0] + b",777\n"
    path.write_bytes(b"".join([*lines, again, other, b"no id,http://x,3\n", b"too,many,fields,here\n"]))
    run(gldv2)
    assert any("2 rows are no photo id and landmark" in text for text in heard.sentences)
    assert any("2 rows name a photo again" in text and "1 photos have two" in text for text in heard.sentences)


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"id,url\n0123456789abcdef,x\n", "needs the columns id, landmark_id"),
        (b"", "cannot be used"),
        (b"id,url,landmark_id\n", "names no photo"),
        (None, "no such file"),
    ],
)
def test_an_unusable_table_of_photos_is_an_error(run, gldv2, content, problem):
    path = gldv2 / "metadata" / "train.csv"
    path.unlink()
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(DataError, match=problem):
        run(gldv2)


def test_photos_without_attribution_are_told(run, gldv2, heard):
    path = gldv2 / "metadata" / "train_attribution.csv"
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:10]) + b"bad id,u,a,l,t\n")
    run(gldv2)
    assert any("1 rows cannot be read" in text for text in heard.sentences)
    assert any("photos of train.csv are not in it" in text for text in heard.sentences)


def test_bad_rows_of_the_countries_are_told(run, gldv2, write_countries, heard, rejects):
    first = {"landmark_id": "0", "country_code": "FR", "source": "wikidata", "latitude": 48.86, "longitude": 2.35}
    changes = {
        1: {"country_code": "XQ"},
        2: {"latitude": 123.0},
        3: {"country_code": ""},
    }
    write_countries(gldv2, changes, [first, {**first, "landmark_id": "4", "country_code": "DE"}, {"landmark_id": ""}])
    reasons = set(rejects(run(gldv2)).values())
    for text in (
        "2 rows name a landmark that an earlier row names; the first one counts (first: landmark 0)",
        "1 rows contradict an earlier row",
        "1 rows have a country code that nobody knows",
        "1 rows have coordinates out of range",
        "1 rows name no landmark",
    ):
        assert any(text in sentence for sentence in heard.sentences), text
    assert "unknown country: 'XQ' of landmark 1" in reasons
    assert "contradiction: landmark 4 is in FR and DE" in reasons


@pytest.mark.parametrize(
    ("write", "problem"),
    [
        (lambda path: path.unlink(), "no such file"),
        (lambda path: path.write_text("landmark_id,country_code\n1,FR\n"), "not a Parquet table"),
        (lambda path: parquet.write_table(pa.table({"landmark_id": ["1"]}), path), "has no column country_code"),
        (
            lambda path: parquet.write_table(pa.table({"landmark_id": [""], "country_code": ["FR"]}), path),
            "names no landmark",
        ),
    ],
)
def test_an_unusable_table_of_countries_is_an_error(run, gldv2, write, problem):
    write(gldv2 / "countries.parquet")
    with pytest.raises(DataError, match=problem):
        run(gldv2)


def test_the_card_says_what_the_data_set_holds(run, pristine):
    prepared = run(pristine, near_duplicates=6)
    card = (prepared.folder / "DATA_CARD.md").read_text()
    for text in (prepared.facts["data_hash"], "| wikidata |", "creativecommons.org", "| no country |", "Biases", "H3"):
        assert text in card
    assert "**This leaks**" in (run(pristine, "leaky", split_by="photo").folder / "DATA_CARD.md").read_text()


def test_the_trainer_reads_it(run, pristine):
    from triovision.training.prepared import read_samples  # noqa: PLC0415

    prepared = run(pristine)
    samples = read_samples(prepared.folder)
    assert len(samples) == sum(split["samples"] for split in prepared.facts["splits"].values())
