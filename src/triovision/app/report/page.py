"""The report's one page: photo, answer, map, charts, table, and what to keep in mind."""

from __future__ import annotations

from datetime import datetime
from importlib import resources

from triovision import __version__
from triovision.app.analysis import AnalysedPhoto
from triovision.app.charts.countries import compute_radar
from triovision.app.frontend import STATIC_FOLDER
from triovision.app.icons import LOGO
from triovision.app.language import Words
from triovision.app.markup import Markup, data_uri, join, tag
from triovision.app.report.drawings import draw_bars, draw_map, draw_radar
from triovision.app.theme import LIGHT
from triovision.bundle import BundleMetadata
from triovision.countries import country_name, get_region
from triovision.decision import confidence_text, place_name

__all__ = ["write_report"]

_COMPARED = 4
_SHOWN_IN_SET = 24
_FONT_WEIGHTS = (400, 600)


def write_report(photo: AnalysedPhoto, metadata: BundleMetadata, words: Words, count: int) -> str:
    """The report of one photo as a single HTML file, light whatever the page is: it is for paper.

    Args:
        photo: Which one.
        metadata: Of the model that looked at it.
        words: Of the page.
        count: Countries in lists.
    """
    title = words("report.title")
    made = words("report.made", date=words.date(datetime.now().astimezone()), model=metadata.name)
    head = tag("header", tag("div", LOGO, tag("h1", title)), tag("p", made))
    image = tag("img", src=data_uri(photo.display), alt=words("photo.alt", name=photo.name))
    figure = tag("figure", image, tag("figcaption", photo.name))
    body = join(
        head,
        tag("div", figure, _answer(photo, words), class_="pair"),
        _map(photo, words),
        tag("div", _bars(photo, words, count), _radar(photo, metadata, words), class_="pair"),
        tag("p", words("report.note"), class_="note"),
        tag("p", f"TrioVision {__version__}", class_="note"),
    )
    style = Markup(resources.files("triovision.app.report").joinpath("report.css").read_text(encoding="utf-8"))
    top = join(
        tag("meta", charset="utf-8"),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("title", f"{title}: {photo.name}"),
        tag("style", _fonts()),
        tag("style", style),
    )
    return f"<!doctype html>\n{tag('html', tag('head', top), tag('body', tag('main', body)), lang=words.language)}\n"


def _fonts() -> Markup:
    """The page's font, inside the report; letters that it lacks come from the reader's machine."""
    rules = []
    for weight in _FONT_WEIGHTS:
        file = STATIC_FOLDER / "fonts" / f"poppins-latin-{weight}.woff2"
        source = data_uri(file.read_bytes(), "font/woff2")
        rules.append(f"@font-face{{font-family:Poppins;font-weight:{weight};src:url({source}) format('woff2')}}")
    return Markup("".join(rules))


def _answer(photo: AnalysedPhoto, words: Words) -> Markup:
    answer = photo.prediction.answer()
    sure = words("answer.confidence", percent=words.percent(answer.confidence)) if answer.place else None
    said = confidence_text(answer, words.language) or None
    names = [country_name(code, words.language) for code in answer.country_set[:_SHOWN_IN_SET]]
    count = len(answer.country_set)
    if count > len(names):
        names.append(words("answer.set_more", count=count - len(names)))
    share = f"{round(100 * answer.set_coverage)} %"
    title = words("answer.set_one", share=share) if count == 1 else words("answer.set", count=count, share=share)
    return tag(
        "section",
        tag("p", words(f"answer.level.{answer.level}"), class_="eyebrow"),
        tag("h2", place_name(answer, words.language)),
        tag("p", " · ".join(filter(None, (sure, said))), class_="sure") if sure or said else None,
        tag("p", words(f"answer.{answer.level}")) if answer.place is None else None,
        tag("h3", title),
        tag("p", ", ".join(names), class_="set"),
    )


def _map(photo: AnalysedPhoto, words: Words) -> Markup:
    answer = photo.prediction.answer()
    outlined: tuple[str, ...] = ()
    if answer.place is not None:
        outlined = (answer.place,) if answer.level == "country" else get_region(answer.place).members
    drawn = draw_map(photo.prediction.as_dict(), outlined, LIGHT, words("report.map"))
    return tag("section", tag("h3", words("report.map")), drawn, tag("p", words("report.map_reading"), class_="note"))


def _bars(photo: AnalysedPhoto, words: Words, count: int) -> Markup:
    ranked = [(country_name(code, words.language), share) for code, share in photo.prediction.top(count)]
    rest = max(0.0, 1.0 - sum(share for _, share in ranked))
    drawn = draw_bars([*ranked, (words("answer.rest"), rest)], LIGHT, words, words("charts.bars"))
    reading = tag("p", words("charts.bars_reading"), class_="note")
    return tag("section", tag("h3", words("charts.bars")), drawn, reading)


def _radar(photo: AnalysedPhoto, metadata: BundleMetadata, words: Words) -> Markup:
    codes = tuple(code for code, _ in photo.prediction.top(_COMPARED))
    axes = compute_radar(photo.prediction, metadata, codes)
    names = [country_name(code, words.language) for code in codes]
    drawn = draw_radar(axes, names, LIGHT, words, words("charts.radar"))
    return tag(
        "section", tag("h3", words("charts.radar")), drawn, tag("p", words("report.radar_reading"), class_="note")
    )
