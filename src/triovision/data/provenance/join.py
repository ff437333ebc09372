"""The line through all of it, and the files it writes."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from triovision.data.files import json_text, open_atomic, write_atomic
from triovision.data.provenance.cache import AnswerCache
from triovision.data.provenance.claims import Claim, Conflict, SourceReport
from triovision.data.provenance.coordinates import read_coordinates
from triovision.data.provenance.coverage import compute_coverage
from triovision.data.provenance.dump import read_dump
from triovision.data.provenance.gazetteer import read_gazetteer
from triovision.data.provenance.landmarks import Landmarks, read_landmarks
from triovision.data.provenance.licences import count_free_photos
from triovision.data.provenance.location_table import read_location_table
from triovision.data.provenance.merge import merge_claims
from triovision.data.provenance.sparql import Listener, SparqlOptions, fetch_items
from triovision.data.provenance.wikidata import LICENCE as WIKIDATA_LICENCE
from triovision.data.provenance.wikidata import Item, claim_items
from triovision.errors import DataError

__all__ = ["JoinOptions", "JoinReport", "join_countries"]

_COLUMNS = {
    "landmark_id": "string",
    "country_code": "string",
    "source": "string",
    "evidence": "string",
    "confidence": "float32",
    "latitude": "float64",
    "longitude": "float64",
}


@dataclass(frozen=True, slots=True)
class JoinOptions:
    """Which sources the user gave.

    Attributes:
        location_table: `category_to_location.csv`.
        coordinates: Tables with coordinates.
        wikidata: How to ask a SPARQL endpoint; None asks nobody.
        wikidata_dump: A dump, or an extract of one.
        cache: Folder for what the endpoint answers; None for one beside the output.
        gazetteer: Whether place names in the category's text count.

    Raises:
        DataError: If there is no source at all.
    """

    location_table: Path | None = None
    coordinates: tuple[Path, ...] = ()
    wikidata: SparqlOptions | None = None
    wikidata_dump: Path | None = None
    cache: Path | None = None
    gazetteer: bool = False

    def __post_init__(self) -> None:
        if not (self.location_table or self.coordinates or self.wikidata or self.wikidata_dump or self.gazetteer):
            raise DataError(
                "no source of countries is given; add --category-to-location FILE, --coordinates TABLE, --wikidata, "
                "--wikidata-dump FILE or --gazetteer"
            )


@dataclass(frozen=True, slots=True)
class JoinReport:
    """What a join left behind.

    Attributes:
        facts: The content of the report's JSON.
        table: The Parquet file.
        conflicts: The conflict report (CSV).
        report: The coverage report (JSON).
        unanswered: Categories that the endpoint gave no answer for in time.
    """

    facts: Mapping[str, Any]
    table: Path
    conflicts: Path
    report: Path
    unanswered: int


def join_countries(folder: Path, target: Path, options: JoinOptions, listener: Listener) -> JoinReport:
    """Find the country of each landmark and write it, with its provenance.

    Args:
        folder: That `data download gldv2` filled, or its `metadata` folder.
        target: Parquet file to write; `<name>-conflicts.csv` and `<name>-report.json` come beside it.
        options: The sources.
        listener: Hears of progress.

    Raises:
        DataError: If a table or a source cannot be used, or nothing can be written.
        MissingExtraError: If pyarrow (or, to ask an endpoint, httpx) is not installed.
    """
    if not target.parent.is_dir() or target.is_dir():
        raise DataError(f"{target}: cannot be written there; name a file in a folder that exists")
    landmarks = read_landmarks(folder)
    listener.say(f"{len(landmarks.titles):,} landmarks with {landmarks.photos.total():,} photos")
    sources, unanswered = _read_sources(landmarks, target, options, listener)
    chosen, between = merge_claims(landmarks, sources)
    conflicts = [conflict for source in sources.values() for conflict in source.conflicts] + between
    free = count_free_photos(folder, landmarks, chosen)
    facts = compute_coverage(landmarks, sources, chosen, conflicts, free)
    stem = target.with_suffix("")
    done = JoinReport(
        facts,
        target,
        stem.with_name(f"{stem.name}-conflicts.csv"),
        stem.with_name(f"{stem.name}-report.json"),
        len(unanswered),
    )
    _write_conflicts(done.conflicts, conflicts)
    write_atomic(done.report, json_text(facts, indent=2) + "\n")
    _write_table(target, chosen)
    return done


def _read_sources(
    landmarks: Landmarks, target: Path, options: JoinOptions, listener: Listener
) -> tuple[dict[str, SourceReport], Sequence[str]]:
    sources: dict[str, SourceReport] = {}
    unanswered: Sequence[str] = ()
    if options.coordinates:
        report = sources["coordinates"] = SourceReport("coordinates", "as the tables' owner says")
        for path in options.coordinates:
            read_coordinates(path, landmarks, report)
    if options.location_table:
        sources["category_to_location"] = read_location_table(options.location_table, landmarks)
    if options.wikidata_dump or options.wikidata:
        cache = options.cache or target.with_name(f"{target.stem}-wikidata-cache")
        sources["wikidata"], unanswered = _read_wikidata(landmarks, cache, options, listener)
    if options.gazetteer:
        sources["gazetteer"] = read_gazetteer(landmarks)
    return sources, unanswered


def _read_wikidata(
    landmarks: Landmarks, cache: Path, options: JoinOptions, listener: Listener
) -> tuple[SourceReport, Sequence[str]]:
    """The dump first; the endpoint is asked for what the dump does not know."""
    report = SourceReport("wikidata", WIKIDATA_LICENCE)
    items: dict[str, Sequence[Item]] = {}
    unanswered: Sequence[str] = ()
    if options.wikidata_dump:
        items |= read_dump(options.wikidata_dump, landmarks.by_title, report)
    missing = sorted(title for title in landmarks.by_title if title not in items)
    if options.wikidata:
        known = AnswerCache(cache, options.wikidata.endpoint)
        answers, unanswered = fetch_items(missing, options.wikidata, known, listener)
        items |= answers
        report.count("no answer in time", unanswered[0] if unanswered else "", len(unanswered))
    else:
        items |= dict.fromkeys(missing, ())
    claim_items(items, landmarks, report)
    for title in unanswered:
        for landmark in landmarks.by_title[title]:
            report.add(landmark, Claim("wikidata", "", title, 0.0, reason="no answer in time"), title)
    return report, unanswered


def _write_conflicts(path: Path, conflicts: Sequence[Conflict]) -> None:
    lines = io.StringIO(newline="")
    writer = csv.writer(lines, lineterminator="\n")
    writer.writerow(Conflict._fields)
    writer.writerows(conflicts)
    write_atomic(path, lines.getvalue())


def _write_table(path: Path, chosen: Mapping[str, Claim]) -> None:
    import pyarrow as pa  # noqa: PLC0415 - the base install has none
    from pyarrow import parquet  # noqa: PLC0415

    claims = list(chosen.values())
    columns = {
        "landmark_id": list(chosen),
        "country_code": [claim.code for claim in claims],
        **{
            name: [getattr(claim, name) for claim in claims]
            for name in ("source", "evidence", "confidence", "latitude", "longitude")
        },
    }
    schema = pa.schema([(name, getattr(pa, kind)()) for name, kind in _COLUMNS.items()])
    with open_atomic(path) as file:
        parquet.write_table(pa.Table.from_pydict(columns, schema=schema), file)
