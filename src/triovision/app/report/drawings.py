"""The report's map and charts, as SVG that prints sharply."""

from __future__ import annotations

import math
from collections.abc import Mapping

from triovision.app.charts.countries import RadarAxis
from triovision.app.language import Words
from triovision.app.markup import Markup, tag
from triovision.app.report.world import MAP_HEIGHT, MAP_WIDTH, country_paths
from triovision.app.theme import Palette

__all__ = ["draw_bars", "draw_map", "draw_radar"]

_LEVELS = (0.01, 0.05, 0.15, 0.40)  # where the map's next tone begins; the page's map has the same
_ROW, _NAME, _BAR = 26, 165, 190
_RADIUS, _RADAR_WIDTH, _RADAR_HEIGHT = 96, 540, 290


def draw_map(probabilities: Mapping[str, float], outlined: tuple[str, ...], look: Palette, description: str) -> Markup:
    """All countries filled by probability, the answer's outlined.

    Args:
        probabilities: By country code.
        outlined: Codes of the answer's countries.
        look: Colours.
        description: For those who cannot see it.
    """
    # On paper the least probable countries need more than the page's faint tone.
    tones = (look.border, *look.ramp[1:])
    shapes: list[Markup] = []
    marked: list[Markup] = []
    for code, path in country_paths().items():
        tone = tones[sum(probabilities.get(code, 0.0) >= level for level in _LEVELS)]
        target = marked if code in outlined else shapes
        stroke, width = (look.amber, 1.0) if code in outlined else (look.background, 0.6)
        target.append(tag("path", d=path, fill=tone, stroke=stroke, stroke_width=width, data_country=code))
    sea = tag("rect", width=MAP_WIDTH, height=round(MAP_HEIGHT), fill=look.background, rx=14)
    # What is outlined is drawn last, so that no neighbour covers it.
    return _svg(MAP_WIDTH, MAP_HEIGHT, description, sea, *shapes, *marked)


def draw_bars(rows: list[tuple[str, float]], look: Palette, words: Words, description: str) -> Markup:
    """Names and shares, one bar each; the last is everything else."""
    widest = max(share for _, share in rows)
    parts = []
    for index, (name, share) in enumerate(rows):
        y = index * _ROW + _ROW / 2
        colour = look.muted if index == len(rows) - 1 else look.primary
        width = max(1.0, _BAR * share / widest)
        end = _NAME + 8 + width
        parts += [
            _text(name, _NAME, y, look.text, "end"),
            tag("rect", x=_NAME + 8, y=y - 8, width=round(width, 1), height=16, rx=4, fill=colour),
            _text(words.exact_percent(share), end + 8, y, look.text, "start"),
        ]
    return _svg(_NAME + _BAR + 90, len(rows) * _ROW, description, *parts)


def draw_radar(axes: list[RadarAxis], names: list[str], look: Palette, words: Words, description: str) -> Markup:
    """The leading countries on every axis, the best on each at the rim."""
    middle = (_RADAR_WIDTH / 2, _RADAR_HEIGHT / 2 - 16)
    parts = [
        tag("circle", cx=middle[0], cy=middle[1], r=_RADIUS * ring / 4, fill="none", stroke=look.border)
        for ring in range(1, 5)
    ]
    for index, axis in enumerate(axes):
        x, y = _spoke(middle, index, len(axes), _RADIUS)
        label_x, label_y = _spoke(middle, index, len(axes), _RADIUS + 16)
        side = "middle" if abs(x - middle[0]) < 1 else "start" if x > middle[0] else "end"
        parts.append(tag("line", x1=middle[0], y1=middle[1], x2=x, y2=y, stroke=look.border))
        parts.append(_text(words(axis.name), label_x, label_y, look.muted, side))
    scaled = [axis.scaled() for axis in axes]
    for position, name in enumerate(names):
        colour = look.series[position % len(look.series)]
        points = [_spoke(middle, i, len(axes), _RADIUS * scaled[i][position]) for i in range(len(axes))]
        written = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        parts.append(tag("polygon", points=written, fill=colour, fill_opacity=0.12, stroke=colour, stroke_width=2))
        legend_x = 8 + position * _RADAR_WIDTH / len(names)
        parts.append(tag("circle", cx=legend_x, cy=_RADAR_HEIGHT - 12, r=5, fill=colour))
        parts.append(_text(name, legend_x + 9, _RADAR_HEIGHT - 12, look.text, "start"))
    return _svg(_RADAR_WIDTH, _RADAR_HEIGHT, description, *parts)


def _spoke(middle: tuple[float, float], index: int, count: int, length: float) -> tuple[float, float]:
    angle = 2 * math.pi * index / count
    return middle[0] + length * math.sin(angle), middle[1] - length * math.cos(angle)


def _text(text: str, x: float, y: float, colour: str, anchor: str) -> Markup:
    style = f"font-size:13px;fill:{colour};text-anchor:{anchor};dominant-baseline:middle"
    return tag("text", text, x=round(x, 1), y=round(y, 1), style=style)


def _svg(width: float, height: float, description: str, *parts: Markup) -> Markup:
    box = f"0 0 {width:g} {height:g}"
    return tag("svg", *parts, xmlns="http://www.w3.org/2000/svg", viewBox=box, role="img", aria_label=description)
