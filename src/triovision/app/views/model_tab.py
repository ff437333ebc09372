"""The model in use: its card, and whether its percentages can be trusted."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from triovision.app.analysis import AnalysedPhoto
from triovision.app.charts.model import reliability_chart
from triovision.app.language import Words
from triovision.app.markup import Markup, join, tag
from triovision.app.session import Session
from triovision.app.theme import palette
from triovision.app.views.charts_tab import chart_card_head, draw
from triovision.classifier import CountryClassifier

__all__ = ["model_markup", "show_model", "summary_markup"]

_SHARES = frozenset({"top1_accuracy", "top5_accuracy", "mean_per_class_accuracy"})
_SPLITS = frozenset({"test", "val", "train", "out_of_fold"})
_KNOWN = (
    "top1_accuracy", "top5_accuracy", "mean_per_class_accuracy", "macro_f1", "expected_calibration_error",
    "negative_log_likelihood", "area_under_risk_coverage", "median_error_km",
)  # fmt: skip


def show_model(session: Session, _: AnalysedPhoto) -> None:
    """The card, then the reliability diagram."""
    words, classifier = session.words, session.classifier
    if classifier is None:
        return
    with st.container(key="tv-card-model"):
        st.html(model_markup(classifier, session.model.name, words))
    with st.container(key="tv-card-reliability"):
        chart_card_head(words, "charts.reliability")
        figure = reliability_chart(classifier.metadata, words, palette(dark=session.dark))
        if figure is None:
            st.html(tag("p", words("charts.reliability_missing")))
        else:
            draw(figure, "reliability", words("charts.reliability"))


def model_markup(classifier: CountryClassifier, name: str, words: Words) -> Markup:
    """What the model says about itself, as HTML; every text of the bundle is escaped."""
    metadata, made = classifier.metadata, classifier.metadata.provenance
    height, width = metadata.preprocessing.input_size
    size = words.number(classifier.bundle.size_bytes / 1e6, decimals=1)
    coverage = f"{round(100 * metadata.country_set.coverage)} %"
    facts = {
        "countries": words.number(len(metadata.country_codes)),
        "samples": words.number(sum(metadata.sample_counts)),
        "size": words("model.megabytes", size=size),
        "input": words("model.pixels", width=width, height=height),
        "coverage": words("model.coverage_value", share=coverage),
        "licence": metadata.licence,
        "recipe": made.recipe,
        "date": made.date,
        "commit": made.commit[:12],
    }
    title = words("model.title", name=name)
    parts = [
        tag("h3", title, class_="tv-h3"),
        tag("p", words("model.honest"), class_="tv-reading"),
        _facts({words(f"model.{key}"): value for key, value in facts.items()}),
    ]
    for split, figures in metadata.metrics.items():
        known = {words(f"metric.{key}"): _figure(key, figures[key], words) for key in _KNOWN if key in figures}
        if known:
            parts += [
                tag("h3", words("model.metrics", split=_split(split, words)), class_="tv-h3 tv-space"),
                _facts(known),
            ]
    return join(*parts)


def summary_markup(classifier: CountryClassifier, words: Words) -> Markup:
    """The card in three figures, for beside the picker."""
    metadata = classifier.metadata
    facts = {
        words("model.countries"): words.number(len(metadata.country_codes)),
        words("model.size"): words(
            "model.megabytes", size=words.number(classifier.bundle.size_bytes / 1e6, decimals=1)
        ),
    }
    key = "top1_accuracy"
    figures = metadata.metrics.get("test") or next(iter(metadata.metrics.values()), {})
    if key in figures:
        facts[words(f"metric.{key}")] = _figure(key, figures[key], words)
    return _facts(facts)


def _split(split: str, words: Words) -> str:
    return words(f"model.split.{split}") if split in _SPLITS else split


def _facts(facts: Mapping[str, str]) -> Markup:
    rows = [tag("div", tag("dt", name), tag("dd", value)) for name, value in facts.items()]
    return tag("dl", *rows, class_="tv-card-list")


def _figure(key: str, value: float, words: Words) -> str:
    if key in _SHARES:
        return words.exact_percent(value)
    if key.endswith("_km"):
        return words("metric.kilometres", value=words.number(value))
    return words.number(value, decimals=3)
