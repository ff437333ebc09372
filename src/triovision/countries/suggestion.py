"""What an error message says about a value that nobody knows."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from difflib import get_close_matches

__all__ = ["join_choices", "near_matches", "quote"]

LONGEST_QUOTE = 60


def quote(text: object) -> str:
    """The value as one short line, however long or strange it is."""
    shown = repr(text)
    return shown if len(shown) <= LONGEST_QUOTE else f"{shown[: LONGEST_QUOTE - 3]}..."


def join_choices(choices: Iterable[str]) -> str:
    """`A, B or C`."""
    *most, last = choices
    return f"{', '.join(most)} or {last}" if most else last


def near_matches(text: str, known: Collection[str], count: int = 3) -> list[str]:
    """The known words most like the text, best first."""
    # difflib takes quadratic time; no name is that long.
    return get_close_matches(text[:LONGEST_QUOTE], known, n=count, cutoff=0.7)
