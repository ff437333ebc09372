"""Wikidata's ids of states -> country codes."""

from __future__ import annotations

import json
from collections.abc import Iterable
from functools import cache
from typing import NamedTuple

__all__ = ["Named", "StateStatement", "name_countries"]

_PREFERRED = "preferred"
_DEPRECATED = "deprecated"


class StateStatement(NamedTuple):
    """One statement of the property "country" (P17).

    Attributes:
        state: Wikidata's id, `Q183`.
        rank: `preferred`, `normal` or `deprecated`.
        ended: It has an end time (P582): the place lies there no longer.
    """

    state: str
    rank: str
    ended: bool


class Named(NamedTuple):
    """The countries that an item's statements name.

    Attributes:
        codes: Country codes, each once.
        unknown: Ids that are no state we know.
        several: Names of states whose ground is several countries today.
    """

    codes: tuple[str, ...]
    unknown: tuple[str, ...]
    several: tuple[str, ...]


def name_countries(statements: Iterable[StateStatement]) -> Named:
    """What holds today: no deprecated and no ended statement, and where one is preferred, only those.

    Source: https://www.wikidata.org/wiki/Help:Ranking ("best rank").
    """
    holding = [one for one in statements if one.rank != _DEPRECATED and not one.ended]
    preferred = [one for one in holding if one.rank == _PREFERRED]
    states = dict.fromkeys(one.state for one in preferred or holding)
    table, wider = _tables()
    return Named(
        tuple(dict.fromkeys(table[state] for state in states if state in table)),
        tuple(state for state in states if state not in table and state not in wider),
        tuple(wider[state] for state in states if state in wider),
    )


@cache
def _tables() -> tuple[dict[str, str], dict[str, str]]:
    from importlib.resources import files  # noqa: PLC0415

    content = json.loads(files("triovision.data.provenance").joinpath("states.json").read_text(encoding="utf-8"))
    return content["codes"], content["several"]
