from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from triovision.countries import (
    all_countries,
    country_flag,
    country_name,
    get_country,
    get_region,
    is_country_code,
    region_name,
    regions,
)
from triovision.errors import CountryError

# Codes with a centre that a person looked up on a map, to a degree or so.
CENTRES = {
    "FR": (46.6, 2.5),
    "NO": (61.8, 9.8),
    "US": (39.5, -99.1),
    "RU": (61.7, 99.1),
    "FJ": (-17.8, 178.0),
    "GF": (3.9, -53.2),
    "GP": (16.2, -61.7),
    "MQ": (14.7, -61.0),
    "RE": (-21.1, 55.5),
    "YT": (-12.8, 45.2),
    "SJ": (78.8, 18.0),
    "BV": (-54.4, 3.4),
    "BQ": (12.2, -68.3),
    "MY": (4.0, 102.2),
    "XK": (42.6, 20.9),
    "MC": (43.74, 7.42),
    "VA": (41.90, 12.45),
    "NZ": (-44.0, 170.5),
}


@pytest.mark.parametrize(
    ("code", "alpha3", "numeric", "chain"),
    [
        ("FR", "FRA", "250", ("155", "150")),
        ("NO", "NOR", "578", ("154", "150")),
        ("US", "USA", "840", ("021", "019")),
        ("KE", "KEN", "404", ("014", "202", "002")),
        ("EG", "EGY", "818", ("015", "002")),
        ("BR", "BRA", "076", ("005", "419", "019")),
        ("MX", "MEX", "484", ("013", "419", "019")),
        ("GF", "GUF", "254", ("005", "419", "019")),
        ("RE", "REU", "638", ("014", "202", "002")),
        ("SJ", "SJM", "744", ("154", "150")),
        ("CY", "CYP", "196", ("145", "142")),
        ("IR", "IRN", "364", ("034", "142")),
        ("UM", "UMI", "581", ("057", "009")),
        ("TW", "TWN", "158", ("030", "142")),
        ("XK", "XKX", "983", ("039", "150")),
        ("AQ", "ATA", "010", ()),
    ],
)
def test_golden_codes_and_chain(code, alpha3, numeric, chain):
    country = get_country(code)
    assert (country.alpha3, country.numeric, country.regions) == (alpha3, numeric, chain)


@pytest.mark.parametrize("code", sorted(CENTRES))
def test_golden_centre(code):
    country = get_country(code)
    latitude, longitude = CENTRES[code]
    assert country.latitude == pytest.approx(latitude, abs=0.5)
    assert country.longitude == pytest.approx(longitude, abs=0.5)


def test_all_countries_are_the_iso_list_and_kosovo_in_order():
    codes = [country.code for country in all_countries()]
    assert len(codes) == 250
    assert codes == sorted(set(codes))


@pytest.mark.parametrize("field", ["alpha3", "numeric"])
def test_codes_are_unique_and_three_long(field):
    values = [getattr(country, field) for country in all_countries()]
    assert len(set(values)) == 250
    assert {len(value) for value in values} == {3}


def test_centres_lie_on_the_globe_and_apart():
    centres = {(country.latitude, country.longitude) for country in all_countries()}
    assert len(centres) == 250
    assert all(-81 < latitude < 84 and -180 <= longitude < 180 for latitude, longitude in centres)


@pytest.mark.parametrize("language", ["en", "fr"])
def test_names_are_there_and_differ(language):
    names = [country.name(language) for country in all_countries()]
    assert len(set(names)) == 250
    assert not any(name == country.code for name, country in zip(names, all_countries(), strict=True))


def test_countries_are_found_in_either_case():
    assert get_country("fr") is get_country("FR")


@pytest.mark.parametrize("text", ["FRA", "france", "", "F", "ß", "ﬁ", "ZZ", " FR", "EU", "UK"])
def test_other_text_is_no_country_code(text):
    assert not is_country_code(text)
    with pytest.raises(CountryError):
        get_country(text)


@pytest.mark.parametrize(
    ("code", "mend"),
    [
        ("uk", "did you mean GB (United Kingdom)?"),
        ("FRA", "did you mean FR (France)?"),
        ("frnace", "did you mean FR (France)?"),
        (" fr", "did you mean FR (France)?"),
        ("Q", "use an ISO 3166-1 alpha-2 code such as FR or JP"),
    ],
)
def test_unknown_code_names_the_value_and_the_mend(code, mend):
    with pytest.raises(CountryError) as caught:
        get_country(code)
    assert str(caught.value) == f"{code!r} is no country code; {mend}"


@settings(deadline=None, max_examples=50)
@given(st.text())
def test_any_text_is_a_country_or_a_one_line_error(text):
    try:
        assert get_country(text).code == text.upper()
    except CountryError as error:
        assert len(str(error).splitlines()) == 1  # noqa: PT017


def test_country_name_defaults_to_english():
    assert country_name("de") == "Germany"
    assert country_name("DE", "fr") == "Allemagne"


def test_flag_is_two_regional_indicators():
    assert country_flag("FR") == "🇫🇷"
    assert country_flag("xk") == "🇽🇰"


def test_members_and_chains_agree():
    for region in regions():
        assert list(region.members) == [c.code for c in all_countries() if region.code in c.regions]


def test_chains_follow_parents_up_to_a_region():
    for country in all_countries():
        parents = tuple(get_region(code).parent for code in country.regions)
        assert parents == (*country.regions[1:], None)[: len(parents)]


def test_a_parent_holds_exactly_what_its_parts_hold():
    for region in regions():
        parts = [part for part in regions() if part.parent == region.code]
        members = [code for part in parts for code in part.members]
        assert not parts or sorted(members) == list(region.members)


def test_every_country_but_antarctica_lies_in_one_of_five_regions():
    top = [region for region in regions() if region.level == "region"]
    assert [region.code for region in top] == ["002", "009", "019", "142", "150"]
    assert sum(len(region.members) for region in top) == 249


@pytest.mark.parametrize(
    ("m49", "members"),
    [("150", 52), ("002", 60), ("019", 57), ("142", 51), ("009", 29), ("021", 5), ("155", 9), ("143", 5)],
)
def test_regions_are_as_large_as_in_m49(m49, members):
    # Counted in the UN's table: 51 in Europe and 50 in Asia, where ours hold Kosovo and Taiwan as well.
    assert len(get_region(m49).members) == members


def test_intermediate_regions_are_sub_regions():
    assert get_region("014").level == get_region("202").level == "sub_region"
    assert get_region("014").parent == "202"


@pytest.mark.parametrize("language", ["en", "fr"])
def test_every_region_has_a_name(language):
    names = [region.name(language) for region in regions()]
    assert len(set(names)) == 29
    assert not any(name.isdigit() for name in names)


def test_region_name_in_a_language():
    assert region_name("155", "fr") == "Europe de l’Ouest"
    assert region_name("202") == "Sub-Saharan Africa"


@pytest.mark.parametrize("m49", ["001", "999", "", "FR", "155 "])
def test_unknown_region_is_refused(m49):
    with pytest.raises(CountryError, match="is no M49 region; use one of 002, "):
        get_region(m49)


def test_import_stays_light():
    code = "import sys, triovision.countries; print([m for m in ('babel', 'numpy') if m in sys.modules])"
    shown = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert shown.stdout == "[]\n"
