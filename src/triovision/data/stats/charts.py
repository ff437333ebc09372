"""The charts of a data set: world map, photos per country on a log scale, and shares."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from triovision.countries import all_countries
from triovision.data.stats.counts import DataCounts
from triovision.data.stats.drawing import Area, Dot, Drawing, Line, Rect, Text
from triovision.data.stats.outlines import load_outlines, project

__all__ = ["WIDTH", "Naming", "draw_countries", "draw_map", "draw_shares"]

WIDTH = 1160
_GLOBE_RADII = 5.42  # the projection's width
_NORTH, _SOUTH, _SOUTH_WITH_POLE = 84.0, -57.0, -90.0
_LEAST_RING_PX = 0.6
_LEAST_COUNTRY_PX = 3.0

_COLUMNS = 3
_ROW = 19
_GAP = 34
_NAME_WIDTH = 148
_COUNT_WIDTH = 58
_LONGEST_NAME = 22
_TOP = 44
_MOST_LABELS = 4
_THOUSANDS = ("", "k", "M", "G")

_SHARE_ROW = 40
_SHARE_WIDTH = 543  # two cards beside each other are as wide as one
_MOST_SHARES = 8


_ROLES = ("rare1", "rare2", "rare3", "common1", "common2", "common3")


class Naming(NamedTuple):
    """What countries are called, and below how many photos one is rare."""

    names: Mapping[str, str]
    rare_below: int

    @property
    def bounds(self) -> list[int]:
        """The least photos of each role: three ambers below the mark, three indigos from it on, tenfold each."""
        return [1, *(max(1, math.ceil(self.rare_below * 10.0**power)) for power in (-2, -1, 0, 1, 2))]

    def role(self, count: int) -> str:
        """Colour of a country with so many photos."""
        return _ROLES[sum(count >= bound for bound in self.bounds) - 1] if count else "none"

    def legend(self) -> list[tuple[str, str]]:
        """Roles and what they mean, from none to many."""
        bounds = self.bounds
        ranges = [
            (role, f"{low:,} - {high - 1:,}" if high - low > 1 else f"{low:,}")
            for role, low, high in zip(_ROLES, bounds, bounds[1:], strict=False)
            if high > low
        ]
        return [("none", "none"), *ranges, (_ROLES[-1], f"{bounds[-1]:,} or more")]


def photos(count: int) -> str:
    """A number of photos in words."""
    return f"{count:,} photo" + "s" * (count != 1)


def draw_map(counts: DataCounts, naming: Naming) -> Drawing:
    """The world, each country coloured by its photos; the smallest as dots."""
    per_country = counts.per_country
    south = _SOUTH_WITH_POLE if per_country["AQ"] else _SOUTH
    scale = WIDTH / _GLOBE_RADII
    top, bottom = (float(project(np.zeros(1), np.array([edge]))[1][0]) for edge in (_NORTH, south))
    height = (top - bottom) * scale
    drawing = Drawing("World map of photos per country", WIDTH, height + 54)
    drawing.marks.append(Rect(0, 0, WIDTH, height, "sea", 10))
    small = {country.code for country in all_countries() if per_country[country.code]}
    for outline in load_outlines():
        rings, extent = [], 0.0
        for ring in outline.rings:
            x, y = project(ring[:, 0], ring[:, 1])
            x, y = x * scale + WIDTH / 2, np.minimum((top - y) * scale, height)
            size = max(float(np.ptp(x)), float(np.ptp(y)))
            if size >= _LEAST_RING_PX and y.min() < height:
                rings.append(tuple(zip(x.tolist(), y.tolist(), strict=True)))
                extent = max(extent, size)
        count = per_country[outline.code]
        if rings:
            title = f"{naming.names[outline.code]}: {photos(count)}" if outline.code else ""
            drawing.marks.append(Area(tuple(rings), naming.role(count), title))
        if extent >= _LEAST_COUNTRY_PX:
            small.discard(outline.code)
    drawing.marks += _small_countries(counts, naming, small, scale, top)
    drawing.marks += _legend(naming, height + 32)
    return drawing


def _small_countries(counts: DataCounts, naming: Naming, codes: set[str], scale: float, top: float) -> list[Dot]:
    dots = []
    for country in all_countries():
        if country.code in codes:
            longitude = (country.longitude + 169) % 360 - 169
            x, y = project(np.array([longitude]), np.array([country.latitude]))
            count = counts.per_country[country.code]
            title = f"{naming.names[country.code]}: {photos(count)}"
            place = (float(x[0]) * scale + WIDTH / 2, (top - float(y[0])) * scale)
            dots.append(Dot(*place, 3, naming.role(count), title))
    return dots


def _legend(naming: Naming, y: float) -> list[Rect | Text]:
    marks: list[Rect | Text] = [Text(0, y, "Photos", 13, "muted")]
    x = 64.0
    for role, text in naming.legend():
        marks += [Rect(x, y - 11, 22, 13, role, 3), Text(x + 29, y, text, 13, "muted")]
        x += 52 + 7.2 * len(text)
    marks.append(Text(WIDTH, y, f"amber: rare, under {naming.rare_below:,} photos", 13, "muted", "end"))
    return marks


def draw_countries(counts: DataCounts, naming: Naming) -> Drawing:
    """A bar per country on a log scale, the rule for rare ones drawn through."""
    per_country = counts.per_country
    rows = math.ceil(len(per_country) / _COLUMNS)
    drawing = Drawing("Photos per country, log scale", WIDTH, _TOP + rows * _ROW + 8)
    decades = max(1, math.ceil(math.log10(max(*per_country.values(), naming.rare_below))))
    column_width = (WIDTH - _GAP * (_COLUMNS - 1)) / _COLUMNS
    bar = column_width - _NAME_WIDTH - _COUNT_WIDTH
    codes = list(per_country)
    for column in range(math.ceil(len(codes) / rows)):
        part = codes[column * rows : (column + 1) * rows]
        left = column * (column_width + _GAP) + _NAME_WIDTH
        drawing.marks += _axis(left, bar, decades, len(part), naming.rare_below)
        for row, code in enumerate(part):
            count, y = per_country[code], _TOP + row * _ROW
            name, role = naming.names[code], naming.role(count)
            splits = ", ".join(f"{split or 'no split'} {number:,}" for split, number in counts.countries[code].items())
            title = f"{name} ({code}): {photos(count)} ({splits})"
            # One photo is a sliver and not nothing, though its logarithm is 0.
            length = max(4.0, bar * math.log10(count) / decades)
            shown = name if len(name) <= _LONGEST_NAME else name[: _LONGEST_NAME - 1] + "\N{HORIZONTAL ELLIPSIS}"
            drawing.marks += [
                Text(left - 8, y + 13.5, shown, 12, "text", "end", title=title),
                Rect(left, y + 4, length, _ROW - 7, role, 2.5, title),
                Text(left + bar + _COUNT_WIDTH, y + 13.5, f"{count:,}", 12, "muted", "end"),
            ]
    return drawing


def _axis(left: float, bar: float, decades: int, rows: int, rare_below: int) -> list[Line | Text]:
    marks: list[Line | Text] = []
    bottom = _TOP + rows * _ROW
    for decade in range(decades + 1):
        x = left + bar * decade / decades
        marks.append(Line(x, _TOP - 2, x, bottom, "grid"))
        if decade % (2 if decades > _MOST_LABELS else 1) == 0:
            text = f"{10 ** (decade % 3)}{_THOUSANDS[decade // 3]}"
            marks.append(Text(x, _TOP - 10, text, 11, "muted", "middle"))
    if 1 < rare_below <= 10**decades:
        x = left + bar * math.log10(rare_below) / decades
        marks += [
            Line(x, _TOP - 2, x, bottom, "rare3", 1.5, dashed=True),
            Text(x, _TOP - 26, f"rare < {rare_below:,}", 11, "rare3", "middle", bold=True),
        ]
    return marks


def draw_shares(title: str, counts: Sequence[tuple[str, int]]) -> Drawing:
    """A bar per word, by its share of all; what is over is summed up."""
    total = sum(count for _, count in counts)
    shown = list(counts[:_MOST_SHARES])
    if len(counts) > _MOST_SHARES:
        shown.append((f"{len(counts) - _MOST_SHARES:,} others", total - sum(count for _, count in shown)))
    width = _SHARE_WIDTH
    drawing = Drawing(title, width, 12 + _SHARE_ROW * len(shown))
    for row, (word, count) in enumerate(shown):
        y, share = 8 + row * _SHARE_ROW, count / total
        tip = f"{word}: {photos(count)}, {share:.1%}"
        text = word if len(word) <= 2 * _LONGEST_NAME else word[: 2 * _LONGEST_NAME - 1] + "\N{HORIZONTAL ELLIPSIS}"
        drawing.marks += [
            Text(0, y + 10, text, 13, title=tip),
            Text(width, y + 10, f"{count:,}  \N{MIDDLE DOT}  {share:.1%}", 13, "muted", "end"),
            Rect(0, y + 17, width, 8, "track", 4),
            Rect(0, y + 17, max(3.0, width * share), 8, "common2", 4, tip),
        ]
    return drawing
