from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from triovision.countries import check_language, country_name
from triovision.countries.language import territory_name
from triovision.errors import CountryError


@pytest.mark.parametrize(
    ("language", "used", "germany"),
    [
        ("en", "en", "Germany"),
        ("fr", "fr", "Allemagne"),
        ("FR", "fr", "Allemagne"),
        ("pt-BR", "pt-BR", "Alemanha"),
        ("pt_BR", "pt-BR", "Alemanha"),
        ("zh-Hant", "zh-Hant", "德國"),
        ("zh-TW", "zh-Hant-TW", "德國"),
        ("fr-XX", "fr", "Allemagne"),
        ("de-x-private", "de", "Deutschland"),
    ],
)
def test_language_is_served(language, used, germany):
    assert check_language(language) == used
    assert country_name("DE", language) == germany


@pytest.mark.parametrize("language", ["", "xx", "klingon", "root", "cch", "../en", "-", "f" * 1000])
def test_unknown_language_is_refused_in_one_line(language):
    with pytest.raises(CountryError, match="is no language with country names; use a tag") as caught:
        check_language(language)
    assert len(str(caught.value)) < 150


def test_a_name_missing_in_the_language_is_english():
    assert territory_name("155", "haw") == "Western Europe"


def test_a_name_missing_in_english_is_the_code():
    assert territory_name("830", "en") == "830"


@settings(deadline=None, max_examples=50)
@given(st.text(max_size=30))
def test_any_text_is_a_language_or_an_error(text):
    try:
        assert check_language(check_language(text)) == check_language(text)
    except CountryError as error:
        assert "\n" not in str(error)  # noqa: PT017
