"""Register an element once: its JavaScript and CSS lie beside this module."""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import Any

__all__ = ["element"]


@cache
def element(name: str) -> Any:
    """What mounts an element: Streamlit's component of `<name>.js` and `<name>.css`.

    Args:
        name: Of the files.
    """
    from streamlit.components.v2 import component  # noqa: PLC0415 - the extra `app` brings it

    return component(f"triovision_{name}", js=_read("build.js") + _read(f"{name}.js"), css=_read(f"{name}.css"))


def _read(name: str) -> str:
    return resources.files("triovision.app.parts").joinpath(name).read_text(encoding="utf-8")
