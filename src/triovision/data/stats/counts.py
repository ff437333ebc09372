"""What a prepared data set holds, counted batch by batch."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from triovision.countries import is_country_code
from triovision.data.files import read_json
from triovision.data.manifest import require_pyarrow
from triovision.data.records import SPLITS
from triovision.errors import DataError

__all__ = ["DataCounts", "count_data"]

_TEXTS = ("country_code", "split", "licence", "landmark", "collection", "source")
_PLACE = "latitude"
_BATCH = 65_536
_PREPARE_AGAIN = "make it with `triovision data prepare`"


@dataclass(slots=True)
class DataCounts:
    """Photos of a prepared data set, counted in several ways.

    Attributes:
        name: Of its folder.
        countries: Photos per country code, and per split within.
        licences: Photos per licence as stated; an empty text where none is.
        sources: Photos by how their country is known.
        collections: Photos per site or photographer.
        landmarks: How many different ones, per split; `all` over all splits.
        with_landmark: Photos that name theirs.
        with_coordinates: Photos whose coordinates are known.
        labels: Countries that a model of these data tells apart, None where labels.json does not say.
    """

    name: str
    countries: dict[str, Counter[str]] = field(default_factory=dict)
    licences: Counter[str] = field(default_factory=Counter)
    sources: Counter[str] = field(default_factory=Counter)
    collections: Counter[str] = field(default_factory=Counter)
    landmarks: dict[str, int] = field(default_factory=dict)
    with_landmark: int = 0
    with_coordinates: int = 0
    labels: int | None = None

    @property
    def photos(self) -> int:
        """In all."""
        return sum(self.per_country.values())

    @property
    def per_country(self) -> Counter[str]:
        """Photos per country code, the most first."""
        totals = {code: counts.total() for code, counts in self.countries.items()}
        return Counter(dict(sorted(totals.items(), key=lambda pair: (-pair[1], pair[0]))))

    @property
    def splits(self) -> dict[str, int]:
        """Photos per split, in the usual order."""
        totals: Counter[str] = Counter()
        for counts in self.countries.values():
            totals.update(counts)
        known = [split for split in SPLITS if totals[split]]
        return {split: totals[split] for split in [*known, *sorted(set(totals) - set(known))]}

    def rare(self, below: int) -> list[str]:
        """Codes of the countries with fewer photos than that."""
        return [code for code, count in self.per_country.items() if count < below]


def count_data(folder: Path) -> DataCounts:
    """Count what a prepared data set holds.

    Memory grows with the number of different landmarks and collections, not with the number of photos.

    Args:
        folder: That `triovision data prepare` wrote.

    Raises:
        DataError: If there is no manifest, it cannot be read, or it holds no photos or unknown countries.
        MissingExtraError: If pyarrow is not installed.
    """
    require_pyarrow()
    path = folder / "manifest.parquet"
    if not path.is_file():
        raise DataError(f"{folder}: no manifest.parquet there; {_PREPARE_AGAIN}")
    counts = DataCounts(folder.resolve().name)
    landmarks: dict[str, set[str]] = {}
    for batch in _batches(path):
        _add(counts, landmarks, batch)
    strangers = [code for code in counts.countries if not is_country_code(code)]
    if strangers or not counts.photos:
        problem = f"{strangers[0]!r} is no country code" if strangers else "it holds no photos"
        raise DataError(f"{path}: {problem}; {_PREPARE_AGAIN}")
    counts.landmarks = {split: len(names) for split, names in landmarks.items()}
    counts.landmarks["all"] = len(set().union(*landmarks.values())) if landmarks else 0
    labels = read_json(folder / "labels.json")
    codes = labels.get("country_codes") if isinstance(labels, dict) else None
    counts.labels = len(codes) if isinstance(codes, list) else None
    return counts


def _batches(path: Path) -> Iterator[Any]:
    """Tables with all columns that are counted; those that the file lacks are empty."""
    import pyarrow as pa  # noqa: PLC0415 - the base install has none
    import pyarrow.parquet as pq  # noqa: PLC0415

    try:
        with pq.ParquetFile(path) as file:
            names = file.schema_arrow.names
            if "country_code" not in names:
                raise DataError(f"{path}: has no column country_code; {_PREPARE_AGAIN}")
            wanted = [name for name in (*_TEXTS, _PLACE) if name in names]
            for batch in file.iter_batches(batch_size=_BATCH, columns=wanted):
                columns = {
                    name: batch.column(name).cast(pa.string()).fill_null("")
                    if name in wanted
                    else pa.nulls(batch.num_rows, pa.string()).fill_null("")
                    for name in _TEXTS
                }
                place = batch.column(_PLACE) if _PLACE in wanted else pa.nulls(batch.num_rows)
                yield pa.table({**columns, _PLACE: place})
    except (pa.ArrowException, OSError) as error:
        raise DataError(f"{path}: cannot be read ({str(error).splitlines()[0][:100]}); {_PREPARE_AGAIN}") from None


def _add(counts: DataCounts, landmarks: dict[str, set[str]], table: Any) -> None:
    grouped = table.group_by(["country_code", "split"]).aggregate([([], "count_all")])
    for row in grouped.to_pylist():
        counts.countries.setdefault(row["country_code"], Counter())[row["split"]] += row["count_all"]
    for name, counter in (
        ("licence", counts.licences),
        ("source", counts.sources),
        ("collection", counts.collections),
    ):
        for pair in table.column(name).combine_chunks().value_counts().to_pylist():
            counter[pair["values"]] += pair["counts"]
    places = table.group_by(["landmark", "split"]).aggregate([([], "count_all")])
    for row in places.to_pylist():
        if row["landmark"]:
            landmarks.setdefault(row["split"], set()).add(row["landmark"])
            counts.with_landmark += row["count_all"]
    counts.with_coordinates += table.num_rows - table.column(_PLACE).null_count
