"""What `triovision app` was started with, for the page that runs in the same process."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

__all__ = ["AppSettings", "get_settings", "use_settings"]


@dataclass(frozen=True, slots=True)
class AppSettings:
    """Limits and places of one running app.

    Attributes:
        model: Model chosen at the start: an embedded name or the path of a bundle; None for the default.
        models_folder: Folder whose `.onnx` files stand in the picker; it need not exist.
        max_upload_mb: Size of one uploaded file, photo or model.
        max_photos: Photos that a session keeps; the oldest make room.
        max_originals_mb: Original bytes that a session keeps, for evidence on countries that are asked for later.
    """

    model: str | None = None
    models_folder: Path = Path("models")
    max_upload_mb: int = 64
    max_photos: int = 60
    max_originals_mb: int = 64

    def __post_init__(self) -> None:
        for name in ("max_upload_mb", "max_photos", "max_originals_mb"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} is {getattr(self, name)}; it must be at least 1")


_current = AppSettings()


def use_settings(settings: AppSettings) -> None:
    """Make these the settings of this process; called once, before the server starts."""
    global _current  # noqa: PLW0603 - Streamlit runs the page's script itself and can hand it nothing
    _current = settings


def get_settings() -> AppSettings:
    """The settings of this process."""
    return _current
