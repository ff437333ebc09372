"""The page's drawings, made for it."""

from __future__ import annotations

from triovision.app.markup import Markup, data_uri, tag

__all__ = ["CHART", "EYE", "GLOBE", "LOGO", "logo_svg"]


def logo_svg() -> str:
    """Three lenses over a globe: which, how sure, why."""
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64" aria-hidden="true">'
        '<defs><linearGradient id="tv-logo" x1="0" y1="0" x2="1" y2="1">'
        '<stop offset="0" stop-color="#5E6EE8"/><stop offset="1" stop-color="#0B7A75"/></linearGradient></defs>'
        '<rect width="64" height="64" rx="18" fill="url(#tv-logo)"/>'
        '<g fill="none" stroke="#fff" stroke-width="3.2" stroke-linecap="round">'
        '<circle cx="32" cy="25" r="11"/><circle cx="24" cy="39" r="11" opacity=".8"/>'
        '<circle cx="40" cy="39" r="11" opacity=".8"/></g><circle cx="32" cy="34" r="3.6" fill="#fff"/></svg>'
    )


def _outline(path: str) -> Markup:
    # As a picture of its own: Streamlit takes drawings out of HTML. The tone stands out on light and on dark.
    drawing = (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24" fill="none" stroke="#2BA79E" stroke-width="2" '
        f'stroke-linecap="round" stroke-linejoin="round"><path d="{path}"/></svg>'
    )
    return tag("img", src=data_uri(drawing.encode(), "image/svg+xml"), alt="")


LOGO = tag("img", src=data_uri(logo_svg().encode(), "image/svg+xml"), alt="")
CHART = _outline("M4 20V10M10 20V4M16 20v-7M21 20H3")
GLOBE = _outline("M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18ZM3 12h18M12 3c5 5 5 13 0 18M12 3c-5 5-5 13 0 18")
EYE = _outline("M2 12s4-7 10-7 10 7 10 7-4 7-10 7S2 12 2 12ZM12 9a3 3 0 1 0 0 6 3 3 0 0 0 0-6Z")
