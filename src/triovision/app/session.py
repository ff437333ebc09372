"""What one browser session has chosen and dropped."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from threading import Lock
from typing import cast

import streamlit as st

from triovision.app.analysis import Upload
from triovision.app.language import Words, choose_language
from triovision.app.models import ModelChoice, initial_choice, list_models
from triovision.app.settings import AppSettings
from triovision.app.shelf import Shelf
from triovision.classifier import CountryClassifier

__all__ = ["FEWEST_COUNTRIES", "MOST_COUNTRIES", "Session", "current_session"]

FEWEST_COUNTRIES, MOST_COUNTRIES = 5, 15
_KEY = "triovision"


@dataclass(slots=True)
class Session:
    """State of one page.

    Attributes:
        settings: Of the app.
        shelf: The photos.
        model: The model chosen.
        uploaded_models: Models that this session brought, by key.
        language: Of the page.
        dark: Whether the page is dark.
        count: Countries shown.
        received: Files that have come in, over all.
        waiting: Photos that have come in and are not yet looked at.
        looking: Held by the run that looks at photos: Streamlit begins the next run before it has stopped the last.
        open_tab: Key of the tab that is open.
        first_tab: By the page's language, the tab that was open when the page came to speak it.
        has_news: Whether photos were looked at and the page has not shown it yet.
        seen_files: Streamlit's ids of uploaded files that have been taken.
        evidence_for: Country asked for on the evidence tab by a click on the map.
        wants_sample: Whether the sample photo was asked for and not yet looked at.
        models_brought: How many model files this session has uploaded.
        classifier: The model, open; None while the page has not opened it.
    """

    settings: AppSettings
    shelf: Shelf
    model: ModelChoice
    uploaded_models: dict[str, ModelChoice] = field(default_factory=dict)
    language: str = "en"
    dark: bool = False
    count: int = FEWEST_COUNTRIES
    received: int = 0
    waiting: deque[Upload] = field(default_factory=deque)
    looking: Lock = field(default_factory=Lock)
    open_tab: str = "tab.map"
    first_tab: dict[str, str] = field(default_factory=dict)
    has_news: bool = False
    seen_files: set[str] = field(default_factory=set)
    evidence_for: str | None = None
    wants_sample: bool = False
    models_brought: int = 0
    classifier: CountryClassifier | None = None

    @property
    def words(self) -> Words:
        """The page's words."""
        return Words(self.language)

    def models(self) -> list[ModelChoice]:
        """All models that this session may pick."""
        listed = list_models(self.settings.models_folder, self.settings.model)
        return [*listed, *self.uploaded_models.values()]


def current_session(settings: AppSettings) -> Session:
    """The session that runs now; made when a page is opened."""
    if _KEY not in st.session_state:
        model = initial_choice(list_models(settings.models_folder, settings.model), settings.model)
        shelf = Shelf(settings.max_photos, settings.max_originals_mb << 20)
        wanted = st.query_params.get("lang") or st.context.locale
        session = Session(settings, shelf, model, language=choose_language(wanted))
        session.dark = st.context.theme.type == "dark"
        st.session_state[_KEY] = session
    return cast("Session", st.session_state[_KEY])
