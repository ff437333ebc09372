"""What the page says about one bundle, section by section."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Any

from triovision.countries import is_country_code, region_name
from triovision.evaluation.page.charts import (
    Dot,
    bars,
    dots_with_intervals,
    line_chart,
    reliability_diagram,
    stacked_bar,
)
from triovision.evaluation.page.parts import (
    LEVEL_NAMES,
    figure,
    figure_name,
    interval,
    named_country,
    named_place,
    percent,
    section,
    table,
)

__all__ = [
    "answer_section",
    "calibration_section",
    "confusion_section",
    "country_section",
    "figure_section",
    "mistake_section",
    "region_section",
    "set_section",
    "tiles",
]

_PARTS = ("country", "sub_region", "region", "not_sure", "no_place")
_TILES = ("top1_accuracy", "top5_accuracy", "region_accuracy", "median_error_km", "country_set_coverage")


def tiles(report: Mapping[str, Any]) -> str:
    """The figures that a person looks for first."""
    cells = []
    for name in _TILES:
        value, ends = report["figures"][name], report["intervals"].get(name)
        cells.append(
            f'<div class="tile"><b>{figure(name, value)}</b><span>{figure_name(name)}</span>'
            f"<i>{interval(name, ends)}</i></div>"
        )
    answered = report["levels"]["answered"]
    cells.append(
        f'<div class="tile"><b>{percent(answered["precision"])}</b><span>Right, where it names a place</span>'
        f"<i>it does for {percent(answered['share'], 0)} of the photos</i></div>"
    )
    return f'<div class="tiles">{"".join(cells)}</div>'


def answer_section(report: Mapping[str, Any]) -> str:
    """How deep the answers go, and how often they are right."""
    levels = report["levels"]
    parts = [(f"c-{name}", LEVEL_NAMES[name], levels[name]["share"]) for name in _PARTS]
    rows = [
        (
            LEVEL_NAMES[name],
            f"{levels[name]['samples']:,}",
            percent(levels[name]["share"]),
            percent(levels[name]["precision"]),
            interval("top1_accuracy", levels[name]["precision_interval"]),
            percent(levels[name]["top1_accuracy"]),
        )
        for name in (*_PARTS[:3], "answered", *_PARTS[3:])
    ]
    return section(
        "answers",
        "What it answers",
        "It names the deepest place that it can stand behind, or says that it is not sure.",
        stacked_bar(parts, "Share of photos by level of the answer"),
        table(("Answer", "Photos", "Share", "Right", "95 % interval", "First guess right"), rows),
    )


def calibration_section(report: Mapping[str, Any]) -> str:
    """Whether it is right as often as it says, and what being choosy gains."""
    error, floor = report["figures"]["expected_calibration_error"], report["calibration_floor"]
    text = (
        f"On the diagonal it is right exactly as often as it says; above, more often. The mean distance (expected "
        f"calibration error) is <b>{error:.3f}</b>; a model whose every confidence is right would show about "
        f"<b>{floor:.3f}</b> on {report['samples']:,} photos, by chance alone."
    )
    rows = report["reliability"]
    diagram = reliability_diagram(rows, [row["interval"] for row in rows])
    area = report["figures"]["area_under_risk_coverage"]
    curve = line_chart(
        report["risk_coverage"],
        "photos answered, the surest first",
        "first guess wrong",
        "Risk against coverage",
        1 - report["figures"]["top1_accuracy"],
    )
    return section(
        "calibration",
        "How sure it is",
        text,
        f'<div class="pair"><figure>{diagram}<figcaption>Reliability, {len(rows)} bins of equally many photos; bars '
        f"are 95 % intervals.</figcaption></figure><figure>{curve}<figcaption>Answering only the surest photos. Area "
        f"under the curve {area:.3f}; lower is better. Dashed: answering at random.</figcaption></figure></div>",
    )


def set_section(report: Mapping[str, Any]) -> str:
    """Whether the country sets keep their promise, and how large they are."""
    promised, size = report["country_set"]["coverage_promised"], report["figures"]["country_set_mean_size"]
    groups = [("All", _whole(report)), *((_plain(code), row) for code, row in report["regions"].items())]
    dots = [
        Dot(
            name,
            row["country_set_coverage"],
            tuple(row["intervals"]["country_set_coverage"]),
            f"{row['samples']:,} photos, mean size {row['country_set_mean_size']:.0f}",
        )
        for name, row in groups
    ]
    sizes = report["country_set"]["sizes"]
    histogram = bars(
        [
            (
                f"{row['from']:.0f}" if index % 4 == 0 else "",
                row["samples"],
                f"{row['from']:.0f} to {row['to']:.0f} countries: {row['samples']:.0f} photos",
            )
            for index, row in enumerate(sizes)
        ],
        "countries in the set",
        "Sizes of the country sets",
    )
    return section(
        "sets",
        f"The {percent(promised, 0)} country sets",
        "Each photo comes with a set of countries that is promised to hold the true one for "
        f"{percent(promised, 0)} of photos (dashed). Of {report['classes']} countries it names {size:.0f} on average.",
        dots_with_intervals(dots, promised, "Share of country sets that hold the true country, by continent"),
        f"<figure>{histogram}<figcaption>How large the sets are.</figcaption></figure>",
    )


def _whole(report: Mapping[str, Any]) -> dict[str, Any]:
    return {**report["figures"], "samples": report["samples"], "intervals": report["intervals"]}


def _plain(code: str) -> str:
    return code if is_country_code(code) else region_name(code)


def region_section(report: Mapping[str, Any]) -> str:
    """Continents, and frequent against rare countries."""
    heads = ("Photos", "First guess right", "95 % interval", "First 5", "Continent right", "Median distance")
    regions = table(
        ("Continent", *heads), [(named_place(code), *_group_cells(row)) for code, row in report["regions"].items()]
    )
    rarity = report["rarity"]
    spans = [
        (f"{name.capitalize()}, {_span(row['training_photos'])} training photos", *_group_cells(row))
        for name, row in rarity.items()
    ]
    rare = table(("Countries", *heads), spans) if rarity else ""
    return section(
        "regions",
        "Where it is good",
        "By continent, and by how many photos of the country the model was trained on (thirds of the countries).",
        regions,
        rare,
    )


def _group_cells(row: Mapping[str, Any]) -> tuple[str, ...]:
    return (
        f"{row['samples']:,}",
        percent(row["top1_accuracy"]),
        interval("top1_accuracy", row["intervals"]["top1_accuracy"]),
        percent(row["top5_accuracy"]),
        percent(row["region_accuracy"]),
        f"{row['median_error_km']:,.0f} km",
    )


def _span(ends: tuple[int, int]) -> str:
    return f"{ends[0]:,}" if ends[0] == ends[1] else f"{ends[0]:,} to {ends[1]:,}"


def confusion_section(report: Mapping[str, Any]) -> str:
    """Which countries are taken for which."""
    rows = [
        (
            named_country(row["true"]),
            named_country(row["guessed"]),
            f"{row['samples']:,}",
            percent(row["share_of_true"], 0),
        )
        for row in report["confused_pairs"]
    ]
    return section(
        "confused",
        "What it takes for what",
        "The pairs that the first guess confuses most often.",
        table(("In truth", "Guessed", "Photos", "Of that country's photos"), rows, texts=2),
    )


def mistake_section(report: Mapping[str, Any], thumbnails: Mapping[str, str]) -> str:
    """The mistakes that it was surest of, with their photos where there are any."""
    cards = []
    for row in report["surest_mistakes"]:
        data = thumbnails.get(row["sample_id"])
        picture = f'<img src="{escape(data)}" alt="" loading="lazy">' if data else '<div class="blank"></div>'
        cards.append(
            f"<li>{picture}<b>{named_country(row['guessed'])}, {percent(row['confidence'], 0)}</b>"
            f"<span>in truth {named_country(row['true'])}, {row['distance_km']:,.0f} km away</span>"
            f"<small>{escape(row['photo'])}</small></li>"
        )
    return section(
        "mistakes",
        "Its surest mistakes",
        "Wrong first guesses, the surest first. Some of them are wrong labels.",
        f'<ul class="cards">{"".join(cards)}</ul>',
    )


def figure_section(report: Mapping[str, Any]) -> str:
    """All headline figures, and what they mean."""
    rows = [
        (
            figure_name(name),
            figure(name, value),
            interval(name, report["intervals"].get(name)),
            f'<span class="note">{escape(report["definitions"].get(name, ""))}</span>',
        )
        for name, value in report["figures"].items()
    ]
    unknown = report["unknown_countries"]
    note = (
        f" Of countries that the model does not know: {unknown['samples']} of the photos; they count as wrong."
        if unknown["samples"]
        else ""
    )
    return section(
        "figures",
        "All figures",
        f"Intervals: {escape(report['definitions']['intervals'])}.{note}",
        table(("Figure", "Value", "95 % interval", ""), rows),
    )


def country_section(report: Mapping[str, Any]) -> str:
    """Every country, folded away."""
    ranked = sorted(report["per_country"].items(), key=lambda item: (-item[1]["samples"], item[0]))
    rows = [
        (
            named_country(code),
            f"{row['samples']:,}",
            percent(row["top1_accuracy"], 0),
            percent(row["top5_accuracy"], 0),
            percent(row["region_accuracy"], 0),
            percent(row["country_set_coverage"], 0),
            f"{row['median_error_km']:,.0f} km",
        )
        for code, row in ranked
    ]
    heads = ("Country", "Photos", "First guess", "First 5", "Continent", "Set holds it", "Median distance")
    return section(
        "countries",
        "Country by country",
        "Most have too few photos for a share to say much.",
        f"<details><summary>{len(rows)} countries</summary>{table(heads, rows)}</details>",
    )
