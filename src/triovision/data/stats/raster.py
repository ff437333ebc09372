"""A drawing as pixels."""

from __future__ import annotations

import unicodedata
from functools import cache

from PIL import Image, ImageChops, ImageDraw, ImageFont, features

from triovision.data.stats.drawing import COLOURS, Area, Dot, Drawing, Line, Rect, Text

__all__ = ["can_write", "paint"]

# Everything is drawn so many times as large and then shrunk, which smooths all edges alike.
_FINER = 2

# What systems usually have; Pillow's own font, the last resort, knows nothing beyond ASCII.
_FONTS = (
    ("DejaVuSans.ttf", "DejaVuSans-Bold.ttf"),
    ("LiberationSans-Regular.ttf", "LiberationSans-Bold.ttf"),
    ("NotoSans-Regular.ttf", "NotoSans-Bold.ttf"),
    ("Arial.ttf", "Arial Bold.ttf"),
    ("arial.ttf", "arialbd.ttf"),
)
_ANCHORS = {"start": "ls", "middle": "ms", "end": "rs"}
_DASH = 4


def paint(drawing: Drawing, scale: float) -> Image.Image:
    """Draw on light ground.

    Args:
        drawing: What.
        scale: Pixels of the picture per pixel of the drawing.
    """
    size = round(drawing.width * scale), round(drawing.height * scale)
    canvas = Image.new("RGB", (size[0] * _FINER, size[1] * _FINER), _colour(drawing.ground))
    brush = _Brush(canvas, scale * _FINER)
    for mark in drawing.marks:
        match mark:
            case Rect():
                brush.rect(mark)
            case Text():
                brush.text(mark)
            case Line():
                brush.line(mark)
            case Dot():
                brush.dot(mark)
            case Area():
                brush.area(mark)
    return canvas.resize(size, Image.Resampling.LANCZOS, reducing_gap=None)


def can_write(text: str) -> bool:
    """Whether the fonts of this machine have all letters of a text, and can join them as its script asks."""
    font = _font(20, bold=False)
    blank = bytes(font.getmask("\uffff"))
    joined = any(unicodedata.bidirectional(letter) in ("R", "AL") for letter in text)
    missing = any(not letter.isspace() and bytes(font.getmask(letter)) == blank for letter in text)
    return not missing and (not joined or bool(features.check("raqm")))


@cache
def _font(size: int, *, bold: bool) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    for names in _FONTS:
        try:
            return ImageFont.truetype(names[bold], size)
        except OSError:
            continue
    return ImageFont.load_default(size)


def _colour(role: str) -> str:
    return COLOURS[role][0]


class _Brush:
    def __init__(self, canvas: Image.Image, scale: float) -> None:
        self._canvas, self._scale = canvas, scale
        self._draw = ImageDraw.Draw(canvas)

    def rect(self, mark: Rect) -> None:
        x, y = mark.x * self._scale, mark.y * self._scale
        box = (x, y, x + max(mark.width * self._scale - 1, 0), y + max(mark.height * self._scale - 1, 0))
        self._draw.rounded_rectangle(box, mark.radius * self._scale, fill=_colour(mark.role))

    def text(self, mark: Text) -> None:
        font = _font(round(mark.size * self._scale), bold=mark.bold)
        place = (mark.x * self._scale, mark.y * self._scale)
        self._draw.text(place, mark.text, _colour(mark.role), font, _ANCHORS[mark.anchor])

    def line(self, mark: Line) -> None:
        length = max(abs(mark.x2 - mark.x1), abs(mark.y2 - mark.y1))
        pieces = max(1, round(length / _DASH)) if mark.dashed else 1
        for piece in range(0, pieces, 2):
            ends = [
                (start + (end - start) * share) * self._scale
                for share in (piece / pieces, (piece + 1) / pieces)
                for start, end in ((mark.x1, mark.x2), (mark.y1, mark.y2))
            ]
            self._draw.line(ends, _colour(mark.role), max(1, round(mark.width * self._scale)))

    def dot(self, mark: Dot) -> None:
        place = (mark.x * self._scale, mark.y * self._scale)
        self._draw.circle(place, mark.radius * self._scale, _colour(mark.role), _colour("surface"))

    def area(self, mark: Area) -> None:
        rings = [[(x * self._scale, y * self._scale) for x, y in ring] for ring in mark.rings]
        points = [point for ring in rings for point in ring]
        left, top = int(min(x for x, _ in points)) - 1, int(min(y for _, y in points)) - 1
        size = (int(max(x for x, _ in points)) - left + 2, int(max(y for _, y in points)) - top + 2)
        inside = Image.new("1", size)
        for ring in rings:
            layer = Image.new("1", size)
            ImageDraw.Draw(layer).polygon([(x - left, y - top) for x, y in ring], fill=1)
            inside = ImageChops.logical_xor(inside, layer)
        self._canvas.paste(_colour(mark.role), (left, top), inside)
        for ring in rings:
            self._draw.line([*ring, ring[0]], _colour("surface"), max(1, round(0.5 * self._scale)))
