"""Build `places.json`: names of regions and cities -> country codes, for the gazetteer.

Regions come from Unicode CLDR (Unicode licence), cities from Natural Earth 1:110 million, which an old geopandas
carries (public domain), from the time zone database (public domain), and from `cities_by_hand.txt`. None of these is
committed but the last:

    npm pack cldr-subdivisions-full && tar xzf cldr-subdivisions-full-*.tgz --one-top-level=cldr      # made with 48.2.0
    pip download --no-deps geopandas==0.14.4 tzdata                     # made with tzdata 2026.6
    unzip geopandas-*.whl -d geopandas && unzip tzdata-*.whl -d tzdata
    python scripts/build_places.py cldr/package geopandas/geopandas/datasets/naturalearth_cities tzdata/tzdata/zoneinfo

A name that two countries share is left out, as is one that is also a country's: a wrong label is worse than a missing
one. Writes `src/triovision/data/provenance/places.json`; a second run writes the same bytes.
"""

from __future__ import annotations

import argparse
import json
import struct
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from babel.languages import get_official_languages
from dbase import read_dbase

from triovision.countries import is_country_code, locate, match_country_name
from triovision.countries.resolve import normalise_name

TARGET = Path(__file__).parents[1] / "src" / "triovision" / "data" / "provenance" / "places.json"
CITIES_BY_HAND = Path(__file__).with_name("cities_by_hand.txt")
SHORTEST_NAME = 4
SHAPE_HEADER_BYTES, POINT_RECORD_BYTES = 100, 28

# Words that name a region somewhere and anything elsewhere.
COMMON_WORDS = frozenset({
    "atlantic", "bath", "bled", "brest", "bury", "capital", "cayo", "center", "central", "centre", "centro", "cher",
    "chin", "city", "coast", "cross river", "delta", "district", "down", "drama", "east", "eastern", "est", "este",
    "federal", "grad", "granada", "gulf", "hail", "highlands", "hope", "islands", "kanal", "lake", "lakes", "la paz",
    "liberty", "littoral", "lower", "lugo", "maritime", "metropolitan", "mitte", "national", "nord", "norte", "north",
    "northern", "oeste", "ouest", "pacific", "park", "plateau", "province", "region", "river", "rivers", "saint andrew",
    "saint ann", "saint anne", "saint barbara", "saint catherine", "saint david", "saint elizabeth", "saint george",
    "saint james", "saint john", "saint joseph", "saint lucy", "saint mark", "saint mary", "saint michael",
    "saint patrick", "saint paul", "saint peter", "saint philip", "saint thomas", "san jose", "san juan", "san lorenzo",
    "san pedro", "santa cruz", "santa maria", "santiago", "savannes", "south", "southern", "state", "sud", "sur",
    "territory", "the valley", "town", "trinity", "union", "upper", "valley", "victoria", "west", "western",
})  # fmt: skip


def read_regions(cldr: Path) -> Iterator[tuple[str, str]]:
    """Country code and name of every first-level region, in English and in the country's own languages."""
    folder = cldr / "subdivisions"
    names: dict[str, dict[str, str]] = {}
    for path in sorted(folder.glob("*/*.json")):
        content = json.loads(path.read_text(encoding="utf-8"))
        names[path.stem] = content["subdivisions"]["localeDisplayNames"]["subdivisions"]
    for region in sorted({region for table in names.values() for region in table}):
        code = region[:2].upper()
        if not is_country_code(code):
            continue
        own = [language for language in get_official_languages(code, regional=True) if language in names]
        for language in dict.fromkeys(["en", *own]):
            if region in names[language]:
                yield code, names[language][region]


def read_natural_earth(folder: Path) -> Iterator[tuple[str, str]]:
    """Country code and name of some 240 cities; the code is that of the ground they stand on."""
    content = (folder / "naturalearth_cities.shp").read_bytes()[SHAPE_HEADER_BYTES:]
    points = [struct.unpack("<dd", content[at + 12 : at + 28]) for at in range(0, len(content), POINT_RECORD_BYTES)]
    array = np.array(points)
    codes = locate(array[:, 1], array[:, 0]).tolist()
    for row, code in zip(read_dbase(folder / "naturalearth_cities.dbf"), codes, strict=True):
        if code and "�" not in row["name"]:
            yield code, row["name"]


def read_time_zones(folder: Path) -> Iterator[tuple[str, str]]:
    """Country code and name of the cities that time zones are named for."""
    for line in (folder / "zone.tab").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            code, _, zone = line.split("\t")[:3]
            area, _, city = zone.partition("/")
            if is_country_code(code) and "/" not in city and area not in {"Antarctica", "Arctic"}:
                yield code, city.replace("_", " ")


def read_by_hand() -> Iterator[tuple[str, str]]:
    """Country code and name of the cities in `cities_by_hand.txt`."""
    for line in CITIES_BY_HAND.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            code, _, cities = line.partition(" ")
            for city in cities.split(", "):
                yield code, city


def build(cldr: Path, natural_earth: Path, time_zones: Path) -> dict[str, list[str]]:
    """Normalised names by country code; what is ambiguous is left out, unless it is decided by hand."""
    found: dict[str, set[str]] = {}
    for code, name in [*read_regions(cldr), *read_natural_earth(natural_earth), *read_time_zones(time_zones)]:
        found.setdefault(normalise_name(name), set()).add(code)
    places = {name: codes.pop() for name, codes in found.items() if len(codes) == 1 and _is_telling(name)}
    by_hand = {normalise_name(name): code for code, name in read_by_hand()}
    merged = {name: code for name, code in (places | by_hand).items() if not _is_country(name)}
    tables: dict[str, list[str]] = {}
    for name, code in sorted(merged.items()):
        tables.setdefault(code, []).append(name)
    return dict(sorted(tables.items()))


def _is_telling(name: str) -> bool:
    return len(name) >= SHORTEST_NAME and name not in COMMON_WORDS and not name.isdigit()


def _is_country(name: str) -> bool:
    return match_country_name(name) is not None


def main() -> None:
    """Build and write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("cldr", type=Path, help="package folder of cldr-subdivisions-full")
    parser.add_argument("natural_earth", type=Path, help="folder naturalearth_cities")
    parser.add_argument("time_zones", type=Path, help="folder with zone.tab")
    given = parser.parse_args()
    tables = build(given.cldr, given.natural_earth, given.time_zones)
    lines = ",\n".join(f"{json.dumps(code)}: {json.dumps(names, ensure_ascii=False)}" for code, names in tables.items())
    TARGET.write_text(f"{{\n{lines}\n}}\n", encoding="utf-8")
    print(f"{TARGET}: {sum(map(len, tables.values()))} names of {len(tables)} countries")


if __name__ == "__main__":
    main()
