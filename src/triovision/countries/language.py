"""Names of places in the world's languages, from CLDR through babel."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from triovision.countries.suggestion import quote
from triovision.errors import CountryError

if TYPE_CHECKING:
    from babel import Locale

__all__ = ["check_language", "territory_name"]

MOST_SUBTAGS = 8  # language, script, region and some variants; more is no language but noise


def check_language(language: str) -> str:
    """Make sure that country names exist in a language.

    Subtags that CLDR does not know are dropped from the right, so that every language a browser asks for
    (`fr-XX`) is served by its nearest relative (`fr`).

    Args:
        language: A BCP 47 tag such as `fr`, `pt-BR` or `zh-Hant`; `_` may stand for `-`.

    Returns:
        The tag of the language whose names are used.

    Raises:
        CountryError: If no country names are known in that language.
    """
    return str(_locale(language)).replace("_", "-")


def territory_name(code: str, language: str) -> str:
    """Name of an alpha-2 or M49 code; English where the language has none.

    Args:
        code: A key of CLDR's territories: `FR`, `155`.
        language: A BCP 47 tag.

    Returns:
        The name, and the code itself if not even English has one.

    Raises:
        CountryError: If no country names are known in that language.
    """
    name: str | None = _locale(language).territories.get(code) or _locale("en").territories.get(code)
    return name or code


@lru_cache(maxsize=256)
def _locale(language: str) -> Locale:
    # babel takes long to import and most commands need no names.
    from babel import Locale, UnknownLocaleError  # noqa: PLC0415

    subtags = language.replace("_", "-").split("-")[:MOST_SUBTAGS]
    while subtags:
        try:
            locale = Locale.parse("-".join(subtags), sep="-")
        except (UnknownLocaleError, ValueError):
            subtags.pop()
            continue
        # CLDR lists languages that nobody has translated country names into yet.
        if locale.territories.get("FR"):
            return locale
        break
    raise CountryError(f"{quote(language)} is no language with country names; use a tag such as en, fr or pt-BR")
