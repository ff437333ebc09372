"""Counts of rows, with an example of each kind."""

from __future__ import annotations

from collections import Counter

__all__ = ["Tally"]


class Tally:
    """What the tables and the sources count in the same way; their fields hold it."""

    counts: Counter[str]
    examples: dict[str, str]

    def count(self, what: str, example: str = "", number: int = 1) -> None:
        """Count rows; the first example of their kind is kept."""
        if number:
            self.counts[what] += number
            if example:
                self.examples.setdefault(what, example[:160])
