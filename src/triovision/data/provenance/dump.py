"""Items by category from a Wikidata dump, or an extract of one: JSON, one entity per line.

Source of the format: https://www.wikidata.org/wiki/Wikidata:Database_download (JSON dumps) and
https://doc.wikimedia.org/Wikibase/master/php/docs_topics_json.html .
"""

from __future__ import annotations

import bz2
import gzip
import json
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO, Any, cast

from triovision.data.provenance.categories import category_title
from triovision.data.provenance.states import StateStatement
from triovision.data.provenance.tables import Ledger
from triovision.data.provenance.wikidata import Item, wrap_point
from triovision.errors import DataError

__all__ = ["read_dump"]

_EARTH = re.compile(r"https?://www\.wikidata\.org/entity/Q2")
_ITEM = re.compile(r"Q[1-9][0-9]{0,14}")
_LONGEST_LINE_BYTES = 64 << 20  # the largest entities have some 5 MB
_GZIP, _BZIP2 = b"\x1f\x8b", b"BZ"
_CATEGORY = "Category:"


def read_dump(path: Path, titles: Collection[str], ledger: Ledger) -> dict[str, list[Item]]:
    """Items of the categories that are asked for.

    Args:
        path: JSON lines or the array of the official dumps (`[` and `]` on lines of their own, commas after the
            entities), plain or compressed with gzip or bzip2.
        titles: Category titles.
        ledger: Told how many lines cannot be read.

    Raises:
        DataError: If the file cannot be read, is cut off, or holds no entity at all.
    """
    found: dict[str, list[Item]] = {}
    entities = 0
    for line in _lines(path):
        if b"P373" not in line and b"commonswiki" not in line and b'"id"' in line:
            entities += 1  # most of the dump: not worth parsing
            continue
        try:
            entity = json.loads(line)
            named = _categories(entity)
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
            ledger.count("unreadable lines of the dump", f"{path.name}: {line[:60]!a}")
            continue
        entities += 1
        for title, linked in named.items():
            if title in titles:
                item = _item(entity, ledger, linked=linked)
                if item is None:
                    ledger.count("unreadable lines of the dump", f"{path.name}: {entity.get('id')!a}")
                else:
                    found.setdefault(title, []).append(item)
    if not entities:
        raise DataError(f"{path}: holds no Wikidata entity; give JSON with one entity per line, .gz and .bz2 too")
    ledger.count("entities of the dump", number=entities)
    return found


def _lines(path: Path) -> Iterator[bytes]:
    """Lines that may be entities, without the array's punctuation."""
    try:
        with _open(path) as stream:
            while line := stream.readline(_LONGEST_LINE_BYTES):
                if len(line) >= _LONGEST_LINE_BYTES:
                    raise DataError(f"{path}: has a line of more than 64 MB; give JSON with one entity per line")
                stripped = line.strip().rstrip(b",")
                if stripped not in {b"", b"[", b"]"}:
                    yield stripped
    except EOFError:
        raise DataError(f"{path}: is cut off; fetch it again") from None
    except OSError as error:
        raise DataError(f"{path}: cannot be read ({error.strerror or error}); check the path and the file") from None


def _open(path: Path) -> IO[bytes]:
    # By content: extracts are renamed at will.
    with path.open("rb") as file:
        head = file.read(2)
    if head == _GZIP:
        return cast("IO[bytes]", gzip.open(path, "rb"))
    return cast("IO[bytes]", bz2.open(path, "rb")) if head == _BZIP2 else path.open("rb")


def _categories(entity: Any) -> dict[str, bool]:
    """Titles of the categories that an entity has, and whether it links to them."""
    named: dict[str, bool] = {}
    for statement in _statements(entity, "P373"):
        title = category_title(str(statement["mainsnak"]["datavalue"]["value"]))
        named[title] = False
    links = entity.get("sitelinks") or {}
    link = links.get("commonswiki") if isinstance(links, Mapping) else None
    if link and str(link["title"]).startswith(_CATEGORY):
        named[category_title(str(link["title"]))] = True
    return named


def _statements(entity: Mapping[str, Any], name: str) -> Iterator[Mapping[str, Any]]:
    """An entity's statements that have a value; an entity without any writes its claims as an empty list."""
    claims = entity.get("claims") or {}
    for statement in claims.get(name, ()):
        if statement["mainsnak"].get("snaktype") == "value" and statement.get("rank") != "deprecated":
            yield statement


def _item(entity: Mapping[str, Any], ledger: Ledger, *, linked: bool) -> Item | None:
    try:
        states = tuple(
            StateStatement(
                _state(statement["mainsnak"]["datavalue"]["value"]),
                str(statement.get("rank", "normal")),
                "P582" in (statement.get("qualifiers") or {}),
            )
            for statement in _statements(entity, "P17")
        )
        name = str(entity["id"])
        points = tuple(_points(list(_statements(entity, "P625")), ledger, name))
    except (KeyError, TypeError, AttributeError, ValueError):
        return None
    return Item(name, linked, states, points) if _ITEM.fullmatch(name) else None


def _state(value: Mapping[str, Any]) -> str:
    # Older dumps give the number alone.
    return str(value["id"]) if "id" in value else f"Q{int(value['numeric-id'])}"


def _points(statements: Sequence[Mapping[str, Any]], ledger: Ledger, name: str) -> Iterator[tuple[float, float]]:
    preferred = [statement for statement in statements if statement.get("rank") == "preferred"]
    for statement in preferred or statements:
        value = statement["mainsnak"]["datavalue"]["value"]
        latitude, longitude = float(value["latitude"]), float(value["longitude"])
        on_earth = _EARTH.fullmatch(str(value.get("globe") or "http://www.wikidata.org/entity/Q2"))
        point = wrap_point(latitude, longitude) if on_earth else None
        if point is None:
            ledger.count("coordinates out of range or not on Earth", f"{name}: {latitude}, {longitude}")
        else:
            yield point
