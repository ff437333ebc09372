"""The tables of GLDv2 and the countries of its landmarks -> one catalogue, in bounded memory."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from triovision.errors import DataError

__all__ = ["Rows", "WordColumn", "parse_ids", "read_columns", "read_photos"]

_BLOCK_BYTES = 8 * 1024 * 1024
_ID_CHARACTERS = 16

# Value of each ASCII hexadecimal digit, 16 for every other byte. Ids are written in lower case.
_NO_DIGIT = 16
_DIGITS = np.full(256, _NO_DIGIT, np.uint8)
_DIGITS[np.frombuffer(b"0123456789abcdef", np.uint8)] = np.arange(16)


class Rows(NamedTuple):
    """Some rows of a CSV: a binary array per column, and how many rows could not be read."""

    columns: tuple[Any, ...]
    unreadable: int


def read_columns(path: Path, names: Sequence[str], *, header: bool = True) -> Iterator[Rows]:
    """Columns of a CSV, a few thousand rows at a time, as bytes: authors and titles are in every encoding.

    Args:
        path: The table.
        names: Of the columns.
        header: Whether the first row has the names; else the file has these columns and no others.

    Raises:
        DataError: If it cannot be read, or lacks a column.
    """
    import pyarrow as pa  # noqa: PLC0415
    from pyarrow import csv  # noqa: PLC0415

    bad = [0]

    def skip(_: Any) -> str:
        bad[0] += 1
        return "skip"

    try:
        with csv.open_csv(
            path,
            read_options=csv.ReadOptions(block_size=_BLOCK_BYTES, column_names=None if header else list(names)),
            parse_options=csv.ParseOptions(newlines_in_values=header, invalid_row_handler=skip),
            convert_options=csv.ConvertOptions(
                include_columns=list(names), column_types=dict.fromkeys(names, pa.binary()), strings_can_be_null=False
            ),
        ) as reader:
            for batch in reader:
                yield Rows(tuple(batch.column(name) for name in names), bad[0])
                bad[0] = 0
    except FileNotFoundError:
        raise DataError(f"{path}: no such file; fetch it with `triovision data download gldv2`") from None
    except (OSError, pa.ArrowException, KeyError) as error:
        raise DataError(f"{path}: cannot be used ({_reason(error, names)}); fetch it again") from None
    if bad[0]:
        yield Rows(tuple(pa.array([], pa.binary()) for _ in names), bad[0])


def _reason(error: Exception, names: Sequence[str]) -> str:
    text = str(error).splitlines()[0][:150]
    return f"it needs the columns {', '.join(names)}; {text}" if "include_columns" in text else text


def parse_ids(texts: Any) -> tuple[NDArray[np.uint64], NDArray[np.bool_]]:
    """Photo ids as numbers, and which of them are ids: 16 hexadecimal digits.

    Args:
        texts: A binary array.
    """
    import pyarrow as pa  # noqa: PLC0415
    import pyarrow.compute as pc  # noqa: PLC0415

    right = pc.equal(pc.binary_length(texts), _ID_CHARACTERS)
    fixed = pc.if_else(right, texts, pa.scalar(b"z" * _ID_CHARACTERS, texts.type)).cast(pa.binary(_ID_CHARACTERS))
    letters = np.frombuffer(fixed.buffers()[1], np.uint8)[fixed.offset * _ID_CHARACTERS :]
    digits = _DIGITS[letters[: len(fixed) * _ID_CHARACTERS].reshape(-1, _ID_CHARACTERS)]
    valid = np.asarray((digits < _NO_DIGIT).all(axis=1), np.bool_)
    octets = (digits[:, ::2] << 4 | digits[:, 1::2] & 0x0F).astype(np.uint8)
    return np.ascontiguousarray(octets).view(">u8").ravel().astype(np.uint64), valid


class WordColumn:
    """A column of words that is filled piece by piece: a number per row, and the words once."""

    def __init__(self, rows: int) -> None:
        self.codes = np.full(rows, -1, np.int32)
        self._numbers: dict[bytes, int] = {}

    def put(self, rows: NDArray[np.int64], values: Any) -> None:
        """Set the words of some rows.

        Args:
            rows: Which.
            values: A binary array.
        """
        pieces = values.dictionary_encode()
        numbers = [self._numbers.setdefault(word, len(self._numbers)) for word in pieces.dictionary.to_pylist()]
        self.codes[rows] = np.array(numbers, np.int32)[pieces.indices.to_numpy()] if len(rows) else 0

    def words(self) -> list[str]:
        """The words, by their number."""
        return [word.decode("utf-8", "replace").strip() for word in self._numbers]

    def to_arrow(self) -> Any:
        """The column, null where no word was set or it is blank."""
        return make_words(self.codes, self.words())


def make_words(codes: NDArray[np.int32], words: Sequence[str]) -> Any:
    """A column of words by their number; -1 and blank words are null."""
    import pyarrow as pa  # noqa: PLC0415

    unique = sorted(set(words) - {""})
    place = {word: number for number, word in enumerate(unique)}
    numbers = np.array([place.get(word, -1) for word in words] + [-1], np.int32)[codes]
    indices = pa.array(numbers, mask=numbers < 0)
    return pa.DictionaryArray.from_arrays(indices, pa.array(unique, pa.large_string()))


class Photos(NamedTuple):
    """The photos of `train.csv`, sorted by id, each once."""

    ids: NDArray[np.uint64]
    landmarks: NDArray[np.int32]
    landmark_words: list[str]
    contradicted: NDArray[np.bool_]
    problems: list[str]


def read_photos(path: Path) -> Photos:
    """Photos and their landmarks.

    Args:
        path: `train.csv`.

    Raises:
        DataError: If it cannot be used.
    """
    parts: list[NDArray[np.uint64]] = []
    landmarks: list[NDArray[np.int32]] = []
    words = WordColumn(0)
    unreadable = 0
    for (texts, names), bad in read_columns(path, ("id", "landmark_id")):
        ids, valid = parse_ids(texts)
        piece = WordColumn(len(ids))
        piece._numbers = words._numbers  # noqa: SLF001 - one dictionary for all pieces
        piece.put(np.arange(len(ids)), names)
        parts.append(ids[valid])
        landmarks.append(piece.codes[valid])
        unreadable += bad + int((~valid).sum())
    ids = np.concatenate([np.empty(0, np.uint64), *parts])
    codes = np.concatenate([np.empty(0, np.int32), *landmarks])
    if not len(ids):
        raise DataError(f"{path}: names no photo; fetch it again")
    order = np.argsort(ids, kind="stable")
    ids, codes = ids[order], codes[order]
    first = np.r_[True, ids[1:] != ids[:-1]]
    group = np.cumsum(first) - 1
    differs = codes != codes[first][group]
    contradicted = np.zeros(int(first.sum()), np.bool_)
    contradicted[group[differs]] = True
    problems = []
    if unreadable:
        problems.append(f"{path.name}: {unreadable:,} rows are no photo id and landmark; they are passed over")
    if len(ids) > len(contradicted):
        problems.append(
            f"{path.name}: {len(ids) - len(contradicted):,} rows name a photo again (first: "
            f"{ids[~first][0]:016x}); {int(contradicted.sum()):,} photos have two landmarks and are left out"
        )
    return Photos(ids[first], codes[first], words.words(), contradicted, problems)
