"""Reads a prepared data set: manifest, labels, and the shards' photos into memory.

OUT/manifest.parquet                 one row per sample
OUT/labels.json                      {"country_codes": [...]}: the code of each label
OUT/data.json                        among others the data_hash
OUT/shards/{split}-{index:05d}.tar   <sample_id>.jpg and <sample_id>.json
"""

from __future__ import annotations

import dataclasses
import io
import json
import tarfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from triovision.countries import is_country_code
from triovision.errors import DataError

__all__ = ["PREPARE_AGAIN", "Samples", "check_samples", "read_images", "read_samples"]

_COLUMNS = ("sample_id", "country_code", "landmark", "collection", "split", "licence", "shard")
PREPARE_AGAIN = "prepare the data again with `triovision data prepare`"


@dataclass(frozen=True, slots=True, eq=False)
class Samples:
    """The table of a prepared data set, in the manifest's order.

    Attributes:
        folder: Where it lies.
        country_codes: Code per label, length classes.
        data_hash: Names the data set's content.
        sample_ids: Per sample.
        labels: int64 [n].
        landmarks: Key of the landmark per sample; empty where unknown.
        collections: Photographer or site per sample; the key that cross-validation keeps together.
        splits: `train`, `val` or `test` per sample.
        licences: Per sample; empty where unstated.
        shards: Name of the tar file per sample.
    """

    folder: Path
    country_codes: tuple[str, ...]
    data_hash: str
    sample_ids: NDArray[np.str_]
    labels: NDArray[np.int64]
    landmarks: NDArray[np.str_]
    collections: NDArray[np.str_]
    splits: NDArray[np.str_]
    licences: NDArray[np.str_]
    shards: NDArray[np.str_]

    def __len__(self) -> int:
        return len(self.sample_ids)

    def take(self, rows: NDArray[np.intp]) -> Samples:
        """The samples of some rows, in that order."""
        columns = {
            field.name: getattr(self, field.name)[rows]
            for field in dataclasses.fields(self)
            if field.name not in ("folder", "country_codes", "data_hash")
        }
        return dataclasses.replace(self, **columns)

    def of_splits(self, *splits: str) -> Samples:
        """The samples of some splits."""
        return self.take(np.flatnonzero(np.isin(self.splits, splits)))


def read_samples(folder: Path) -> Samples:
    """Read the table of a prepared data set.

    Samples of countries without a label (too rare to be learned) are left out.

    Raises:
        DataError: If a file is missing or malformed, or no sample's country has a label.
    """
    codes = _country_codes(folder)
    columns = _manifest_columns(folder)
    labels = _labels(folder, columns, codes)
    known = np.flatnonzero(labels >= 0)
    if len(labels) and not len(known):
        raise DataError(
            f"{folder}: no country of manifest.parquet is in labels.json, which belongs to other data; {PREPARE_AGAIN}"
        )
    texts = {name: _strings(column)[known] for name, column in columns.items() if name != "country_code"}
    return Samples(
        folder=folder,
        country_codes=codes,
        data_hash=str(_read_json(folder / "data.json").get("data_hash", "unknown")),
        sample_ids=texts["sample_id"],
        labels=labels[known],
        landmarks=texts["landmark"],
        collections=texts["collection"],
        splits=texts["split"],
        licences=texts["licence"],
        shards=texts["shard"],
    )


class _Column(NamedTuple):
    """A column of texts: the different ones, and which of them each row has. Millions of rows stay small so."""

    words: list[str]
    rows: NDArray[np.integer]


def _manifest_columns(folder: Path) -> dict[str, _Column]:
    import pyarrow as pa  # noqa: PLC0415 - the train extra
    import pyarrow.parquet as pq  # noqa: PLC0415

    path = folder / "manifest.parquet"
    if not path.is_file():
        raise DataError(f"{folder}: no manifest.parquet there; make it with `triovision data prepare`")
    try:
        with pq.ParquetFile(path) as file:
            missing = [column for column in _COLUMNS if column not in file.schema_arrow.names]
            if missing:
                raise DataError(f"{path}: columns missing: {', '.join(missing)}; {PREPARE_AGAIN}")
            columns = {column: _read_column(file, column) for column in _COLUMNS}
    except (pa.ArrowException, OSError) as error:
        raise DataError(f"{path}: cannot be read ({str(error).splitlines()[0][:100]}); {PREPARE_AGAIN}") from None
    shards = columns["shard"]
    columns["shard"] = _Column([Path(word).name for word in shards.words], shards.rows)
    return columns


def _read_column(file: Any, name: str) -> _Column:
    import pyarrow as pa  # noqa: PLC0415 - the train extra

    texts = file.read(columns=[name]).column(0).cast(pa.string()).fill_null("")
    encoded = texts.dictionary_encode().unify_dictionaries()
    if not encoded.num_chunks:
        return _Column([], np.zeros(0, np.int32))
    rows = np.concatenate([chunk.indices.to_numpy() for chunk in encoded.chunks])
    return _Column(encoded.chunk(0).dictionary.to_pylist(), rows)


def _strings(column: _Column) -> NDArray[np.str_]:
    texts: NDArray[np.str_] = np.array(column.words or [""], dtype=np.str_)[column.rows]
    return texts


def _labels(folder: Path, columns: Mapping[str, _Column], codes: Sequence[str]) -> NDArray[np.int64]:
    """Label per row, -1 for a country without one."""
    words, rows = columns["country_code"]
    label_of = {code: label for label, code in enumerate(codes)}
    for index, word in enumerate(words):
        if word not in label_of and not is_country_code(word):
            ids = columns["sample_id"]
            sample_id = ids.words[ids.rows[np.flatnonzero(rows == index)[0]]]
            raise DataError(
                f"{folder / 'manifest.parquet'}: sample {sample_id} has the country code {word!r}, which no country "
                f"has; {PREPARE_AGAIN}"
            )
    labels = np.array([label_of.get(word, -1) for word in words] or [-1], dtype=np.int64)
    result: NDArray[np.int64] = labels[rows]
    return result


def _country_codes(folder: Path) -> tuple[str, ...]:
    codes = _read_json(folder / "labels.json").get("country_codes")
    if not isinstance(codes, list) or not codes or not all(isinstance(code, str) for code in codes):
        raise DataError(f"{folder / 'labels.json'}: holds no list country_codes; {PREPARE_AGAIN}")
    strangers = sorted({code for code in codes if not is_country_code(code) or codes.count(code) > 1})
    if strangers:
        raise DataError(
            f"{folder / 'labels.json'}: no country codes, or twice: {', '.join(strangers[:5])}; {PREPARE_AGAIN}"
        )
    return tuple(codes)


def _read_json(path: Path) -> dict[str, Any]:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        raise DataError(f"{path}: missing or not JSON; {PREPARE_AGAIN}") from None
    if not isinstance(content, dict):
        raise DataError(f"{path}: not a JSON object; {PREPARE_AGAIN}")
    return content


def check_samples(samples: Samples, what: str) -> None:
    """Refuse samples that nothing can be learned from, before an hour is lost.

    Args:
        samples: Those to be trained on.
        what: What messages call them.

    Raises:
        DataError: If there are none, or all are of one country.
    """
    if not len(samples):
        raise DataError(f"{samples.folder}: {what} is empty; prepare more photos, or other split shares")
    present = np.unique(samples.labels)
    if len(present) == 1:
        code = samples.country_codes[int(present[0])]
        raise DataError(
            f"{samples.folder}: {what} holds photos of one country only ({code}); there is nothing to tell apart"
        )


def read_images(
    samples: Samples, progress: Callable[[int, int], None] = lambda _done, _all: None
) -> list[NDArray[np.uint8]]:
    """Decode the samples' photos into memory, once.

    Args:
        samples: Which.
        progress: Called with samples done and samples in all.

    Returns:
        One image per sample, uint8 [height, width, 3], in the samples' order.

    Raises:
        DataError: If a shard or a photo in it is missing or broken.
    """
    row_of = {sample_id: row for row, sample_id in enumerate(samples.sample_ids)}
    images: dict[int, NDArray[np.uint8]] = {}
    for name in sorted(set(samples.shards)):
        for sample_id, photo in _shard_photos(samples.folder / "shards" / name):
            row = row_of.get(sample_id)
            if row is not None:
                images[row] = _decode(photo, f"{name}/{sample_id}.jpg")
                progress(len(images), len(samples))
    missing: Sequence[str] = [str(name) for row, name in enumerate(samples.sample_ids) if row not in images]
    if missing:
        raise DataError(
            f"{samples.folder / 'shards'}: {len(missing)} samples of the manifest are in no shard "
            f"(first: {missing[0]}); {PREPARE_AGAIN}"
        )
    return [images[row] for row in range(len(samples))]


def _shard_photos(path: Path) -> Iterator[tuple[str, bytes]]:
    try:
        with tarfile.open(path) as shard:
            for member in shard:
                stem, dot, extension = member.name.rpartition(".")
                file = shard.extractfile(member) if dot and extension == "jpg" else None
                if file is not None:
                    yield stem, file.read()
    except (tarfile.TarError, OSError, EOFError) as error:
        raise DataError(f"{path}: shard missing or corrupt ({error}); {PREPARE_AGAIN}") from None


def _decode(photo: bytes, name: str) -> NDArray[np.uint8]:
    try:
        with Image.open(io.BytesIO(photo)) as opened:
            return np.asarray(opened.convert("RGB"))
    except (OSError, ValueError, SyntaxError) as error:
        raise DataError(f"{name}: photo in the shard is corrupt ({error}); {PREPARE_AGAIN}") from None
