"""SPARQL's JSON -> items by category.

Source of the format: https://www.w3.org/TR/sparql11-results-json/ ; points are WKT literals, longitude first.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from triovision.data.provenance.endpoint import QueryTimeoutError, RefusedError
from triovision.data.provenance.states import StateStatement
from triovision.data.provenance.wikidata import Item, wrap_point

__all__ = ["parse_answer"]

_ENTITY = re.compile(r"https?://www\.wikidata\.org/entity/(Q[1-9][0-9]{0,14})")
_RANK = re.compile(r"https?://wikiba\.se/ontology#(Preferred|Normal|Deprecated)Rank")
_NUMBER = r"([-+]?[0-9.]+(?:[eE][-+]?[0-9]+)?)"
# A point elsewhere than on Earth has the globe before it: `<http://www.wikidata.org/entity/Q405> Point(1 2)`.
_POINT = re.compile(rf"Point\(\s*{_NUMBER}\s+{_NUMBER}\s*\)", re.IGNORECASE)


def parse_answer(body: bytes, asked: Sequence[str]) -> dict[str, tuple[Item, ...]]:
    """Items by category, for every category that was asked for.

    Args:
        body: The endpoint's answer.
        asked: Category titles.

    Raises:
        QueryTimeoutError: If the answer is cut off, as it is where the time runs out in the middle of it.
        RefusedError: If it is no answer to a query.
    """
    try:
        bindings = json.loads(body)["results"]["bindings"]
    except RecursionError:
        bindings = None
    except ValueError:
        if body.lstrip()[:1] == b"{":
            raise QueryTimeoutError("breaks off in the middle of its answer") from None
        raise RefusedError("answers with something else than SPARQL results; is that the right address?") from None
    except (KeyError, TypeError):
        bindings = None
    if not isinstance(bindings, list) or not all(isinstance(row, dict) for row in bindings):
        raise RefusedError("answers with JSON that is no SPARQL result; is that the right address?")
    known = set(asked)
    facts: dict[tuple[str, str], _Facts] = {}
    for row in bindings:
        title, entity = _value(row, "category"), _ENTITY.fullmatch(_value(row, "item"))
        if title in known and entity:
            facts.setdefault((title, entity[1]), _Facts()).take(row)
    items: dict[str, list[Item]] = {title: [] for title in asked}
    for (title, entity_id), found in sorted(facts.items(), key=lambda pair: (pair[0][0], int(pair[0][1][1:]))):
        items[title].append(Item(entity_id, found.linked, tuple(sorted(found.states)), tuple(sorted(found.points))))
    return {title: tuple(found) for title, found in items.items()}


class _Facts:
    """One item's facts, spread over rows that combine each of them with each."""

    def __init__(self) -> None:
        self.linked = False
        self.states: set[StateStatement] = set()
        self.points: set[tuple[float, float]] = set()

    def take(self, row: Mapping[str, Any]) -> None:
        self.linked = self.linked or bool(_value(row, "page"))
        state, rank = _ENTITY.fullmatch(_value(row, "state")), _RANK.fullmatch(_value(row, "rank"))
        if state:  # an unknown country is a blank node
            self.states.add(StateStatement(state[1], rank[1].lower() if rank else "normal", bool(_value(row, "end"))))
        point = _POINT.fullmatch(_value(row, "point").strip())
        if point:
            try:
                place = wrap_point(float(point[2]), float(point[1]))
            except ValueError:
                place = None
            if place:
                self.points.add(place)


def _value(row: Mapping[str, Any], name: str) -> str:
    binding = row.get(name)
    value = binding.get("value") if isinstance(binding, dict) else None
    return value if isinstance(value, str) else ""
