"""The page around the sections."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from importlib import resources
from typing import Any

from triovision.evaluation.page.comparison import comparison_section
from triovision.evaluation.page.parts import interval, percent
from triovision.evaluation.page.sections import (
    answer_section,
    calibration_section,
    confusion_section,
    country_section,
    figure_section,
    mistake_section,
    region_section,
    set_section,
    tiles,
)

__all__ = ["make_page"]

# No script, and nothing from anywhere else: a browser that reads this refuses what the page does not carry itself.
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"


def make_page(content: Mapping[str, Any], thumbnails: Mapping[str, str]) -> str:
    """The evaluation as HTML.

    Args:
        content: What `metrics.json` holds.
        thumbnails: Data URI by sample id, for the surest mistakes.
    """
    name = str(content["model"])
    body = [
        _head(content),
        tiles(content),
        answer_section(content),
        calibration_section(content),
        set_section(content),
        region_section(content),
        confusion_section(content),
        mistake_section(content, thumbnails),
        figure_section(content),
        country_section(content),
    ]
    if "against" in content:
        against = content["against"]
        names = (name, str(against["model"]))
        if names[0] == names[1]:
            names = (str(content["bundle"]), str(against["bundle"]))
        part = comparison_section(names[0], content, names[1], against, content["comparison"])
        body.insert(2, part)
    style = (resources.files("triovision.evaluation.page") / "style.css").read_text(encoding="utf-8")
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="color-scheme" content="light dark">'
        f"<title>{escape(name)} on {escape(str(content['split']))}</title><style>{style}</style></head>"
        f"<body><main>{''.join(body)}</main></body></html>\n"
    )


def _head(content: Mapping[str, Any]) -> str:
    figures, ends = content["figures"], content["intervals"].get("top1_accuracy")
    margin = f" ({interval('top1_accuracy', ends)})" if ends else ""
    return (
        f"<header><p class=eyebrow>TrioVision evaluation</p><h1>{escape(str(content['model']))}</h1>"
        f'<p class="lead">On {content["samples"]:,} photos of {content["countries"]} countries, its first guess is the '
        f"right country for <b>{percent(figures['top1_accuracy'], 0)}</b>{margin} and one of its first five for "
        f"<b>{percent(figures['top5_accuracy'], 0)}</b>.</p>"
        f'<p class="soft">Split {escape(str(content["split"]))} of data {_short(content["data_hash"])}; bundle '
        f"{escape(str(content['bundle']))}, {_short(content['bundle_sha256'])}.</p></header>"
    )


def _short(digest: Any) -> str:
    return f"<code>{escape(str(digest).removeprefix('sha256:')[:12])}</code>"
