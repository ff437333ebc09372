"""Charts as SVG text: no script, no font, no network."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from html import escape

__all__ = ["COLOURS", "line_chart", "point_chart", "ticks"]

COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#7f3c8d", "#8a8a00")
"""Told apart by people who see few colours, too. Source: Okabe and Ito 2008, "Color Universal Design"; two added."""

_DASHES = ("", "6 3", "2 3")
_WIDTH, _HEIGHT = 460, 280
_LEFT, _RIGHT, _TOP, _BOTTOM = 52, 14, 30, 40
_TICKS = 5
_LINE_PX, _LABEL_PX = 12, 230  # how far apart names are written


def ticks(least: float, most: float) -> list[float]:
    """A few round numbers from below the least to above the most value."""
    span = (most - least) or abs(most) or 1.0
    step = 10 ** math.floor(math.log10(span / _TICKS))
    step *= next(factor for factor in (1, 2, 5, 10) if span / (step * factor) <= _TICKS)
    first, last = math.floor(least / step + 1e-9), math.ceil(most / step - 1e-9)
    return [index * step for index in range(first, max(last, first + 1) + 1)]


def line_chart(title: str, across: str, lines: Mapping[str, Sequence[float]], styles: Mapping[str, int]) -> str:
    """Lines over epochs, counted from 1.

    Args:
        title: Above the chart.
        across: Below it.
        lines: Name -> values.
        styles: Name -> number of its colour and dashes.
    """
    values = [value for line in lines.values() for value in line if math.isfinite(value)]
    if not values:
        return ""
    longest = max(len(line) for line in lines.values())
    frame = _Frame(ticks(0, max(longest, 2)), ticks(min(values), max(values)))
    parts = []
    for name, line in lines.items():
        points = [frame.place(index + 1, value) for index, value in enumerate(line) if math.isfinite(value)]
        if not points:
            continue
        colour, dash = _style(styles[name])
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        parts.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2" {dash}/>')
        x, y = points[-1]
        parts.append(_dot(x, y, colour, f"{name}: {line[-1]:.3f} after {len(line)} epochs"))
    return frame.draw(title, across, parts)


def point_chart(title: str, across: str, points: Mapping[str, tuple[float, float]], styles: Mapping[str, int]) -> str:
    """One dot per name, with its name beside it.

    Args:
        title: Above the chart.
        across: Below it.
        points: Name -> where it lies.
        styles: Name -> number of its colour.
    """
    if not points:
        return ""
    xs, ys = zip(*points.values(), strict=True)
    frame = _Frame(ticks(0, max(xs)), ticks(min(ys), max(ys)))
    parts = []
    written: list[tuple[float, float]] = []
    for name, (across_value, up) in points.items():
        x, y = frame.place(across_value, up)
        colour, _ = _style(styles[name])
        parts.append(_dot(x, y, colour, f"{name}: {up:.3f} at {across_value:,.1f}"))
        anchor, beside = ("end", x - 8) if x > _WIDTH / 2 else ("start", x + 8)
        label = y + 4
        while any(abs(label - other) < _LINE_PX and abs(x - where) < _LABEL_PX for where, other in written):
            label += _LINE_PX
        written.append((x, label))
        parts.append(
            f'<text x="{beside:.1f}" y="{label:.1f}" text-anchor="{anchor}" style="fill:{colour}">{escape(name)}</text>'
        )
    return frame.draw(title, across, parts)


def _style(number: int) -> tuple[str, str]:
    dash = _DASHES[number // len(COLOURS) % len(_DASHES)]
    return COLOURS[number % len(COLOURS)], f'stroke-dasharray="{dash}"' if dash else ""


def _dot(x: float, y: float, colour: str, title: str) -> str:
    return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" fill="{colour}"><title>{escape(title)}</title></circle>'


class _Frame:
    """Axes with their numbers."""

    def __init__(self, across: Sequence[float], up: Sequence[float]) -> None:
        self._across, self._up = across, up

    def place(self, x: float, y: float) -> tuple[float, float]:
        """Where a value lies in the picture."""
        share_x = (x - self._across[0]) / (self._across[-1] - self._across[0])
        share_y = (y - self._up[0]) / (self._up[-1] - self._up[0])
        return _LEFT + share_x * (_WIDTH - _LEFT - _RIGHT), _HEIGHT - _BOTTOM - share_y * (_HEIGHT - _TOP - _BOTTOM)

    def draw(self, title: str, across: str, parts: Sequence[str]) -> str:
        """The whole picture."""
        lines = []
        for value in self._up:
            _, y = self.place(self._across[0], value)
            lines.append(f'<line class="grid" x1="{_LEFT}" x2="{_WIDTH - _RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>')
            lines.append(f'<text x="{_LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{value:.4g}</text>')
        for value in self._across:
            x, _ = self.place(value, self._up[0])
            lines.append(f'<text x="{x:.1f}" y="{_HEIGHT - _BOTTOM + 16}" text-anchor="middle">{value:.4g}</text>')
        middle = (_LEFT + _WIDTH - _RIGHT) / 2
        lines.append(f'<text x="{middle}" y="{_HEIGHT - 6}" text-anchor="middle">{escape(across)}</text>')
        lines.append(f'<text class="title" x="{_LEFT}" y="16">{escape(title)}</text>')
        inside = "".join((*lines, *parts))
        return f'<svg viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" aria-label="{escape(title)}">{inside}</svg>'
