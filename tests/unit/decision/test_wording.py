import json

import numpy as np
import pytest

from triovision.decision import answer_text, country_set_text, place_name, prediction_record
from triovision.errors import CountryError
from triovision.prediction import Answer, Prediction

CODES = ("BE", "FR", "JP")


def make(level, place, confidence, probabilities=(0.18, 0.24, 0.58)):
    answer = Answer(level, place, confidence, ("FR", "BE"), ("FR", "BE"))
    return Prediction("a.jpg", CODES, np.array(probabilities), "tiny", answer, warnings=("cut short",))


def test_a_country():
    assert answer_text(make("country", "FR", 0.71)) == "France, 71 %"
    assert answer_text(make("country", "JP", 0.71), "fr") == "Japon, 71 %"


def test_a_region_names_its_likely_countries():
    assert answer_text(make("sub_region", "155", 0.71)) == "Western Europe, 71 % (most likely FR 24 %, BE 18 %)"


def test_not_sure():
    assert answer_text(make("not_sure", None, 0.24)).startswith("Not sure (most likely FR")
    assert place_name(make("not_sure", None, 0.24).answer(), "fr-CA") == "Pas sûr"


@pytest.mark.parametrize(("confidence", "text"), [(0.9999, "99 %"), (0.001, "<1 %"), (0.5, "50 %")])
def test_no_certainty_and_no_nothing(confidence, text):
    assert answer_text(make("country", "FR", confidence)).endswith(text)


def test_the_country_set():
    answer = make("country", "FR", 0.7).answer()
    assert country_set_text(answer) == "The true country is among these 2 for 90 % of photos: FR BE"
    assert country_set_text(answer, "fr", most=1).endswith("FR …")


def test_the_record_is_json():
    record = json.loads(json.dumps(prediction_record(make("sub_region", "155", 0.71), top=2, language="fr")))
    assert record["answer"]["name"] == "Europe de l’Ouest" or record["answer"]["name"].startswith("Europe")
    assert [entry["country_code"] for entry in record["countries"]] == ["JP", "FR"]
    assert record["countries"][0]["name"] == "Japon"
    assert record["warnings"] == ["cut short"]


def test_an_unknown_language():
    with pytest.raises(CountryError):
        answer_text(make("country", "FR", 0.7), "klingon")
