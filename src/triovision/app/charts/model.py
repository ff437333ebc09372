"""Figures of the model: how alike it sees countries, and whether its percentages can be trusted."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from triovision.app.charts.layout import apply_layout, blend
from triovision.app.language import Words
from triovision.app.theme import Palette
from triovision.bundle import BundleMetadata
from triovision.countries import country_name
from triovision.evidence import country_similarity

__all__ = ["reliability_chart", "similarity_chart"]

_LEAST_DOT_PX, _MOST_DOT_PX = 7, 20
_STRONGEST = 0.5  # of the full colour, so that the numbers on it can be read
_MOST_WRITTEN = 10  # more cells than these squared are too small for numbers
_LEVELS = ("country", "sub_region", "region")


def similarity_chart(metadata: BundleMetadata, codes: Sequence[str], words: Words, look: Palette) -> go.Figure | None:
    """Cosine between the mean embeddings of some countries; None if the model carries none.

    Args:
        metadata: Of the model.
        codes: Countries, in the order of the chart.
        words: Of the page.
        look: Of the page.
    """
    similarity = country_similarity(metadata)
    if similarity is None:
        return None
    labels = [metadata.country_codes.index(code) for code in codes]
    values = similarity[labels][:, labels]
    names = [country_name(code, words.language) for code in codes]
    # A name may stand twice in no list, but two names may be cut to the same; positions are never the same.
    positions = list(range(len(codes)))
    cells = _cells(values, names, words, look)
    axis = {
        "tickvals": positions,
        "ticktext": names,
        "automargin": True,
        "fixedrange": True,
        "showgrid": False,
        "zeroline": False,
    }
    return apply_layout(
        go.Figure(cells),
        look,
        words,
        height=max(320, 36 * len(codes) + 140),
        xaxis={**axis, "tickangle": -45},
        yaxis={**axis, "autorange": "reversed"},
    )


def reliability_chart(metadata: BundleMetadata, words: Words, look: Palette) -> go.Figure | None:
    """Share right against the confidence given, for each level of answer; None if the model does not say."""
    if not metadata.reliability:
        return None
    figure = go.Figure(_diagonal(words, look))
    most = max(bin_.count for bins in metadata.reliability.values() for bin_ in bins)
    for level, colour in zip(_LEVELS, look.series, strict=False):
        bins = metadata.reliability.get(level, ())
        if not bins:
            continue
        figure.add_trace(
            go.Scatter(
                x=[bin_.confidence for bin_ in bins],
                y=[bin_.accuracy for bin_ in bins],
                mode="lines+markers",
                name=words(f"charts.level.{level}"),
                line={"color": colour, "width": 2.5},
                marker={
                    "size": [_LEAST_DOT_PX + (_MOST_DOT_PX - _LEAST_DOT_PX) * math.sqrt(b.count / most) for b in bins]
                },
                customdata=[words("charts.reliability_photos", count=words.number(b.count)) for b in bins],
                hovertemplate="%{x:.0%} → %{y:.0%} (%{customdata})<extra>%{fullData.name}</extra>",
            )
        )
    axis = {
        "range": [-0.02, 1.05],
        "tickvals": [step / 5 for step in range(6)],
        "ticktext": [f"{20 * step} %" for step in range(6)],
        "automargin": True,
        "gridcolor": look.border,
        "zeroline": False,
        "fixedrange": True,
    }
    return apply_layout(
        figure,
        look,
        words,
        height=400,
        showlegend=True,
        legend={"orientation": "h", "y": -0.22, "x": 0.5, "xanchor": "center"},
        xaxis={**axis, "title": words("charts.reliability_said")},
        yaxis={**axis, "title": words("charts.reliability_true")},
    )


def _diagonal(words: Words, look: Palette) -> go.Scatter:
    """Where a model that is always as right as it says would be."""
    line = {"color": look.muted, "dash": "dot", "width": 1.5}
    name = words("charts.reliability_perfect")
    return go.Scatter(x=[0, 1], y=[0, 1], mode="lines", name=name, line=line, hoverinfo="skip")


def _cells(values: NDArray[np.float64], names: Sequence[str], words: Words, look: Palette) -> go.Heatmap:
    """The chart's coloured cells, with their numbers where there is room."""
    positions = list(range(len(names)))
    return go.Heatmap(
        z=values,
        x=positions,
        y=positions,
        zmin=-1,
        zmax=1,
        colorscale=[
            (0.0, blend(look.surface, look.coral, _STRONGEST)),
            (0.5, look.surface),
            (1.0, blend(look.surface, look.primary, _STRONGEST)),
        ],
        xgap=2,
        ygap=2,
        customdata=[
            [
                f"{row} · {column}: {words.number(float(value), decimals=2)}"
                for column, value in zip(names, line, strict=True)
            ]
            for row, line in zip(names, values, strict=True)
        ],
        hovertemplate="%{customdata}<extra></extra>",
        colorbar={"thickness": 12, "outlinewidth": 0, "tickvals": [-1, 0, 1]},
        hoverongaps=False,
        textfont={"color": look.text},
        texttemplate="%{z:.2f}" if len(names) <= _MOST_WRITTEN else None,
    )
