"""The tabs below the answer; only the open one is drawn."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from triovision.app.analysis import AnalysedPhoto
from triovision.app.session import Session
from triovision.app.views.charts_tab import show_charts
from triovision.app.views.details_tab import show_details
from triovision.app.views.evidence_tab import show_evidence
from triovision.app.views.map_tab import show_map_tab
from triovision.app.views.model_tab import show_model

__all__ = ["show_tabs"]

_VIEWS: dict[str, Callable[[Session, AnalysedPhoto], None]] = {
    "tab.map": show_map_tab,
    "tab.charts": show_charts,
    "tab.evidence": show_evidence,
    "tab.details": show_details,
    "tab.model": show_model,
}


def show_tabs(session: Session, photo: AnalysedPhoto) -> None:
    """Draw the tabs and what is in the open one."""
    words = session.words
    # In another language they are other tabs to Streamlit; what was open stays open.
    if session.language not in session.first_tab:
        session.first_tab = {session.language: session.open_tab}
    first = words(session.first_tab[session.language])
    labels = [words(key) for key in _VIEWS]
    tabs = st.tabs(labels, default=first, key=f"tabs-{session.language}", on_change="rerun")
    for tab, (key, view) in zip(tabs, _VIEWS.items(), strict=True):
        if tab.open:
            session.open_tab = key
        # A map once drawn stays, hidden: to build a globe anew at every change of tab would take a second.
        if tab.open or (key == "tab.map" and st.session_state.get("map-drawn")):
            with tab:
                view(session, photo)
    if tabs[0].open:
        st.session_state["map-drawn"] = True
