"""A drawing: flat marks in places, whose colours are named by their role."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, NamedTuple

__all__ = ["COLOURS", "Area", "Dot", "Drawing", "Line", "Mark", "Rect", "Text"]

COLOURS = {
    # role: light, dark
    "page": ("#F6F7FC", "#0F1424"),
    "surface": ("#FFFFFF", "#171E33"),
    "sea": ("#E9EEF9", "#0B1020"),
    "track": ("#ECEFF9", "#202944"),
    "grid": ("#D5DAEB", "#2C3656"),
    "text": ("#18203A", "#EDF0FA"),
    "muted": ("#505A78", "#A9B3D0"),
    "none": ("#D3D8E6", "#29324E"),
    "rare1": ("#FBE3B5", "#5A431C"),
    "rare2": ("#F2BF63", "#96691F"),
    "rare3": ("#CF8A16", "#E0A23A"),
    "common1": ("#A9B5EF", "#47569F"),
    "common2": ("#6676DA", "#7686EC"),
    "common3": ("#2F3C9E", "#B4BEFF"),
}
"""What roles look like on light and on dark ground; the rare are amber, the others indigo."""


class Rect(NamedTuple):
    """A filled rectangle; `title` is shown where a mouse rests on it."""

    x: float
    y: float
    width: float
    height: float
    role: str
    radius: float = 0
    title: str = ""


class Text(NamedTuple):
    """One line of text on its baseline."""

    x: float
    y: float
    text: str
    size: float = 13
    role: str = "text"
    anchor: Literal["start", "middle", "end"] = "start"
    bold: bool = False
    title: str = ""


class Line(NamedTuple):
    """A straight line."""

    x1: float
    y1: float
    x2: float
    y2: float
    role: str
    width: float = 1
    dashed: bool = False


class Dot(NamedTuple):
    """A filled circle."""

    x: float
    y: float
    radius: float
    role: str
    title: str = ""


class Area(NamedTuple):
    """Rings filled by the even-odd rule, outlined in the colour of the ground beneath."""

    rings: tuple[tuple[tuple[float, float], ...], ...]
    role: str
    title: str = ""


Mark = Rect | Text | Line | Dot | Area


@dataclass(slots=True)
class Drawing:
    """Marks, the later over the earlier.

    Attributes:
        label: What a person who cannot see it is told.
        width: In pixels of an ordinary screen; height likewise.
        height: See width.
        ground: Role of what lies beneath.
        marks: The content.
    """

    label: str
    width: float
    height: float
    ground: str = "surface"
    marks: list[Mark] = field(default_factory=list)
