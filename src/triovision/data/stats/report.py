"""The report of a data set: one page without anything from elsewhere, or one picture."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from html import escape
from importlib.resources import files
from pathlib import Path

from PIL import Image

from triovision.countries import all_countries, country_name
from triovision.data.files import write_atomic
from triovision.data.stats.charts import WIDTH, Naming, draw_countries, draw_map, draw_shares
from triovision.data.stats.counts import DataCounts
from triovision.data.stats.drawing import COLOURS, Drawing, Rect, Text
from triovision.data.stats.raster import can_write, paint
from triovision.data.stats.svg import make_svg
from triovision.errors import DataError

__all__ = ["check_report", "facts", "shares", "write_report"]

_Write = Callable[[DataCounts, str, int], bytes]

_MARGIN = 40
_CARD = 26
_HEADING = 46
_BETWEEN = 22
_PICTURE_SCALE = 1.5


def facts(counts: DataCounts, rare_below: int) -> list[tuple[str, str]]:
    """The figures that come first: what, how many."""
    found = [
        ("photos", f"{counts.photos:,}"),
        ("countries", f"{len(counts.countries):,}"),
        (f"rare, under {rare_below:,}", f"{len(counts.rare(rare_below)):,}"),
        ("landmarks", f"{counts.landmarks['all']:,}"),
        ("with coordinates", f"{counts.with_coordinates / counts.photos:.0%}"),
    ]
    if counts.labels is not None:
        found.insert(2, ("labels of a model", f"{counts.labels:,}"))
    return found


def shares(counts: DataCounts) -> dict[str, list[tuple[str, int]]]:
    """Tables of words and photos, the most first, by what they are about; those that say nothing are left out."""
    tables = {
        "Splits": [
            (f"{split or 'no split'} ({counts.landmarks.get(split, 0):,} landmarks)", count)
            for split, count in counts.splits.items()
        ],
        "How the country is known": _words(counts.sources, "not known"),
        "Licences": _words(counts.licences, "none stated"),
        "Sites and photographers": _words(counts.collections, "not known"),
    }
    return {title: rows for title, rows in tables.items() if rows}


def _words(counter: Mapping[str, int], nothing: str) -> list[tuple[str, int]]:
    if set(counter) <= {""}:
        return []
    return sorted(((word or nothing, count) for word, count in counter.items()), key=lambda pair: (-pair[1], pair[0]))


def write_report(counts: DataCounts, path: Path, language: str, rare_below: int) -> None:
    """Write a report; its suffix, `.html` or `.png`, says as what.

    Args:
        counts: Of the data set.
        path: Where; an existing file is replaced.
        language: Of the countries' names, a BCP 47 tag. A picture names those in English that no font here can write.
        rare_below: Countries with fewer photos are marked as rare.

    Raises:
        CountryError: If the language is unknown.
        DataError: If it cannot be written.
    """
    write = check_report(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DataError(f"{path}: cannot be written ({error.strerror}); give another name with --to") from None
    write_atomic(path, write(counts, language, rare_below))


def check_report(path: Path) -> _Write:
    """How a report of that name is made.

    Raises:
        DataError: If its suffix is none that a report has.
    """
    write = _WRITES.get(path.suffix.lower())
    if write is None:
        raise DataError(f"{path}: reports are written as {' or '.join(_WRITES)}; give such a name with --to")
    return write


def _page(counts: DataCounts, language: str, rare_below: int) -> bytes:
    naming = Naming({code: country_name(code, language) for code in _codes()}, rare_below)
    tiles = "".join(f"<div><b>{value}</b>{escape(what)}</div>" for what, value in facts(counts, rare_below))
    cards = [_card("Where the photos were taken", draw_map(counts, naming))]
    cards.append(_card("Photos per country, on a log scale", draw_countries(counts, naming)))
    small = "".join(_card(title, draw_shares(title, rows)) for title, rows in shares(counts).items())
    table = "".join(
        f"<tr><td>{escape(naming.names[code])}</td><td>{code}</td><td>{count:,}</td>"
        f"<td>{'rare' if count < rare_below else ''}</td></tr>"
        for code, count in counts.per_country.items()
    )
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{escape(counts.name)}: what the data hold</title>
<style>
{_style()}
</style>
</head>
<body>
<main>
<h1>{escape(counts.name)}</h1>
<div class="tiles">{tiles}</div>
{"".join(cards)}
<div class="pair">{small}</div>
<details><summary>All countries as a table</summary>
<table><thead><tr><th>Country</th><th>Code</th><th>Photos</th><th></th></tr></thead><tbody>{table}</tbody></table>
</details>
<footer>Made by <code>triovision data stats</code>. Borders: Natural Earth, public domain.</footer>
</main>
</body>
</html>
""".encode()


def _card(title: str, drawing: Drawing) -> str:
    return f"<section><h2>{escape(title)}</h2>{make_svg(drawing)}</section>"


def _codes() -> list[str]:
    return [country.code for country in all_countries()]


def _style() -> str:
    light = ";".join(f"--{role}:{colours[0]}" for role, colours in COLOURS.items())
    dark = ";".join(f"--{role}:{colours[1]}" for role, colours in COLOURS.items())
    roles = "\n".join(f".{role} {{ fill: var(--{role}) }} .line.{role} {{ stroke: var(--{role}) }}" for role in COLOURS)
    fixed = files("triovision.data.stats").joinpath("page.css").read_text(encoding="utf-8")
    return f":root {{{light}}}\n@media (prefers-color-scheme: dark) {{ :root {{{dark}}} }}\n{roles}\n{fixed}"


def _picture(counts: DataCounts, language: str, rare_below: int) -> bytes:
    names = {}
    for code in _codes():
        name = country_name(code, language)
        names[code] = next((text for text in (name, country_name(code, "en")) if can_write(text)), code)
    naming = Naming(names, rare_below)
    rows = [
        [("", _header(counts, rare_below))],
        [("Where the photos were taken", draw_map(counts, naming))],
        [("Photos per country, on a log scale", draw_countries(counts, naming))],
    ]
    small = [(title, draw_shares(title, table)) for title, table in shares(counts).items()]
    rows += [small[start : start + 2] for start in range(0, len(small), 2)]
    buffer = io.BytesIO()
    _compose(rows).save(buffer, "PNG", optimize=True)
    return buffer.getvalue()


def _header(counts: DataCounts, rare_below: int) -> Drawing:
    drawing = Drawing(counts.name, WIDTH, 122, "page")
    drawing.marks.append(Text(0, 30, counts.name, 30, bold=True))
    x = 0.0
    for what, value in facts(counts, rare_below):
        drawing.marks += [Text(x, 90, value, 26, bold=True), Text(x, 114, what, 14, "muted")]
        x += max(len(value) * 17, len(what) * 8) + 36
    return drawing


def _compose(rows: list[list[tuple[str, Drawing]]]) -> Image.Image:
    """Drawings on cards, one or two in a row."""
    frame = Drawing("", WIDTH + 2 * (_MARGIN + _CARD), _MARGIN, "page")
    places: list[tuple[Drawing, float, float]] = []
    for row in rows:
        inner = max(drawing.height for _, drawing in row)
        for index, (title, drawing) in enumerate(row):
            heading = _HEADING if title else 0
            width = (frame.width - 2 * _MARGIN - _BETWEEN * (len(row) > 1)) / min(2, len(row))
            if title:
                x = _MARGIN + index * (width + _BETWEEN)
                frame.marks.append(Rect(x, frame.height, width, inner + heading + 2 * _CARD - 8, "surface", 14))
                frame.marks.append(Text(x + _CARD, frame.height + _CARD + 14, title, 18, bold=True))
                places.append((drawing, x + _CARD, frame.height + _CARD + heading - 8))
            else:
                places.append((drawing, _MARGIN, frame.height))
        frame.height += inner + (_HEADING + 2 * _CARD + 14 if row[0][0] else 10)
    picture = paint(frame, _PICTURE_SCALE)
    for drawing, x, y in places:
        picture.paste(paint(drawing, _PICTURE_SCALE), (round(x * _PICTURE_SCALE), round(y * _PICTURE_SCALE)))
    return picture


_WRITES: dict[str, _Write] = {".html": _page, ".png": _picture}
