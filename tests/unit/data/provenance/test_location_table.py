import pytest

from triovision.errors import DataError


def test_names_and_coordinates_that_agree(kit, join, locations):
    joined = join(location_table=locations(kit.location("Tour_Eiffel", 48.8584, 2.2945, "France")))
    row = joined.rows["1"]
    assert (row["country_code"], row["source"], row["latitude"]) == ("FR", "category_to_location", 48.8584)
    assert row["evidence"] == "category_to_location.csv, row 7: country 'France', coordinates 48.8584,2.2945 in FR"
    assert row["confidence"] == pytest.approx(0.95)
    assert joined.conflicts == []


def test_a_name_in_any_language_and_an_address_instead_of_a_title(kit, join, locations):
    title = f"{kit.ADDRESS}Frauenkirche_(M%C3%BCnchen)"
    assert join(location_table=locations(kit.location(title, "", "", "Deutschland"))).codes() == {"2": "DE"}


def test_a_name_and_coordinates_far_apart_give_no_country_but_a_conflict(kit, join, locations):
    joined = join(location_table=locations(kit.location("Tour_Eiffel", 35.66, 139.75, "France")))
    assert joined.rows == {}
    (conflict,) = joined.conflicts
    assert (conflict["kind"], conflict["country_code"], conflict["other_country_code"], conflict["decision"]) == (
        "name and coordinates", "FR", "JP", "",
    )  # fmt: skip
    assert joined.facts["not_covered"]["category_to_location: names and coordinates disagree"] == {
        "landmarks": 1,
        "photos": 5,
    }


def test_a_territory_is_taken_by_its_own_code_and_reported(kit, join, locations):
    joined = join(location_table=locations(kit.location("Tour_Eiffel", -21.1, 55.5, "France")))
    assert joined.codes() == {"1": "RE"}
    assert [conflict["decision"] for conflict in joined.conflicts] == ["RE"]


def test_disputed_ground_follows_the_borders(kit, join, locations):
    joined = join(location_table=locations(kit.location("Swallow's Nest", 44.4304, 34.1284, "Russia")))
    assert joined.codes() == {"4": "UA"}


def test_every_row_that_gives_no_answer_is_counted_with_its_reason(kit, join, locations):
    table = locations(
        kit.location("Tour_Eiffel", 95, 2, "Atlantis", 1),
        kit.location("Frauenkirche (München)", "x", 2, "Korea", 2),
        kit.location("Nobody's", 1, 2, "France", 3),
        kit.location("Mont_Blanc", "", "", "", 4),
        kit.location("Churches in Bavaria", 200, 200, "Germany", 5),
    )
    joined = join(location_table=table)
    assert joined.codes() == {"3": "DE"}
    assert joined.counts("category_to_location") == {
        "category is no landmark's": 1,
        "coordinates out of range": 2,
        "coordinates unreadable": 1,
        "name of several countries": 1,
        "neither country nor coordinates": 1,
        "rows": 5,
        "unknown country name": 1,
        "unusable country name and no usable coordinates": 2,
        "used": 1,
    }
    assert "Atlantis" in joined.facts["sources"]["category_to_location"]["examples"]["unknown country name"]


def test_a_point_at_sea_leaves_the_name_and_no_coordinates(kit, join, locations):
    row = join(location_table=locations(kit.location("Tour_Eiffel", 0, 0, "France"))).rows["1"]
    assert (row["country_code"], row["latitude"], row["longitude"]) == ("FR", None, None)


def test_two_rows_that_disagree_give_no_country(kit, join, locations):
    rows = [kit.location("Tour_Eiffel", "", "", name, n) for n, name in enumerate(("France", "Japan", "France"))]
    joined = join(location_table=locations(*rows))
    assert joined.rows == {}
    assert [conflict["kind"] for conflict in joined.conflicts] == ["rows"]
    assert "category_to_location: its rows name different countries" in joined.facts["not_covered"]


def test_two_rows_that_agree_are_one(kit, join, locations):
    rows = [kit.location("Tour_Eiffel", "", "", name) for name in ("", "France", "FRA")]
    assert join(location_table=locations(*rows)).codes() == {"1": "FR"}


def test_the_licence_is_said(kit, join, locations):
    joined = join(location_table=locations(kit.location("Tour_Eiffel", "", "", "France")))
    assert "ODbL" in joined.facts["sources"]["category_to_location"]["licence"]


def test_a_missing_column_is_named(kit, join, tmp_path):
    table = kit.write_csv(tmp_path / "c.csv", ("id", "category_name", "lat", "lon"), [(1, "Tour_Eiffel", 1, 1)])
    with pytest.raises(DataError, match="has no column `country`"):
        join(location_table=table)
