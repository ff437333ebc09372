"""Place names within the category's own text -> country: the weakest source, off unless asked for.

A place is looked for where Commons writes one, the most telling first: the last brackets (`Frauenkirche (München)`),
what follows the last comma (`Churches in Paris, Texas`), what follows the last `in`, `at` or `near` (`Churches in
Bavaria`), and what follows `of` where the category begins with a plural of places (`Castles of Scotland`). Only whole
names count. Adjectives (`French Quarter`) are not looked at: they more often tell a style than a place.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from functools import cache, lru_cache

from triovision.countries import is_country_code, match_country_name
from triovision.countries.resolve import normalise_name
from triovision.data.provenance.claims import CONFIDENCES, Claim, SourceReport
from triovision.data.provenance.landmarks import Landmarks

__all__ = ["LICENCE", "find_place", "read_gazetteer"]

LICENCE = "Unicode License V3 (region names), public domain (cities)"
_SOURCE = "gazetteer"
_LONGEST_TITLE = 255  # of MediaWiki, in bytes; more is noise, and would cost the patterns below a long time
_SHORTEST_NAME = 4  # every two or three letters are some country's code

_BRACKETS = re.compile(r"^(?P<before>.*)\((?P<place>[^()]+)\)$")
_WITHIN = re.compile(r"^.*\b(?:in|at|near)\s+(?P<place>.+)$", re.IGNORECASE)
# Plurals that stand before a place on Commons. "Embassy of Germany" and "Our Lady of Lebanon" are none of them.
_OF = re.compile(
    r"^(?:\w+ )?(?:beaches|bridges|buildings|canyons|castles|cathedrals|caves|churches|cities|coasts|deserts"
    r"|fortifications|fountains|gardens|geography|glaciers|harbou?rs|islands|lakes|landmarks|lighthouses|monasteries|monuments|mosques"
    r"|mountains|museums|palaces|parks|peninsulas|railway stations|rivers|ruins|streets|synagogues|temples|towers|towns"
    r"|valleys|villages|volcanoes|waterfalls) of (?P<place>.+)$",
    re.IGNORECASE,
)
# Brackets that tell one place of a name from another, where the name alone would mislead.
_WHOLE = {normalise_name(name): "US" for name in ("Georgia (U.S. state)", "Georgia (USA)", "Georgia (US)")}
_INITIALS = {"uk": "GB", "usa": "US"}


def read_gazetteer(landmarks: Landmarks) -> SourceReport:
    """Claims of all categories' own text."""
    report = SourceReport(_SOURCE, LICENCE)
    for title, ids in landmarks.by_title.items():
        report.count("rows")
        found = find_place(title)
        if found is None:
            report.count("category names no place that we know", title)
            continue
        code, place, basis = found
        report.count("used")
        for landmark in ids:
            report.add(landmark, Claim(_SOURCE, code, f"category text {place!r}", CONFIDENCES[_SOURCE, basis]), title)
    return report


def find_place(title: str) -> tuple[str, str, str] | None:
    """The country of a category's text.

    Args:
        title: Of the category, without underscores.

    Returns:
        Country code, the words that name the place, and whether they stood where a place stands (`within`) or after
        `of`; None if there is no such place.
    """
    if len(title) > _LONGEST_TITLE:
        return None
    for place, basis in _candidates(title):
        code = _look_up(place)
        if code:
            return code, place, basis
        if code is None:
            return None
    return None


def _candidates(title: str) -> Iterator[tuple[str, str]]:
    text = title.strip()
    brackets = _BRACKETS.match(text)
    if brackets:
        within = _WITHIN.match(brackets["before"].strip())
        if within:  # "Churches in Georgia (U.S. state)": the brackets belong to the name
            yield f"{within['place']} ({brackets['place']})", "within"
        yield brackets["place"].strip(), "within"
        if within:
            return  # "Castles in Victoria (something unknown)" is not the well-known Victoria
        text = brackets["before"].strip()
    if ", " in text:
        yield text.rpartition(", ")[2], "within"
    for pattern, basis in ((_WITHIN, "within"), (_OF, "of")):
        match = pattern.match(text)
        if match:
            yield match["place"].strip(), basis
            yield match["place"].rpartition(", ")[0] or match["place"], basis


@lru_cache(maxsize=65536)
def _look_up(place: str) -> str | None:
    """Code of a place's name, empty if nobody knows it, None if it must not be guessed."""
    name = normalise_name(place)
    if name in _WHOLE:
        return _WHOLE[name]
    if len(name) < _SHORTEST_NAME or is_country_code(place):
        return _INITIALS.get(name, "")
    code = match_country_name(place)
    if code == "":
        return None  # "Korea" has no one country, and it is not to be found among the cities either
    return code or _places().get(name, "")


@cache
def _places() -> Mapping[str, str]:
    from importlib.resources import files  # noqa: PLC0415

    text = files("triovision.data.provenance").joinpath("places.json").read_text(encoding="utf-8")
    return {name: code for code, names in json.loads(text).items() for name in names}
