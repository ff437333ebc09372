"""Every figure as a table, and what can be taken away."""

from __future__ import annotations

from functools import partial
from typing import Any

import streamlit as st

from triovision.app.analysis import AnalysedPhoto
from triovision.app.downloads import DOWNLOADS, write_records
from triovision.app.language import Words
from triovision.app.markup import tag
from triovision.app.parts.mount import show_table
from triovision.app.report import write_report
from triovision.app.session import Session
from triovision.bundle import BundleMetadata
from triovision.countries import country_name, get_country, region_name
from triovision.decision import place_name
from triovision.evidence import similar_countries

__all__ = ["countries_table", "photos_table", "show_details"]


def show_details(session: Session, photo: AnalysedPhoto) -> None:
    """Downloads, the table of countries, the table of photos."""
    words, classifier = session.words, session.classifier
    if classifier is None:
        return
    with st.container(key="tv-card-downloads"):
        _show_downloads(session, photo, classifier.metadata)
    show_table(countries_table(photo, classifier.metadata, words), key="countries-table")
    if len(session.shelf) > 1:
        show_table(photos_table(list(session.shelf), words), key="photos-table")
    st.html(tag("p", words("details.sort_hint"), class_="tv-small"))


def _show_downloads(session: Session, photo: AnalysedPhoto, metadata: BundleMetadata) -> None:
    words = session.words
    hint = words("details.download_hint", count=session.count)
    st.html(tag("div", tag("h3", words("details.download")), tag("p", hint, class_="tv-reading")))
    predictions = [entry.prediction for entry in session.shelf]
    language, count = words.language, session.count
    with st.container(horizontal=True):
        for download in DOWNLOADS:
            st.download_button(
                words(download.key),
                partial(write_records, download, predictions, count, language),
                file_name=f"triovision.{download.suffix}",
                mime=download.media_type,
                key=download.key,
                on_click="ignore",
                icon=":material/download:",
            )
        st.download_button(
            words("details.report"),
            lambda: write_report(photo, metadata, words, count).encode(),
            file_name="triovision-report.html",
            mime="text/html",
            key="details.report",
            on_click="ignore",
            type="primary",
            icon=":material/print:",
        )
    st.html(tag("p", words("details.report_hint"), class_="tv-reading"))


def countries_table(photo: AnalysedPhoto, metadata: BundleMetadata, words: Words) -> dict[str, Any]:
    """All countries that the model knows, for our sortable table."""
    prediction = photo.prediction
    samples = dict(zip(metadata.country_codes, metadata.sample_counts, strict=True))
    alike: dict[str, float] = {}
    if prediction.embedding is not None:
        listed = similar_countries(metadata, prediction.embedding, len(metadata.country_codes))
        alike = {entry.country_code: entry.similarity for entry in listed}
    inside = set(prediction.answer().country_set)
    rows = []
    for rank, (code, share) in enumerate(prediction, start=1):
        name = country_name(code, words.language)
        chain = get_country(code).regions
        part = region_name(chain[0], words.language) if chain else "–"
        likeness = alike.get(code)
        rows.append(
            [
                {"text": str(rank), "value": rank},
                {"text": name, "value": name, "flag": f"app/static/flags/{code.lower()}.svg"},
                {"text": words.exact_percent(share), "value": share, "share": share},
                {"text": part, "value": part},
                {"text": words("details.yes" if code in inside else "details.no"), "value": int(code in inside)},
                {"text": "–" if likeness is None else words.number(likeness, decimals=2), "value": likeness},
                {"text": words.number(samples.get(code, 0)), "value": samples.get(code, 0)},
            ]
        )
    heads = (("rank", True), ("country", False), ("probability", True), ("part", False))
    more = (("in_set", False), ("similarity", True), ("samples", True))
    columns = [{"label": words(f"details.{name}"), "numeric": numeric} for name, numeric in (*heads, *more)]
    caption = words("details.title", name=photo.name)
    return {"caption": caption, "columns": columns, "rows": rows, "head": 1, "sorted": 0, "language": words.language}


def photos_table(photos: list[AnalysedPhoto], words: Words) -> dict[str, Any]:
    """All photos of the session with their answers, for our sortable table."""
    rows = []
    for rank, photo in enumerate(photos, start=1):
        answer = photo.prediction.answer()
        code, share = photo.prediction.top(1)[0]
        name = place_name(answer, words.language)
        likeliest = country_name(code, words.language)
        flag_of = f"app/static/flags/{code.lower()}.svg"
        rows.append(
            [
                {"text": str(rank), "value": rank},
                {"text": photo.name, "value": photo.name},
                {"text": name, "value": name},
                {"text": words.percent(answer.confidence), "value": answer.confidence},
                {"text": likeliest, "value": likeliest, "flag": flag_of},
                {"text": words.exact_percent(share), "value": share, "share": share},
            ]
        )
    labels = (
        ("details.rank", True), ("details.photo", False), ("details.answer", False), ("details.confidence", True),
        ("answer.likeliest", False), ("details.probability", True),
    )  # fmt: skip
    columns = [{"label": words(key), "numeric": numeric} for key, numeric in labels]
    caption = words("details.photos")
    return {"caption": caption, "columns": columns, "rows": rows, "head": 1, "sorted": 0, "language": words.language}
