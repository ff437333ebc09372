import json

import numpy as np
import pytest

from triovision.decision import answer_text, confidence_text, country_set_text, place_name, prediction_record
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


def test_no_place():
    prediction = make("no_place", None, 0.24)
    assert answer_text(prediction) == (
        "This does not look like a photo of a place (if it is one, most likely FR 24 %, BE 18 %)"
    )
    assert answer_text(prediction, "fr").startswith("Ceci ne ressemble pas à une photo d’un lieu")
    assert place_name(prediction.answer()) == "Not a photo of a place"
    assert prediction_record(prediction)["answer"]["level"] == "no_place"


@pytest.mark.parametrize(
    ("share", "text"),
    [
        (0.97, "very sure: right more than 19 times in 20"),
        (0.94, "very sure: right about 9 times in 10"),
        (0.71, "fairly sure: right about 7 times in 10"),
        (0.35, "unsure: right about 4 times in 10"),
        (0.1, "a guess: right about 1 time in 10"),
        (0.02, "a guess: right less than 1 time in 20"),
        (None, ""),
    ],
)
def test_words_for_how_often_an_answer_is_right(share, text):
    answer = Answer("country", "FR", 0.5, ("FR",), ("FR",), right_share=share)
    assert confidence_text(answer) == text
    assert prediction_record(Prediction("a", CODES, np.full(3, 1 / 3), "m", answer))["answer"]["right_share"] == share


def test_the_same_words_in_french():
    answer = Answer("region", "150", 0.5, (), (), right_share=0.7)
    assert confidence_text(answer, "fr") == "assez sûr : juste environ 7 fois sur 10"


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
