"""The finished picture of `triovision explain`: both heat maps over the photo, each with its legend."""

from __future__ import annotations

import unicodedata
from functools import cache
from importlib import resources
from io import BytesIO
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from triovision.evidence.overlay import overlay
from triovision.evidence.palette import colour_bar
from triovision.evidence.records import Evidence, HeatMap
from triovision.evidence.wording import caption, evidence_text, legend

__all__ = ["draw_evidence"]

_LONG_SIDE_PX = 1280
_LEAST_PANEL_PX = 480
_PAPER = (250, 250, 248)
_INK = (32, 33, 36)
_FAINT_INK = (95, 99, 104)
# Photos at least this much wider than high stand one above the other, the others side by side.
_WIDE = 1.6


class _Sizes(NamedTuple):
    """Pixels of everything, from the width of a panel."""

    margin: int
    caption: int
    words: int
    bar: int

    @classmethod
    def of(cls, panel_px: int) -> _Sizes:
        unit = min(26, max(15, panel_px // 36))
        return cls(margin=unit, caption=round(unit * 1.25), words=unit, bar=round(unit * 0.8))


def draw_evidence(
    image: NDArray[np.uint8], evidence: Evidence, language: str = "en", *, opacity: float = 0.75
) -> Image.Image:
    """Draw both heat maps over the photo, with captions and legends.

    Args:
        image: The photo's upright pixels, uint8 [height, width, 3], at any scale.
        evidence: Of that photo.
        language: Of the words; names that the built-in font cannot write are given in English.
        opacity: Of the strongest values, 0 to 1.

    Returns:
        An RGB image, at most about 1300 pixels wide or high per panel.

    Raises:
        CountryError: If nobody knows the language.
        ValueError: If the image or the opacity is none.
    """
    photo = _fit(image)
    panels = [_panel(photo, heat_map, language, opacity) for heat_map in (evidence.place_map, evidence.contrast_map)]
    sizes = _Sizes.of(panels[0].width)
    stacked = photo.shape[1] >= _WIDE * photo.shape[0]
    across, down = (1, 2) if stacked else (2, 1)
    width = across * panels[0].width + (across + 1) * sizes.margin
    notes = _footnotes(evidence, language, sizes.words, width - 2 * sizes.margin)
    foot = len(notes) * round(sizes.words * 1.5) + sizes.margin if notes else 0
    picture = Image.new("RGB", (width, down * panels[0].height + (down + 1) * sizes.margin + foot), _PAPER)
    for index, panel in enumerate(panels):
        column, row = (0, index) if stacked else (index, 0)
        left = sizes.margin + column * (panel.width + sizes.margin)
        picture.paste(panel, (left, sizes.margin + row * (panel.height + sizes.margin)))
    draw = ImageDraw.Draw(picture)
    top = picture.height - foot
    for note in notes:
        draw.text((sizes.margin, top), note, _FAINT_INK, _font(sizes.words))
        top += round(sizes.words * 1.5)
    return picture


def _fit(image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The photo no larger than a screen, and no smaller than a thumbnail."""
    height, width = image.shape[:2]
    scale = min(1.0, _LONG_SIDE_PX / max(width, height))
    if max(width, height) < _LEAST_PANEL_PX:
        scale = _LEAST_PANEL_PX / max(width, height)
    if scale == 1:
        return image
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    return np.asarray(Image.fromarray(image).resize(size, Image.Resampling.BICUBIC))


def _panel(photo: NDArray[np.uint8], heat_map: HeatMap, language: str, opacity: float) -> Image.Image:
    height, photo_width = photo.shape[:2]
    width = max(photo_width, _LEAST_PANEL_PX)
    sizes = _Sizes.of(width)
    gap = sizes.words // 2
    photo_top = round(sizes.caption * 1.3) + gap
    bar_top = photo_top + height + gap
    panel = Image.new("RGB", (width, bar_top + max(sizes.bar, round(sizes.words * 1.3))), _PAPER)
    draw = ImageDraw.Draw(panel)
    title = _writable(caption(heat_map, language), caption(heat_map))
    draw.text((width // 2, 0), title, _INK, _fitting_font(title, sizes.caption, width), anchor="ma")
    panel.paste(Image.fromarray(overlay(photo, heat_map, opacity=opacity)), ((width - photo_width) // 2, photo_top))
    _draw_legend(draw, panel, heat_map, language, bar_top)
    return panel


def _draw_legend(draw: ImageDraw.ImageDraw, panel: Image.Image, heat_map: HeatMap, language: str, top: int) -> None:
    """Colour scale in the middle, words at its ends."""
    sizes = _Sizes.of(panel.width)
    bar_width = panel.width // 3
    room = (panel.width - bar_width) // 2 - sizes.words // 2
    bar_top = top + (round(sizes.words * 1.3) - sizes.bar) // 2
    left = (panel.width - bar_width) // 2
    panel.paste(Image.fromarray(colour_bar(bar_width, sizes.bar)), (left, bar_top))
    ends = zip(legend(heat_map, language), legend(heat_map), strict=True)
    against, place = (_writable(words, english) for words, english in ends)
    middle = bar_top + sizes.bar // 2
    gap = sizes.words // 2
    draw.text((left - gap, middle), against, _INK, _fitting_font(against, sizes.words, room), anchor="rm")
    draw.text((left + bar_width + gap, middle), place, _INK, _fitting_font(place, sizes.words, room), anchor="lm")


def _footnotes(evidence: Evidence, language: str, size_px: int, room_px: int) -> list[str]:
    """What stands below the maps, in lines that have room."""
    lines: list[str] = []
    for words, english in zip(evidence_text(evidence, language)[2:], evidence_text(evidence)[2:], strict=True):
        line = ""
        for word in _writable(words, english).split(" "):
            longer = f"{line} {word}".strip()
            if line and _font(size_px).getlength(longer) > room_px:
                lines.append(line)
                longer = word
            line = longer
        lines.append(line)
    return lines


@cache
def _font_bytes() -> bytes:
    return (resources.files("triovision.evidence") / "roboto.ttf").read_bytes()


@cache
def _font(size_px: int) -> ImageFont.FreeTypeFont:
    # The plain layout is the same on every machine, whether or not Pillow finds a shaping library.
    return ImageFont.truetype(BytesIO(_font_bytes()), size_px, layout_engine=ImageFont.Layout.BASIC)


def _fitting_font(text: str, size_px: int, room_px: int) -> ImageFont.FreeTypeFont:
    """The font at this size, or smaller so that the text has room."""
    length = _font(size_px).getlength(text)
    return _font(size_px if length <= room_px else max(6, int(size_px * room_px / length)))


def _writable(text: str, english: str) -> str:
    """The text if the font has its letters, else the English one."""
    composed = unicodedata.normalize("NFC", text)
    return composed if all(_has_letter(letter) for letter in composed) else english


@cache
def _has_letter(letter: str) -> bool:
    font = _font(16)
    # U+FFFF is no character; the font draws its "missing" box for it.
    return letter.isspace() or bytes(font.getmask(letter)) != bytes(font.getmask("\uffff"))
