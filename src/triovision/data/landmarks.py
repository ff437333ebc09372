"""Spellings of one place -> one key."""

from __future__ import annotations

import unicodedata

__all__ = ["landmark_key"]

# Letters that Unicode does not decompose into a base letter and an accent.
_PLAIN_LETTERS = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i"})


def landmark_key(text: str) -> str:
    """Key under which all spellings of a landmark meet: `Machu Picchu`, `machu-picchu` and `machupicchu`.

    Args:
        text: The landmark as somebody wrote it, in any script.

    Returns:
        Its letters and digits, without case, accents, spaces and punctuation; empty if there are none.
    """
    folded = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    plain = "".join(letter for letter in folded if not unicodedata.combining(letter)).translate(_PLAIN_LETTERS)
    # Marks too: many scripts write vowels with them.
    return "".join(letter for letter in plain if unicodedata.category(letter)[0] in "LNM")
