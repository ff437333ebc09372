import json
import re
from datetime import datetime
from importlib import resources
from string import Formatter

import pytest

from triovision.app.language import LANGUAGES, Words, choose_language

APP = resources.files("triovision.app")
CATALOGUES = {name: json.loads(APP.joinpath("catalogue", f"{name}.json").read_text("utf-8")) for name in LANGUAGES}
# Keys whose end is made at run time: f"tab.{...}".
MADE = (
    "theme.", "drop.", "answer.", "answer.level.", "refused.", "warning.", "photo.gps_", "empty.step_", "tab.",
    "charts.",    "charts.level.", "details.", "model.", "model.split.", "metric.", "settings.model_", "report.",
)  # fmt: skip


def fields(text):
    return {field for _, field, _, _ in Formatter().parse(text) if field}


def test_both_languages_have_the_same_texts():
    assert CATALOGUES["en"].keys() == CATALOGUES["fr"].keys()


@pytest.mark.parametrize("key", CATALOGUES["en"])
def test_a_text_takes_the_same_values_in_both_languages(key):
    assert fields(CATALOGUES["en"][key]) == fields(CATALOGUES["fr"][key])
    assert CATALOGUES["fr"][key].strip()


def test_french_is_not_english():
    same = {key for key, text in CATALOGUES["en"].items() if text == CATALOGUES["fr"][key]}
    allowed = {
        "details.csv", "details.json", "details.geojson", "details.photo", "report.photo", "model.pixels",
        "photo.pixels", "metric.kilometres", "charts.reliability_photos", "answer.level.region",
        "charts.level.region", "model.licence",
    }  # fmt: skip
    assert same <= allowed


def test_no_text_is_left_over():
    source = "".join(path.read_text("utf-8") for path in _python(APP))
    unused = [
        key for key in CATALOGUES["en"] if f'"{key}"' not in source and not any(map(key.startswith, MADE))
    ]  # fmt: skip
    assert unused == []


def _python(folder):
    for entry in folder.iterdir():
        if entry.is_dir():
            yield from _python(entry)
        elif entry.name.endswith(".py"):
            yield entry


@pytest.mark.parametrize(
    ("wanted", "given"), [("fr", "fr"), ("fr-CA", "fr"), ("FR_be", "fr"), ("de", "en"), ("", "en"), (None, "en")]
)
def test_the_nearest_language_is_taken(wanted, given):
    assert choose_language(wanted) == given


def test_an_unknown_key_is_an_error():
    with pytest.raises(KeyError):
        Words("en")("no.such.key")


def test_a_share_is_never_shown_as_certain_or_nothing():
    words = Words("en")
    assert words.percent(0.9999) == "99 %"
    assert words.percent(0.001) == "<1 %"
    assert words.percent(0.414) == "41 %"


def test_numbers_and_dates_are_written_as_the_language_does():
    assert Words("en").number(1234.5, decimals=1) == "1,234.5"
    assert re.fullmatch(r"1\s234,5", Words("fr").number(1234.5, decimals=1))
    assert Words("fr").exact_percent(0.329) == "32,9 %"
    when = datetime(2024, 5, 6, 7, 8)  # noqa: DTZ001 - cameras note no zone
    assert Words("fr").date(when) == "6 mai 2024, 07:08"
    assert Words("en").date(when, with_time=False) == "6 May 2024"
