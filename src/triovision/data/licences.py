"""Which stated licences are free: to use, change and pass on, for any purpose."""

from __future__ import annotations

import re

__all__ = ["is_free_licence"]

# Source: the licences that Wikimedia Commons accepts, https://commons.wikimedia.org/wiki/Commons:Licensing ;
# "CC/PD" is how lists of Commons files sum them up.
_FREE = re.compile(
    r"\bcc0\b|\bcc[ -]zero\b|\bpublic domain\b|\bpdm?\b|\bcc/pd\b"
    r"|\bcc[ -]by(?:[ -]sa)?\b|creativecommons\.org/(?:licenses/by(?:-sa)?/|publicdomain/)"
    r"|\bmit\b|\bapache\b|\bbsd\b|\bgfdl\b|\bfree art\b|\bodbl\b"
)

# One word of these makes the statement not free or not sure: stock sites have terms of their own.
_NOT_FREE = re.compile(
    r"\bnone\b|\bunknown\b|\bunstated\b|\bnot stated\b|\bscraped\b|\bstock\b|\bunsplash\b|\bpexels\b|\bpixabay\b"
    r"|\bshutterstock\b|\bgetty\b|\bflickr\b|\ball rights\b|\bcopyright(?:ed)?\b|\bfair use\b"
    r"|\bnc\b|\bnd\b|\bnon-?commercial\b|\bno-?deriv|\beditorial\b|\bpartly\b"
)


def is_free_licence(statement: str) -> bool:
    """Whether a stated licence is free as a whole.

    Free are CC0, public domain, CC BY, CC BY-SA, MIT, Apache, BSD, GFDL, Free Art and ODbL, by name or by
    Creative Commons address. A statement that also names a stock site, a non-commercial or no-derivatives term, or
    `none`, is not free, whatever else it names.

    Args:
        statement: Free text, e.g. `CC BY-SA 4.0`.
    """
    text = statement.casefold().replace("_", " ").replace("attribution-sharealike", "cc by-sa")
    return bool(_FREE.search(text)) and not _NOT_FREE.search(text)
