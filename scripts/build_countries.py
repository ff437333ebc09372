"""Build the country table and the own-language names from Natural Earth and CLDR.

Two npm packages are the sources; neither is committed:

    npm pack world-atlas cldr-core          # made with world-atlas 2.0.2 and cldr-core 48.2.0
    tar xzf world-atlas-*.tgz --one-top-level=atlas
    tar xzf cldr-core-*.tgz --one-top-level=cldr
    python scripts/build_countries.py atlas/package cldr/package

Writes `countries.json` and `endonyms.json` into `src/triovision/countries/`; a second run writes the same
bytes. Natural Earth is in the public domain; CLDR stands under the Unicode licence.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from babel import Locale, UnknownLocaleError
from topojson_centres import compute_centre, load_polygons, polygon_at

from triovision.countries.resolve import normalise_name

TARGET = Path(__file__).parents[1] / "src" / "triovision" / "countries"

# The tree of the UN's standard M49 (unstats.un.org/unsd/methodology/m49). CLDR keeps 202 and 419 as mere
# "groupings" beside it; M49 has them as sub-regions with intermediate regions below, and M49 it is.
PARENTS = {
    "002": None, "009": None, "019": None, "142": None, "150": None,
    "015": "002", "202": "002",
    "011": "202", "014": "202", "017": "202", "018": "202",
    "021": "019", "419": "019",
    "005": "419", "013": "419", "029": "419",
    "030": "142", "034": "142", "035": "142", "143": "142", "145": "142",
    "039": "150", "151": "150", "154": "150", "155": "150",
    "053": "009", "054": "009", "057": "009", "061": "009",
}  # fmt: skip

# CLDR gives Kosovo XKK; the World Bank and GeoNames write XKX. Both are user-assigned.
ALPHA3 = {"XK": "XKX"}

# CLDR's own additions to the ISO list: Outlying Oceania and Sark.
NOT_ISO = {"QO", "CQ"}

# A point (latitude, longitude) inside the polygon to measure, where the country's largest polygon is the
# wrong one or Natural Earth draws the territory as a part of another country.
ANCHORS = {
    "BQ": (12.2, -68.3),  # Bonaire, drawn with the Netherlands
    "BV": (-54.42, 3.36),  # Bouvet Island, drawn with Norway
    "GF": (4.0, -53.0),  # drawn with France
    "GP": (16.15, -61.7),  # Basse-Terre, drawn with France
    "MQ": (14.65, -61.0),  # drawn with France
    "MY": (4.0, 102.0),  # the peninsula, where the capital and most people are, not Borneo
    "RE": (-21.1, 55.5),  # drawn with France
    "SJ": (79.0, 16.0),  # Spitsbergen, drawn with Norway
    "XK": (42.6, 20.9),  # drawn without an ISO number
    "YT": (-12.8, 45.15),  # drawn with France
}

# Written by hand: Natural Earth has no polygon for them, or none that a marker can stand on.
CENTRES = {
    "AQ": (-80.0, 30.0),  # the polygon holds the pole, where a flat map has no point
    "CC": (-12.188, 96.829),  # West Island
    "CX": (-10.49, 105.63),
    "MC": (43.738, 7.424),  # drawn two kilometres to the west, in France
    "TK": (-9.2, -171.85),  # Nukunonu
    "VA": (41.903, 12.453),  # rounded to a line in the file
}


def read_json(path: Path) -> Any:
    """The content of a JSON file."""
    return json.loads(path.read_text(encoding="utf-8"))


def read_codes(cldr: Path) -> dict[str, tuple[str, str]]:
    """Alpha-3 and numeric code per alpha-2 code: the 249 of ISO 3166-1, and XK."""
    mappings = read_json(cldr / "codeMappings.json")["supplemental"]["codeMappings"]
    places = {place for members in read_containment(cldr).values() for place in members} | {"AQ"}
    codes = {}
    for code in sorted(places - NOT_ISO):
        mapping = mappings.get(code, {})
        if len(code) == 2 and {"_alpha3", "_numeric"} <= mapping.keys():
            codes[code] = (ALPHA3.get(code, mapping["_alpha3"]), mapping["_numeric"])
    if len(codes) != 250:
        raise SystemExit(f"expected 249 ISO codes and XK, found {len(codes)}; has CLDR's layout changed?")
    return codes


def read_containment(cldr: Path) -> dict[str, list[str]]:
    """CLDR's members per M49 code, without its deprecated and grouping rows."""
    rows = read_json(cldr / "territoryContainment.json")["supplemental"]["territoryContainment"]
    return {code: row["_contains"] for code, row in rows.items() if code.isdigit()}


def smallest_regions(cldr: Path) -> dict[str, str]:
    """The smallest M49 region of each place."""
    contains = read_containment(cldr)
    leaves = set(PARENTS) - {parent for parent in PARENTS.values() if parent}
    return {place: region for region in sorted(leaves) for place in contains[region]}


def find_centre(code: str, numeric: str, polygons: dict[str, list[Any]]) -> tuple[float, float]:
    """The country's centre: by hand, of the anchored polygon, or of the largest one."""
    if code in CENTRES:
        return CENTRES[code]
    if code in ANCHORS:
        return compute_centre([polygon_at(*ANCHORS[code], polygons)])
    return compute_centre(polygons[numeric])


def official_languages(cldr: Path) -> dict[str, list[str]]:
    """Languages with any official status per territory."""
    info = read_json(cldr / "territoryInfo.json")["supplemental"]["territoryInfo"]
    return {
        code: [tag for tag, use in row.get("languagePopulation", {}).items() if "_officialStatus" in use]
        for code, row in info.items()
    }


def own_language_names(codes: list[str], cldr: Path) -> dict[str, str]:
    """Normalised name -> code for each country's name in its official languages.

    A name that two countries share is left out: it has no one answer.
    """
    found: dict[str, set[str]] = {}
    languages = official_languages(cldr)
    for code in codes:
        for language in languages.get(code, []):
            try:
                name = Locale.parse(language).territories.get(code)
            except UnknownLocaleError:
                continue
            if name and name != code:
                found.setdefault(normalise_name(name), set()).add(code)
    return {name: owners.pop() for name, owners in sorted(found.items()) if len(owners) == 1}


def write_rows(path: Path, parts: dict[str, dict[str, Any]]) -> None:
    """Write a JSON object of objects with one entry per line, so that a change shows as one line of diff."""
    blocks = []
    for part, entries in parts.items():
        lines = [f"    {json.dumps(k)}: {json.dumps(v, ensure_ascii=False)}" for k, v in entries.items()]
        blocks.append(f'  "{part}": {{\n' + ",\n".join(lines) + "\n  }")
    path.write_text("{\n" + ",\n".join(blocks) + "\n}\n", encoding="utf-8")


def main() -> None:
    """Read the two packages, write the two tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("atlas", type=Path, help="folder of the unpacked npm package world-atlas")
    parser.add_argument("cldr", type=Path, help="folder of the unpacked npm package cldr-core")
    arguments = parser.parse_args()
    cldr = arguments.cldr / "supplemental"

    codes = read_codes(cldr)
    regions = smallest_regions(cldr)
    polygons = load_polygons(read_json(arguments.atlas / "countries-10m.json"))
    rows = {
        code: [alpha3, numeric, *find_centre(code, numeric, polygons), regions.get(code)]
        for code, (alpha3, numeric) in codes.items()
    }
    write_rows(TARGET / "countries.json", {"regions": dict(sorted(PARENTS.items())), "countries": rows})
    names = own_language_names(list(codes), cldr)
    text = json.dumps(dict(sorted(names.items())), ensure_ascii=False, indent=1)
    (TARGET / "endonyms.json").write_text(text + "\n", encoding="utf-8")
    print(f"wrote {len(rows)} countries, {len(PARENTS)} regions and {len(names)} own-language names")


if __name__ == "__main__":
    main()
