"""A second bundle beside the first, on the same photos."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from triovision.evaluation.page.parts import figure, figure_name, section, table

__all__ = ["comparison_section"]

# Where less is better.
_LOWER = (
    "negative_log_likelihood",
    "expected_calibration_error",
    "area_under_risk_coverage",
    "median_error_km",
    "country_set_mean_size",
)
_SIGNIFICANT = 0.05


def comparison_section(
    name: str, report: Mapping[str, Any], other_name: str, other: Mapping[str, Any], comparison: Mapping[str, Any]
) -> str:
    """Figures of both, their differences, and whether chance would explain them.

    Args:
        name: Of the bundle of interest.
        report: Its figures.
        other_name: Of the other bundle.
        other: Its figures.
        comparison: From `compare_outputs`.
    """
    rows = []
    for key, difference in comparison["differences"].items():
        ends = comparison["intervals"].get(key)
        rows.append(
            (
                figure_name(key),
                figure(key, report["figures"][key]),
                figure(key, other["figures"][key]),
                _signed(key, difference),
                _signed_interval(key, ends),
                _verdict(key, ends),
            )
        )
    test = comparison["mcnemar"]
    chance = test["probability"]
    found = "Chance explains that badly" if chance < _SIGNIFICANT else "Chance would explain that"
    text = (
        f"On the same {report['samples']:,} photos, <b>{escape(name)}</b> alone has the right first guess for "
        f"{test['only_this_right']:,}, <b>{escape(other_name)}</b> alone for {test['only_other_right']:,}. {found}: "
        f"were both equally good, a split at least so uneven would have a probability of {_chance(chance)} "
        "(McNemar, exact)."
    )
    heads = ("Figure", name, other_name, "Difference", "95 % interval", "")
    return section("comparison", f"Against {other_name}", text, table(heads, rows))


def _signed(name: str, value: float | None) -> str:
    if value is None:
        return "–"
    text = figure(name, abs(value)).replace(" %", " points")
    return f"{'+' if value >= 0 else '−'}{text}"


def _signed_interval(name: str, ends: Sequence[float] | None) -> str:
    if ends is None:
        return ""
    low, high = (_signed(name, value) for value in ends)
    unit = high.partition(" ")[2]
    return f"{low.removesuffix(f' {unit}')} to {high}"


def _verdict(name: str, ends: Sequence[float] | None) -> str:
    if ends is None or name == "country_set_coverage":
        return ""
    if ends[0] <= 0 <= ends[1]:
        return '<span class="soft">not told apart</span>'
    better = (ends[0] > 0) != (name in _LOWER)
    return f'<span class="{"good" if better else "bad"}">{"better" if better else "worse"}</span>'


def _chance(value: float) -> str:
    return f"{value:.3f}" if value >= 0.001 else "less than 0.001"  # noqa: PLR2004
