"""A drawing as SVG, to stand within a page that says what the roles look like."""

from __future__ import annotations

from html import escape

from triovision.data.stats.drawing import Area, Dot, Drawing, Line, Mark, Rect, Text

__all__ = ["make_svg"]


def make_svg(drawing: Drawing) -> str:
    """The `<svg>` element; colours are the page's CSS classes, one per role."""
    marks = "\n".join(_element(mark) for mark in drawing.marks)
    size = f"{_number(drawing.width)} {_number(drawing.height)}"
    return f'<svg viewBox="0 0 {size}" role="img" aria-label="{escape(drawing.label)}">\n{marks}\n</svg>'


def _element(mark: Mark) -> str:
    match mark:
        case Rect():
            corner = f' rx="{_number(mark.radius)}"' if mark.radius else ""
            return (
                f'<rect class="{mark.role}" x="{_number(mark.x)}" y="{_number(mark.y)}" '
                f'width="{_number(mark.width)}" height="{_number(mark.height)}"{corner}>{_title(mark.title)}</rect>'
            )
        case Text():
            weight = ' font-weight="600"' if mark.bold else ""
            return (
                f'<text class="{mark.role}" x="{_number(mark.x)}" y="{_number(mark.y)}" font-size="{mark.size:g}" '
                f'text-anchor="{mark.anchor}"{weight}>{escape(mark.text)}{_title(mark.title)}</text>'
            )
        case Line():
            dashes = ' stroke-dasharray="4 4"' if mark.dashed else ""
            return (
                f'<line class="line {mark.role}" x1="{_number(mark.x1)}" y1="{_number(mark.y1)}" '
                f'x2="{_number(mark.x2)}" y2="{_number(mark.y2)}" stroke-width="{mark.width:g}"{dashes}/>'
            )
        case Dot():
            return (
                f'<circle class="{mark.role} edged" cx="{_number(mark.x)}" cy="{_number(mark.y)}" '
                f'r="{_number(mark.radius)}">{_title(mark.title)}</circle>'
            )
        case Area():
            return f'<path class="{mark.role} edged" d="{_path(mark)}">{_title(mark.title)}</path>'


def _title(text: str) -> str:
    return f"<title>{escape(text)}</title>" if text else ""


def _path(area: Area) -> str:
    """Relative steps of a tenth of a pixel: half the bytes of coordinates."""
    parts = []
    for ring in area.rings:
        at_x, at_y = round(ring[0][0] * 10), round(ring[0][1] * 10)
        steps = []
        for x, y in ring[1:]:
            step_x, step_y = round(x * 10) - at_x, round(y * 10) - at_y
            if step_x or step_y:
                steps.append(f"{step_x / 10:g} {step_y / 10:g}")
                at_x, at_y = at_x + step_x, at_y + step_y
        if steps:
            parts.append(f"M{_number(ring[0][0])} {_number(ring[0][1])}l{' '.join(steps)}z")
    return "".join(parts)


def _number(value: float) -> str:
    return f"{round(value, 1):g}"
