"""Text, numbers and tables of the page; everything that comes from a file is escaped here."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from triovision.countries import country_name, is_country_code, region_name

__all__ = [
    "LEVEL_NAMES",
    "figure",
    "figure_name",
    "interval",
    "named_country",
    "named_place",
    "percent",
    "section",
    "table",
]

LEVEL_NAMES = {
    "country": "Country",
    "sub_region": "Sub-region",
    "region": "Continent",
    "answered": "All of these",
    "not_sure": "Not sure",
    "no_place": "No place",
}

_FIGURE_NAMES = {
    "top1_accuracy": "First guess right",
    "top3_accuracy": "Right among first 3",
    "top5_accuracy": "Right among first 5",
    "mean_per_class_accuracy": "First guess right, each country counting the same",
    "macro_f1": "Macro F1",
    "negative_log_likelihood": "Negative log-likelihood",
    "expected_calibration_error": "Expected calibration error",
    "area_under_risk_coverage": "Area under risk and coverage",
    "median_error_km": "Median distance",
    "sub_region_accuracy": "Sub-region right",
    "region_accuracy": "Continent right",
    "country_set_coverage": "Country set holds the country",
    "country_set_mean_size": "Mean size of the country set",
}
_SHARES = (
    "top1_accuracy",
    "top3_accuracy",
    "top5_accuracy",
    "mean_per_class_accuracy",
    "sub_region_accuracy",
    "region_accuracy",
    "country_set_coverage",
)


def percent(value: float | None, digits: int = 1) -> str:
    """A share as per cent, `26.4 %`; a dash for None."""
    return "–" if value is None else f"{100 * value:.{digits}f} %"


def figure_name(name: str) -> str:
    """A headline figure in words."""
    return _FIGURE_NAMES.get(name, name)


def figure(name: str, value: float | None) -> str:
    """The value of a headline figure in its unit."""
    if value is None:
        return "–"
    if name in _SHARES:
        return percent(value)
    if name == "median_error_km":
        return f"{value:,.0f} km"
    return f"{value:,.0f}" if name == "country_set_mean_size" else f"{value:.3f}"


def interval(name: str, ends: Sequence[float] | None) -> str:
    """The interval of a headline figure; empty for None."""
    if ends is None:
        return ""
    low, high = (figure(name, value) for value in ends)
    unit = low.rpartition(" ")[2] if " " in low else ""
    return f"{low.removesuffix(f' {unit}') if unit else low} to {high}"


def named_country(code: str) -> str:
    """Name of a country, escaped. No flag: many systems draw those as letters or boxes."""
    return escape(country_name(code))


def named_place(code: str) -> str:
    """Name of a region or country, escaped."""
    return named_country(code) if is_country_code(code) else escape(region_name(code))


def section(name: str, title: str, text: str, *content: str) -> str:
    """A part of the page.

    Args:
        name: Anchor.
        title: Its heading.
        text: What it says, in a sentence or two; HTML.
        content: HTML below.
    """
    return f'<section id="{name}"><h2>{escape(title)}</h2><p class="say">{text}</p>{"".join(content)}</section>'


def table(heads: Sequence[str], rows: Iterable[Sequence[str]], *, texts: int = 1) -> str:
    """A table.

    Args:
        heads: Column headings, not yet escaped.
        rows: Cells as HTML.
        texts: So many leading columns hold text; the others hold numbers.
    """
    top = "".join(f'<th scope="col"{_number_class(at, texts)}>{escape(head)}</th>' for at, head in enumerate(heads))
    body = "".join(
        "<tr>" + "".join(f"<td{_number_class(at, texts)}>{cell}</td>" for at, cell in enumerate(row)) + "</tr>"
        for row in rows
    )
    return f'<div class="scroll"><table><thead><tr>{top}</tr></thead><tbody>{body}</tbody></table></div>'


def _number_class(column: int, texts: int) -> str:
    return "" if column < texts else ' class="n"'
