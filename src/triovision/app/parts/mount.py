"""Put our own elements on the page: Python's side of each."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import streamlit as st

from triovision.app.language import Words
from triovision.app.parts.element import element
from triovision.app.theme import palette

__all__ = [
    "StripEvent",
    "show_drop_zone",
    "show_heat_view",
    "show_photo_strip",
    "show_select",
    "show_table",
    "show_theme_switch",
]


@dataclass(frozen=True, slots=True)
class StripEvent:
    """What was chosen on the photo strip: the id to select, the id to remove; at most one of them."""

    select: str | None = None
    remove: str | None = None


def _ignore() -> None:
    """Components v2 tell only those events for which a callback is named; the value is read from the result."""


def show_drop_zone(
    target: str,
    texts: Mapping[str, str],
    *,
    key: str,
    received: int = 0,
    on_sample: Callable[[], None] = _ignore,
    **options: Any,
) -> None:
    """The zone that feeds a hidden uploader.

    Args:
        target: Key of the container in which Streamlit's uploader is.
        texts: The zone's words, by their names in `drop_zone.js`.
        key: Of the element.
        received: How many files have come in so far; when it grows, the next ones may be sent.
        on_sample: Called, before the page is drawn anew, when the sample is asked for.
        options: `busy` (no more are sent for now), `multiple`, `accept`, `suffixes`, `limit_mb`, `camera`, `sample`,
            `compact`, `whole_page`.
    """
    data = {
        "target": target,
        "words": dict(texts),
        "received": received,
        "busy": False,
        "multiple": False,
        "accept": "",
        "suffixes": [],
        "camera": False,
        "sample": False,
        "compact": False,
        "whole_page": False,
        **options,
    }
    element("drop_zone")(key=key, data=data, on_sample_change=on_sample)


def show_photo_strip(label: str, photos: Sequence[Mapping[str, Any]], *, key: str) -> StripEvent:
    """Thumbnails with answers; each needs `id, name, answer, flag, thumbnail, selected, remove`."""
    data = {"label": label, "photos": [dict(photo) for photo in photos]}
    result = element("photo_strip")(key=key, data=data, on_select_change=_ignore, on_remove_change=_ignore)
    return StripEvent(result.select, result.remove)


def show_select(label: str, options: Mapping[str, str], value: str, *, key: str) -> str:
    """A choice from a list.

    Args:
        label: What is chosen.
        options: Text by value, in the order of the list.
        value: Chosen at first.
        key: Of the element; what was chosen lives as long as it does.

    Returns:
        The value chosen; the first one where the list has changed and no longer holds it.
    """
    known = st.session_state.get(key)
    before = known.get("value") if isinstance(known, Mapping) else None
    chosen = str(before) if before in options else value
    data = {"label": label, "options": list(options.items()), "value": chosen}
    result = element("select")(key=key, data=data, on_value_change=_ignore)
    return str(result.value) if result.value in options else chosen


def show_table(data: Mapping[str, Any], *, key: str) -> None:
    """A sortable table: `caption`, `columns` (label, numeric), `rows` of cells (text, value, flag, share), `head`."""
    element("data_table")(key=key, data=dict(data))


def show_heat_view(data: Mapping[str, Any], *, key: str) -> None:
    """Heat maps over the photo with one strength slider: `photo`, `scale`, `label`, `maps`."""
    element("heat_view")(key=key, data=dict(data))


def show_theme_switch(words: Words, *, dark: bool, key: str) -> bool | None:
    """Light, dark or as the system; also tells the browser the page's language.

    Args:
        words: Of the page.
        dark: What the page is drawn for now.
        key: Of the element.

    Returns:
        Whether the browser shows the dark theme; None as long as it has not said.
    """
    data = {
        "label": words("header.theme"),
        "language": words.language,
        "shown": "dark" if dark else "light",
        "origins": list(st.get_option("client.allowedOrigins")),
        "options": [{"value": name, "label": words(f"theme.{name}")} for name in ("system", "light", "dark")],
        "themes": {"light": _host_theme(dark=False), "dark": _host_theme(dark=True)},
    }
    result = element("theme_switch")(key=key, data=data, on_theme_change=_ignore, width="content")
    return None if result.theme is None else result.theme == "dark"


def _host_theme(*, dark: bool) -> dict[str, Any]:
    """A theme as Streamlit's host messages carry it.

    Source: Streamlit, proto/NewSession.proto, `CustomThemeConfig`, in protobuf's JSON form.
    """
    look = palette(dark=dark)
    return {
        "base": 1 if dark else 0,
        "primaryColor": look.primary,
        "backgroundColor": look.background,
        "secondaryBackgroundColor": look.surface,
        "textColor": look.text,
        "linkColor": look.primary,
        "borderColor": look.border,
        "bodyFont": "Poppins, 'Segoe UI', system-ui, sans-serif",
        "headingFont": "Poppins, 'Segoe UI', system-ui, sans-serif",
        "baseRadius": "0.75rem",
        "buttonRadius": "0.75rem",
        "showWidgetBorder": True,
        "chartCategoricalColors": list(look.series),
    }
