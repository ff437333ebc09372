import pytest
from pyarrow import parquet

from triovision.data.provenance.join import JoinOptions, join_countries
from triovision.errors import DataError


@pytest.fixture
def sources(kit, tmp_path, locations):
    """Coordinates say 1 FR, 2 DE; the location table 1 JP, 2 DE, 3 AT; the gazetteer 2 DE, 3 DE."""
    rows = [("1", 48.8584, 2.2945), ("2", 48.1386, 11.5736)]
    table = kit.write_csv(tmp_path / "points.csv", ("landmark_id", "latitude", "longitude"), rows)
    names = {"Tour_Eiffel": "Japan", "Frauenkirche_(München)": "Germany", "Churches_in_Bavaria": "Austria"}
    place = locations(*(kit.location(title, "", "", name, n) for n, (title, name) in enumerate(names.items())))
    return {"coordinates": (table,), "location_table": place, "gazetteer": True}


def test_the_first_source_of_the_order_stands_and_says_who_agrees(join, sources):
    joined = join(**sources)
    assert joined.codes() == {"1": "FR", "2": "DE", "3": "AT"}
    assert {key: row["source"] for key, row in joined.rows.items()} == {
        "1": "coordinates", "2": "coordinates", "3": "category_to_location",
    }  # fmt: skip
    assert joined.rows["1"]["evidence"].endswith("; contradicted by category_to_location")
    assert joined.rows["2"]["evidence"].endswith("; confirmed by category_to_location")
    assert [joined.rows[key]["confidence"] for key in "123"] == pytest.approx([0.6, 0.99, 0.85])


def test_every_disagreement_is_reported(join, sources):
    found = {
        (c["landmark_id"], c["country_code"], c["other_source"], c["other_country_code"], c["decision"])
        for c in join(**sources).conflicts
    }
    assert found == {("1", "FR", "category_to_location", "JP", "FR"), ("3", "AT", "gazetteer", "DE", "AT")}


def test_the_order_does_not_follow_the_order_of_the_options(join, sources, kit):
    turned = dict(reversed(sources.items()))
    assert join(**turned).codes() == join(**sources).codes()


def test_coverage_counts_landmarks_and_photos(join, sources):
    facts = join(**sources).facts
    assert facts["landmarks"] == {"total": 7, "with_country": 3, "share": 0.4286}
    assert facts["photos"] == {"total": 18, "with_country": 10, "share": 0.5556}
    assert facts["report_photos"]["share"] == 0.3082
    assert facts["countries"] == {
        "AT": {"landmarks": 1, "photos": 2},
        "DE": {"landmarks": 1, "photos": 3},
        "FR": {"landmarks": 1, "photos": 5},
    }
    location = facts["sources"]["category_to_location"]
    assert (location["landmarks_answered"], location["landmarks_chosen"], location["photos_chosen"]) == (3, 1, 2)
    assert facts["agreement"][0] == {
        "sources": ["coordinates", "category_to_location"], "landmarks": 2, "same_country": 1,
    }  # fmt: skip
    assert facts["not_covered"] == {
        "no category and no coordinates": {"landmarks": 2, "photos": 6},
        "no source knows it": {"landmarks": 2, "photos": 2},
    }


def test_photos_with_a_free_licence_are_counted(kit, join, data_set, sources):
    assert join(**sources).facts["free_photos"] is None
    rows = [
        (
            f"{n:016x}",
            "https://x",
            'Ann "A"\nof Bath',
            "https://creativecommons.org/licenses/by/2.0" if n % 2 else "",
            "t",
        )
        for n in range(18)
    ]
    rows += [("no id", "", "", "CC0", "")]
    columns = ("id", "url", "author", "license", "title")
    kit.write_csv(data_set / "metadata/train_attribution.csv", columns, rows)
    facts = join(**sources).facts
    assert facts["free_photos"] == {"total": 9, "with_country": 5, "share": 0.5556}
    assert facts["data_set"]["rows"]["photo ids that are none"] == 1


def test_all_landmarks_are_accounted_for(join, sources):
    facts = join(**sources).facts
    missing = sum(count["landmarks"] for count in facts["not_covered"].values())
    assert facts["landmarks"]["with_country"] + missing == facts["landmarks"]["total"]


def test_the_table_has_the_columns_that_preparing_reads(join, sources):
    joined = join(**sources)
    schema = parquet.read_schema(joined.report.table)
    assert {field.name: str(field.type) for field in schema} == {
        "landmark_id": "string",
        "country_code": "string",
        "source": "string",
        "evidence": "string",
        "confidence": "float",
        "latitude": "double",
        "longitude": "double",
    }


def test_the_same_input_gives_the_same_bytes(join, sources):
    def written():
        report = join(**sources).report
        return [path.read_bytes() for path in (report.table, report.conflicts, report.report)]

    assert written() == written()


def test_landmarks_are_in_the_order_of_their_numbers(kit, join, data_set, tmp_path):
    kit.write_data_set(data_set, {"10": "A", "9": "B", "100": "C"}, {"9": 1})
    rows = [(key, 48.1386, 11.5736) for key in ("100", "9", "10")]
    table = kit.write_csv(tmp_path / "points.csv", ("landmark_id", "latitude", "longitude"), rows)
    assert list(join(coordinates=(table,)).rows) == ["9", "10", "100"]


def test_nothing_covered_is_an_empty_table(kit, join, locations):
    joined = join(location_table=locations(kit.location("Nobody's", 1, 1, "France")))
    assert joined.rows == {}
    assert joined.facts["photos"]["share"] == 0.0


def test_no_source_at_all_is_told():
    with pytest.raises(DataError, match="no source of countries is given; add --category-to-location"):
        JoinOptions()


def test_a_target_that_cannot_be_written_is_told_before_the_work(kit, data_set, tmp_path):
    for target in (tmp_path / "none" / "countries.parquet", tmp_path):
        with pytest.raises(DataError, match="name a file in a folder that exists"):
            join_countries(data_set, target, JoinOptions(gazetteer=True), kit.Heard())
