from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from triovision.countries import all_countries, get_country, match_country_name, resolve_country_name
from triovision.countries.resolve import normalise_name
from triovision.countries.table import read_data
from triovision.errors import CountryError

ROOT = Path(__file__).parents[3]
with (ROOT / "tests" / "golden" / "country_names.csv").open(encoding="utf-8", newline="") as file:
    GOLDEN = [(row["name"], row["code"]) for row in csv.DictReader(file)]
ALIASES = json.loads(read_data("aliases.json"))
ENDONYMS = json.loads(read_data("endonyms.json"))


def spellings(section):
    return [(name, row) for key, row in ALIASES[section].items() for name in (key, *row.get("also", ()))]


@pytest.mark.parametrize(("name", "code"), GOLDEN)
def test_golden_name(name, code):
    assert resolve_country_name(name) == code


def test_golden_names_are_many_and_differ():
    assert len({name for name, _ in GOLDEN}) == len(GOLDEN) >= 172


def test_english_names_resolve_to_their_country():
    assert [resolve_country_name(c.name()) for c in all_countries()] == [c.code for c in all_countries()]


@pytest.mark.parametrize("field", ["code", "alpha3"])
def test_codes_resolve(field):
    for country in all_countries():
        assert resolve_country_name(getattr(country, field)) == country.code
        assert resolve_country_name(getattr(country, field).lower()) == country.code


def test_own_language_names_resolve():
    for name, code in ENDONYMS.items():
        assert resolve_country_name(name) == code


@pytest.mark.parametrize(
    ("language", "codes"),
    [
        ("de", "DE AT CH LI LU"),
        ("fr", "FR BE CH LU MC SN"),
        ("es", "ES MX AR PE"),
        ("ar", "EG MA SA IQ"),
        ("hi", "IN"),
        ("ja", "JP"),
        ("ru", "RU BY KZ"),
        ("zh", "CN SG"),
        ("zh-Hant", "TW HK MO"),
    ],
)
def test_names_from_cldr_resolve_in_their_own_language(language, codes):
    for code in codes.split():
        assert resolve_country_name(get_country(code).name(language)) == code


@pytest.mark.parametrize(
    "spelling",
    ["COTE D'IVOIRE", "cote d ivoire", "Côte d’Ivoire", "  Côte-d’Ivoire ", "Republic of Côte d'Ivoire", "civ"],
)
def test_spellings_of_one_name(spelling):
    assert resolve_country_name(spelling) == "CI"


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("Republic of Kenya", "KE"),
        ("Kenya, Republic of", "KE"),
        ("Kenya (Republic of)", "KE"),
        ("the Federal Democratic Republic of Nepal", "NP"),
        ("Principality of Monaco", "MC"),
        ("Guinea", "GN"),
        ("Niger", "NE"),
        ("China, Republic of", "TW"),
        ("China, People's Republic of", "CN"),
        ("Bahamas (the)", "BS"),
        ("Norway (mainland)", "NO"),
    ],
)
def test_official_forms(name, code):
    assert resolve_country_name(name) == code


@pytest.mark.parametrize(
    ("name", "message"),
    [
        (
            "Korea",
            "'Korea' has no one country: two states share the name; write KR (South Korea) or KP (North Korea)",
        ),
        (
            "Netherlands Antilles",
            (
                "'Netherlands Antilles' has no one country: they were dissolved in 2010; "
                "write BQ (Caribbean Netherlands), CW (Curaçao) or SX (Sint Maarten)"
            ),
        ),
        (
            "Soviet Union",
            "'Soviet Union' has no one country: it broke up in 1991 into fifteen countries; leave it out",
        ),
        ("Frnace", "'Frnace' is no country name that we know; did you mean France (FR)?"),
        (
            "qq",
            "'qq' is no country name that we know; use an English country name or an ISO 3166-1 alpha-2 code",
        ),
    ],
)
def test_refusals_say_why_and_what_to_write(name, message):
    with pytest.raises(CountryError) as caught:
        resolve_country_name(name)
    assert str(caught.value) == message


@pytest.mark.parametrize(
    "name",
    ["Congo", "The Congo", "Corea", "Czechoslovakia", "Yugoslavia", "Federal Republic of Yugoslavia", "USSR",
     "Virgin Islands", "Channel Islands", "Kashmir", "State of Georgia", "Georgia, USA", "Europe", "EU", "Jerusalem",
     "", " ", "???", "\n", "Atlantis", "Republic of", "((((", "x" * 10_000, "(" * 10_000],
)  # fmt: skip
def test_names_without_an_honest_answer_are_refused(name):
    with pytest.raises(CountryError) as caught:
        resolve_country_name(name)
    assert len(str(caught.value).splitlines()) == 1


@settings(deadline=None, max_examples=50)
@given(st.text())
def test_any_text_resolves_or_fails_in_one_line(text):
    try:
        get_country(resolve_country_name(text))
    except CountryError as error:
        assert len(str(error).splitlines()) == 1  # noqa: PT017


@settings(deadline=None, max_examples=50)
@given(st.sampled_from(GOLDEN), st.sampled_from([str.upper, str.lower, str.title, "  {} ".format, "{}.".format]))
def test_case_and_stray_marks_do_not_matter(row, change):
    name, code = row
    assert resolve_country_name(change(name)) == code


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        ("The Bahamas", "bahamas"),
        ("Bosnia & Herzegovina", "bosnia herzegovina"),
        ("St. Lucia", "saint lucia"),
        ("Curaçao", "curacao"),
        ("Føroyar", "foroyar"),
        ("Hong Kong S.A.R.", "hong kong sar"),
        ("Cook Is.", "cook islands"),
        ("ประเทศไทย", "ประเทศไทย"),
    ],
)
def test_normalised_name(text, normal):
    assert normalise_name(text) == normal


def test_aliases_are_normalised_known_and_ordered():
    codes = {country.code for country in all_countries()}
    names = list(ALIASES["aliases"])
    assert names == sorted(names) == [normalise_name(name) for name in names]
    assert set(ALIASES["aliases"].values()) <= codes


@pytest.mark.parametrize("section", ["disputed", "refused"])
def test_decided_names_are_normalised_and_have_a_reason(section):
    assert all(name == normalise_name(name) for name, _ in spellings(section))
    assert all(len(row["reason"]) > 15 for _, row in spellings(section))


def test_disputed_names_resolve_as_decided():
    for name, row in spellings("disputed"):
        assert resolve_country_name(name) == row["code"]


def test_no_name_is_decided_twice():
    names = [name for section in ("disputed", "refused") for name, _ in spellings(section)]
    names += ALIASES["aliases"]
    assert len(names) == len(set(names))


def test_aliases_json_holds_no_key_twice():
    def refuse_twice(pairs):
        assert len(pairs) == len(dict(pairs)), pairs
        return dict(pairs)

    json.loads(read_data("aliases.json"), object_pairs_hook=refuse_twice)


def test_a_refusal_hides_no_english_name_or_code():
    known = {normalise_name(c.name()) for c in all_countries()}
    known |= {text.lower() for c in all_countries() for text in (c.code, c.alpha3)}
    assert not known & {name for name, _ in spellings("refused")}


def test_the_decision_record_lists_every_disputed_name():
    record = (ROOT / "docs" / "decisions" / "0002-countries-and-disputed-names.md").read_text(encoding="utf-8")
    rows = [[cell.strip() for cell in line.split("|")] for line in record.splitlines() if line.startswith("| ")]
    written = {normalise_name(row[1]): row[2] for row in rows}
    assert {name: row["code"] for name, row in ALIASES["disputed"].items()}.items() <= written.items()


@pytest.mark.parametrize(
    ("name", "code"), [("Ivory Coast", "CI"), ("Korea", ""), ("Atlantis", None), ("", None), ("Republic of Peru", "PE")]
)
def test_matching_gives_the_same_without_a_message(name, code):
    assert match_country_name(name) == code
