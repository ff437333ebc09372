"""How a field of a recipe says that it does not fit."""

from __future__ import annotations

__all__ = ["check", "check_choice"]


def check(fits: bool, problem: str) -> None:  # noqa: FBT001 - a condition, not an option
    """Refuse what does not fit.

    Raises:
        ValueError: With the problem, unless it fits.
    """
    if not fits:
        raise ValueError(problem)


def check_choice(name: str, value: str, choices: tuple[str, ...]) -> None:
    """Refuse a word that is none of a few.

    Raises:
        ValueError: Names the field and the choices.
    """
    check(value in choices, f"{name} {value!r} is none of {', '.join(choices)}")
