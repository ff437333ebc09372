import pytest

from triovision.data.provenance.gazetteer import find_place


@pytest.mark.parametrize(
    ("title", "code"),
    [
        ("Churches in Bavaria", "DE"),
        ("Buildings in Munich", "DE"),
        ("Frauenkirche (München)", "DE"),
        ("O'Connell Bridge, Dublin", "IE"),
        ("Churches in Paris, Texas", "US"),
        ("Haus in Wien, Österreich", "AT"),
        ("Castles in Georgia (U.S. state)", "US"),
        ("Castles in Georgia", "GE"),
        ("Castles of Scotland", "GB"),
        ("Embassy of France in Berlin", "DE"),
        ("Church in the UK", "GB"),
        ("Lakes of Finland", "FI"),
        ("Zoo in Victoria (Australia)", "AU"),
    ],
)
def test_a_place_where_commons_writes_one(title, code):
    assert find_place(title)[0] == code


@pytest.mark.parametrize(
    "title",
    [
        "Tour Eiffel",
        "Temples in Korea",  # two countries
        "Embassy of Germany",  # anywhere but there
        "Our Lady of Lebanon",
        "French Quarter",
        "Bears in DE",  # too short to be a name
        "Museums in Brest",  # one in France, one in Belarus
        "Castles in Victoria (nowhere)",
        "Statue (2010)",
        "(" * 100_000 + " in Bavaria",
        "",
    ],
)
def test_no_place_is_guessed(title):
    assert find_place(title) is None


def test_it_is_off_by_default_and_the_weakest(kit, join, locations):
    table = locations(kit.location("Churches_in_Bavaria", "", "", "Austria"))
    assert join(location_table=table).codes() == {"3": "AT"}
    joined = join(location_table=table, gazetteer=True)
    assert joined.codes() == {"2": "DE", "3": "AT"}
    assert joined.rows["2"]["confidence"] == pytest.approx(0.5)
    assert joined.rows["3"]["confidence"] == pytest.approx(0.85)
    assert [(c["kind"], c["other_source"]) for c in joined.conflicts] == [("sources", "gazetteer")]
    assert joined.counts("gazetteer")["category names no place that we know"] == 3
