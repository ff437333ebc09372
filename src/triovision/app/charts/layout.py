"""What all figures share."""

from __future__ import annotations

from typing import Any

import plotly.graph_objects as go

from triovision.app.language import Words
from triovision.app.theme import Palette

__all__ = ["FONT", "apply_layout", "blend", "in_two_lines", "translucent"]

FONT = "Poppins, 'Segoe UI', system-ui, sans-serif"
_SEPARATORS = {"en": ".,", "fr": ",\u202f"}


def apply_layout(figure: go.Figure, look: Palette, words: Words, height: int, **options: Any) -> go.Figure:
    """Fonts, colours, margins and number separators.

    Args:
        figure: Changed and given back.
        look: Of the page.
        words: Of the page.
        height: In pixels.
        options: More of Plotly's layout.
    """
    layout: dict[str, Any] = {
        "height": height,
        "margin": {"l": 8, "r": 8, "t": 8, "b": 8},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "font": {"family": FONT, "size": 13, "color": look.text},
        "separators": _SEPARATORS[words.language],
        "showlegend": False,
        "dragmode": False,
        "hoverlabel": {
            "bgcolor": look.surface,
            "bordercolor": look.border,
            "font": {"family": FONT, "color": look.text},
        },
    }
    figure.update_layout({**layout, **options})
    return figure


def translucent(colour: str, share: float) -> str:
    """A `#RRGGBB` colour that lets through what is behind it."""
    red, green, blue = (int(colour[start : start + 2], 16) for start in (1, 3, 5))
    return f"rgba({red},{green},{blue},{share:g})"


def blend(first: str, second: str, share: float) -> str:
    """A colour between two, `share` of the way from the first to the second."""
    pairs = [(int(first[start : start + 2], 16), int(second[start : start + 2], 16)) for start in (1, 3, 5)]
    return "#" + "".join(f"{round(a + (b - a) * share):02X}" for a, b in pairs)


def in_two_lines(text: str) -> str:
    """A label broken at the space nearest to its middle."""
    spaces = [position for position, character in enumerate(text) if character == " "]
    if not spaces:
        return text
    middle = min(spaces, key=lambda position: abs(position - len(text) / 2))
    return f"{text[:middle]}<br>{text[middle + 1 :]}"
