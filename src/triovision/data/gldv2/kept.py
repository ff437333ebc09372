"""`--licence`: the ids of the photos whose licence was chosen.

The tars mix licences, so a choice does not make the download smaller. It writes `licence_kept.txt`, one photo id per
line in the order of `train_attribution.csv`, and preparing the data uses no photo that the list leaves out.
"""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from triovision.data.files import open_atomic
from triovision.data.licences import is_free_licence
from triovision.errors import DataError

__all__ = ["FREE", "KEPT_NAME", "KeptPhotos", "licence_key", "write_kept_ids"]

KEPT_NAME = "licence_kept.txt"
FREE = "free"

_ID = re.compile(r"[0-9a-f]{16}")
_COLUMNS = 5
_LICENCE_COLUMN = 3
_NAMED_LICENCES = 12
_ADDRESS = re.compile(r"creativecommons\.org/(?:licenses|publicdomain)/([a-z+-]+)(?:/([0-9.]+))?(?:/([a-z]{2}))?\b")
_PUBLIC_DOMAIN = {"zero": "cc0", "mark": "public-domain", "publicdomain": "public-domain"}
_TERMS = {"sa", "nc", "nd"}


class KeptPhotos(NamedTuple):
    """What a choice of licences keeps.

    Attributes:
        kept: Photos by licence.
        left_out: Photos by licence.
        unreadable: Rows that are none.
        unmatched: Chosen licences that no photo has.
    """

    kept: Counter[str]
    left_out: Counter[str]
    unreadable: int
    unmatched: tuple[str, ...]


@lru_cache(maxsize=4096)
def licence_key(statement: str) -> str:
    """One spelling per licence: `cc-by-sa-3.0`, `cc0`, `public-domain`; `unstated` for a blank.

    Args:
        statement: A Creative Commons address or a name, as `train_attribution.csv` or a person writes it.
    """
    text = statement.strip().casefold()
    if match := _ADDRESS.search(text):
        name, version, place = match[1], match[2], match[3]
        if name in _PUBLIC_DOMAIN:
            return _PUBLIC_DOMAIN[name]
        return "-".join(filter(None, ("cc", name, version, place)))
    words = re.sub(r"[^\w.]+", "-", text.replace("_", "-"), flags=re.ASCII).strip("-.")
    if words.startswith("cc0") or words == "cc-zero":
        return "cc0"
    if words in {"pd", "public-domain"}:
        return "public-domain"
    return words[:60] or "unstated"


def write_kept_ids(table: Path, chosen: Sequence[str], target: Path) -> KeptPhotos:
    """Write the ids of the photos whose licence was chosen.

    A choice without a version (`cc-by`) takes every version, and with one (`cc-by-3.0`) every country's port of it;
    `free` takes what `is_free_licence` does.

    Args:
        table: `train_attribution.csv`.
        chosen: Licences in any spelling that `licence_key` knows, or `free`.
        target: Where the ids go.

    Raises:
        DataError: If the table cannot be read, or no photo has any of these licences.
    """
    choices = tuple(dict.fromkeys(choice if choice == FREE else licence_key(choice) for choice in chosen))
    kept: Counter[str] = Counter()
    left_out: Counter[str] = Counter()
    matched: dict[str, tuple[str, ...]] = {}
    unreadable = 0
    with open_atomic(target) as file:
        for photo_id, statement in _read_rows(table):
            if not _ID.fullmatch(photo_id):
                unreadable += 1
                continue
            key = licence_key(statement)
            if statement not in matched:
                matched[statement] = tuple(choice for choice in choices if _takes(choice, key, statement))
            if matched[statement]:
                kept[key] += 1
                file.write(f"{photo_id}\n".encode())
            else:
                left_out[key] += 1
        if not kept:
            listed = ", ".join(f"{key} ({count:,})" for key, count in left_out.most_common(_NAMED_LICENCES))
            raise DataError(f"--licence {', '.join(chosen)}: no photo has it; the table has {listed or 'no photo'}")
    used = {choice for takers in matched.values() for choice in takers}
    return KeptPhotos(kept, left_out, unreadable, tuple(choice for choice in choices if choice not in used))


def _takes(choice: str, key: str, statement: str) -> bool:
    if choice == FREE:
        return is_free_licence(statement)
    if key == choice:
        return True
    return key.startswith(f"{choice}-") and key.removeprefix(f"{choice}-").split("-")[0] not in _TERMS


def _read_rows(table: Path) -> Iterator[tuple[str, str]]:
    try:
        # Authors and titles are in every encoding there ever was; ids and licences are ASCII.
        with table.open(encoding="utf-8-sig", errors="replace", newline="") as file:
            rows = csv.reader(file)
            next(rows, None)
            for row in rows:
                if len(row) == _COLUMNS:
                    yield row[0], row[_LICENCE_COLUMN]
                elif row:
                    yield "", ""
    except OSError as error:
        raise DataError(f"{table}: cannot be read ({error.strerror}); run the same command again") from None
    except csv.Error as error:
        raise DataError(f"{table}: not a CSV ({error}); delete it and run the same command again") from None
