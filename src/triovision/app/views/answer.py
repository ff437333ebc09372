"""The photo and the answer, side by side; the strip of all photos above."""

from __future__ import annotations

import streamlit as st

from triovision.app.agreement import gps_agreement
from triovision.app.analysis import AnalysedPhoto
from triovision.app.animations import animation
from triovision.app.language import Words
from triovision.app.lottie_component import show_lottie
from triovision.app.markup import Markup, data_uri, flag, tag
from triovision.app.parts.mount import show_photo_strip
from triovision.app.sample import is_sample
from triovision.app.session import Session
from triovision.countries import country_name
from triovision.decision import confidence_text, place_name
from triovision.prediction import Answer, Prediction

__all__ = ["answer_markup", "photo_markup", "show_answer", "show_strip"]

_SHOWN_IN_SET = 12
# From this share on the badge is green: right more often than not, by a clear margin.
_SURE = 0.65
_WARNINGS = {"truncated": "truncated", "damaged": "damaged", "broken colour": "profile"}
_TONES = {"agrees": "tv-good", "differs": "tv-coral", "unsure": "tv-amber", "sea": "tv-accent"}


def show_strip(session: Session) -> None:
    """Thumbnails of all photos, once there are two."""
    words, shelf = session.words, session.shelf
    if len(shelf) > 1:
        event = show_photo_strip(words("strip.label"), [_thumbnail(photo, session) for photo in shelf], key="strip")
        if event.select:
            shelf.select(event.select)
        if event.remove:
            shelf.remove(event.remove)
        if event.select or event.remove:
            session.evidence_for = None
            st.rerun()
    if shelf.made_room:
        st.html(tag("p", words("strip.dropped", limit=session.settings.max_photos), class_="tv-small"))


def _thumbnail(photo: AnalysedPhoto, session: Session) -> dict[str, object]:
    words, answer = session.words, photo.prediction.answer()
    code = answer.country_code
    return {
        "id": photo.sha256,
        "name": photo.name,
        "answer": f"{place_name(answer, words.language)} {words.percent(answer.confidence)}"
        if answer.place
        else place_name(answer, words.language),
        "flag": f"app/static/flags/{code.lower()}.svg" if code else None,
        "thumbnail": data_uri(photo.thumbnail),
        "selected": photo is session.shelf.selected,
        "remove": words("strip.remove", name=photo.name),
    }


def show_answer(session: Session, photo: AnalysedPhoto, *, is_new: bool) -> None:
    """The photo on the left, the answer on the right."""
    words = session.words
    left, right = st.columns([1, 1.15], gap="medium")
    with left, st.container(key="tv-card-photo"):
        st.html(photo_markup(photo, words))
        if st.button(words("strip.remove_all"), type="tertiary"):
            session.shelf.clear()
            st.rerun()
    with right, st.container(key="tv-card-answer"):
        if is_new and photo.prediction.answer().is_sure:
            with st.container(key="tv-success"):
                show_lottie(animation("success"), label=words("stage.done"), key="success", height_px=56, loop=False)
        st.html(answer_markup(photo, words, session.count))


def photo_markup(photo: AnalysedPhoto, words: Words) -> Markup:
    """The photo and what its file says, as HTML."""
    record = photo.metadata
    facts: list[tuple[str, str]] = [("photo.file", photo.name)]
    pixels = words("photo.pixels", width=record.width_px, height=record.height_px, format=record.format)
    facts.append(("photo.size", pixels))
    if record.taken_at:
        facts.append(("photo.taken", words.date(record.taken_at)))
    if record.camera:
        facts.append(("photo.camera", record.camera))
    if record.latitude is not None and record.longitude is not None:
        where = country_name(photo.gps_country, words.language) if photo.gps_country else words("photo.gps_at_sea")
        facts.append(
            ("photo.place", f"{_degrees(record.latitude, words)}, {_degrees(record.longitude, words)} ({where})")
        )
    rows = [part for key, value in facts for part in (tag("dt", words(key)), tag("dd", value))]
    notes = [tag("p", words(_warning_key(warning)), class_="tv-note") for warning in photo.prediction.warnings]
    if record.taken_at is None and record.latitude is None:
        notes.append(tag("p", words("photo.no_record"), class_="tv-note"))
    if is_sample(photo.sha256):
        notes.append(tag("p", words("photo.sample_credit"), class_="tv-note"))
    image = tag("img", src=data_uri(photo.display), alt=words("photo.alt", name=photo.name))
    return tag("figure", image, tag("dl", *rows, class_="tv-facts"), *notes, class_="tv-photo")


def _degrees(value: float, words: Words) -> str:
    return words.number(value, decimals=4)


def _warning_key(warning: str) -> str:
    return next((f"warning.{key}" for start, key in _WARNINGS.items() if warning.startswith(start)), "warning.other")


def answer_markup(photo: AnalysedPhoto, words: Words, count: int) -> Markup:
    """The answer as HTML: what, how sure, what else, and the country set."""
    prediction, answer = photo.prediction, photo.prediction.answer()
    picture = flag(answer.country_code) if answer.country_code else None
    place = tag("div", picture, tag("h2", place_name(answer, words.language)), class_="tv-place")
    notes = tag("p", words(f"answer.{answer.level}"), class_="tv-reading") if answer.place is None else None
    return tag(
        "section",
        tag("p", words(f"answer.level.{answer.level}"), class_="tv-eyebrow"),
        place,
        _badges(photo, answer, words),
        notes,
        tag("h3", words("answer.likeliest"), class_="tv-h3"),
        _ranked(prediction, words, count),
        _country_set(answer, words),
        aria_label=words("answer.label"),
    )


def _badges(photo: AnalysedPhoto, answer: Answer, words: Words) -> Markup | None:
    badges = []
    if answer.place is not None:
        said = confidence_text(answer, words.language)
        sure = words("answer.confidence", percent=words.percent(answer.confidence))
        tone = "tv-good" if (answer.right_share or 0.0) >= _SURE else "tv-amber"
        badges.append(tag("li", f"{sure} · {said}" if said else sure, class_=f"tv-badge {tone}"))
    agreement = gps_agreement(photo)
    if agreement is not None:
        code = photo.gps_country
        values = (
            {
                "country": country_name(code, words.language),
                "probability": words.percent(photo.prediction.probability(code)),
            }
            if code
            else {}
        )
        badges.append(tag("li", words(f"photo.gps_{agreement}", **values), class_=f"tv-badge {_TONES[agreement]}"))
    return tag("ul", *badges, class_="tv-badges") if badges else None


def _ranked(prediction: Prediction, words: Words, count: int) -> Markup:
    ranked = prediction.top(count)
    widest = max(ranked[0][1], 1e-9)
    rest = 1.0 - sum(share for _, share in ranked)
    rows = [_row(flag(code), country_name(code, words.language), share, widest, words) for code, share in ranked]
    if len(ranked) < len(prediction.country_codes):
        rows.append(_row(None, words("answer.rest"), max(rest, 0.0), max(widest, rest), words))
    return tag("ul", *rows, class_="tv-ranked")


def _row(picture: Markup | None, name: str, share: float, widest: float, words: Words) -> Markup:
    filled = tag("span", style=f"width:{100 * min(share / widest, 1.0):.1f}%")
    return tag(
        "li",
        picture or tag("span"),
        tag("span", name, class_="tv-name"),
        tag("span", filled, class_="tv-track", aria_hidden="true"),
        tag("span", words.exact_percent(share), class_="tv-share"),
        class_=None if picture else "tv-rest",
    )


def _country_set(answer: Answer, words: Words) -> Markup:
    codes = answer.country_set
    share = f"{round(100 * answer.set_coverage)} %"
    title = (
        words("answer.set_one", share=share) if len(codes) == 1 else words("answer.set", count=len(codes), share=share)
    )
    chips = [tag("li", flag(code), country_name(code, words.language)) for code in codes[:_SHOWN_IN_SET]]
    if len(codes) > _SHOWN_IN_SET:
        chips.append(tag("li", words("answer.set_more", count=len(codes) - _SHOWN_IN_SET)))
    return tag("div", tag("h3", title, class_="tv-h3"), tag("ul", *chips, class_="tv-chips"))
