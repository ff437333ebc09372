"""One spelling per Commons category."""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import unquote

__all__ = ["category_title"]

# GLDv2 writes `http://commons.wikimedia.org/wiki/Category:Title`; tables of others write any part of that.
_ADDRESS = re.compile(r"^\s*(?:https?:)?(?://)?(?:commons\.(?:m\.)?wikimedia\.org/wiki/)", re.IGNORECASE)
_NAMESPACE = re.compile(r"^\s*category\s*:", re.IGNORECASE)


def category_title(text: str) -> str:
    """Title of a category without address, namespace and underscores; two spellings of one category come out equal.

    Args:
        text: `http://commons.wikimedia.org/wiki/Category:Tour_Eiffel`, `Category:Tour Eiffel` or `tour Eiffel`.

    Returns:
        The title as MediaWiki shows it, `Tour Eiffel`; empty if there is none.

    Source: https://www.mediawiki.org/wiki/Manual:Title.php (underscores are spaces, a capital first, NFC).
    """
    address = _ADDRESS.match(text)
    if address:
        text = unquote(text[address.end() :], errors="replace").partition("#")[0]
    title = " ".join(_NAMESPACE.sub("", text, count=1).replace("_", " ").split())
    title = unicodedata.normalize("NFC", title)
    # A sharp s has two capitals, and MediaWiki leaves it alone.
    return title[:1].upper() + title[1:] if len(title[:1].upper()) == 1 else title
