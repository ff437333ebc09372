"""What is known of each photo before it is opened: one Arrow table, a row per photo.

Words that repeat (countries, landmarks, licences, authors, reasons) are dictionaries, so four million photos take some
hundred megabytes and not some gigabytes of Python objects.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["COLUMNS", "WORDS", "CatalogueWriter", "codes_of", "has_word", "make_catalogue", "take_words", "words_of"]

# Null where unknown; `reject` holds why the photo is left out, null where it is wanted.
WORDS = ("country_code", "landmark", "source", "collection", "licence", "author", "split", "reject")
COLUMNS = ("photo", *WORDS, "latitude", "longitude")

_ROWS_PER_BATCH = 16_384


def make_catalogue(columns: Mapping[str, Any], rows: int) -> Any:
    """A catalogue of columns; the ones that are missing are null throughout.

    Args:
        columns: By name; arrays, or anything that Arrow takes for one.
        rows: How many photos.

    Returns:
        A table, each column in one piece.
    """
    import pyarrow as pa  # noqa: PLC0415

    arrays = []
    for name in COLUMNS:
        kind = _kind(name)
        column = columns.get(name)
        if column is None:
            column = pa.nulls(rows, kind)
        elif not isinstance(column, pa.Array | pa.ChunkedArray):
            column = pa.array(column)
        arrays.append(_encode(column, kind))
    table = pa.table(dict(zip(COLUMNS, arrays, strict=True)))
    return table.unify_dictionaries().combine_chunks()


class CatalogueWriter:
    """Collects photos one by one and keeps them as columns."""

    def __init__(self) -> None:
        self._batches: list[Any] = []
        self._waiting: dict[str, list[Any]] = {name: [] for name in COLUMNS}

    def add(self, **values: Any) -> None:
        """Add a photo; what is not given or blank is unknown."""
        for name, column in self._waiting.items():
            value = values.get(name)
            column.append(None if value == "" else value)
        if len(self._waiting["photo"]) == _ROWS_PER_BATCH:
            self._flush()

    def finish(self) -> Any:
        """The catalogue."""
        import pyarrow as pa  # noqa: PLC0415

        self._flush()
        return pa.concat_tables(self._batches).unify_dictionaries().combine_chunks()

    def _flush(self) -> None:
        import pyarrow as pa  # noqa: PLC0415

        arrays = {name: _encode(pa.array(values, _plain(name)), _kind(name)) for name, values in self._waiting.items()}
        self._batches.append(pa.table(arrays))
        self._waiting = {name: [] for name in COLUMNS}


def _plain(name: str) -> Any:
    import pyarrow as pa  # noqa: PLC0415

    return pa.float64() if name in {"latitude", "longitude"} else pa.large_string()


def _kind(name: str) -> Any:
    import pyarrow as pa  # noqa: PLC0415

    return pa.dictionary(pa.int32(), pa.large_string()) if name in WORDS else _plain(name)


def _encode(column: Any, kind: Any) -> Any:
    import pyarrow as pa  # noqa: PLC0415

    if not pa.types.is_dictionary(kind) or pa.types.is_dictionary(column.type):
        return column.cast(kind)
    return column.cast(kind.value_type).dictionary_encode().cast(kind)


def codes_of(catalogue: Any, name: str) -> NDArray[np.int32]:
    """Of a column of words, the number of each row's word; -1 where there is none."""
    column = _piece(catalogue, name)
    codes: NDArray[np.int32] = column.indices.fill_null(-1).to_numpy(zero_copy_only=False)
    return codes


def words_of(catalogue: Any, name: str) -> list[str]:
    """The words of a column, by their number."""
    words: list[str] = _piece(catalogue, name).dictionary.to_pylist()
    return words


def has_word(catalogue: Any, name: str) -> NDArray[np.bool_]:
    """Which rows have a word in a column."""
    return codes_of(catalogue, name) >= 0


def take_words(catalogue: Any, name: str, rows: NDArray[np.int64]) -> Any:
    """Words of some rows of a column, as an Arrow array of strings; blank where there is none."""
    import pyarrow as pa  # noqa: PLC0415

    column = _piece(catalogue, name)
    # Arrow's own cast would look at every word of the dictionary.
    return column.dictionary.take(column.indices.take(pa.array(rows))).cast(pa.string()).fill_null("")


def _piece(catalogue: Any, name: str) -> Any:
    import pyarrow as pa  # noqa: PLC0415

    column = catalogue.column(name)
    if isinstance(column, pa.ChunkedArray):
        return column.chunk(0) if column.num_chunks else pa.array([], _kind(name))
    return column
