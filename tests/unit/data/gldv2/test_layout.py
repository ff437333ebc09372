import pytest

from triovision.data.gldv2.layout import METADATA, archive_path, checksum_path, parse_shards
from triovision.data.gldv2.options import DownloadOptions
from triovision.errors import DataError


@pytest.mark.parametrize(
    ("text", "shards"),
    [("0-3,7", (0, 1, 2, 3, 7)), ("5", (5,)), (" 7 , 0 - 2 ", (0, 1, 2, 7)), ("3,3,2-3", (2, 3)), ("019", (19,))],
)
def test_shards_are_numbers_and_ranges(text, shards):
    assert parse_shards(text, "test") == shards


@pytest.mark.parametrize(("split", "count"), [("train", 500), ("index", 100), ("test", 20)])
def test_no_shards_named_means_all(split, count):
    assert parse_shards("", split) == tuple(range(count))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("18-22", "so there is no 20-22"),
        ("20", "so there is no 20"),
        ("0-99999999999999999999", "so there is no 20-99999999999999999999"),
        ("3-1", "write 1-3"),
        ("a", "'a' is not a number"),
        ("1,,2", "'' is not a number"),
        ("-1", "'-1' is not a number"),
        ("1-", "'1-' is not a number"),
        ("1-2-3", "'1-2-3' is not a number"),
        ("²", "is not a number"),
    ],
)
def test_wrong_shards_are_named(text, said):
    with pytest.raises(DataError) as caught:
        parse_shards(text, "test")
    assert said in str(caught.value)


def test_paths_are_those_of_the_original():
    assert archive_path("train", 7) == "train/images_007.tar"
    assert checksum_path("index/images_099.tar") == "md5sum/index/md5.images_099.txt"
    assert {table.path for table in METADATA["test"]} >= {"ground_truth/recognition_solution_v2.1.csv"}


@pytest.mark.parametrize("slash", ["", "/"])
def test_an_address_may_end_in_a_slash(slash):
    options = DownloadOptions(split="test", base_url=f"http://mirror:81/a{slash}")
    assert options.url("metadata/test.csv") == "http://mirror:81/a/metadata/test.csv"


@pytest.mark.parametrize(
    "wrong",
    [
        {"split": "val"},
        {"shards": (500,)},
        {"shards": (-1,)},
        {"jobs": 0},
        {"retries": -1},
        {"timeout_s": 0.0},
        {"timeout_s": float("nan")},
        {"backoff_s": -1.0},
        {"split": "index", "licences": ("cc-by",)},
        {"base_url": ""},
        {"base_url": "ftp://host/x"},
        {"base_url": "host/x"},
        {"base_url": "http://"},
        {"base_url": "http://host:port/x"},
        {"base_url": "http://[::1"},
        {"base_url": "http://host/x?signature=1"},
    ],
)
def test_wrong_options_are_refused(wrong):
    with pytest.raises(DataError):
        DownloadOptions(**{"split": "train", **wrong})
