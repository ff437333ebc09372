import json
import string

import pytest

from triovision.app import map_component
from triovision.app.map_component import MOST_CANDIDATES, MapData, map_payload, show_map
from triovision.app.map_words import map_words
from triovision.countries import get_region

DATA = MapData(photo="sha", probabilities={"FR": 0.6, "BE": 0.2}, predicted="FR", candidates=("FR", "BE"))


@pytest.fixture
def mount(monkeypatch):
    """Show the map with a browser that has sent a selection; what was sent to it."""
    sent = []

    def show(selection, data=DATA):
        def component(**arguments):
            sent.append(arguments)
            arguments["on_selection_change"]()
            return {"selection": selection}

        monkeypatch.setattr(map_component, "_component", lambda: component)
        return show_map(data, key="map")

    show.sent = sent
    return show


def test_the_clicked_country_comes_back(mount):
    assert mount({"photo": "sha", "country": "BE"}) == "BE"
    assert mount.sent[0]["key"] == "map"
    assert mount.sent[0]["data"]["predicted"] == "FR"


@pytest.mark.parametrize(
    "selection",
    [
        None,
        {"photo": "sha", "country": None},
        {"photo": "an earlier one", "country": "BE"},
        {"photo": "sha", "country": "<script>"},
        {"photo": "sha", "country": ["BE"]},
        {"country": "BE"},
        "BE",
    ],
)
def test_anything_else_is_no_click(mount, selection):
    assert mount(selection) is None


def test_the_payload_is_json_with_every_name_in_the_language():
    payload = json.loads(json.dumps(map_payload(DATA, height_px=400)))
    assert len(payload["names"]) == 250
    assert payload["probabilities"] == {"FR": 0.6, "BE": 0.2}
    assert payload["region"] is None
    assert payload["gps"] is None
    french = map_payload(MapData("sha", {"DE": 1.0}, language="fr"), height_px=400)
    assert french["names"]["DE"] == "Allemagne"
    assert french["texts"]["reset"] == "Revenir à la réponse"


def test_a_region_is_sent_with_its_countries_and_its_share():
    members = get_region("155").members
    data = MapData("sha", {}, region=members, region_name="Western Europe", region_probability=0.714, gps=(1.5, 2.5))
    payload = map_payload(data, height_px=400)
    assert payload["region"] == {"codes": list(members), "text": "Western Europe 71\u00a0%"}
    assert payload["gps"] == [1.5, 2.5]


def test_no_more_markers_than_can_be_read():
    data = MapData("sha", {}, candidates=tuple(f"{a}{b}" for a in "ABCDE" for b in "ABCDE"))
    assert len(map_payload(data, height_px=400)["candidates"]) == MOST_CANDIDATES


def test_layers_from_the_internet_name_their_source_and_need_no_key():
    layers = map_payload(DATA, height_px=400)["layers"]
    assert [layer["id"] for layer in layers] == ["satellite", "terrain", "ocean", "streets"]
    for layer in layers:
        (address,) = layer["tiles"]
        fields = {name for _, name, _, _ in string.Formatter().parse(address) if name}
        assert address.startswith("https://")
        assert fields == {"x", "y", "z"}
        assert layer["attribution"]
        assert layer["max_zoom"] >= 10


def test_both_languages_have_the_same_texts_with_the_same_gaps():
    english, french = map_words("en"), map_words("fr-CA")
    assert english.keys() == french.keys()
    for name, text in english.items():
        gaps = [{field for _, field, _, _ in string.Formatter().parse(each) if field} for each in (text, french[name])]
        assert gaps[0] == gaps[1], name
    same = {name for name in english if english[name] == french[name]}
    assert same == {"layer_satellite", "online", "percent"}


def test_an_unknown_language_gets_english():
    assert map_words("ja") == map_words("en")
