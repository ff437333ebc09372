"""Photos of a CSV: one row per photo."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from triovision.data.choose import licence_problem
from triovision.data.stream.catalogue import CatalogueWriter, has_word
from triovision.data.stream.chunks import Chunk
from triovision.data.stream.file_chunks import make_file_chunks
from triovision.data.stream.options import StreamOptions
from triovision.data.stream.source import CardFacts, Seen
from triovision.data.table import RowError, iterate_csv_rows, locate_photo, make_sample
from triovision.errors import DataError

__all__ = ["CsvSource"]

_BIASES = (
    "The countries are as the table states them; nobody checked them.",
    "Photos of one photographer or site may stand on both sides of the split unless they share a landmark or a place.",
)


class CsvSource:
    """Photos of a CSV.

    Args:
        path: Columns `photo`, and `country_code` or `country`, or `latitude` and `longitude`; optional `source,
            landmark, licence, author` (or `origin`)`, split`. A row without a country gets it from its coordinates,
            or from the photo's own.
        options: Whether only free licences are wanted.

    Raises:
        DataError: If the table as a whole cannot be used.
    """

    photo_is_id = False

    def __init__(self, path: Path, options: StreamOptions) -> None:
        self.name = str(path)
        self.problems: list[str] = []
        self._folder = path.parent
        self.catalogue = self._read(path, options)
        self.seen = Seen(np.ones(len(self.catalogue), np.bool_))
        self.card = CardFacts(
            f"Photos of {path.name}",
            f"The photos that `{path.name}` lists, with the country, landmark, licence and author that it states. "
            "Where it states no country, the coordinates decide, by the borders of Natural Earth.",
            _BIASES,
        )

    def _read(self, path: Path, options: StreamOptions) -> Any:
        required = (("photo",), ("country_code", "country", "latitude"))
        has_splits = any(row.get("split") for row in iterate_csv_rows(path, required))
        writer = CatalogueWriter()
        for row in iterate_csv_rows(path, required):
            try:
                sample = make_sample(row, has_splits=has_splits, needs_country=False)
            except RowError as error:
                writer.add(photo=row["photo"] or "(blank)", reject=str(error))
                continue
            writer.add(
                photo=sample.photo,
                country_code=sample.country_code,
                landmark=sample.landmark,
                source="label" if sample.country_code else "",
                collection=sample.collection,
                licence=sample.licence,
                author=sample.author,
                split=sample.split,
                latitude=sample.latitude,
                longitude=sample.longitude,
                reject=licence_problem(sample.licence) if options.free_licences_only else "",
            )
        catalogue = writer.finish()
        _check_unique(path, catalogue)
        return catalogue

    def expected(self) -> int:
        """How many photos the chunks hold."""
        return int((~has_word(self.catalogue, "reject")).sum())

    def chunks(self, options: StreamOptions) -> Iterator[Chunk]:
        """All chunks."""
        return make_file_chunks(self.catalogue, lambda name: locate_photo(self._folder, name), options)


def _check_unique(path: Path, catalogue: Any) -> None:
    import pyarrow.compute as pc  # noqa: PLC0415

    counts = pc.value_counts(catalogue.column("photo"))
    twice = counts.filter(pc.greater(counts.field("counts"), 1)).field("values")
    named = [name for name in twice.to_pylist() if name != "(blank)"]
    if named:
        raise DataError(
            f"{path}: {len(named)} photos stand in more than one row, first {min(named)!r}; keep one row per photo"
        )
