import dataclasses
import json

import numpy as np
import pytest

from triovision.errors import CountryError
from triovision.evidence import Box, HeatMap, caption, evidence_record, evidence_text, legend

SIZE = (90, 90)


def make_map(values, place="FR", against="BE", view=None):
    return HeatMap(place, against, np.array(values, np.float32), 0.25, view or Box(0, 0, *SIZE), SIZE)


@pytest.fixture
def evidence(tiny, jpeg_bytes):
    found = tiny.explain(jpeg_bytes, name="a.jpg")
    corner, both = np.zeros((3, 3)), np.zeros((3, 3))
    corner[0, 2] = 2
    both[2, 0], both[0, 2] = 5, -3
    return dataclasses.replace(
        found,
        place="155",
        place_map=make_map(corner, "155", None),
        contrast_map=make_map(both),
        photo_size=SIZE,
    )


def test_captions_and_legends():
    contrast, place = make_map([[1]]), make_map([[1]], "155", None)
    assert caption(contrast) == "Why France, not Belgium"
    assert caption(contrast, "fr-CA") == "France plutôt que Belgique"
    assert caption(contrast, "de") == "Why Frankreich, not Belgien"
    assert caption(place) == "What speaks for Western Europe"
    assert caption(place, "fr") == "Indices pour Europe de l’Ouest"
    assert legend(contrast) == ("Belgium", "France")
    assert legend(place, "fr") == ("autres pays", "Europe de l’Ouest")


def test_an_unknown_language_is_refused():
    with pytest.raises(CountryError):
        caption(make_map([[1]]), "klingon")


def test_lines_for_people(evidence):
    place, contrast, similar = evidence_text(evidence)
    assert place == "What speaks for Western Europe: strongest at the top right"
    expected = "for France strongest at the bottom left, for Belgium strongest at the top right"
    assert contrast == f"Why France, not Belgium: {expected}"
    assert similar.startswith("Looks most like the training photos of ")
    assert similar.count(",") == 4


def test_lines_in_french(evidence):
    place, contrast, similar = evidence_text(evidence, "fr")
    assert place == "Indices pour Europe de l’Ouest : surtout en haut à droite"
    assert "pour Belgique surtout en haut à droite" in contrast
    assert similar.startswith("Ressemble")


@pytest.mark.parametrize(
    ("cell", "view", "where"),
    [
        ((0, 0), None, "at the top left"),
        ((1, 1), None, "in the middle"),
        ((2, 1), None, "at the bottom"),
        ((1, 0), None, "on the left"),
        ("last of four", None, "at the bottom right"),
        # The middle of a map that covers only the right half lies on the right.
        ((1, 1), Box(45, 0, 90, 90), "on the right"),
        # Beyond the photo, in the padding of the input, counts as its edge.
        ((0, 1), Box(0, -90, 90, 180), "at the top"),
    ],
)
def test_where_the_strongest_part_lies(evidence, cell, view, where):
    values = np.zeros((2, 2) if cell == "last of four" else (3, 3))
    values[(1, 1) if cell == "last of four" else cell] = 1
    place_map = make_map(values, against=None, view=view)
    line = evidence_text(dataclasses.replace(evidence, place_map=place_map))[0]
    assert line.endswith(f"strongest {where}")


def test_nothing_that_speaks_for_it_is_said(evidence):
    against = dataclasses.replace(evidence, place_map=make_map([[-1.0]], against=None))
    assert evidence_text(against)[0] == "What speaks for France: nothing"
    assert evidence_text(against, "fr")[0] == "Indices pour France : aucun"


def test_what_was_not_seen_is_said(evidence):
    half = dataclasses.replace(evidence, place_map=make_map([[1.0]], view=Box(0, 0, 45, 90)), similar=())
    assert evidence_text(half)[-1] == "The model looked at 50 % of the photo; the rest is grey and dark"
    assert len(evidence_text(half)) == 3


def test_the_record_is_json_and_whole(evidence):
    record = json.loads(json.dumps(evidence_record(evidence, "fr"), allow_nan=False))
    assert record["place"] == "155"
    assert record["place_name"] == "Europe de l’Ouest"
    assert record["seen"] == [0, 0, 90, 90]
    assert record["photo_size"] == [90, 90]
    assert record["maps"]["contrast"]["against"] == "BE"
    assert record["maps"]["place"]["against"] is None
    assert np.array(record["maps"]["place"]["values"]).shape == (3, 3)
    assert record["maps"]["place"]["offset"] == 0.25
    assert record["similar"][0].keys() == {"country_code", "name", "similarity"}
