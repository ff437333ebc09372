"""The table of countries and M49 regions, read once from `countries.json`."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Literal, NamedTuple

from triovision.countries.language import territory_name
from triovision.countries.suggestion import join_choices, near_matches, quote
from triovision.errors import CountryError

__all__ = [
    "Country",
    "Region",
    "all_countries",
    "country_flag",
    "country_name",
    "get_country",
    "get_region",
    "is_country_code",
    "read_data",
    "region_name",
    "regions",
]

# Codes that people and institutions write although ISO 3166-1 has others.
HABITUAL_CODES = MappingProxyType({"UK": "GB", "EL": "GR"})

REGIONAL_INDICATOR_A = ord("\N{REGIONAL INDICATOR SYMBOL LETTER A}")


@dataclass(frozen=True, slots=True)
class Country:
    """A country or territory of ISO 3166-1, or Kosovo.

    Attributes:
        code: Alpha-2 code, `FR`.
        alpha3: Alpha-3 code, `FRA`.
        numeric: Numeric code, `250`.
        latitude: Of a point inside the main landmass, for a marker on a map.
        longitude: Of the same point.
        regions: M49 codes of the regions it lies in, smallest first; empty for Antarctica.
    """

    code: str
    alpha3: str
    numeric: str
    latitude: float
    longitude: float
    regions: tuple[str, ...]

    def name(self, language: str = "en") -> str:
        """The country's CLDR name in a language.

        Args:
            language: A BCP 47 tag such as `fr` or `pt-BR`.

        Returns:
            The name; English where the language has none.

        Raises:
            CountryError: If the language is unknown.
        """
        return territory_name(self.code, language)


@dataclass(frozen=True, slots=True)
class Region:
    """A region of the UN's M49 standard.

    Attributes:
        code: M49 code, `155`.
        level: `region` for the five at the top; `sub_region` for all below, intermediate regions too.
        members: Alpha-2 codes of the countries in it, at whatever depth, in order.
        parent: M49 code of the region around it; None at the top.
    """

    code: str
    level: Literal["region", "sub_region"]
    members: tuple[str, ...]
    parent: str | None

    def name(self, language: str = "en") -> str:
        """The region's CLDR name in a language.

        Args:
            language: A BCP 47 tag such as `fr` or `pt-BR`.

        Returns:
            The name; English where the language has none.

        Raises:
            CountryError: If the language is unknown.
        """
        return territory_name(self.code, language)


class _Table(NamedTuple):
    countries: dict[str, Country]
    regions: dict[str, Region]


def read_data(name: str) -> str:
    """The text of one of this package's data files."""
    # A third of the time to import this package, and many commands name no country.
    from importlib.resources import files  # noqa: PLC0415

    return files("triovision.countries").joinpath(name).read_text(encoding="utf-8")


def get_country(code: str) -> Country:
    """Look a country up by its alpha-2 code, in upper or lower case.

    Args:
        code: ISO 3166-1 alpha-2 code, or XK.

    Returns:
        The country.

    Raises:
        CountryError: If there is no such code.
    """
    country = _find(code)
    if country is None:
        raise CountryError(f"{quote(code)} is no country code; {_mend_code(code)}")
    return country


def all_countries() -> tuple[Country, ...]:
    """All 250 countries, ordered by code."""
    return tuple(_table().countries.values())


def is_country_code(text: str) -> bool:
    """Whether `get_country` knows the text."""
    return _find(text) is not None


def country_name(code: str, language: str = "en") -> str:
    """A country's CLDR name in a language.

    Args:
        code: ISO 3166-1 alpha-2 code, or XK.
        language: A BCP 47 tag such as `fr` or `pt-BR`.

    Returns:
        The name; English where the language has none.

    Raises:
        CountryError: If the code or the language is unknown.
    """
    return get_country(code).name(language)


def country_flag(code: str) -> str:
    """The country's flag as an emoji.

    Args:
        code: ISO 3166-1 alpha-2 code, or XK.

    Returns:
        Two regional indicator symbols, which most systems draw as one flag.

    Raises:
        CountryError: If there is no such code.
    """
    return "".join(chr(REGIONAL_INDICATOR_A + ord(letter) - ord("A")) for letter in get_country(code).code)


def regions() -> tuple[Region, ...]:
    """All M49 regions below the world, ordered by code."""
    return tuple(_table().regions.values())


def get_region(m49: str) -> Region:
    """Look a region up by its M49 code.

    Args:
        m49: Three digits, `155`.

    Returns:
        The region.

    Raises:
        CountryError: If there is no such region.
    """
    region = _table().regions.get(m49)
    if region is None:
        raise CountryError(f"{quote(m49)} is no M49 region; use one of {', '.join(_table().regions)}")
    return region


def region_name(m49: str, language: str = "en") -> str:
    """A region's CLDR name in a language.

    Args:
        m49: Three digits, `155`.
        language: A BCP 47 tag such as `fr` or `pt-BR`.

    Returns:
        The name; English where the language has none.

    Raises:
        CountryError: If the region or the language is unknown.
    """
    return get_region(m49).name(language)


def _find(code: str) -> Country | None:
    # Some single letters have two capitals: an upper-case sharp s is SS, South Sudan.
    return _table().countries.get(code.upper()) if code.isascii() else None


@cache
def _table() -> _Table:
    data = json.loads(read_data("countries.json"))
    parents: dict[str, str | None] = data["regions"]
    countries = {
        code: Country(code, alpha3, numeric, latitude, longitude, _chain(region, parents))
        for code, (alpha3, numeric, latitude, longitude, region) in data["countries"].items()
    }
    members = {region: tuple(c.code for c in countries.values() if region in c.regions) for region in parents}
    return _Table(
        countries,
        {
            region: Region(region, "sub_region" if parent else "region", members[region], parent)
            for region, parent in parents.items()
        },
    )


def _chain(region: str | None, parents: dict[str, str | None]) -> tuple[str, ...]:
    chain: list[str] = []
    while region is not None:
        chain.append(region)
        region = parents[region]
    return tuple(chain)


def _mend_code(code: str) -> str:
    countries = _table().countries
    by_alpha3 = {country.alpha3: country.code for country in countries.values()}
    written = code.strip().upper()
    by_name = {country.name().upper(): country.code for country in countries.values()}
    meant = written if written in countries else HABITUAL_CODES.get(written) or by_alpha3.get(written)
    near = [meant] if meant else [by_name[name] for name in near_matches(written, by_name)]
    if near:
        return f"did you mean {join_choices(f'{code} ({country_name(code)})' for code in near)}?"
    return "use an ISO 3166-1 alpha-2 code such as FR or JP"
