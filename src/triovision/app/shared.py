"""What all sessions share: one copy of each model, and what was found in photos seen before."""

from __future__ import annotations

import streamlit as st

from triovision.app.analysis import AnalysisCache
from triovision.app.models import ModelChoice, open_model
from triovision.classifier import CountryClassifier

__all__ = ["analysis_cache", "classifier_of"]

_MODELS_IN_MEMORY = 4


def classifier_of(choice: ModelChoice) -> CountryClassifier:
    """The model of a choice, opened once for all sessions.

    Raises:
        BundleError: If it cannot be used.
    """
    return _open(choice.key, choice)


@st.cache_resource(max_entries=_MODELS_IN_MEMORY, show_spinner=False)
def _open(key: str, _choice: ModelChoice) -> CountryClassifier:
    """Streamlit leaves arguments that begin with `_` out of what it caches by."""
    del key
    return open_model(_choice)


@st.cache_resource(show_spinner=False)
def analysis_cache() -> AnalysisCache:
    """Photos seen before, by model and content."""
    return AnalysisCache()
