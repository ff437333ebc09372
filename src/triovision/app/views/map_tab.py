"""The map of one photo."""

from __future__ import annotations

import streamlit as st

from triovision.app.analysis import AnalysedPhoto
from triovision.app.map_component import MapData, show_map
from triovision.app.markup import flag, tag
from triovision.app.session import Session
from triovision.countries import country_name, get_region
from triovision.decision import place_name

__all__ = ["make_map_data", "show_map_tab"]

_MOST_CANDIDATES = 15


def make_map_data(photo: AnalysedPhoto, language: str, count: int) -> MapData:
    """What the map shows of a prediction; without an answer nothing is marked as one."""
    prediction, answer = photo.prediction, photo.prediction.answer()
    region = get_region(answer.place) if answer.place and answer.level != "country" else None
    latitude, longitude = photo.metadata.latitude, photo.metadata.longitude
    return MapData(
        photo=photo.sha256,
        probabilities=prediction.as_dict(),
        language=language,
        predicted=answer.country_code,
        region=region.members if region else (),
        region_name=place_name(answer, language) if region else "",
        region_probability=answer.confidence if region else 0.0,
        candidates=tuple(code for code, _ in prediction.top(min(count, _MOST_CANDIDATES))),
        gps=(latitude, longitude) if latitude is not None and longitude is not None else None,
    )


def show_map_tab(session: Session, photo: AnalysedPhoto) -> None:
    """The map, and what is known of the country that was clicked."""
    words = session.words
    st.html(tag("p", words("map.reading"), class_="tv-reading"))
    clicked = show_map(make_map_data(photo, words.language, session.count), key="map")
    if clicked is None:
        return
    name = country_name(clicked, words.language)
    ranked = [code for code, _ in photo.prediction]
    if clicked not in ranked:
        st.html(tag("p", flag(clicked), " ", words("map.unknown", country=name)))
        return
    text = words(
        "map.clicked",
        country=name,
        probability=words.exact_percent(photo.prediction.probability(clicked)),
        rank=ranked.index(clicked) + 1,
        count=len(ranked),
    )
    with st.container(horizontal=True, vertical_alignment="center", key="tv-card-clicked"):
        st.html(tag("p", flag(clicked), " ", text, class_="tv-h3"))
        if st.button(words("map.evidence", country=name), key="evidence-for", icon=":material/visibility:"):
            session.evidence_for = clicked
    if session.evidence_for == clicked:
        from triovision.app.views.evidence_tab import show_evidence_for  # noqa: PLC0415 - one tab inside another

        show_evidence_for(session, photo, clicked, None, key="map-evidence")
