"""Shards: WebDataset tars, written whole or not at all, and read again.

Beside every `train-00000.tar` stands `train-00000.json`: the fingerprint of what the shard was to hold, the hash of
the tar, its samples and the photos that turned out unreadable. By it a later run knows that the shard is finished.
"""

from __future__ import annotations

import hashlib
import io
import json
import re
import tarfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, NamedTuple

from triovision.data.encode import JPEG_QUALITY, EncodedPhoto
from triovision.data.files import PARTIAL_SUFFIX, json_text, open_atomic, read_json, write_atomic
from triovision.data.records import SPLITS, Reject, Sample
from triovision.data.splits import seeded_order
from triovision.errors import DataError

__all__ = [
    "SHARD_FOLDER",
    "FinishedShard",
    "ShardPlan",
    "ShardSample",
    "add_to_tar",
    "hash_file",
    "plan_shards",
    "read_finished",
    "read_shard",
    "remove_strangers",
    "write_shard",
]

SHARD_FOLDER = "shards"
_SHARD_FILE = re.compile(
    rf"(?:{'|'.join(SPLITS)})-\d{{5}}\.(?:tar|json)(?:(?:\.[0-9a-f]{{8}})?{re.escape(PARTIAL_SUFFIX)})?"
)

# Part of the fingerprint: a version that writes other bytes must count up.
_WRITER_VERSION = 1


@dataclass(frozen=True, slots=True)
class ShardPlan:
    """What one shard shall hold.

    Attributes:
        name: `train-00000`.
        samples: In the order of the tar.
        fingerprint: SHA-256 over all that its bytes depend on.
    """

    name: str
    samples: tuple[Sample, ...]
    fingerprint: str


class FinishedShard(NamedTuple):
    """What a written shard holds: its name, records as in the tar, unreadable photos, SHA-256 of the tar."""

    name: str
    records: list[dict[str, Any]]
    rejects: list[Reject]
    sha256: str


class ShardSample(NamedTuple):
    """One sample as read from a shard: its record, and the JPEG."""

    record: dict[str, Any]
    jpeg: bytes


def plan_shards(samples: Iterable[Sample], shard_size: int, short_side_px: int, seed: int) -> list[ShardPlan]:
    """Deal samples out to shards.

    Their order is random but fixed by the seed, so that every shard is a mixture of countries and sources.

    Args:
        samples: With split and hash.
        shard_size: Samples per shard, at most.
        short_side_px: Of the prepared photos.
        seed: Decides the order.
    """
    plans = []
    ordered = sorted(samples, key=lambda sample: seeded_order(seed, sample.sha256))
    for split in SPLITS:
        members = [sample for sample in ordered if sample.split == split]
        for index, start in enumerate(range(0, len(members), shard_size)):
            part = tuple(members[start : start + shard_size])
            facts = [_WRITER_VERSION, short_side_px, JPEG_QUALITY, [sample.as_record() for sample in part]]
            fingerprint = hashlib.sha256(json_text(facts).encode()).hexdigest()
            plans.append(ShardPlan(f"{split}-{index:05d}", part, fingerprint))
    return plans


def write_shard(
    folder: Path, plan: ShardPlan, encoded: Iterable[tuple[Sample, EncodedPhoto | Reject]]
) -> FinishedShard:
    """Write one shard and the note that it is finished.

    Args:
        folder: Of the shards.
        plan: What it shall hold.
        encoded: The plan's samples in order, each with its photo or why it has none.

    Raises:
        DataError: If it cannot be written.
    """
    records: list[dict[str, Any]] = []
    rejects: list[Reject] = []
    path = folder / f"{plan.name}.tar"
    with open_atomic(path) as file, tarfile.open(fileobj=file, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        for sample, photo in encoded:
            if isinstance(photo, Reject):
                rejects.append(photo)
                continue
            record = {**sample.as_record(), "width_px": photo.width_px, "height_px": photo.height_px}
            records.append(record)
            add_to_tar(tar, f"{sample.sample_id}.jpg", photo.jpeg)
            add_to_tar(tar, f"{sample.sample_id}.json", json_text(record).encode())
    finished = FinishedShard(plan.name, records, rejects, hash_file(path))
    note = {
        "fingerprint": plan.fingerprint,
        "sha256": finished.sha256,
        "samples": records,
        "rejects": rejects,
    }
    write_atomic(folder / f"{plan.name}.json", json_text(note))
    return finished


def add_to_tar(tar: tarfile.TarFile, name: str, content: bytes) -> None:
    """Add a file to a tar."""
    # TarInfo's own defaults leave owner and time at zero, so the bytes tell nothing of this machine.
    entry = tarfile.TarInfo(name)
    entry.size = len(content)
    tar.addfile(entry, io.BytesIO(content))


def hash_file(path: Path) -> str:
    """SHA-256 of a file in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def read_finished(folder: Path, plan: ShardPlan) -> FinishedShard | None:
    """The shard as an earlier run left it, None unless it is finished, undamaged and of this plan."""
    note = read_json(folder / f"{plan.name}.json")
    if not isinstance(note, dict) or note.get("fingerprint") != plan.fingerprint:
        return None
    path = folder / f"{plan.name}.tar"
    try:
        if hash_file(path) != note["sha256"]:
            return None
        rejects = [Reject(*reject) for reject in note["rejects"]]
        return FinishedShard(plan.name, note["samples"], rejects, note["sha256"])
    except (OSError, KeyError, TypeError):
        return None


def remove_strangers(folder: Path, names: Iterable[str]) -> None:
    """Remove shards of an earlier plan and unfinished files; nothing that does not bear a shard's name.

    Args:
        folder: Of the shards.
        names: Of the shards that are wanted.
    """
    wanted = {f"{name}.{suffix}" for name in names for suffix in ("tar", "json")}
    for path in sorted(folder.iterdir()):
        if _SHARD_FILE.fullmatch(path.name) and path.name not in wanted:
            path.unlink()


def read_shard(path: Path) -> Iterator[ShardSample]:
    """Samples of a shard, in order, one at a time.

    Raises:
        DataError: If the file is missing or damaged.
    """
    try:
        with path.open("rb") as file:
            yield from _read_pairs(file)
    except (OSError, ValueError, KeyError, tarfile.TarError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise DataError(
            f"{path}: missing or damaged ({reason}); run `triovision data prepare` with the same options again"
        ) from None


def _read_pairs(file: IO[bytes]) -> Iterator[ShardSample]:
    with tarfile.open(fileobj=file, mode="r:") as tar:
        jpegs: dict[str, bytes] = {}
        for entry in tar:
            content = tar.extractfile(entry)
            if content is None:
                raise ValueError(f"{entry.name} is not a file")
            key, _, suffix = entry.name.partition(".")
            if suffix == "jpg":
                jpegs[key] = content.read()
            else:
                yield ShardSample(json.loads(content.read()), jpegs.pop(key))
