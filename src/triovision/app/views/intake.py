"""Where photos come in, and what is told while they are looked at."""

from __future__ import annotations

import time

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from triovision.app.analysis import analyse_many
from triovision.app.animations import animation
from triovision.app.lottie_component import show_lottie
from triovision.app.markup import Markup, tag
from triovision.app.parts.mount import show_drop_zone
from triovision.app.sample import sample_photo
from triovision.app.session import Session
from triovision.app.shared import analysis_cache
from triovision.app.shelf import Refusal
from triovision.app.uploads import take_uploads
from triovision.errors import PhotoError

__all__ = ["refusals_markup", "show_intake", "show_refusals"]

_UPLOADER = "tv-uploader-photos"
# Progress is told no oftener than this, so that telling it costs nothing.
_TELL_EVERY_S = 0.1


def show_intake(session: Session) -> bool:
    """Draw the drop zone and look at what came in.

    Returns:
        Whether there are photos that the page has not shown yet.
    """
    words = session.words
    session.waiting.extend(take_uploads(session, _UPLOADER, words("drop.title"), multiple=True))
    if session.wants_sample:
        session.wants_sample = False
        session.waiting.append(sample_photo())
    has_photos = bool(len(session.shelf) or session.waiting)
    limit = session.settings.max_upload_mb
    texts = {
        "title": words("drop.title_more" if has_photos else "drop.title"),
        "paste": words("drop.paste"),
        **{name: words(f"drop.{name}") for name in ("choose", "camera", "sample", "shoot", "cancel", "no_camera")},
        "uploading": words("drop.uploading", count="{count}"),
        "too_large": words("drop.too_large", name="{name}", limit=limit),
        "wrong_kind": "",
    }

    def ask_for_sample() -> None:
        session.wants_sample = True

    show_drop_zone(
        _UPLOADER,
        texts,
        key="photo-zone",
        received=session.received,
        busy=bool(session.waiting),
        multiple=True,
        accept="image/*,.heic,.heif,.avif",
        limit_mb=limit,
        camera=True,
        sample=True,
        on_sample=ask_for_sample,
        compact=has_photos,
        whole_page=True,
    )
    if not has_photos:
        told = (words("drop.hint", limit=limit), words("drop.privacy"))
        st.html(tag("div", *(tag("p", text, class_="tv-small") for text in told)))
    if session.waiting:
        _look_at(session)
        # The zone was told to wait; it may send the next photos now.
        st.rerun()
    has_news, session.has_news = session.has_news, False
    return has_news


def _look_at(session: Session) -> None:
    """Analyse what waits, telling how far it is.

    Whatever a person does on the page meanwhile cuts the run short; the next one goes on with the photos that are left.
    """
    words, place = session.words, st.empty()
    with place.container(key="tv-stage"):
        show_lottie(animation("analysing"), label=words("stage.analysing_one"), key="analysing", height_px=120)
        bar = st.progress(0.0, words("stage.analysing_one") if len(session.waiting) == 1 else " ")
    with session.looking:
        _analyse_waiting(session, bar)
    place.empty()


def _analyse_waiting(session: Session, bar: DeltaGenerator) -> None:
    if session.classifier is None:
        return
    total, told = len(session.waiting), 0.0
    results = analyse_many(session.classifier, tuple(session.waiting), analysis_cache(), session.model.key)
    for index, result in enumerate(results, start=1):
        upload = session.waiting.popleft()
        session.has_news = True
        if isinstance(result, PhotoError):
            session.shelf.refuse(Refusal.from_error(upload.name, result))
        else:
            session.shelf.add(result, upload.data)
        if total > 1 and (index == total or time.monotonic() - told > _TELL_EVERY_S):
            told = time.monotonic()
            bar.progress(index / total, session.words("stage.analysing", index=index, total=total))


def show_refusals(session: Session) -> None:
    """What was not read, and why, until the user has understood."""
    if not session.shelf.refusals:
        return
    with st.container(key="tv-refusals"):
        st.html(refusals_markup(session))
        if st.button(session.words("refused.dismiss"), key="dismiss-refusals"):
            session.shelf.refusals = []
            st.rerun()


def refusals_markup(session: Session) -> Markup:
    """The refused files as HTML."""
    words, refusals = session.words, session.shelf.refusals
    title = words("refused.title_one") if len(refusals) == 1 else words("refused.title", count=len(refusals))
    rows = [
        # The reader's own words are more exact, and English.
        tag(
            "li",
            tag("strong", entry.name),
            " ",
            words(entry.reason),
            _detail(entry) if words.language == "en" else None,
        )
        for entry in refusals
    ]
    return tag("div", tag("strong", title), tag("ul", *rows), class_="tv-refused", role="alert")


def _detail(entry: Refusal) -> str:
    return f" ({entry.detail})"
