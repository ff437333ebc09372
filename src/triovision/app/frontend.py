"""What the browser is served besides Streamlit's own files: built from `frontend/`, found here.

    static/components/  the map and the Lottie player, for Streamlit's components
    static/fonts/       Poppins
    static/flags/       one SVG per country
    static/licences.txt the licences of all of it

The folder is in every wheel; a checkout builds it when it is installed, or with `make frontend`.
"""

from __future__ import annotations

from pathlib import Path

__all__ = ["BUILD_HINT", "STATIC_FOLDER", "frontend_built"]

STATIC_FOLDER = Path(__file__).parent / "static"

BUILD_HINT = "run `make frontend` in the checkout (it needs internet once), or install a released wheel"


def frontend_built() -> bool:
    """Whether all that the page asks of the static folder is there."""
    components = STATIC_FOLDER / "components"
    names = ("map-*.js", "lottie-*.js", "worker-*.js", "world-*.json")
    return all(len(list(components.glob(name))) == 1 for name in names)
