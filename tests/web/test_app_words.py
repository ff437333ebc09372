"""No text of the page is left in English, and nobody is shut out."""

import json
import re
import runpy
from importlib import resources
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe

from triovision import CountryClassifier, __version__
from triovision.app.map_words import map_words
from triovision.countries import all_countries, country_name, region_name, regions
from triovision.decision import confidence_text
from triovision.evidence import caption, evidence_text, legend

ACTIONS = runpy.run_path(str(Path(__file__).with_name("app_page.py")))
SAMPLE, TABS, VISIBLE_TEXT = (ACTIONS[name] for name in ("SAMPLE", "TABS", "VISIBLE_TEXT"))
give_sample, open_app, open_tab = (ACTIONS[name] for name in ("give_sample", "open_app", "open_tab"))
SERIOUS = {"serious", "critical"}
QUICK = {"viewport": {"width": 1100, "height": 720}, "reduced_motion": "reduce"}


def french_patterns():
    """What may be read on the French page: the catalogues, names of places, and what the model says of itself."""
    catalogue = resources.files("triovision.app").joinpath("catalogue", "fr.json").read_text("utf-8")
    texts = [*json.loads(catalogue).values(), *map_words("fr").values()]
    evidence = CountryClassifier.load().explain(SAMPLE.read_bytes())
    texts += [*evidence_text(evidence, "fr"), confidence_text(evidence.prediction.answer(), "fr")]
    for heat_map in (evidence.place_map, evidence.contrast_map):
        texts += [caption(heat_map, "fr"), *legend(heat_map, "fr")]
    made = CountryClassifier.load().metadata.provenance
    texts += [
        made.recipe,
        made.date,
        made.commit[:12],
        CountryClassifier.load().metadata.licence,
        "starter",
        __version__,
    ]
    texts += [country_name(country.code, "fr") for country in all_countries()]
    texts += [region_name(region.code, "fr") for region in regions()]
    texts += ["TrioVision", "English", "Français", SAMPLE.name, "Natural Earth", "MapLibre"]
    # The map writes some names with their share.
    texts += [f"{region_name(region.code, 'fr')} {{}} %" for region in regions()]
    return [re.sub(r"(\\\{\w*\\\}|\{\w*\})", ".*", re.escape(text)) for text in texts if text]


@pytest.fixture(scope="module")
def french():
    patterns = french_patterns()
    whole = re.compile("|".join(f"(?:{pattern})" for pattern in patterns))
    # A line of a drawing may hold a part of a text; a number needs no language.
    lines = "\n".join(patterns).replace("\\", "")
    number = re.compile(r"[\W\d_]*(?:\s?(?:km|m|Mo|%)\b)?[\W\d_]*|[A-Z]{2}")

    def is_french(text):
        return bool(number.fullmatch(text) or whole.fullmatch(text) or (len(text) > 2 and text in lines))

    return is_french


def test_the_french_page_is_french_to_the_last_word(new_page, app_url, french):
    screen = new_page(**QUICK, locale="fr-FR").page
    open_app(screen, app_url)
    foreign = {text for text in screen.evaluate(VISIBLE_TEXT) if not french(text)}
    screen.get_by_role("button", name="Réglages").click()
    screen.get_by_text("Choisir un fichier de modèle").wait_for()
    foreign |= {text for text in screen.evaluate(VISIBLE_TEXT) if not french(text)}
    screen.keyboard.press("Escape")
    give_sample(screen)
    for name in TABS:
        open_tab(screen, name)
        foreign |= {text for text in screen.evaluate(VISIBLE_TEXT) if not french(text)}
    assert foreign == set()
    assert screen.evaluate("document.documentElement.lang") == "fr"


def test_the_test_above_would_find_english(french):
    assert not french("Browse files")
    assert not french("Most likely")
    assert french("12,5 %")


def test_the_language_can_be_switched(new_page, app_url):
    screen = new_page(**QUICK).page
    open_app(screen, app_url)
    give_sample(screen)
    screen.get_by_text("Français").click()
    screen.get_by_role("tab", name="Graphiques").wait_for()
    screen.get_by_text("Déposez d’autres photos").wait_for()
    screen.get_by_text("English").click()
    screen.get_by_role("tab", name="Charts").wait_for()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width_px", [1100, 390])
def test_axe_finds_nothing_serious(new_page, app_url, scheme, width_px):
    screen = new_page(
        reduced_motion="reduce",
        color_scheme=scheme,
        viewport={"width": width_px, "height": 844},
        has_touch=width_px < 500,
    ).page
    open_app(screen, app_url)
    found = violations(screen, "welcome")
    screen.get_by_role("button", name="Settings").click()
    screen.get_by_text("Choose a model file").wait_for()
    found += violations(screen, "settings")
    screen.keyboard.press("Escape")
    give_sample(screen)
    for name in TABS:
        open_tab(screen, name)
        found += violations(screen, name)
    assert found == []


def violations(screen, place):
    response = Axe().run(screen).response
    return [
        (place, entry["id"], [node["html"][:160] for node in entry["nodes"]][:3])
        for entry in response["violations"]
        if entry["impact"] in SERIOUS
    ]
