"""The tables beside the shards: `manifest.parquet`, `labels.json`, `data.json`, `rejects.csv`."""

from __future__ import annotations

import csv
import hashlib
import io
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from triovision.data.files import json_text, open_atomic, read_json, write_atomic
from triovision.data.records import SPLITS, Reject
from triovision.data.shards import SHARD_FOLDER, FinishedShard
from triovision.errors import DataError, MissingExtraError

__all__ = [
    "DATA_FACTS",
    "FORMAT_VERSION",
    "PreparedData",
    "compute_data_hash",
    "compute_labels",
    "find_shards",
    "forget",
    "make_facts",
    "manifest_schema",
    "read_facts",
    "require_pyarrow",
    "write_tables",
]

FORMAT_VERSION = 1
DATA_FACTS = "data.json"
_TABLES = ("manifest.parquet", "labels.json", "rejects.csv", "DATA_CARD.md")

_COLUMNS = {
    "sample_id": "string",
    "photo": "string",
    "country_code": "string",
    "landmark": "string",
    "latitude": "float64",
    "longitude": "float64",
    "source": "string",
    "collection": "string",
    "split": "string",
    "licence": "string",
    "author": "string",
    "width_px": "int32",
    "height_px": "int32",
    "sha256": "string",
    "shard": "string",
}


@dataclass(frozen=True, slots=True)
class PreparedData:
    """What a run of `data prepare` left behind.

    Attributes:
        folder: Where.
        facts: The content of `data.json`.
        reused_shards: How many shards an earlier run had finished.
    """

    folder: Path
    facts: Mapping[str, Any]
    reused_shards: int


def require_pyarrow() -> None:
    """Fail before the work, not after it.

    Raises:
        MissingExtraError: If pyarrow is not installed.
    """
    try:
        import pyarrow.parquet  # noqa: F401, PLC0415 - the base install has none
    except ImportError:
        raise MissingExtraError("pyarrow", "train") from None


def forget(folder: Path) -> None:
    """Remove the tables of an earlier run, the one that says "finished" first."""
    for name in (DATA_FACTS, *_TABLES):
        (folder / name).unlink(missing_ok=True)


def compute_labels(records: Iterable[Mapping[str, Any]], min_per_country: int) -> list[str]:
    """Codes of the countries that have enough training samples, sorted: the model's labels."""
    counts = Counter(record["country_code"] for record in records if record["split"] == "train")
    return sorted(code for code, count in counts.items() if count >= min_per_country)


def make_facts(
    shards: Sequence[FinishedShard], labels: Sequence[str], rejects: Sequence[Reject], options: Mapping[str, Any]
) -> dict[str, Any]:
    """What is to be known about the data set, and its hash.

    Args:
        shards: All of them.
        labels: The model's labels.
        rejects: All photos left out.
        options: What the user asked for.
    """
    records = [record for shard in shards for record in shard.records]
    known = set(labels)
    return {
        "format_version": FORMAT_VERSION,
        "data_hash": compute_data_hash(labels, [(shard.name, shard.sha256) for shard in shards]),
        "options": dict(options),
        "labels": len(labels),
        "splits": {split: _split_facts(split, records, known) for split in SPLITS},
        "shards": {shard.name: {"samples": len(shard.records), "sha256": shard.sha256} for shard in shards},
        "rejects": dict(sorted(Counter(reject.kind for reject in rejects).items())),
    }


def compute_data_hash(labels: Sequence[str], shards: Sequence[tuple[str, str]]) -> str:
    """Hash that names a data set's content: its labels, and the name and SHA-256 of each shard."""
    content = json_text([list(labels), [list(shard) for shard in shards]])
    return f"sha256:{hashlib.sha256(content.encode()).hexdigest()}"


def _split_facts(split: str, records: Iterable[Mapping[str, Any]], known: set[str]) -> dict[str, int]:
    members = [record for record in records if record["split"] == split]
    return {
        "samples": len(members),
        "countries": len({record["country_code"] for record in members}),
        "sources": len({record["collection"] for record in members}),
        "landmarks": len({record["landmark"] for record in members} - {""}),
        "samples_outside_labels": sum(record["country_code"] not in known for record in members),
    }


def write_tables(
    folder: Path,
    shards: Sequence[FinishedShard],
    labels: Sequence[str],
    rejects: Iterable[Reject],
    facts: Mapping[str, Any],
) -> None:
    """Write all tables; `data.json` last, so that where it stands the data set is complete.

    Raises:
        DataError: If they cannot be written.
    """
    (folder / DATA_FACTS).unlink(missing_ok=True)
    _write_manifest(folder / "manifest.parquet", shards)
    write_atomic(folder / "labels.json", json_text({"country_codes": list(labels)}) + "\n")
    lines = io.StringIO(newline="")
    writer = csv.writer(lines, lineterminator="\n")
    writer.writerow(Reject._fields)
    writer.writerows(sorted(rejects))
    write_atomic(folder / "rejects.csv", lines.getvalue())
    write_atomic(folder / DATA_FACTS, json_text(facts, indent=2) + "\n")


def manifest_schema() -> Any:
    """Columns of `manifest.parquet`, as Arrow has them."""
    import pyarrow as pa  # noqa: PLC0415 - the base install has none

    return pa.schema([(name, getattr(pa, kind)()) for name, kind in _COLUMNS.items()])


def _write_manifest(path: Path, shards: Iterable[FinishedShard]) -> None:
    import pyarrow as pa  # noqa: PLC0415 - the base install has none
    from pyarrow import parquet  # noqa: PLC0415

    rows = [{**record, "shard": f"{shard.name}.tar"} for shard in shards for record in shard.records]
    schema = manifest_schema()
    with open_atomic(path) as file:
        parquet.write_table(pa.Table.from_pylist(rows, schema=schema), file)


def read_facts(folder: Path) -> dict[str, Any]:
    """Content of `data.json`.

    Raises:
        DataError: If the folder holds no finished data set.
    """
    if not folder.is_dir():
        raise DataError(f"{folder}: no folder there; make a data set with `triovision data prepare folder`")
    facts = read_json(folder / DATA_FACTS)
    if not isinstance(facts, dict) or "shards" not in facts:
        raise DataError(f"{folder}: holds no finished data set; run `triovision data prepare` to its end")
    if facts.get("format_version") != FORMAT_VERSION:
        raise DataError(f"{folder}: was prepared by another version of TrioVision; prepare it again")
    return facts


def find_shards(folder: Path, split: str) -> list[Path]:
    """Files of a split's shards, in order.

    Raises:
        DataError: If the folder holds no finished data set, or the split is empty.
    """
    facts = read_facts(folder)
    names = [name for name, shard in facts["shards"].items() if name.rpartition("-")[0] == split and shard["samples"]]
    if not names:
        filled = [name for name, counts in facts["splits"].items() if counts["samples"]]
        raise DataError(f"{folder}: split {split!r} has no samples; its splits are {', '.join(filled)}")
    return [folder / SHARD_FOLDER / f"{name}.tar" for name in sorted(names)]
