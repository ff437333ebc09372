"""Countries: codes, names in every language, M49 regions, flags, borders and distances.

    language.py     CLDR names through babel
    table.py        the 250 countries and their M49 regions
    resolve.py      free-text names to codes
    location.py     coordinates to codes
    borders.py      the borders file, and which ground lies at a point
    coast.py        the nearest coast of points at sea
    distance.py     great circles
    suggestion.py   near matches for error messages

The data files are written by `scripts/build_countries.py` and `scripts/build_borders.py`, but for `aliases.json`, which
is written by hand.

Source: borders and outlines from Natural Earth (public domain); codes, regions and names from CLDR (Unicode License
V3).
"""

from __future__ import annotations

from triovision.countries.distance import great_circle_km
from triovision.countries.language import check_language
from triovision.countries.location import locate
from triovision.countries.resolve import match_country_name, resolve_country_name
from triovision.countries.table import (
    Country,
    Region,
    all_countries,
    country_flag,
    country_name,
    get_country,
    get_region,
    is_country_code,
    region_name,
    regions,
)

__all__ = [
    "Country",
    "Region",
    "all_countries",
    "check_language",
    "country_flag",
    "country_name",
    "get_country",
    "get_region",
    "great_circle_km",
    "is_country_code",
    "locate",
    "match_country_name",
    "region_name",
    "regions",
    "resolve_country_name",
]
