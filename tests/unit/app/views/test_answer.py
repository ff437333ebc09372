from dataclasses import replace
from datetime import UTC, datetime

import pytest

from triovision.app.shelf import Refusal, Shelf
from triovision.app.views.answer import answer_markup, photo_markup
from triovision.app.views.details_tab import countries_table, photos_table
from triovision.app.views.intake import refusals_markup
from triovision.app.views.map_tab import make_map_data
from triovision.app.views.model_tab import model_markup, summary_markup
from triovision.countries import country_name, get_region
from triovision.decision import confidence_text, place_name
from triovision.photo.colour import PROFILE_WARNING
from triovision.photo.jpeg import DAMAGED_WARNING, TRUNCATED_WARNING

HOSTILE = '<img src=x onerror="alert(1)">.jpg'
PARIS = (48.86, 2.35)


@pytest.mark.parametrize(
    ("level", "place"),
    [("country", "FR"), ("sub_region", "155"), ("region", "150"), ("not_sure", None), ("no_place", None)],
)
def test_the_card_says_the_answer(answered, words, level, place):
    photo = answered(level, place)
    card = answer_markup(photo, words, 5)
    assert words(f"answer.level.{level}").replace("'", "&#x27;") in card
    assert place_name(photo.prediction.answer(), words.language).replace("'", "&#x27;") in card
    assert ("flags/fr.svg" in card.split("</h2>")[0]) == (level == "country")
    assert (words.percent(0.7) in card) == (place is not None)


def test_the_badge_says_how_often_it_was_right(answered, words):
    sure, doubtful = answered("country", "FR", right_share=0.8), answered("country", "FR", right_share=0.3)
    said = confidence_text(sure.prediction.answer(), words.language)
    assert said
    assert said.replace("'", "&#x27;") in answer_markup(sure, words, 5)
    assert "tv-badge tv-good" in answer_markup(sure, words, 5)
    assert "tv-badge tv-amber" in answer_markup(doubtful, words, 5)


@pytest.mark.parametrize(("gps_country", "tone"), [("FR", "tv-good"), ("BE", "tv-coral"), (None, "tv-accent")])
def test_the_badge_says_what_the_gps_says(answered, words, gps_country, tone):
    photo = answered("country", "FR", gps=PARIS, gps_country=gps_country)
    assert f"tv-badge {tone}" in answer_markup(photo, words, 5)
    assert (country_name("BE", words.language) in photo_markup(photo, words)) == (gps_country == "BE")


def test_the_country_set_is_cut_with_a_count(answered, words, photo):
    many = replace(photo.prediction.answer(), country_set=tuple(photo.prediction.country_codes) * 3)
    card = answer_markup(replace(photo, prediction=replace(photo.prediction, decided=many)), words, 5)
    assert words("answer.set_more", count=9) in card
    one = replace(many, country_set=("FR",))
    card = answer_markup(replace(photo, prediction=replace(photo.prediction, decided=one)), words, 5)
    assert words("answer.set_one", share="90 %") in card


def test_the_photo_says_where_and_when(answered, words):
    photo = answered("country", "FR", gps=PARIS, gps_country="FR")
    metadata = replace(photo.metadata, taken_at=datetime(2024, 5, 6, 7, 8, tzinfo=UTC), camera="Box <1>")
    shown = photo_markup(replace(photo, metadata=metadata), words)
    assert "2024, 07:08" in shown
    assert "Box &lt;1&gt;" in shown
    assert words("photo.no_record") not in shown


def test_warnings_are_told_in_the_pages_language(photo, words):
    warnings = (PROFILE_WARNING, DAMAGED_WARNING, TRUNCATED_WARNING, "something new")
    shown = photo_markup(replace(photo, prediction=replace(photo.prediction, warnings=warnings)), words)
    for key in ("profile", "damaged", "truncated", "other"):
        assert words(f"warning.{key}").replace("'", "&#x27;") in shown


def test_a_hostile_name_is_shown_as_text(photo, words, classifier):
    hostile = replace(photo, name=HOSTILE)
    assert "<img src=x" not in photo_markup(hostile, words)
    assert "&lt;img src=x" in photo_markup(hostile, words)
    assert "<img src=x" not in model_markup(classifier, HOSTILE, words)


class PageState:
    def __init__(self, words):
        self.words = words
        self.shelf = Shelf(5, 5)


def test_refusals_name_the_file_and_the_reason(words):
    state = PageState(words)
    state.shelf.refuse(Refusal(HOSTILE, "refused.format", "looks like a PDF"))
    shown = refusals_markup(state)
    assert words("refused.title_one") in shown
    assert "<img src=x" not in shown
    assert ("looks like a PDF" in shown) == (words.language == "en")
    state.shelf.refuse(Refusal("b", "refused.empty", ""))
    assert words("refused.title", count=2).replace("'", "&#x27;") in refusals_markup(state)


def test_the_table_has_every_country_with_every_figure(photo, classifier, words):
    table = countries_table(photo, classifier.metadata, words)
    assert len(table["rows"]) == 7
    assert all(len(row) == len(table["columns"]) for row in table["rows"])
    assert sum(row[2]["value"] for row in table["rows"]) == pytest.approx(1)
    inside = [row[4]["value"] for row in table["rows"]]
    assert sum(inside) == len(photo.prediction.answer().country_set)
    assert {row[6]["value"] for row in table["rows"]} == set(range(10, 17))


def test_the_table_of_photos(answered, words):
    table = photos_table([answered("country", "FR"), answered("not_sure", None)], words)
    assert table["rows"][0][2]["text"] == country_name("FR", words.language)
    assert all(len(row) == len(table["columns"]) for row in table["rows"])


def test_the_map_marks_no_country_without_an_answer(answered):
    unsure = make_map_data(answered("not_sure", None), "en", 5)
    assert unsure.predicted is None
    assert unsure.region == ()
    found = make_map_data(answered("country", "FR", gps=PARIS, gps_country="FR"), "en", 5)
    assert (found.predicted, found.gps) == ("FR", PARIS)
    region = make_map_data(answered("sub_region", "155", 0.7), "fr", 15)
    assert region.region == get_region("155").members
    assert region.region_probability == 0.7
    assert region.region_name
    assert sum(region.probabilities.values()) == pytest.approx(1)


def test_the_card_beside_the_picker_is_short(classifier, words):
    card = summary_markup(classifier, words)
    assert card.count("<dt>") == 3
    assert words.exact_percent(0.25) in card


def test_the_model_card_tells_its_figures(classifier, words):
    card = model_markup(classifier, "tiny", words)
    assert words.exact_percent(0.25) in card
    assert "Apache-2.0" in card
    assert words("model.split.test").replace("'", "&#x27;") in card
