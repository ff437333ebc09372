"""Which shard holds what, and writing it: the same tars that `prepare folder` writes."""

from __future__ import annotations

import hashlib
import tarfile
import zlib
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from triovision.data.files import json_text, open_atomic, read_json, write_atomic
from triovision.data.records import SPLITS
from triovision.data.shards import add_to_tar, hash_file
from triovision.data.stream.catalogue import take_words
from triovision.data.stream.chunks import blob_path
from triovision.data.stream.decide import Decisions, seeded_numbers
from triovision.data.stream.encode import JPEG_QUALITY
from triovision.data.stream.outcomes import Outcomes
from triovision.errors import DataError

__all__ = ["ShardResult", "ShardTask", "check_shard", "make_records", "plan_shards", "write_shard"]

# Part of every fingerprint: a version that writes other bytes must count up.
_VERSION = 2
_ID_CHARACTERS = 16  # 64 bits, as in Google Landmarks v2


class ShardPlan(NamedTuple):
    """Lines of the photos that one shard holds, in the order of the tar."""

    name: str
    lines: NDArray[np.int64]


class ShardTask(NamedTuple):
    """One shard to be checked or written, with all that a worker on another machine needs.

    Attributes:
        name: `train-00000`.
        folder: Of the shards.
        journal: Where the prepared photos lie.
        records: An Arrow table, a row per sample, in the order of the tar.
        chunks: Names of the chunks that hold the samples.
        chunk: int32 [n]: which of them holds each sample.
        offset: int64 [n]: where the sample's JPEG begins.
        size_bytes: int32 [n]: of the JPEG.
        crc32: uint32 [n]: of the JPEG.
        short_side_px: Of the JPEGs.
    """

    name: str
    folder: str
    journal: str
    records: Any
    chunks: tuple[str, ...]
    chunk: NDArray[np.int32]
    offset: NDArray[np.int64]
    size_bytes: NDArray[np.int32]
    crc32: NDArray[np.uint32]
    short_side_px: int


class ShardResult(NamedTuple):
    """A shard that is finished: its name and the SHA-256 of the tar; None where it is not finished."""

    name: str
    sha256: str | None


def plan_shards(outcomes: Outcomes, decisions: Decisions, shard_size: int, seed: int) -> list[ShardPlan]:
    """Deal photos out to shards, in the order of the chunks and shuffled within each shard.

    Neighbouring chunks so fill neighbouring shards: the prepared photos of a chunk can go as soon as a few shards are
    written. GLDv2's tars mix landmarks by themselves; chunks of files are mixed when they are made.
    """
    kept = decisions.kept()
    keys = seeded_numbers(outcomes.sha256, seed)
    plans = []
    for number, split in enumerate(SPLITS):
        lines = kept[decisions.split[kept] == number]
        for index, start in enumerate(range(0, len(lines), shard_size)):
            part = lines[start : start + shard_size]
            plans.append(ShardPlan(f"{split}-{index:05d}", part[np.argsort(keys[part], kind="stable")]))
    return plans


def make_records(
    lines: NDArray[np.int64], catalogue: Any, outcomes: Outcomes, decisions: Decisions, *, photo_is_id: bool
) -> Any:
    """Records of some samples, as a table with the columns of the manifest but for the shard."""
    import pyarrow as pa  # noqa: PLC0415
    import pyarrow.compute as pc  # noqa: PLC0415

    rows = outcomes.row[lines]
    names = ("landmark", "source", "collection", "licence", "author")
    words = {name: take_words(catalogue, name, rows) for name in names}
    words["source"] = pc.if_else(pa.array(decisions.located[lines]), "gps", words["source"])
    photos = catalogue.column("photo").take(rows).cast(pa.string())
    hashes = [content.tobytes().hex() for content in outcomes.sha256[lines]]
    if photo_is_id:
        ids = [name.rpartition("/")[2].partition(".")[0] for name in photos.to_pylist()]
    else:
        ids = [text[:_ID_CHARACTERS] for text in hashes]
    codes = np.array([*decisions.country_codes, ""])[decisions.country[lines]]
    latitude, longitude = (
        pa.array(column[lines], mask=np.isnan(column[lines])) for column in (decisions.latitude, decisions.longitude)
    )
    return pa.table(
        {
            "sample_id": ids,
            "photo": photos,
            "country_code": pa.array(codes.tolist(), pa.string()),
            "landmark": words["landmark"],
            "latitude": latitude,
            "longitude": longitude,
            "source": words["source"],
            "collection": words["collection"],
            "split": np.array(SPLITS)[decisions.split[lines]].tolist(),
            "licence": words["licence"],
            "author": words["author"],
            "width_px": outcomes.width_px[lines],
            "height_px": outcomes.height_px[lines],
            "sha256": hashes,
        }
    )


def check_shard(task: ShardTask) -> ShardResult:
    """Whether an earlier run finished this shard, and nothing happened to it since."""
    note = read_json(Path(task.folder, f"{task.name}.json"))
    if not isinstance(note, dict) or note.get("fingerprint") != _fingerprint(task):
        return ShardResult(task.name, None)
    try:
        sha256 = hash_file(Path(task.folder, f"{task.name}.tar"))
    except OSError:
        return ShardResult(task.name, None)
    return ShardResult(task.name, sha256 if sha256 == note.get("sha256") else None)


def _fingerprint(task: ShardTask) -> str:
    facts = [_VERSION, task.short_side_px, JPEG_QUALITY, task.records.to_pylist()]
    return hashlib.sha256(json_text(facts).encode()).hexdigest()


def write_shard(task: ShardTask) -> ShardResult:
    """Write one shard and the note that it is finished.

    Raises:
        DataError: If a prepared photo is damaged, or the shard cannot be written.
    """
    path = Path(task.folder, f"{task.name}.tar")
    with (
        open_atomic(path, shared=True) as file,
        tarfile.open(fileobj=file, mode="w", format=tarfile.USTAR_FORMAT) as tar,
    ):
        for record, jpeg in zip(task.records.to_pylist(), _read_jpegs(task), strict=True):
            add_to_tar(tar, f"{record['sample_id']}.jpg", jpeg)
            add_to_tar(tar, f"{record['sample_id']}.json", json_text(record).encode())
    result = ShardResult(task.name, hash_file(path))
    note = {"fingerprint": _fingerprint(task), "sha256": result.sha256, "samples": len(task.records)}
    write_atomic(Path(task.folder, f"{task.name}.json"), json_text(note))
    return result


def _read_jpegs(task: ShardTask) -> list[bytes]:
    """The samples' JPEGs, read file by file and place by place, in the order of the tar."""
    jpegs = [b""] * len(task.chunk)
    order = np.lexsort((task.offset, task.chunk))
    for chunk in np.unique(task.chunk).tolist():
        path = blob_path(Path(task.journal), task.chunks[chunk])
        try:
            with path.open("rb") as file:
                for place in order[task.chunk[order] == chunk].tolist():
                    file.seek(int(task.offset[place]))
                    jpegs[place] = file.read(int(task.size_bytes[place]))
                    if zlib.crc32(jpegs[place]) != task.crc32[place]:
                        raise DataError(f"{path}: damaged; delete it and run the same command again")
        except OSError as error:
            raise DataError(f"{path}: cannot be read ({error.strerror}); run the same command again") from None
    return jpegs
