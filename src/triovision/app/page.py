"""The script that Streamlit runs for every change on the page; see `triovision.app` for what is where."""

from __future__ import annotations

import logging

import streamlit as st

from triovision import __version__
from triovision.app.analysis import analyse_many
from triovision.app.animations import animation
from triovision.app.icons import CHART, EYE, GLOBE, logo_svg
from triovision.app.lottie_component import show_lottie
from triovision.app.markup import tag
from triovision.app.session import Session, current_session
from triovision.app.settings import get_settings
from triovision.app.shared import analysis_cache, classifier_of
from triovision.app.theme import style_sheet
from triovision.app.views.answer import show_answer, show_strip
from triovision.app.views.header import show_header
from triovision.app.views.intake import show_intake, show_refusals
from triovision.app.views.tabs import show_tabs
from triovision.errors import PhotoError

__all__ = ["show_page"]

_LOGGER = logging.getLogger(__name__)


def show_page() -> None:
    """Draw the whole page."""
    st.set_page_config(page_title="TrioVision", page_icon=logo_svg(), layout="wide", initial_sidebar_state="collapsed")
    st.html(f"<style>{style_sheet()}</style>")
    session = current_session(get_settings())
    try:
        _show_parts(session)
    except Exception:
        # The edge of the application: whatever it is, a person is told so in their language, the terminal the rest.
        _LOGGER.exception("the page failed")
        words = session.words
        text = tag(
            "div", tag("strong", words("error.title")), tag("p", words("error.text")), class_="tv-refused", role="alert"
        )
        st.html(text)
    st.html(tag("p", session.words("app.footer", version=__version__), class_="tv-small tv-footer"))


def _show_parts(session: Session) -> None:
    _open_model(session)
    show_header(session)
    is_new = show_intake(session)
    show_refusals(session)
    photo = session.shelf.selected
    if photo is None:
        _show_welcome(session)
    else:
        show_strip(session)
        show_answer(session, photo, is_new=is_new)
        show_tabs(session, photo)


def _open_model(session: Session) -> None:
    """Open the chosen model; photos on the shelf are looked at again when it has changed."""
    place = st.empty()
    if session.classifier is None:
        with place.container(key="tv-stage-model"):
            label = session.words("stage.model")
            show_lottie(animation("loading"), label=label, key="loading", height_px=96)
            st.html(tag("p", label, class_="tv-stage", role="status"))
    classifier = classifier_of(session.model)
    place.empty()
    changed = session.classifier is not None and session.classifier is not classifier
    session.classifier = classifier
    if changed:
        _look_again(session)


def _look_again(session: Session) -> None:
    """Exchange all photos for the new model's view; one whose original is gone leaves the shelf."""
    with session.looking:
        _exchange_photos(session)


def _exchange_photos(session: Session) -> None:
    if session.classifier is None:
        return
    shelf, ids = session.shelf, [photo.sha256 for photo in session.shelf]
    originals = {sha256: upload for sha256 in ids if (upload := shelf.original(sha256)) is not None}
    for sha256 in ids:
        if sha256 not in originals:
            shelf.remove(sha256)
            shelf.made_room = True
    for result in analyse_many(session.classifier, originals.values(), analysis_cache(), session.model.key):
        if not isinstance(result, PhotoError):
            shelf.replace(result)


def _show_welcome(session: Session) -> None:
    words = session.words
    steps = [
        tag("li", drawing, words(f"empty.step_{number}")) for number, drawing in enumerate((CHART, GLOBE, EYE), start=1)
    ]
    st.html(
        tag(
            "div",
            tag("h2", words("empty.title")),
            tag("p", words("empty.text")),
            tag("ul", *steps, class_="tv-steps"),
            class_="tv-empty",
        )
    )


if __name__ == "__main__":
    show_page()
