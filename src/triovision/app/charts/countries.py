"""Figures of one photo: ranked bars, the leading countries compared, a gauge for each."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go

from triovision.app.charts.layout import apply_layout, in_two_lines, translucent
from triovision.app.language import Words
from triovision.app.theme import Palette
from triovision.bundle import BundleMetadata
from triovision.countries import country_name, get_country, get_region
from triovision.evidence import similar_countries
from triovision.prediction import Prediction

__all__ = ["RadarAxis", "bar_chart", "compute_radar", "gauge_chart", "radar_chart"]

_ROW_PX, _LEAST_PX = 34, 420


@dataclass(frozen=True, slots=True)
class RadarAxis:
    """One quality on which countries are compared.

    Attributes:
        name: Key of the catalogue.
        values: By country, in the order asked for.
        is_share: Whether the values are shown in percent.
    """

    name: str
    values: tuple[float, ...]
    is_share: bool = True

    def scaled(self) -> tuple[float, ...]:
        """The values with the best of them at 1; below nothing is nothing."""
        best = max(self.values)
        return tuple(max(value, 0.0) / best if best > 0 else 0.0 for value in self.values)

    def text(self, position: int, words: Words) -> str:
        """One value as the page writes it."""
        value = self.values[position]
        return words.exact_percent(value) if self.is_share else words.number(value)


def compute_radar(prediction: Prediction, metadata: BundleMetadata, codes: tuple[str, ...]) -> list[RadarAxis]:
    """What the model knows of countries for this photo, one axis each.

    Args:
        prediction: Of the photo.
        metadata: Of the model that made it.
        codes: Countries to compare.
    """
    levels = [_surroundings(code) for code in codes]
    axes = [
        RadarAxis("charts.radar.probability", tuple(prediction.probability(code) for code in codes)),
        RadarAxis("charts.radar.sub_region", tuple(_sum(prediction, sub_region) for sub_region, _ in levels)),
        RadarAxis("charts.radar.region", tuple(_sum(prediction, region) for _, region in levels)),
    ]
    if prediction.embedding is not None and metadata.centroids is not None:
        alike = similar_countries(metadata, prediction.embedding, len(metadata.country_codes))
        cosines = {entry.country_code: entry.similarity for entry in alike}
        axes.append(RadarAxis("charts.radar.similarity", tuple(cosines.get(code, 0.0) for code in codes)))
    counts = dict(zip(metadata.country_codes, metadata.sample_counts, strict=True))
    samples = tuple(float(counts.get(code, 0)) for code in codes)
    return [*axes, RadarAxis("charts.radar.samples", samples, is_share=False)]


def _surroundings(code: str) -> tuple[str | None, str | None]:
    """Smallest and largest M49 region around a country."""
    chain = get_country(code).regions
    return (chain[0], chain[-1]) if chain else (None, None)


def _sum(prediction: Prediction, region: str | None) -> float:
    members = frozenset(get_region(region).members) if region else frozenset()
    inside = np.array([code in members for code in prediction.country_codes], dtype=bool)
    return float(prediction.probabilities[inside].sum())


def bar_chart(prediction: Prediction, count: int, words: Words, look: Palette) -> go.Figure:
    """The most probable countries as bars, the best on top, and everything else below."""
    ranked = prediction.top(count)
    names = [country_name(code, words.language) for code, _ in ranked]
    shares = [probability for _, probability in ranked]
    colours = [look.primary] * len(ranked)
    if len(ranked) < len(prediction.country_codes):
        names.append(words("answer.rest"))
        shares.append(max(0.0, 1.0 - sum(shares)))
        colours.append(look.muted)
    texts = [words.exact_percent(share) for share in shares]
    bars = go.Bar(
        x=shares,
        y=list(range(len(names))),
        orientation="h",
        marker={"color": colours, "cornerradius": 6},
        text=texts,
        textposition="outside",
        cliponaxis=False,
        customdata=list(zip(names, texts, strict=True)),
        hovertemplate="%{customdata[0]}: %{customdata[1]}<extra></extra>",
    )
    return apply_layout(
        go.Figure(bars),
        look,
        words,
        height=max(_LEAST_PX, _ROW_PX * len(names) + 16),
        bargap=0.35,
        xaxis={"visible": False, "range": [0, max(shares) * 1.2], "fixedrange": True},
        yaxis={
            "tickvals": list(range(len(names))),
            "ticktext": names,
            "autorange": "reversed",
            "automargin": True,
            "fixedrange": True,
            "ticklabelstandoff": 8,
        },
    )


def radar_chart(prediction: Prediction, metadata: BundleMetadata, count: int, words: Words, look: Palette) -> go.Figure:
    """The leading countries on every axis at once."""
    codes = tuple(code for code, _ in prediction.top(count))
    axes = compute_radar(prediction, metadata, codes)
    # A narrow card has no room for a label on one line.
    labels = [in_two_lines(words(axis.name)) for axis in axes]
    figure = go.Figure()
    for position, code in enumerate(codes):
        colour = look.series[position % len(look.series)]
        radii = [axis.scaled()[position] for axis in axes]
        texts = [axis.text(position, words) for axis in axes]
        figure.add_trace(
            go.Scatterpolar(
                r=[*radii, radii[0]],
                theta=[*labels, labels[0]],
                customdata=[*texts, texts[0]],
                name=country_name(code, words.language),
                mode="lines+markers",
                line={"color": colour, "width": 2.5},
                marker={"size": 7},
                fill="toself",
                fillcolor=translucent(colour, 0.12),
                hovertemplate="%{theta}: %{customdata}<extra>%{fullData.name}</extra>",
            )
        )
    grid = {"gridcolor": look.border, "linecolor": look.border}
    return apply_layout(
        figure,
        look,
        words,
        height=440,
        margin={"l": 84, "r": 84, "t": 48, "b": 72},
        showlegend=True,
        legend={"orientation": "h", "y": -0.2, "x": 0.5, "xanchor": "center"},
        polar={
            "bgcolor": "rgba(0,0,0,0)",
            "radialaxis": {**grid, "range": [0, 1.05], "showticklabels": False, "ticks": ""},
            "angularaxis": {**grid, "rotation": 90, "direction": "clockwise"},
        },
    )


def gauge_chart(code: str, probability: float, threshold: float, words: Words, look: Palette) -> go.Figure:
    """One country's probability, and the mark from which the model names a country."""
    colour = look.good if probability >= threshold else look.primary
    gauge = go.Indicator(
        mode="gauge+number",
        value=100 * probability,
        number={"suffix": " %", "valueformat": ".1f", "font": {"size": 18}},
        gauge={
            "axis": {"range": [0, 100], "tickvals": [0, 50, 100], "tickfont": {"size": 11, "color": look.muted}},
            "bar": {"color": colour, "thickness": 0.7},
            "bgcolor": look.raised,
            "borderwidth": 0,
            "threshold": {"line": {"color": look.amber, "width": 3}, "thickness": 0.9, "value": 100 * threshold},
        },
    )
    title = {"text": country_name(code, words.language), "x": 0.5, "y": 0.97, "font": {"size": 14, "weight": 600}}
    return apply_layout(
        go.Figure(gauge), look, words, height=170, title=title, margin={"l": 28, "r": 28, "t": 44, "b": 10}
    )
