"""The page of a comparison: one HTML file that asks the network for nothing."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from html import escape
from typing import Any, NamedTuple, Protocol

from triovision.training.comparison.chart import COLOURS, line_chart, point_chart
from triovision.training.recipe import Recipe

__all__ = ["make_page"]

_BYTES_PER_PARAMETER = 4

_STYLE = """
:root { color-scheme: light dark; --ink: #1a1d21; --paper: #fff; --soft: #6b7280; --line: #d9dde3; --best: #e5f3ea; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e8eaed; --paper: #16181c; --soft: #9aa3af; --line: #363b43; --best: #1d3a2a; }
}
body { font: 15px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper); margin: 2rem auto;
  max-width: 1180px; padding: 0 1rem; }
h1 { font-size: 1.5rem; margin: 0 0 .3rem; } p { margin: .3rem 0; } .soft { color: var(--soft); }
.wide { overflow-x: auto; margin: 1.2rem 0; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td { text-align: right; padding: .35rem .6rem; border-bottom: 1px solid var(--line); white-space: nowrap; }
th { font-weight: 600; vertical-align: bottom; white-space: normal; }
th:first-child, td:first-child, th:nth-child(2), td:nth-child(2) { text-align: left; }
td.problem { text-align: left; white-space: normal; color: #b3261e; }
td.best { background: var(--best); font-weight: 600; }
.charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(420px, 1fr)); gap: 1.2rem; }
svg { width: 100%; height: auto; } svg text { fill: var(--soft); font-size: 11px; }
svg text.title { fill: var(--ink); font-size: 13px; font-weight: 600; } svg .grid { stroke: var(--line); }
.key { display: inline-block; width: .8rem; height: .8rem; border-radius: 50%; margin-right: .45rem; }
"""


class _Shown(Protocol):
    """What the page needs of an entry."""

    @property
    def recipe(self) -> Recipe:
        """Its recipe."""

    @property
    def summary(self) -> Mapping[str, Any]:
        """What its run came to."""

    @property
    def curves(self) -> Mapping[str, Sequence[float]]:
        """Its figures after each epoch."""

    @property
    def problem(self) -> str:
        """Why there is no run."""


class _Column(NamedTuple):
    """A column of figures: heading, the figure of a summary, how to write it, and whether more (1) or less is good."""

    heading: str
    figure: Callable[[Mapping[str, Any]], float]
    form: str
    better: int


_COLUMNS = (
    _Column("top-1", lambda summary: float(summary["figures"]["top1_accuracy"]), "{:.3f}", 1),
    _Column("top-5", lambda summary: float(summary["figures"]["top5_accuracy"]), "{:.3f}", 1),
    _Column("per class", lambda summary: float(summary["figures"]["mean_per_class_accuracy"]), "{:.3f}", 1),
    _Column("NLL", lambda summary: float(summary["figures"]["negative_log_likelihood"]), "{:.3f}", -1),
    _Column("M parameters", lambda summary: summary["parameters"] / 1e6, "{:.1f}", -1),
    _Column("MB as float32", lambda summary: _BYTES_PER_PARAMETER * summary["parameters"] / 1e6, "{:.0f}", -1),
    _Column("photos/s in training", lambda summary: float(summary["training_photos_per_s"]), "{:.0f}", 1),
    _Column("minutes", lambda summary: summary["seconds"] / 60, "{:.1f}", -1),
)


def make_page(entries: Sequence[_Shown], waiting: Sequence[str] = ()) -> str:
    """The comparison as one HTML file.

    Args:
        entries: The recipes so far.
        waiting: Names of those that are still to come.
    """
    done = sorted((entry for entry in entries if entry.summary), key=lambda entry: -_COLUMNS[0].figure(entry.summary))
    failed = [entry for entry in entries if not entry.summary]
    styles = {entry.recipe.name: number for number, entry in enumerate(done)}
    rows = "".join(_row(entry, done, styles[entry.recipe.name]) for entry in done)
    rows += "".join(_failed_row(entry) for entry in failed)
    headings = "".join(f"<th>{escape(name)}</th>" for name in ("recipe", "network", *(c.heading for c in _COLUMNS)))
    still = f"<p>Still to come: {escape(', '.join(waiting))}.</p>" if waiting else ""
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>Recipes compared</title><style>{_STYLE}</style></head><body><h1>Recipes compared</h1>"
        f'{_preface(done)}{still}<div class="wide"><table><thead><tr>{headings}</tr></thead>'
        f'<tbody>{rows}</tbody></table></div><div class="charts">{_charts(done, styles)}</div></body></html>\n'
    )


def _preface(done: Sequence[_Shown]) -> str:
    if not done:
        return "<p>No recipe has been trained.</p>"
    one = done[0].summary
    error = math.sqrt(0.25 / max(1, one["held_out"]))
    commits = sorted({str(entry.summary["commit"])[:10] for entry in done})
    devices = sorted({str(entry.summary["device"]) for entry in done})
    return (
        f"<p>{one['samples']:,} samples of {one['countries']} countries; figures on {one['held_out']:,} held-out "
        f"samples. Differences of top-1 below {2 * error:.3f} may be chance (two standard errors at the most).</p>"
        f'<p class="soft">Data {escape(str(one["data_hash"])[:20])}, code {escape(", ".join(commits))}, '
        f"on {escape(', '.join(devices))}. The best figure of a column is marked.</p>"
    )


def _row(entry: _Shown, done: Sequence[_Shown], number: int) -> str:
    key = f'<span class="key" style="background:{COLOURS[number % len(COLOURS)]}"></span>'
    cells = [f"<td>{key}{escape(entry.recipe.name)}</td>", f"<td>{escape(entry.recipe.network)}</td>"]
    for column in _COLUMNS:
        value = column.figure(entry.summary)
        best = max(column.better * column.figure(other.summary) for other in done)
        mark = ' class="best"' if len(done) > 1 and column.better * value == best else ""
        cells.append(f"<td{mark}>{column.form.format(value)}</td>")
    return f"<tr>{''.join(cells)}</tr>"


def _failed_row(entry: _Shown) -> str:
    return (
        f"<tr><td>{escape(entry.recipe.name)}</td><td>{escape(entry.recipe.network)}</td>"
        f'<td class="problem" colspan="{len(_COLUMNS)}">{escape(entry.problem)}</td></tr>'
    )


def _charts(done: Sequence[_Shown], styles: Mapping[str, int]) -> str:
    def lines(figure: str) -> dict[str, Sequence[float]]:
        return {entry.recipe.name: entry.curves.get(figure, ()) for entry in done}

    sizes = {
        entry.recipe.name: (entry.summary["parameters"] / 1e6, _COLUMNS[0].figure(entry.summary)) for entry in done
    }
    speeds = {
        entry.recipe.name: (entry.summary["training_photos_per_s"], _COLUMNS[0].figure(entry.summary)) for entry in done
    }
    return "".join(
        (
            line_chart("NLL of held-out samples", "epoch", lines("negative_log_likelihood"), styles),
            line_chart("Top-1 accuracy of held-out samples", "epoch", lines("top1_accuracy"), styles),
            line_chart("Training loss (each recipe's own)", "epoch", lines("loss"), styles),
            point_chart("Top-1 accuracy against size", "million parameters", sizes, styles),
            point_chart("Top-1 accuracy against speed", "photos/s in training", speeds, styles),
        )
    )
