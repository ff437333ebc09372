"""Brand, settings, language and appearance."""

from __future__ import annotations

import streamlit as st

from triovision.app.icons import LOGO
from triovision.app.language import LANGUAGES
from triovision.app.markup import tag
from triovision.app.models import ModelChoice, refusal, uploaded_choice
from triovision.app.parts.mount import show_drop_zone, show_select, show_theme_switch
from triovision.app.session import FEWEST_COUNTRIES, MOST_COUNTRIES, Session
from triovision.app.shared import classifier_of
from triovision.app.uploads import take_uploads
from triovision.app.views.model_tab import summary_markup
from triovision.errors import BundleError

__all__ = ["show_header"]

_UPLOADER = "tv-uploader-models"


def show_header(session: Session) -> None:
    """Draw the head of the page and take over what was chosen in it."""
    brand, controls = st.columns([1.15, 1], vertical_alignment="center")
    with controls, st.container(horizontal=True, horizontal_alignment="right", vertical_alignment="center"):
        _show_language(session)
        dark = show_theme_switch(session.words, dark=session.dark, key="theme-switch")
        if dark is not None:
            session.dark = dark
        with st.popover(session.words("settings.label"), icon=":material/tune:"):
            _show_settings(session)
    words = session.words
    with brand:
        text = tag("div", tag("h1", "TrioVision"), tag("p", words("app.tagline")))
        st.html(tag("div", LOGO, text, class_="tv-brand"))


def _show_language(session: Session) -> None:
    # What was chosen is known before the control is drawn, so that its own label is in that language too.
    session.language = st.session_state.get("language") or session.language
    chosen = st.segmented_control(
        session.words("header.language"),
        list(LANGUAGES),
        default=session.language,
        required=True,
        format_func=LANGUAGES.__getitem__,
        label_visibility="collapsed",
        key="language",
    )
    session.language = chosen or session.language


def _show_settings(session: Session) -> None:
    words = session.words
    choices = session.models()
    keys = [choice.key for choice in choices]
    by_key = dict(zip(keys, choices, strict=True))
    names = {key: words(f"settings.model_{choice.source}", name=choice.name) for key, choice in by_key.items()}
    # The key counts the uploads: a new one is chosen by coming in, whatever was chosen on the list before.
    chosen = show_select(words("settings.model"), names, session.model.key, key=f"model-{session.models_brought}")
    if chosen != session.model.key:
        _choose(session, by_key[chosen])
    if session.classifier is not None:
        st.html(summary_markup(session.classifier, words))
    session.count = st.slider(words("settings.count"), FEWEST_COUNTRIES, MOST_COUNTRIES, session.count, key="count")
    st.html(tag("p", words("settings.own_model"), class_="tv-h3"))
    limit = session.settings.max_upload_mb
    texts = {
        "title": words("settings.model_drop"),
        "choose": words("settings.model_choose"),
        "uploading": words("drop.uploading"),
        "too_large": words("drop.too_large", name="{name}", limit=limit),
        "wrong_kind": words("drop.wrong_kind", name="{name}", kinds=".onnx"),
    }
    uploads = take_uploads(session, _UPLOADER, words("settings.own_model"), multiple=False)
    for upload in uploads:
        _choose(session, uploaded_choice(upload.name, upload.data))
    show_drop_zone(
        _UPLOADER,
        texts,
        key="model-zone",
        received=session.received,
        accept=".onnx",
        suffixes=[".onnx"],
        limit_mb=limit,
        compact=True,
    )
    st.html(tag("p", words("settings.model_hint", limit=limit), class_="tv-note"))


def _choose(session: Session, choice: ModelChoice) -> None:
    """Use another model if it can be used; say why if not."""
    words = session.words
    try:
        classifier_of(choice)
    except BundleError as error:
        key, values = refusal(error)
        reason = words(key, **values)
        st.html(tag("div", words("model.refused", name=choice.name, reason=reason), class_="tv-refused", role="alert"))
        return
    session.model = choice
    if choice.source == "uploaded":
        # One at a time: a model may weigh as much as all photos together.
        session.uploaded_models = {choice.key: choice}
        session.models_brought += 1
    st.rerun()
