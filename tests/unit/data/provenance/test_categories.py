import pytest

from triovision.data.provenance.categories import category_title


@pytest.mark.parametrize(
    "text",
    [
        "http://commons.wikimedia.org/wiki/Category:Tour_Eiffel",
        "https://commons.wikimedia.org/wiki/Category:Tour%20Eiffel#top",
        "//commons.m.wikimedia.org/wiki/Category:Tour_Eiffel",
        "Category:Tour Eiffel",
        " category : tour__Eiffel ",
        "Tour_Eiffel",
    ],
)
def test_every_way_to_write_a_category_gives_its_title(text):
    assert category_title(text) == "Tour Eiffel"


def test_percent_signs_of_a_bare_title_are_kept():
    assert category_title("100% Zürich") == "100% Zürich"
    assert category_title("http://commons.wikimedia.org/wiki/Category:100%25_Z%C3%BCrich") == "100% Zürich"


def test_accents_written_in_two_ways_meet():
    assert category_title("Cafe\u0301 Central") == category_title("Caf\u00e9 Central")


def test_a_sharp_s_in_front_stays_one_letter():
    assert category_title("ßtraße") == "ßtraße"


@pytest.mark.parametrize("text", ["", "  ", "Category:", "http://commons.wikimedia.org/wiki/"])
def test_nothing_gives_nothing(text):
    assert category_title(text) == ""
