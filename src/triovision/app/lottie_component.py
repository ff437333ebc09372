"""Plays a Lottie animation in the page, with our bundled player; still where less motion is asked for."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

__all__ = ["show_lottie"]


def show_lottie(animation: Mapping[str, Any], *, label: str, key: str, height_px: int = 160, loop: bool = True) -> None:
    """Play an animation where the page stands.

    Under `prefers-reduced-motion` it stands still on the frame of its marker `still`, or else on its last.

    Args:
        animation: The Lottie document.
        label: What a screen reader says in its place.
        key: Names the place in the page.
        height_px: Height of the frame; the animation is fitted into it.
        loop: Whether it starts over at its end.
    """
    data = {"animation": dict(animation), "label": label, "loop": loop, "height_px": height_px}
    _component()(key=key, data=data)


@cache
def _component() -> Any:
    from streamlit.components.v2 import component  # noqa: PLC0415 - importing this module stays cheap

    return component("triovision.lottie", js="lottie-*.js")
