"""The charts of one photo, each with a line that says how to read it."""

from __future__ import annotations

from typing import Any

import streamlit as st

from triovision.app.analysis import AnalysedPhoto
from triovision.app.charts.countries import bar_chart, gauge_chart, radar_chart
from triovision.app.charts.model import similarity_chart
from triovision.app.language import Words
from triovision.app.markup import tag
from triovision.app.session import Session
from triovision.app.theme import palette

__all__ = ["chart_card_head", "draw", "show_charts"]

_COMPARED = 4
_GAUGES = 6
_GAUGES_IN_A_ROW = 3
_CONFIG = {"displayModeBar": False, "scrollZoom": False, "responsive": True}


def chart_card_head(words: Words, name: str) -> None:
    """Title of a chart, and how to read it."""
    st.html(tag("div", tag("h3", words(name)), tag("p", words(f"{name}_reading"), class_="tv-reading")))


def draw(figure: Any, key: str, alt: str) -> None:
    """A figure, with what it shows for those who cannot see it."""
    st.plotly_chart(figure, theme=None, key=key, config=_CONFIG, alt=alt)


def show_charts(session: Session, photo: AnalysedPhoto) -> None:
    """Bars, radar, gauges, similarity."""
    words, look, prediction = session.words, palette(dark=session.dark), photo.prediction
    classifier = session.classifier
    if classifier is None:
        return
    metadata = classifier.metadata
    left, right = st.columns(2)
    with left, st.container(key="tv-card-bars"):
        chart_card_head(words, "charts.bars")
        draw(bar_chart(prediction, session.count, words, look), "bars", words("charts.bars"))
    with right, st.container(key="tv-card-radar"):
        chart_card_head(words, "charts.radar")
        draw(radar_chart(prediction, metadata, _COMPARED, words, look), "radar", words("charts.radar"))
    with st.container(key="tv-card-gauges"):
        chart_card_head(words, "charts.gauges")
        leading = prediction.top(min(_GAUGES, session.count))
        for start in range(0, len(leading), _GAUGES_IN_A_ROW):
            columns = st.columns(_GAUGES_IN_A_ROW)
            for column, (code, share) in zip(columns, leading[start:], strict=False):
                with column:
                    gauge = gauge_chart(code, share, metadata.thresholds.country, words, look)
                    draw(gauge, f"gauge-{code}", words("charts.gauges"))
    with st.container(key="tv-card-similarity"):
        chart_card_head(words, "charts.similarity")
        codes = [code for code, _ in prediction.top(session.count)]
        figure = similarity_chart(metadata, codes, words, look)
        if figure is None:
            st.html(tag("p", words("charts.similarity_missing")))
        else:
            draw(figure, "similarity", words("charts.similarity"))
