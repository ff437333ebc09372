import pytest

from triovision.data.provenance.verdict import Place, compute_verdicts, parse_degrees


def judge(named, latitude=None, longitude=None):
    return compute_verdicts([Place(named, latitude, longitude)])[0]


@pytest.mark.parametrize(
    ("named", "point", "code", "basis"),
    [
        (("DE",), (48.14, 11.57), "DE", "both"),
        (("DE",), (None, None), "DE", "name"),
        (("DE",), (0.0, 0.0), "DE", "name"),
        ((), (48.14, 11.57), "DE", "coordinates"),
        (("FR",), (-21.1, 55.5), "RE", "territory"),
        (("CN",), (22.28, 114.16), "HK", "territory"),
        (("RU",), (44.43, 34.13), "UA", "viewpoint"),
        (("MA",), (27.15, -13.2), "EH", "viewpoint"),
        (("CH",), (47.565, 7.62), "CH", "both"),
        (("CH",), (47.60, 7.62), "CH", "border"),
        (("FR", "IT"), (46.0, 6.5), "FR", "both"),
    ],
)
def test_who_is_right(named, point, code, basis):
    verdict = judge(named, *point)
    assert (verdict.code, verdict.basis) == (code, basis)


@pytest.mark.parametrize(
    ("named", "point", "reason"),
    [
        (("JP",), (48.14, 11.57), "names and coordinates disagree"),
        (("FR", "IT"), (None, None), "several countries named"),
        ((), (0.0, 0.0), "coordinates at sea or on disputed ground"),
        ((), (None, None), ""),
        (("DE", "IT"), (47.14, 9.52), "names and coordinates disagree"),
        (("DE",), (-89.9, 10.0), "names and coordinates disagree"),
    ],
)
def test_where_nobody_knows_there_is_no_code(named, point, reason):
    verdict = judge(named, *point)
    assert (verdict.code, verdict.reason) == ("", reason)


def test_many_places_keep_their_order():
    places = [Place(("DE",)), Place((), 48.85, 2.35), Place(("CH",), 47.60, 7.62), Place(("JP",), 48.85, 2.35)]
    assert [verdict.code for verdict in compute_verdicts(places)] == ["DE", "FR", "CH", ""]


@pytest.mark.parametrize(
    ("latitude", "longitude", "result"),
    [
        ("48.1", "11.5", (48.1, 11.5)),
        ("-90", "180", (-90.0, 180.0)),
        ("90.01", "0", "coordinates out of range"),
        ("0", "-180.5", "coordinates out of range"),
        ("48,1", "11,5", "coordinates unreadable"),
        ("nan", "0", "coordinates unreadable"),
        ("", "11.5", "coordinates unreadable"),
    ],
)
def test_degrees(latitude, longitude, result):
    assert parse_degrees(latitude, longitude) == result
