"""Our own Lottie animations, drawn by `scripts/build_animations.py`."""

from __future__ import annotations

import json
from functools import cache
from importlib import resources
from typing import Any

__all__ = ["ANIMATIONS", "animation"]

ANIMATIONS = ("loading", "analysing", "success")


@cache
def animation(name: str) -> dict[str, Any]:
    """An animation's Lottie JSON.

    Args:
        name: One of `ANIMATIONS`.
    """
    text = resources.files("triovision.app.animations").joinpath(f"{name}.json").read_text(encoding="utf-8")
    loaded: dict[str, Any] = json.loads(text)
    return loaded
