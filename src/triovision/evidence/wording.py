"""Evidence in words, and as a record for machines: one source for command line, app and service."""

from __future__ import annotations

from typing import Any

import numpy as np

from triovision.countries import country_name, is_country_code, region_name
from triovision.evidence.records import Box, Evidence, HeatMap

__all__ = ["caption", "evidence_record", "evidence_text", "legend"]

_SHOWN_SIMILAR = 5
_ALL_SEEN = 0.995
_PLACE_CAPTION = {"en": "What speaks for {place}", "fr": "Indices pour {place}"}
_CONTRAST_CAPTION = {"en": "Why {place}, not {against}", "fr": "{place} plutôt que {against}"}
_OTHERS = {"en": "other countries", "fr": "autres pays"}
_STRONGEST = {"en": "strongest {where}", "fr": "surtout {where}"}
_NOTHING = {"en": "nothing", "fr": "aucun"}
_SIDE = {"en": "for {place} {what}", "fr": "pour {place} {what}"}
_SIMILAR = {
    "en": "Looks most like the training photos of {names}",
    "fr": "Ressemble surtout aux photos d'apprentissage de ces pays : {names}",
}
_SEEN = {
    "en": "The model looked at {share} % of the photo; the rest is grey and dark",
    "fr": "Le modèle a regardé {share} % de la photo ; le reste est gris et sombre",
}
_COLON = {"en": ": ", "fr": " : "}
# Thirds of the photo, row by row.
_WHERE = {
    "en": (
        ("at the top left", "at the top", "at the top right"),
        ("on the left", "in the middle", "on the right"),
        ("at the bottom left", "at the bottom", "at the bottom right"),
    ),
    "fr": (
        ("en haut à gauche", "en haut", "en haut à droite"),
        ("à gauche", "au milieu", "à droite"),
        ("en bas à gauche", "en bas", "en bas à droite"),
    ),
}


def caption(heat_map: HeatMap, language: str = "en") -> str:
    """What a heat map shows, e.g. "Why Japan, not South Korea".

    Args:
        heat_map: Which.
        language: English and French are known, names are in any CLDR language; others get English words.

    Raises:
        CountryError: If nobody knows the language.
    """
    place = _name(heat_map.place, language)
    if heat_map.against is None:
        return _PLACE_CAPTION[_known(language)].format(place=place)
    return _CONTRAST_CAPTION[_known(language)].format(place=place, against=_name(heat_map.against, language))


def legend(heat_map: HeatMap, language: str = "en") -> tuple[str, str]:
    """What the left and the right end of the colour scale speak for, e.g. ("South Korea", "Japan")."""
    other = _OTHERS[_known(language)] if heat_map.against is None else _name(heat_map.against, language)
    return other, _name(heat_map.place, language)


def evidence_text(evidence: Evidence, language: str = "en") -> tuple[str, ...]:
    """The evidence in lines for people.

    Args:
        evidence: Of one photo.
        language: As for `caption`.

    Returns:
        One line per heat map, one for the countries that look alike where there are centroids, and one for what the
        model did not see where there is any.
    """
    known = _known(language)
    lines = [_map_line(heat_map, language) for heat_map in (evidence.place_map, evidence.contrast_map)]
    if evidence.similar:
        names = ", ".join(country_name(entry.country_code, language) for entry in evidence.similar[:_SHOWN_SIMILAR])
        lines.append(_SIMILAR[known].format(names=names))
    share = seen_share(evidence)
    if share < _ALL_SEEN:
        lines.append(_SEEN[known].format(share=max(1, round(100 * share))))
    return tuple(lines)


def seen_share(evidence: Evidence) -> float:
    """Share of the photo's area that the model looked at."""
    width, height = evidence.photo_size
    return evidence.seen.width * evidence.seen.height / (width * height)


def evidence_record(evidence: Evidence, language: str = "en") -> dict[str, Any]:
    """The evidence as JSON-ready values."""
    maps = {"place": evidence.place_map, "contrast": evidence.contrast_map}
    return {
        "place": evidence.place,
        "place_name": _name(evidence.place, language),
        "country": evidence.country,
        "against": evidence.against,
        "similar": [
            {
                "country_code": entry.country_code,
                "name": country_name(entry.country_code, language),
                "similarity": round(entry.similarity, 4),
            }
            for entry in evidence.similar
        ],
        "photo_size": list(evidence.photo_size),
        "seen": _sides(evidence.seen),
        "maps": {key: _map_record(heat_map) for key, heat_map in maps.items()},
    }


def _map_record(heat_map: HeatMap) -> dict[str, Any]:
    return {
        "place": heat_map.place,
        "against": heat_map.against,
        "view": _sides(heat_map.view),
        "offset": round(heat_map.offset, 4),
        "values": [[round(float(value), 4) for value in row] for row in heat_map.values],
    }


def _sides(box: Box) -> list[float]:
    return [round(side, 2) for side in (box.left, box.top, box.right, box.bottom)]


def _map_line(heat_map: HeatMap, language: str) -> str:
    known = _known(language)
    found = _strongest(heat_map, 1, known)
    if heat_map.against is not None:
        both = ((heat_map.place, found), (heat_map.against, _strongest(heat_map, -1, known)))
        found = ", ".join(_SIDE[known].format(place=_name(place, language), what=what) for place, what in both)
    return f"{caption(heat_map, language)}{_COLON[known]}{found}"


def _strongest(heat_map: HeatMap, sign: int, known: str) -> str:
    """Where in the photo a map's greatest value of a sign lies, in words."""
    signed = sign * heat_map.values
    if signed.max() <= 0:
        return _NOTHING[known]
    row, column = np.unravel_index(int(signed.argmax()), signed.shape)
    view = heat_map.view
    x = view.left + (column + 0.5) * view.width / signed.shape[1]
    y = view.top + (row + 0.5) * view.height / signed.shape[0]
    thirds = [min(2, max(0, int(3 * at / side))) for at, side in zip((x, y), heat_map.photo_size, strict=True)]
    return _STRONGEST[known].format(where=_WHERE[known][thirds[1]][thirds[0]])


def _name(place: str, language: str) -> str:
    return country_name(place, language) if is_country_code(place) else region_name(place, language)


def _known(language: str) -> str:
    base = language.replace("-", "_").split("_")[0].lower()
    return base if base in _WHERE else "en"
