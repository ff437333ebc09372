"""Free-text country names to country codes."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from triovision.countries.suggestion import join_choices, near_matches, quote
from triovision.countries.table import all_countries, country_name, read_data
from triovision.errors import CountryError

__all__ = ["match_country_name", "normalise_name", "resolve_country_name"]

# Letters that Unicode does not decompose into a base letter and an accent.
PLAIN_LETTERS = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ħ": "h", "ə": "e"}
    | dict.fromkeys("'’‘ʻʼʹ`´", ""),  # so that Cote d'Ivoire, d’Ivoire and dIvoire agree
)

INITIALS = re.compile(r"\b[a-z](?:\.[a-z])+\b\.?")  # U.S.A., S.A.R.

ABBREVIATIONS = {
    "st": "saint", "ste": "sainte", "is": "islands", "isl": "islands", "island": "islands", "isle": "islands",
    "isles": "islands", "rep": "republic", "dem": "democratic", "fed": "federated", "ter": "territory",
    "terr": "territory", "territories": "territory", "us": "united states",
}  # fmt: skip

FILLERS = frozenset({"the", "and"})

STYLE = re.compile(
    r"(?:(?:people s|peoples|democratic|federal|federative|federated|islamic|arab|socialist|bolivarian"
    r"|plurinational|cooperative|co operative|independent|oriental|hashemite|united|grand)\s+)*"
    r"(?:republic|kingdom|state|states|commonwealth|principality|duchy|sultanate|emirate|union|federation)\s+"
    r"of\s+(?P<name>.+)",
)


LONGEST_NAME = 200
SHORTEST_NEAR_NAME = 4  # every two or three letters are near to some code


class _Refusal(NamedTuple):
    reason: str
    codes: tuple[str, ...]


class _Names(NamedTuple):
    codes: dict[str, str]
    refusals: dict[str, _Refusal]


def normalise_name(text: str) -> str:
    """A name without case, accents, punctuation, articles and abbreviations.

    Args:
        text: A country name as somebody wrote it, in any script.

    Returns:
        Words separated by single spaces; two spellings of one name come out equal.
    """
    plain = unicodedata.normalize("NFKD", text.casefold()).translate(PLAIN_LETTERS)
    plain = INITIALS.sub(lambda match: match[0].replace(".", ""), plain)
    kept = "".join(letter if _is_kept(letter) else " " for letter in plain if not unicodedata.combining(letter))
    words = kept.split()
    if len(words) > 1:
        words = [ABBREVIATIONS.get(word, word) for word in words if word not in FILLERS]
    return " ".join(words)


def resolve_country_name(text: str) -> str:
    """Find the country that a free-text name means.

    Takes CLDR English names, own-language names, official forms (`Republic of ...`, `..., Republic of`),
    common older and alternative names, and alpha-2 and alpha-3 codes, whatever their case, accents and punctuation.
    Disputed territories resolve as `docs/decisions/0002-countries-and-disputed-names.md` says.

    Args:
        text: The name, `Ivory Coast`.

    Returns:
        The alpha-2 code, `CI`.

    Raises:
        CountryError: If nobody knows the name, or if it has no one honest answer (`Czechoslovakia`).
    """
    found = _find(text)
    if isinstance(found, _Refusal):
        raise CountryError(_refusal_message(text, found))
    if found is None:
        raise CountryError(f"{quote(text)} is no country name that we know; {_mend_name(text)}")
    return found


def match_country_name(text: str) -> str | None:
    """What `resolve_country_name` finds, for tables of a million names: the helpful message is what takes its time.

    Args:
        text: The name, `Ivory Coast`.

    Returns:
        The alpha-2 code; empty if the name has no one honest answer; None if nobody knows it.
    """
    found = _find(text)
    return "" if isinstance(found, _Refusal) else found


def _find(text: str) -> str | _Refusal | None:
    names = _names()
    for candidate in _candidates(text):
        if candidate in names.refusals:
            return names.refusals[candidate]
        if candidate in names.codes:
            return names.codes[candidate]
    return None


def _is_kept(letter: str) -> bool:
    # Marks too: many scripts write vowels with them.
    return unicodedata.category(letter)[0] in "LNM"


def _candidates(text: str) -> Iterator[str]:
    """Normalised readings of a name, the most literal first."""
    if len(text) > LONGEST_NAME:
        return
    readings = [text]
    if "," in text:
        before, _, after = text.rpartition(",")
        readings.append(f"{after} {before}")
    if match := re.fullmatch(r"(.*)\((.*)\)\s*", text, re.DOTALL):
        readings += [f"{match[2]} {match[1]}", match[1]]
    normalised = [normalise_name(reading) for reading in readings]
    yield from normalised
    for reading in normalised:
        if match := STYLE.fullmatch(reading):
            yield match["name"]


@cache
def _names() -> _Names:
    """Every known name; where sources differ, the one written by hand wins."""
    aliases = json.loads(read_data("aliases.json"))
    disputed = {name: row["code"] for key, row in aliases["disputed"].items() for name in (key, *row.get("also", ()))}
    refusals = {
        name: _Refusal(row["reason"], tuple(row["codes"]))
        for key, row in aliases["refused"].items()
        for name in (key, *row.get("also", ()))
    }
    countries = all_countries()
    codes = json.loads(read_data("endonyms.json"))
    codes |= {country.alpha3.lower(): country.code for country in countries}
    codes |= {country.code.lower(): country.code for country in countries}
    codes |= {normalise_name(country.name()): country.code for country in countries}
    return _Names(codes | aliases["aliases"] | disputed, refusals)


def _refusal_message(text: str, refusal: _Refusal) -> str:
    message = f"{quote(text)} has no one country: {refusal.reason}"
    if not refusal.codes:
        return f"{message}; leave it out"
    return f"{message}; write {join_choices(f'{code} ({country_name(code)})' for code in refusal.codes)}"


def _mend_name(text: str) -> str:
    codes = _names().codes
    long_names = [name for name in codes if len(name) >= SHORTEST_NEAR_NAME]
    near = dict.fromkeys(codes[name] for name in near_matches(normalise_name(text), long_names))
    if near:
        return f"did you mean {join_choices(f'{country_name(code)} ({code})' for code in near)}?"
    return "use an English country name or an ISO 3166-1 alpha-2 code"
