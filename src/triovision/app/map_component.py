"""The map of an answer: our own Streamlit component on MapLibre GL.

The browser's part stands in `frontend/src/map`. It draws countries, never a street address: the answer's country is
filled, and the mark at its centre says that it stands at the centre. It asks nothing of the internet until the user
chooses a layer from there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from triovision.app.map_words import map_words
from triovision.countries import all_countries, is_country_code

__all__ = ["MOST_CANDIDATES", "MapData", "map_payload", "show_map"]

MOST_CANDIDATES = 15

_LAYERS = (
    ("satellite", "Esri.WorldImagery"),
    ("terrain", "OpenTopoMap"),
    ("ocean", "Esri.OceanBasemap"),
    ("streets", "OpenStreetMap.Mapnik"),
)
_DEFAULT_MAX_ZOOM = 18


@dataclass(frozen=True)
class MapData:
    """What the map shows for one photo.

    Attributes:
        photo: Names the photo; what was clicked on another photo's map is forgotten.
        probabilities: By country code, of all the model's classes.
        language: Of names, numbers and controls.
        predicted: Code of the answer's country, if the answer is one.
        region: Codes of the countries of the answer's region, if the answer is one.
        region_name: Name of the region in the language.
        region_probability: Of the region as a whole.
        candidates: Codes to mark, the most probable first; the predicted one may be among them.
        gps: Latitude and longitude that the photo itself carries.
    """

    photo: str
    probabilities: Mapping[str, float]
    language: str = "en"
    predicted: str | None = None
    region: tuple[str, ...] = ()
    region_name: str = ""
    region_probability: float = 0.0
    candidates: tuple[str, ...] = ()
    gps: tuple[float, float] | None = None


def show_map(data: MapData, *, key: str, height_px: int = 560) -> str | None:
    """Draw the map where the page stands.

    Args:
        data: What to show.
        key: Names the place in the page; as long as it stays the same the map lives on, with its layers and drawings.
        height_px: Height of the map; it is as wide as there is room.

    Returns:
        Code of the country that the user has clicked for this photo, if any.
    """
    result = _component()(
        key=key,
        data=map_payload(data, height_px=height_px),
        default={"selection": None},
        on_selection_change=_rerun,
    )
    return _clicked(result.get("selection"), data.photo)


@cache
def _component() -> Any:
    from streamlit.components.v2 import component  # noqa: PLC0415 - importing this module stays cheap

    return component("triovision.map", js="map-*.js")


def _rerun() -> None:
    """Streamlit runs the page again on a click because this is there; there is nothing else to do."""


def _clicked(selection: object, photo: str) -> str | None:
    """The code in what the browser sent, which may be about an earlier photo, or anything."""
    if not isinstance(selection, Mapping) or selection.get("photo") != photo:
        return None
    country = selection.get("country")
    return country if isinstance(country, str) and is_country_code(country) else None


def map_payload(data: MapData, *, height_px: int) -> dict[str, Any]:
    """What is sent to the browser, as JSON types."""
    words = map_words(data.language)
    region = None
    if data.region:
        share = words["percent"].format(round(100 * data.region_probability))
        region = {"codes": list(data.region), "text": f"{data.region_name} {share}"}
    return {
        "photo": data.photo,
        "language": data.language,
        "texts": words,
        "names": {country.code: country.name(data.language) for country in all_countries()},
        "probabilities": {code: float(probability) for code, probability in data.probabilities.items()},
        "predicted": data.predicted,
        "region": region,
        "candidates": list(data.candidates[:MOST_CANDIDATES]),
        "gps": list(data.gps) if data.gps else None,
        "layers": [_online_layer(name, provider) for name, provider in _LAYERS],
        "height_px": height_px,
    }


def _online_layer(name: str, provider: str) -> dict[str, Any]:
    """Where a layer's tiles are and whose they are, as the package `xyzservices` knows it; asks nothing of anybody."""
    from xyzservices import providers  # noqa: PLC0415 - importing this module stays cheap

    tiles = providers.query_name(provider)
    return {
        "id": name,
        "tiles": [tiles.build_url()],
        "attribution": tiles.html_attribution,
        "max_zoom": tiles.get("max_zoom", _DEFAULT_MAX_ZOOM),
    }
