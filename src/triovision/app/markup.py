"""HTML that cannot be broken by text: whatever is not already `Markup` is escaped."""

from __future__ import annotations

import base64
import html

__all__ = ["Markup", "data_uri", "flag", "join", "tag"]

_VOID = frozenset({"br", "hr", "img", "meta"})


class Markup(str):
    """Text that is HTML already."""

    __slots__ = ()


def tag(name: str, /, *children: str | None, **attributes: str | float | None) -> Markup:
    """One element.

    Args:
        name: Of the element.
        children: Text, which is escaped, or `Markup`, which is not; None is left out.
        attributes: `class_` stands for `class`, and other `_` for `-`; None is left out.
    """
    written = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{html.escape(str(value))}"'
        for key, value in attributes.items()
        if value is not None
    )
    if name in _VOID:
        return Markup(f"<{name}{written}>")
    return Markup(f"<{name}{written}>{join(*children)}</{name}>")


def join(*children: str | None) -> Markup:
    """Children one after the other."""
    return Markup(
        "".join(child if isinstance(child, Markup) else html.escape(child) for child in children if child is not None)
    )


def data_uri(content: bytes, kind: str = "image/jpeg") -> str:
    """Content as a `data:` address, for images that no server shall keep."""
    return f"data:{kind};base64,{base64.b64encode(content).decode('ascii')}"


def flag(country_code: str) -> Markup:
    """A country's flag as the app's own picture: many systems draw no emoji flags. The name stands beside it."""
    return tag("img", class_="tv-flag", src=f"app/static/flags/{country_code.lower()}.svg", alt="")
