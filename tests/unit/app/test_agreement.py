import pytest

from triovision.app.agreement import gps_agreement

PARIS = (48.86, 2.35)
WESTERN_EUROPE, AFRICA = "155", "002"


def test_without_gps_there_is_nothing_to_say(photo):
    assert gps_agreement(photo) is None


@pytest.mark.parametrize(
    ("level", "place", "gps_country", "expected"),
    [
        ("country", "FR", "FR", "agrees"),
        ("country", "FR", "BE", "differs"),
        ("sub_region", WESTERN_EUROPE, "FR", "agrees"),
        ("region", AFRICA, "FR", "differs"),
        ("not_sure", None, "FR", "unsure"),
        ("no_place", None, "FR", "unsure"),
        ("country", "FR", None, "sea"),
    ],
)
def test_what_the_gps_says_to_the_answer(answered, level, place, gps_country, expected):
    assert gps_agreement(answered(level, place, gps=PARIS, gps_country=gps_country)) == expected
