"""Drawings in SVG, coloured by the page's style sheet, with their numbers in titles that a pointer shows."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import NamedTuple

__all__ = ["Dot", "bars", "dots_with_intervals", "line_chart", "reliability_diagram", "stacked_bar"]

_SIDE, _LEFT, _BOTTOM, _TOP, _RIGHT = 340, 64, 42, 12, 26
_TICKS = (0.0, 0.25, 0.5, 0.75, 1.0)


class Dot(NamedTuple):
    """A row of `dots_with_intervals`: HTML-free label, value, its interval, a note at the end of the row."""

    label: str
    value: float
    interval: tuple[float, ...]
    note: str


class _Frame:
    """A square of shares, 0 to 1 both ways, with grid and axis names."""

    def __init__(self, x_name: str, y_name: str, width: int = 460) -> None:
        self.width, self.height = width, _SIDE
        self._inner = (width - _LEFT - _RIGHT, _SIDE - _TOP - _BOTTOM)
        self._names = (x_name, y_name)

    def x(self, value: float) -> float:
        return round(_LEFT + value * self._inner[0], 2)

    def y(self, value: float) -> float:
        return round(_TOP + (1 - value) * self._inner[1], 2)

    def draw(self, label: str, *marks: str) -> str:
        lines = [
            f'<line class="grid" x1="{self.x(0)}" x2="{self.x(1)}" y1="{self.y(tick)}" y2="{self.y(tick)}"/>'
            f'<text class="tick" x="{self.x(0) - 7}" y="{self.y(tick) + 4}" text-anchor="end">{_share(tick)}</text>'
            f'<text class="tick" x="{self.x(tick)}" y="{self.y(0) + 17}" text-anchor="middle">{_share(tick)}</text>'
            for tick in _TICKS
        ]
        names = (
            f'<text class="axis" x="{self.x(0.5)}" y="{self.height - 6}" text-anchor="middle">{self._names[0]}</text>'
            f'<text class="axis" transform="translate(13 {self.y(0.5)}) rotate(-90)" text-anchor="middle">'
            f"{self._names[1]}</text>"
        )
        return (
            f'<svg class="chart" viewBox="0 0 {self.width} {self.height}" role="img" aria-label="{escape(label)}">'
            f"{''.join(lines)}{names}{''.join(marks)}</svg>"
        )


def reliability_diagram(rows: Sequence[dict[str, float]], intervals: Sequence[Sequence[float]]) -> str:
    """Confidence against accuracy, the diagonal being right.

    Args:
        rows: With `confidence`, `accuracy` and `samples`.
        intervals: Of the accuracies.
    """
    frame = _Frame("confidence", "right")
    diagonal = f'<line class="ideal" x1="{frame.x(0)}" y1="{frame.y(0)}" x2="{frame.x(1)}" y2="{frame.y(1)}"/>'
    marks = [diagonal]
    for row, (low, high) in zip(rows, intervals, strict=True):
        x, y = frame.x(row["confidence"]), frame.y(row["accuracy"])
        title = (
            f"{row['samples']} photos: said {_share(row['confidence'])}, right {_share(row['accuracy'])} "
            f"({_share(low)} to {_share(high)})"
        )
        marks.append(
            f'<line class="whisker" x1="{x}" x2="{x}" y1="{frame.y(low)}" y2="{frame.y(high)}"/>'
            f'<circle class="dot" cx="{x}" cy="{y}" r="5"><title>{title}</title></circle>'
        )
    return frame.draw("Reliability diagram: confidence against the share that was right", *marks)


def line_chart(points: Sequence[Sequence[float]], x_name: str, y_name: str, label: str, base: float) -> str:
    """A curve of shares.

    Args:
        points: Pairs, by rising x.
        x_name: Of the axis.
        y_name: Of the axis.
        label: What it shows, for those who do not see it.
        base: Height of a dashed line to hold it against.
    """
    frame = _Frame(x_name, y_name)
    path = " ".join(f"{frame.x(x)},{frame.y(y)}" for x, y in points)
    area = f"{frame.x(points[0][0])},{frame.y(0)} {path} {frame.x(points[-1][0])},{frame.y(0)}"
    level = f'<line class="ideal" x1="{frame.x(0)}" x2="{frame.x(1)}" y1="{frame.y(base)}" y2="{frame.y(base)}"/>'
    return frame.draw(
        label, f'<polygon class="area" points="{area}"/>', level, f'<polyline class="curve" points="{path}"/>'
    )


def dots_with_intervals(rows: Sequence[Dot], mark: float | None, label: str) -> str:
    """One row per group: its value as a dot on a line from 0 to 100 %, its interval as a bar.

    Args:
        rows: From top to bottom.
        mark: Where a vertical line stands for what was promised.
        label: What it shows, for those who do not see it.
    """
    left, right, step, width = 150, 215, 30, 870
    height = step * len(rows) + 30

    def x(value: float) -> float:
        return round(left + value * (width - left - right), 2)

    marks = [
        f'<line class="grid" x1="{x(tick)}" x2="{x(tick)}" y1="4" y2="{height - 24}"/>'
        f'<text class="tick" x="{x(tick)}" y="{height - 8}" text-anchor="middle">{_share(tick)}</text>'
        for tick in _TICKS
    ]
    if mark is not None:
        marks.append(f'<line class="ideal" x1="{x(mark)}" x2="{x(mark)}" y1="0" y2="{height - 24}"/>')
    for index, row in enumerate(rows):
        y = step * index + 18
        low, high = row.interval
        marks.append(
            f'<text class="name" x="{left - 12}" y="{y + 4}" text-anchor="end">{escape(row.label)}</text>'
            f'<line class="whisker" x1="{x(low)}" x2="{x(high)}" y1="{y}" y2="{y}"/>'
            f'<circle class="dot" cx="{x(row.value)}" cy="{y}" r="5"><title>{_share(row.value)} '
            f"({_share(low)} to {_share(high)})</title></circle>"
            f'<text class="tick" x="{x(1) + 12}" y="{y + 4}">{escape(row.note)}</text>'
        )
    return (
        f'<svg class="chart wide" viewBox="0 0 {width} {height}" role="img" aria-label="{escape(label)}">'
        f"{''.join(marks)}</svg>"
    )


def stacked_bar(parts: Sequence[tuple[str, str, float]], label: str) -> str:
    """Shares that add up to one.

    Args:
        parts: Class of the colour, name, share.
        label: What it shows, for those who do not see it.
    """
    width, at, marks = 870.0, 0.0, []
    for kind, name, share in parts:
        wide = width * share
        marks.append(
            f'<rect class="part {kind}" x="{at:.2f}" y="0" width="{max(wide - 2, 0):.2f}" height="34" rx="3">'
            f"<title>{escape(name)}: {_share(share)}</title></rect>"
        )
        if wide > 60:  # noqa: PLR2004 - narrower than its own number
            marks.append(f'<text class="on {kind}" x="{at + 8:.2f}" y="22">{_share(share)}</text>')
        at += wide
    keys = "".join(
        f'<li><span class="key {kind}"></span>{escape(name)} {_share(share)}</li>' for kind, name, share in parts
    )
    return (
        f'<svg class="chart wide" viewBox="0 0 {width:.0f} 34" role="img" aria-label="{escape(label)}">'
        f'{"".join(marks)}</svg><ul class="keys">{keys}</ul>'
    )


def bars(rows: Sequence[tuple[str, float, str]], x_name: str, label: str) -> str:
    """Counts side by side.

    Args:
        rows: Name below (may be empty), count, title.
        x_name: Of the axis.
        label: What it shows, for those who do not see it.
    """
    width, height, base = 460, 220, 178
    most = max((count for _, count, _ in rows), default=1) or 1
    step = (width - 24) / max(len(rows), 1)
    marks = []
    for index, (name, count, title) in enumerate(rows):
        tall = round((base - 14) * count / most, 2)
        x = round(12 + index * step, 2)
        marks.append(
            f'<rect class="bar" x="{x}" y="{base - tall}" width="{max(step - 2, 1):.2f}" height="{tall}" rx="2">'
            f"<title>{escape(title)}</title></rect>"
            f'<text class="tick" x="{x + step / 2:.2f}" y="{base + 16}" text-anchor="middle">{escape(name)}</text>'
        )
    return (
        f'<svg class="chart" viewBox="0 0 {width} {height}" role="img" aria-label="{escape(label)}">'
        f'<line class="grid" x1="12" x2="{width - 12}" y1="{base}" y2="{base}"/>{"".join(marks)}'
        f'<text class="axis" x="{width / 2}" y="{height - 8}" text-anchor="middle">{escape(x_name)}</text></svg>'
    )


def _share(value: float) -> str:
    return f"{100 * value:.0f} %" if value in (0, 1) or 100 * value >= 1 else f"{100 * value:.1f} %"
