"""Columns of a CSV or Parquet file in batches, in constant memory; what cannot be a row is counted."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from triovision.data.manifest import require_pyarrow
from triovision.errors import DataError

__all__ = ["Ledger", "read_batches", "read_texts"]

_BLOCK_BYTES = 8 << 20
_HEADER_BYTES = 64 << 10
_PARQUET_MAGIC = b"PAR1"
_MOST_LINES = 100  # of one row; an author's name may have a few
_BATCH_ROWS = 1 << 16


class Ledger(Protocol):
    """Keeps account of rows."""

    def count(self, what: str, example: str = "", number: int = 1) -> None:
        """Count so many rows under a heading."""


def read_batches(
    path: Path, wanted: Mapping[str, Sequence[str]], ledger: Ledger, *, needs: Sequence[Sequence[str]] | None = None
) -> Iterator[Any]:
    """Read chosen columns as text, batch by batch.

    Args:
        path: UTF-8 CSV with a header, or Parquet.
        wanted: Our name of each column, and the names it may bear in the file, in any case.
        ledger: Told how many rows there are (`rows`), and how many are broken.
        needs: Groups of our names; of each group, all must be there, and one group suffices. None means all columns.

    Yields:
        `pyarrow.RecordBatch` with our names, all columns `string` without nulls; columns that the file lacks are
        not there.

    Raises:
        DataError: If the file cannot be read, or lacks a column; it names the mend.
        MissingExtraError: If pyarrow is not installed.
    """
    require_pyarrow()
    try:
        with path.open("rb") as file:
            head = file.read(_HEADER_BYTES)
    except OSError as error:
        raise DataError(f"{path}: cannot be read ({error.strerror}); check the path") from None
    groups = [list(wanted)] if needs is None else needs
    if head[:4] == _PARQUET_MAGIC:
        yield from _read_parquet(path, wanted, groups, ledger)
    else:
        yield from _read_csv(path, head, wanted, groups, ledger)


def read_texts(
    path: Path, wanted: Mapping[str, Sequence[str]], ledger: Ledger, *, needs: Sequence[Sequence[str]] | None = None
) -> Iterator[dict[str, str]]:
    """The same row by row, stripped, for tables of some hundred thousand rows; a column that is not there is blank."""
    for batch in read_batches(path, wanted, ledger, needs=needs):
        columns = [batch.column(name).to_pylist() if name in batch.schema.names else None for name in wanted]
        for index in range(batch.num_rows):
            yield {
                name: "" if column is None else column[index].strip()
                for name, column in zip(wanted, columns, strict=True)
            }


def _choose(
    path: Path, columns: Sequence[str], wanted: Mapping[str, Sequence[str]], groups: Sequence[Sequence[str]]
) -> dict[str, str]:
    """Our name by the file's name of the columns to read."""
    twice = sorted({name for name in columns if columns.count(name) > 1})
    if twice:
        raise DataError(f"{path}: column {twice[0]!r} stands twice in the header; rename one")
    by_lower = {name.strip().lower(): name for name in columns}
    found = {
        ours: by_lower[name]
        for ours, names in wanted.items()
        for name in list(names)[::-1]  # of several, the first name wins
        if name in by_lower
    }
    if not any(set(group) <= set(found) for group in groups):
        missing = [name for name in groups[0] if name not in found]
        lacking = " and ".join(" or ".join(f"`{name}`" for name in wanted[ours]) for ours in missing)
        others = "".join(f", nor {' and '.join(f'`{name}`' for name in group)}" for group in groups[1:])
        shown = ", ".join(str(name) for name in columns)[:200]
        separator = " (separated by semicolons? save it with commas)" if ";" in shown.partition(",")[0] else ""
        raise DataError(f"{path}: has no column {lacking}{others}{separator}; its columns are {shown}")
    return {theirs: ours for ours, theirs in found.items()}


def _header(path: Path, head: bytes) -> list[str]:
    line = head.splitlines()[0] if head.strip() else b""
    if not line:
        raise DataError(f"{path}: is empty; write a header and one row per line")
    try:
        return next(csv.reader([line.decode("utf-8-sig")], strict=True))
    except (UnicodeDecodeError, csv.Error):
        raise DataError(f"{path}: not UTF-8 text; save it as CSV with encoding UTF-8") from None


def _read_csv(
    path: Path,
    head: bytes,
    wanted: Mapping[str, Sequence[str]],
    groups: Sequence[Sequence[str]],
    ledger: Ledger,
) -> Iterator[Any]:
    import pyarrow as pa  # noqa: PLC0415 - the base install has none
    from pyarrow import compute  # noqa: PLC0415
    from pyarrow import csv as pa_csv  # noqa: PLC0415

    header = _header(path, head)
    names = _choose(path, header, wanted, groups)

    swallowed = 0

    def skip(row: Any) -> str:
        nonlocal swallowed
        swallowed = max(swallowed, row.text.count("\n"))
        ledger.count("rows with another number of fields than the header", f"{path.name}: {row.text}")
        ledger.count("rows")
        return "skip"

    fitting = 0
    try:
        reader = pa_csv.open_csv(
            path,
            # By position: two spellings of a header differ in blanks and in a byte order mark.
            pa_csv.ReadOptions(block_size=_BLOCK_BYTES, column_names=header, skip_rows=1),
            pa_csv.ParseOptions(newlines_in_values=True, invalid_row_handler=skip),
            pa_csv.ConvertOptions(include_columns=list(names), column_types=dict.fromkeys(names, pa.string())),
        )
        for batch in reader:
            ledger.count("rows", number=batch.num_rows)
            fitting += batch.num_rows
            for column in batch.columns:
                broken = compute.sum(compute.match_substring(column, "\n")).as_py() or 0
                # An open quotation mark swallows rows up to the next one.
                ledger.count("values with a line break; is a quotation mark missing?", path.name, broken)
            yield batch.rename_columns(list(names.values()))
    except pa.ArrowInvalid as error:
        if "UTF8" in str(error):
            raise DataError(f"{path}: not UTF-8 text; save it as CSV with encoding UTF-8") from None
        raise DataError(f"{path}: not a CSV ({_words(error)}); is a quotation mark missing?") from None
    if swallowed > _MOST_LINES:
        raise DataError(f"{path}: one value runs over {swallowed:,} lines; is a quotation mark missing?")
    if not fitting:
        raise DataError(f"{path}: holds a header but no row that fits it; write one row per line, quotes in pairs")


def _read_parquet(
    path: Path, wanted: Mapping[str, Sequence[str]], groups: Sequence[Sequence[str]], ledger: Ledger
) -> Iterator[Any]:
    import pyarrow as pa  # noqa: PLC0415 - the base install has none
    from pyarrow import compute, parquet  # noqa: PLC0415

    try:
        with parquet.ParquetFile(path) as file:
            names = _choose(path, file.schema_arrow.names, wanted, groups)
            for batch in file.iter_batches(_BATCH_ROWS, columns=list(names)):
                ledger.count("rows", number=batch.num_rows)
                texts = [compute.fill_null(batch.column(name).cast(pa.string()), "") for name in names]
                yield pa.RecordBatch.from_arrays(texts, list(names.values()))
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError, pa.ArrowTypeError, OSError) as error:
        raise DataError(f"{path}: not a Parquet file that can be read ({_words(error)}); write it again") from None


def _words(error: Exception) -> str:
    return str(error).splitlines()[0][:160]
