"""Statements of Wikidata items -> claims, whether a SPARQL endpoint or a dump told them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from triovision.data.provenance.claims import CONFIDENCES, Claim, Conflict, SourceReport
from triovision.data.provenance.landmarks import Landmarks
from triovision.data.provenance.states import Named, StateStatement, name_countries
from triovision.data.provenance.verdict import Place, Verdict, compute_verdicts, format_point

__all__ = ["LICENCE", "Item", "claim_items", "wrap_point"]

LICENCE = "CC0 1.0"
_SOURCE = "wikidata"
_MAX_LATITUDE, _MAX_WIKIDATA_LONGITUDE = 90.0, 360.0
_NO_FACTS = "item without a country of today and without coordinates"


class Item(NamedTuple):
    """What Wikidata says about a category's item.

    Attributes:
        item: Its id, `Q64436`.
        linked: It links to the category itself; else it only names it (P373).
        states: Statements of its country (P17).
        points: Latitude and longitude (P625) on Earth, of the best rank.
    """

    item: str
    linked: bool
    states: tuple[StateStatement, ...]
    points: tuple[tuple[float, float], ...]


def wrap_point(latitude: float, longitude: float) -> tuple[float, float] | None:
    """A point of Wikidata, whose longitudes run from -360 to 360, as we write it; None if it is nowhere."""
    if not (abs(latitude) <= _MAX_LATITUDE and abs(longitude) <= _MAX_WIKIDATA_LONGITUDE):
        return None
    half_turn = _MAX_WIKIDATA_LONGITUDE / 2
    return latitude, longitude if abs(longitude) <= half_turn else (longitude + half_turn) % 360 - half_turn


class _Case(NamedTuple):
    title: str
    item: Item
    named: Named
    place: Place


def claim_items(items: Mapping[str, Sequence[Item]], landmarks: Landmarks, report: SourceReport) -> None:
    """Take the claims of items.

    Args:
        items: By category title; an empty sequence where Wikidata has none.
        landmarks: Of the data set.
        report: Of the source `wikidata`.
    """
    cases: list[_Case] = []
    for title, found in items.items():
        report.count("rows")
        if not found:
            report.count("no item for the category", title)
        cases += [_case(title, item, report) for item in found]
    judged: dict[str, list[tuple[_Case, Verdict]]] = {}
    for case, verdict in zip(cases, compute_verdicts([case.place for case in cases]), strict=True):
        judged.setdefault(case.title, []).append((case, verdict))
    for title, pairs in judged.items():
        claim = _settle(title, pairs, landmarks, report)
        report.count(claim.reason or "used", f"{title}: {claim.evidence}" if claim.reason else "")
        for landmark in landmarks.by_title.get(title, ()):
            report.add(landmark, claim, title)


def _case(title: str, item: Item, report: SourceReport) -> _Case:
    named = name_countries(item.states)
    for state in named.unknown:
        report.count("unknown state", f"{title}: {item.item} lies in {state}")
    for state in named.several:
        report.count("state whose ground is several countries today", f"{title}: {item.item} lies in {state}")
    latitude, longitude = item.points[0] if item.points else (None, None)
    return _Case(title, item, named, Place(named.codes, latitude, longitude))


def _settle(title: str, pairs: Sequence[tuple[_Case, Verdict]], landmarks: Landmarks, report: SourceReport) -> Claim:
    """One claim of a category's items; those that link to it are believed before those that only name it."""
    for case, verdict in pairs:
        if case.named.codes and verdict.located and verdict.located not in case.named.codes:
            _report(
                report, landmarks, title, "name and coordinates", ("/".join(case.named.codes), verdict.located),
                verdict.code, f"rule {verdict.basis or 'none'}: {_evidence(case, verdict)}",
            )  # fmt: skip
    for linked in (True, False):
        answers = [(case, verdict) for case, verdict in pairs if case.item.linked == linked and verdict.code]
        codes = sorted({verdict.code for _, verdict in answers})
        if len(codes) > 1:
            evidence = " | ".join(_evidence(case, verdict) for case, verdict in answers)
            _report(report, landmarks, title, "items", (codes[0], codes[1]), "", evidence)
            return Claim(_SOURCE, "", evidence, 0.0, reason="its items name different countries")
        if answers:
            case, verdict = answers[0]
            return _claim(case, verdict)
    case, verdict = next((pair for pair in pairs if pair[1].reason), pairs[0])
    return _claim(case, verdict)


def _claim(case: _Case, verdict: Verdict) -> Claim:
    reason = verdict.reason or ("" if verdict.code else _NO_FACTS)
    confidence = CONFIDENCES[_SOURCE, verdict.basis] if verdict.code else 0.0
    # A point at sea says nothing about where the landmark is.
    point = (case.place.latitude, case.place.longitude) if verdict.located else (None, None)
    return Claim(_SOURCE, verdict.code, _evidence(case, verdict), confidence, *point, reason)


def _evidence(case: _Case, verdict: Verdict) -> str:
    parts = [case.item.item]
    if case.named.codes:
        parts.append(f"country {'/'.join(case.named.codes)}")
    if case.place.latitude is not None and case.place.longitude is not None:
        point = format_point(case.place.latitude, case.place.longitude)
        parts.append(f"coordinates {point} in {verdict.located or 'no country'}")
    return ", ".join(parts)


def _report(
    report: SourceReport,
    landmarks: Landmarks,
    title: str,
    kind: str,
    codes: tuple[str, str],
    decision: str,
    detail: str,
) -> None:
    report.conflicts += [
        Conflict(landmark, title, kind, _SOURCE, codes[0], _SOURCE, codes[1], decision, detail)
        for landmark in landmarks.by_title.get(title, ())
    ]
