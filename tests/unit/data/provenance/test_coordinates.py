import pyarrow as pa
import pytest
from pyarrow import parquet

from triovision.errors import DataError


def test_a_csv_by_category_and_a_parquet_by_landmark(kit, join, tmp_path):
    by_category = kit.write_csv(tmp_path / "a.csv", ("Category", "lat", "lon"), [("Tour Eiffel", 48.8584, 2.2945)])
    by_landmark = tmp_path / "b.parquet"
    parquet.write_table(pa.table({"landmark_id": [2], "latitude": [48.1386], "longitude": [11.5736]}), by_landmark)
    joined = join(coordinates=(by_category, by_landmark))
    assert joined.codes() == {"1": "FR", "2": "DE"}
    assert joined.rows["2"]["evidence"] == "b.parquet: 48.1386,11.5736"
    assert joined.rows["2"]["longitude"] == 11.5736


def test_rows_that_cannot_be_used_are_counted(kit, join, tmp_path):
    rows = [("77", 1, 1), ("1", 91, 0), ("2", "", ""), ("3", 0, 0), ("", 1, 1), ("10", 46.2, 7.2)]
    table = kit.write_csv(tmp_path / "a.csv", ("landmark_id", "latitude", "longitude"), rows)
    joined = join(coordinates=(table,))
    assert joined.codes() == {"10": "CH"}
    assert joined.counts("coordinates") == {
        "coordinates at sea or on disputed ground": 1,
        "coordinates out of range": 1,
        "coordinates unreadable": 1,
        "landmark or category not in the data set": 2,
        "rows": 6,
        "used": 1,
    }
    assert joined.facts["not_covered"]["coordinates: coordinates out of range"] == {"landmarks": 1, "photos": 5}


def test_a_landmark_with_two_points_in_two_countries_is_a_conflict(kit, join, tmp_path):
    rows = [("1", 48.8584, 2.2945), ("1", 35.66, 139.75), ("2", 48.1, 11.5), ("2", 48.2, 11.6)]
    table = kit.write_csv(tmp_path / "a.csv", ("landmark_id", "latitude", "longitude"), rows)
    joined = join(coordinates=(table,))
    assert joined.codes() == {"2": "DE"}
    assert [(c["landmark_id"], c["kind"]) for c in joined.conflicts] == [("1", "rows")]


def test_more_rows_than_are_looked_up_at_a_time(kit, join, tmp_path):
    rows = [("none", 1, 1)] * 10 + [("1", 48.8584, 2.2945)] * 66_000 + [("2", 48.1, 11.5)]
    table = kit.write_csv(tmp_path / "a.csv", ("landmark_id", "latitude", "longitude"), rows)
    assert join(coordinates=(table,)).codes() == {"1": "FR", "2": "DE"}


def test_a_table_without_a_key_is_told(kit, join, tmp_path):
    table = kit.write_csv(tmp_path / "a.csv", ("place", "lat", "lon"), [("x", 1, 2)])
    with pytest.raises(DataError, match="has no column `landmark_id` or `landmark`, nor"):
        join(coordinates=(table,))
