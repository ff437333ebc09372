"""Who hears how far a run is."""

from __future__ import annotations

from typing import Protocol

__all__ = ["Listener"]


class Listener(Protocol):
    """Hears how far a run is."""

    def say(self, text: str) -> None:
        """Hear a sentence that the user should read."""

    def start(self, stage: str, total: int) -> None:
        """Hear that a stage begins, and of how many photos."""

    def advance(self, count: int = 1) -> None:
        """Hear that photos are done."""
