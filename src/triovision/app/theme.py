"""Colours and fonts, in one place for Streamlit, our own elements, the charts and the report.

Every pair of text and ground meets WCAG 2.2 AA (4.5 to 1), every mark on its ground 3 to 1; `tests` compute both.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from importlib import resources
from typing import Any

__all__ = [
    "DARK",
    "FONT_WEIGHTS",
    "LIGHT",
    "Palette",
    "contrast_ratio",
    "font_faces",
    "palette",
    "streamlit_theme",
    "style_sheet",
]

FONT_WEIGHTS = (400, 500, 600, 700)
_FONT = "Poppins, 'Segoe UI', system-ui, sans-serif"
# Source: @fontsource/poppins, unicode.json: which characters each file holds.
_SUBSETS = {
    "latin-ext": "U+0100-02BA,U+02BD-02C5,U+02C7-02CC,U+02CE-02D7,U+02DD-02FF,U+0304,U+0308,U+0329,U+1D00-1DBF,"
    "U+1E00-1E9F,U+1EF2-1EFF,U+2020,U+20A0-20AB,U+20AD-20C0,U+2113,U+2C60-2C7F,U+A720-A7FF",
    "latin": "U+0000-00FF,U+0131,U+0152-0153,U+02BB-02BC,U+02C6,U+02DA,U+02DC,U+0304,U+0308,U+0329,U+2000-206F,"
    "U+20AC,U+2122,U+2191,U+2193,U+2212,U+2215,U+FEFF,U+FFFD",
}


@dataclass(frozen=True, slots=True)
class Palette:
    """One look.

    Attributes:
        background: Of the page.
        surface: Of cards.
        raised: Of what stands on cards: badges, table heads, tracks of bars.
        border: Thin lines.
        text: Words.
        muted: Words that step back.
        primary: Indigo: actions and probabilities.
        accent: Teal: the second country, links to what agrees.
        amber: Caution: not sure, the predicted country's outline.
        coral: Wrong: refused photos, a GPS that disagrees.
        good: Right: sure answers, a GPS that agrees.
        ramp: Probability from low to high.
        series: Countries side by side in a chart, in order.
    """

    background: str
    surface: str
    raised: str
    border: str
    text: str
    muted: str
    primary: str
    accent: str
    amber: str
    coral: str
    good: str
    ramp: tuple[str, ...]
    series: tuple[str, ...]


LIGHT = Palette(
    background="#F6F7FC",
    surface="#FFFFFF",
    raised="#ECEFF9",
    border="#D5DAEB",
    text="#18203A",
    muted="#505A78",
    primary="#4453C6",
    accent="#0B7A75",
    amber="#8F5400",
    coral="#B83A1B",
    good="#1B7A43",
    ramp=("#E4E8F8", "#B9C2F0", "#7E8BE0", "#4453C6", "#232C7A"),
    series=("#4453C6", "#0B7A75", "#B83A1B", "#8F5400", "#8A3FA0"),
)
DARK = Palette(
    background="#0F1424",
    surface="#171E33",
    raised="#202944",
    border="#2C3656",
    text="#EDF0FA",
    muted="#A9B3D0",
    primary="#8F9BFF",
    accent="#4FD1C5",
    amber="#F5B953",
    coral="#FF8F70",
    good="#6FD39B",
    ramp=("#222B4A", "#39479A", "#5E6EE8", "#8F9BFF", "#D3D9FF"),
    series=("#8F9BFF", "#4FD1C5", "#FF8F70", "#F5B953", "#D79BEA"),
)


def palette(*, dark: bool) -> Palette:
    """The look of a page that is dark or light."""
    return DARK if dark else LIGHT


def style_sheet() -> str:
    """The page's CSS; `--tv-*` colours follow the `color-scheme` that Streamlit's theme sets."""
    light, dark = asdict(LIGHT), asdict(DARK)
    colours = "".join(
        f"--tv-{name}:light-dark({light[name]},{dark[name]});" for name in light if isinstance(light[name], str)
    )
    rules = resources.files("triovision.app").joinpath("style.css").read_text(encoding="utf-8")
    return f":root{{{colours}}}\n{rules}"


def streamlit_theme(*, dark: bool) -> dict[str, Any]:
    """Streamlit's theme options, by their names in `config.toml`."""
    look = palette(dark=dark)
    return {
        "base": "dark" if dark else "light",
        "primaryColor": look.primary,
        "backgroundColor": look.background,
        "secondaryBackgroundColor": look.surface,
        "textColor": look.text,
        "linkColor": look.primary,
        "borderColor": look.border,
        "font": _FONT,
        "headingFont": _FONT,
        "baseRadius": "0.75rem",
        "buttonRadius": "0.75rem",
        "showWidgetBorder": True,
        "chartCategoricalColors": list(look.series),
    }


def font_faces() -> str:
    """Streamlit's `theme.fontFaces` as JSON: the bundled files, served by the app itself."""
    return json.dumps(
        [
            {
                "family": "Poppins",
                "url": f"app/static/fonts/poppins-{subset}-{weight}.woff2",
                "weight": weight,
                "style": "normal",
                "unicodeRange": characters,
            }
            for subset, characters in _SUBSETS.items()
            for weight in FONT_WEIGHTS
        ]
    )


def contrast_ratio(first: str, second: str) -> float:
    """Contrast of two colours, 1 to 21.

    Source: WCAG 2.2, "contrast ratio" and "relative luminance".

    Args:
        first: As `#RRGGBB`.
        second: As `#RRGGBB`.
    """
    lighter, darker = sorted((_luminance(first), _luminance(second)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    channels = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    linear = [value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in channels]  # noqa: PLR2004
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
