"""The tables beside the shards, written piece by piece: manifest, labels, rejects and `data.json`."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from triovision.data.files import json_text, open_atomic, write_atomic
from triovision.data.manifest import DATA_FACTS, FORMAT_VERSION, compute_data_hash, manifest_schema
from triovision.data.records import SPLITS, Reject
from triovision.data.stream.catalogue import codes_of, has_word
from triovision.data.stream.decide import Decisions, explain
from triovision.data.stream.options import StreamOptions
from triovision.data.stream.outcomes import Outcomes
from triovision.data.stream.shards import ShardPlan, ShardResult
from triovision.data.stream.source import PhotoSource

__all__ = ["compute_facts", "find_labels", "iterate_rejects", "write_facts", "write_manifest", "write_rejects"]

_ROWS_AT_ONCE = 32_768


def find_labels(decisions: Decisions) -> list[str]:
    """Codes of the countries that have training photos, sorted: the model's labels."""
    lines = decisions.kept()
    present = np.unique(decisions.country[lines[decisions.split[lines] == 0]])
    return sorted(decisions.country_codes[number] for number in present.tolist())


def write_manifest(folder: Path, plans: Sequence[ShardPlan], records: Callable[[ShardPlan], Any]) -> None:
    """Write one row per sample, in the order of the shards.

    Args:
        folder: Of the data set.
        plans: All shards.
        records: The records of a shard.

    Raises:
        DataError: If it cannot be written.
    """
    import pyarrow as pa  # noqa: PLC0415
    from pyarrow import parquet  # noqa: PLC0415

    schema = manifest_schema()
    with open_atomic(folder / "manifest.parquet") as file, parquet.ParquetWriter(file, schema) as writer:
        waiting: list[Any] = []
        for plan in plans:
            table = records(plan)
            shard = pa.array([f"{plan.name}.tar"] * len(table), pa.string())
            waiting.append(table.append_column("shard", shard).select(schema.names).cast(schema))
            if sum(map(len, waiting)) >= _ROWS_AT_ONCE:
                writer.write_table(pa.concat_tables(waiting))
                waiting = []
        if waiting:
            writer.write_table(pa.concat_tables(waiting))


def iterate_rejects(
    source: PhotoSource, outcomes: Outcomes, decisions: Decisions, options: StreamOptions
) -> Iterator[Reject]:
    """Every photo that was given and is not in the data set, with its reason."""
    catalogue = source.catalogue
    left_out = np.flatnonzero(source.seen.rows & has_word(catalogue, "reject"))
    for start in range(0, len(left_out), _ROWS_AT_ONCE):
        rows = left_out[start : start + _ROWS_AT_ONCE]
        names, reasons = (catalogue.column(name).take(rows).to_pylist() for name in ("photo", "reject"))
        yield from map(Reject, names, reasons)
    lines = np.flatnonzero(decisions.why)
    for start in range(0, len(lines), _ROWS_AT_ONCE):
        part = lines[start : start + _ROWS_AT_ONCE]
        yield from explain(part, catalogue, outcomes, decisions, options.min_per_country)
    yield from source.seen.rejects


def write_rejects(folder: Path, rejects: Iterator[Reject]) -> Counter[str]:
    """Write the table of photos left out, and count them by kind.

    Raises:
        DataError: If it cannot be written.
    """
    counts: Counter[str] = Counter()
    with open_atomic(folder / "rejects.csv") as file:
        text = io.TextIOWrapper(file, "utf-8", errors="backslashreplace", newline="")
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(Reject._fields)
        for reject in rejects:
            writer.writerow(reject)
            counts[reject.kind] += 1
        text.flush()
        text.detach()
    return counts


def compute_facts(
    source: PhotoSource,
    outcomes: Outcomes,
    decisions: Decisions,
    options: StreamOptions,
    shards: Sequence[tuple[ShardPlan, ShardResult]],
    rejects: Mapping[str, int],
) -> dict[str, Any]:
    """Content of `data.json`, the same fields as for `prepare folder` and a few more."""
    labels = find_labels(decisions)
    return {
        "format_version": FORMAT_VERSION,
        "data_hash": compute_data_hash(labels, [(plan.name, result.sha256 or "") for plan, result in shards]),
        "options": options.as_record(),
        "labels": len(labels),
        "splits": {
            split: _split_facts(number, source.catalogue, outcomes, decisions) for number, split in enumerate(SPLITS)
        },
        "shards": {plan.name: {"samples": len(plan.lines), "sha256": result.sha256} for plan, result in shards},
        "rejects": dict(sorted(rejects.items())),
        "not_given": int(len(source.seen.rows) - source.seen.rows.sum()),
        "problems": list(source.problems),
    }


def _split_facts(number: int, catalogue: Any, outcomes: Outcomes, decisions: Decisions) -> dict[str, int]:
    lines = decisions.kept()
    lines = lines[decisions.split[lines] == number]
    rows = outcomes.row[lines]
    sources, landmarks = (np.unique(codes_of(catalogue, name)[rows]) for name in ("collection", "landmark"))
    return {
        "samples": len(lines),
        "countries": len(np.unique(decisions.country[lines])),
        "sources": len(sources),
        "landmarks": int((landmarks >= 0).sum()),
        # Countries without enough training photos are left out before.
        "samples_outside_labels": 0,
    }


def write_facts(folder: Path, labels: Sequence[str], facts: Mapping[str, Any], card: str) -> None:
    """Write labels, card, and last `data.json`: where it stands, the data set is complete.

    Raises:
        DataError: If they cannot be written.
    """
    write_atomic(folder / "labels.json", json_text({"country_codes": list(labels)}) + "\n")
    write_atomic(folder / "DATA_CARD.md", card)
    write_atomic(folder / DATA_FACTS, json_text(facts, indent=2) + "\n")
