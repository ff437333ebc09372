"""What in the photo spoke for a country."""

from __future__ import annotations

import io

import numpy as np
import streamlit as st
from numpy.typing import NDArray
from PIL import Image

from triovision.app.analysis import AnalysedPhoto, decode_display, encode_jpeg, explain_or_none
from triovision.app.markup import data_uri, tag
from triovision.app.parts.mount import show_heat_view, show_select
from triovision.app.session import Session
from triovision.countries import country_name, is_country_code, region_name
from triovision.errors import CountryError
from triovision.evidence import Evidence, HeatMap, caption, colour_bar, evidence_text, legend, overlay

__all__ = ["show_evidence", "show_evidence_for"]

_WIDTH_PX = 640
_SCALE_PX = (240, 10)


def show_evidence(session: Session, photo: AnalysedPhoto) -> None:
    """Choose two countries, see both maps."""
    words = session.words
    if photo.evidence is None:
        st.html(tag("p", words("evidence.missing")))
        return
    known, language = photo.evidence, words.language
    # An answer that is a region stands first; held against something are countries only.
    codes = list(
        dict.fromkeys([known.place, known.country, *(code for code, _ in photo.prediction.top(session.count))])
    )
    others = list(dict.fromkeys([known.against, *(code for code in codes if is_country_code(code))]))
    left, right = st.columns(2)
    key = f"{photo.sha256[:12]}-{language}"
    with left:
        place = _choose(words("evidence.country"), codes, f"evidence-country-{key}", language)
    if not is_country_code(place):
        show_evidence_for(session, photo, None, None, key="evidence")
        return
    with right:
        against = _choose(words("evidence.against"), others, f"evidence-against-{key}", language)
    show_evidence_for(session, photo, place, against, key="evidence")


def _choose(label: str, codes: list[str], key: str, language: str) -> str:
    names = {
        code: country_name(code, language) if is_country_code(code) else region_name(code, language) for code in codes
    }
    return show_select(label, names, codes[0], key=key)


def show_evidence_for(
    session: Session, photo: AnalysedPhoto, country: str | None, against: str | None, *, key: str
) -> None:
    """Both heat maps of one country, and the evidence in words.

    Args:
        session: Of the page.
        photo: Which one.
        country: Code of the country to explain; None for the answer, be it a region.
        against: Code of the country that it is held against; None for the model's own choice.
        key: Of the element.
    """
    words = session.words
    if country is not None and country == against:
        st.html(tag("p", words("evidence.same"), class_="tv-reading"))
        return
    evidence = _find(session, photo, country, against)
    if evidence is None:
        st.html(tag("p", words("evidence.gone"), class_="tv-reading"))
        return
    pixels = _shrink(decode_display(photo))
    shown = {
        "photo": _uri(overlay(pixels, evidence.place_map, opacity=0.0)),
        "scale": _scale(),
        "label": words("evidence.opacity"),
        "maps": [_map(pixels, heat_map, session) for heat_map in (evidence.place_map, evidence.contrast_map)],
    }
    show_heat_view(shown, key=key)
    rows, columns = evidence.place_map.values.shape
    lines = evidence_text(evidence, words.language)
    reading = tag("p", words("evidence.reading", rows=rows, columns=columns), class_="tv-reading")
    with st.container(key=f"tv-card-{key}-text"):
        st.html(tag("div", tag("ul", *(tag("li", line) for line in lines), class_="tv-lines"), reading))


def _find(session: Session, photo: AnalysedPhoto, country: str | None, against: str | None) -> Evidence | None:
    known = photo.evidence
    if known is not None and country in {None, known.place} and against in {None, known.against}:
        return known
    original = session.shelf.original(photo.sha256)
    if original is None or session.classifier is None:
        return None
    try:
        return explain_or_none(session.classifier, original, country=country, against=against)
    except CountryError:
        return None


def _map(pixels: NDArray[np.uint8], heat_map: HeatMap, session: Session) -> dict[str, str]:
    words = session.words
    said = caption(heat_map, words.language)
    left, right = legend(heat_map, words.language)
    return {
        "image": _uri(overlay(pixels, heat_map)),
        "caption": said,
        "alt": words("evidence.place_alt", caption=said),
        "left": left,
        "right": right,
    }


def _shrink(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    picture = Image.fromarray(pixels)
    picture.thumbnail((_WIDTH_PX, _WIDTH_PX), Image.Resampling.BILINEAR, reducing_gap=2.0)
    return np.asarray(picture)


def _uri(pixels: NDArray[np.uint8]) -> str:
    return data_uri(encode_jpeg(Image.fromarray(pixels)))


def _scale() -> str:
    buffer = io.BytesIO()
    Image.fromarray(colour_bar(*_SCALE_PX)).save(buffer, "PNG")
    return data_uri(buffer.getvalue(), "image/png")
