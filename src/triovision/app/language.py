"""The page's words: one catalogue per language, and numbers and dates as that language writes them."""

from __future__ import annotations

import json
from datetime import datetime
from functools import cache
from importlib import resources

from babel.dates import format_datetime
from babel.numbers import format_decimal

__all__ = ["LANGUAGES", "Words", "choose_language"]

# Each language's own name stands in every language of the page.
LANGUAGES = {"en": "English", "fr": "Français"}
_FALLBACK = "en"
_LEAST_SHOWN = 0.01
_MOST_SHOWN = 0.99


def choose_language(wanted: str | None) -> str:
    """The page's language for what a browser asks for, e.g. `fr` for `fr-CA`; English where we have no other.

    Args:
        wanted: A BCP 47 tag, or None.
    """
    primary = (wanted or "").replace("_", "-").split("-")[0].lower()
    return primary if primary in LANGUAGES else _FALLBACK


@cache
def _catalogue(language: str) -> dict[str, str]:
    text = resources.files("triovision.app").joinpath("catalogue", f"{language}.json").read_text(encoding="utf-8")
    catalogue: dict[str, str] = json.loads(text)
    return catalogue


class Words:
    """All text of the page in one language.

    Args:
        language: A key of `LANGUAGES`.
    """

    def __init__(self, language: str) -> None:
        self.language = choose_language(language)

    def __call__(self, key: str, **values: object) -> str:
        """The text of a key, its `{names}` filled in; plain text, to be escaped by whoever builds HTML.

        Raises:
            KeyError: If the catalogue has no such key.
        """
        text = _catalogue(self.language)[key]
        return text.format(**values) if values else text

    def percent(self, share: float) -> str:
        """A share in whole percent; what is neither certain nor nothing is not shown as such."""
        if share < _LEAST_SHOWN:
            return "<1 %"
        return f"{round(100 * min(share, _MOST_SHOWN))} %"

    def exact_percent(self, share: float) -> str:
        """A share in percent with one decimal."""
        return f"{self.number(100 * share, decimals=1)} %"

    def number(self, value: float, decimals: int = 0) -> str:
        """A number with the language's separators."""
        places = "." + "0" * decimals if decimals else ""
        return str(format_decimal(value, format=f"#,##0{places}", locale=self.language))

    def date(self, when: datetime, *, with_time: bool = True) -> str:
        """A date, with the time of day where it is known."""
        pattern = {"en": "d MMMM yyyy", "fr": "d MMMM yyyy"}[self.language] + (", HH:mm" if with_time else "")
        return str(format_datetime(when, pattern, locale=self.language))
