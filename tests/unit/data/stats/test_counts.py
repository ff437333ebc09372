import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from triovision.data.stats import count_data, facts, shares
from triovision.errors import DataError

COLUMNS = ("country_code", "split", "licence", "landmark", "collection", "source", "latitude")
ROWS = [
    dict(zip(COLUMNS, values, strict=True))
    for values in (
        ("FR", "train", "CC0", "a", "x", "gps", 1.0),
        ("FR", "train", "", "a", "x", "gps", None),
        ("FR", "test", None, "b", "y", "label", None),
        ("JP", "val", "CC0", "", "x", "label", 0.0),
    )
]


def write(folder, rows=ROWS, **options):
    pq.write_table(pa.Table.from_pylist(rows), folder / "manifest.parquet", **options)
    return folder


def test_everything_is_counted(tmp_path):
    (tmp_path / "labels.json").write_text(json.dumps({"country_codes": ["FR", "JP"]}))
    counts = count_data(write(tmp_path, row_group_size=1))
    assert counts.name == tmp_path.name
    assert counts.photos == 4
    assert list(counts.per_country.items()) == [("FR", 3), ("JP", 1)]
    assert counts.countries["FR"] == {"train": 2, "test": 1}
    assert list(counts.splits.items()) == [("train", 2), ("val", 1), ("test", 1)]
    assert counts.licences == {"CC0": 2, "": 2}
    assert counts.sources == {"gps": 2, "label": 2}
    assert counts.collections == {"x": 3, "y": 1}
    assert counts.landmarks == {"train": 1, "test": 1, "all": 2}
    assert (counts.with_landmark, counts.with_coordinates, counts.labels) == (3, 2, 2)
    assert counts.rare(3) == ["JP"]


def test_in_words(tmp_path):
    counts = count_data(write(tmp_path))
    assert facts(counts, 3)[:3] == [("photos", "4"), ("countries", "2"), ("rare, under 3", "1")]
    assert shares(counts)["Splits"][0] == ("train (1 landmarks)", 2)
    assert shares(counts)["Licences"] == [("CC0", 2), ("none stated", 2)]


def test_country_codes_suffice(tmp_path):
    counts = count_data(write(tmp_path, [{"country_code": "FR"}, {"country_code": "JP"}]))
    assert counts.splits == {"": 2}
    assert list(shares(counts)) == ["Splits"]
    assert counts.landmarks == {"all": 0}


def test_dictionary_columns_are_read_too(tmp_path):
    table = pa.Table.from_pylist(ROWS)
    column = table.column("country_code").dictionary_encode()
    pq.write_table(table.set_column(0, "country_code", column), tmp_path / "manifest.parquet")
    assert count_data(tmp_path).per_country["FR"] == 3


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([{"split": "train"}], "no column country_code"),
        ([{"country_code": "QQ"}], "'QQ' is no country code"),
        ([{"country_code": None}], "'' is no country code"),
    ],
)
def test_bad_manifest_is_refused(tmp_path, rows, message):
    with pytest.raises(DataError, match=message):
        count_data(write(tmp_path, rows))


def test_no_manifest_and_broken_manifest(tmp_path):
    with pytest.raises(DataError, match=r"no manifest\.parquet there"):
        count_data(tmp_path)
    (tmp_path / "manifest.parquet").write_bytes(b"PAR1 no")
    with pytest.raises(DataError, match=r"manifest\.parquet: cannot be read"):
        count_data(tmp_path)


def test_no_rows_are_refused(tmp_path):
    schema = pa.schema([("country_code", pa.string())])
    pq.write_table(schema.empty_table(), tmp_path / "manifest.parquet")
    with pytest.raises(DataError, match="it holds no photos"):
        count_data(tmp_path)
