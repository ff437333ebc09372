"""Photos out of shards: by name, decoded, and whether the shards are what they should be."""

from __future__ import annotations

import hashlib
import json
import os
import tarfile
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Lock
from typing import IO, Any, Literal, NamedTuple, overload

import numpy as np
from numpy.typing import NDArray

from triovision.errors import DataError, PhotoError
from triovision.photo import Photo, read_photo
from triovision.training.prepared import PREPARE_AGAIN, Samples

__all__ = ["ShardImages", "ShardReader", "check_shards", "decode_photo"]

_HASHING_THREADS = 4
_OPEN_FOR_IMAGES = 4
_END_BYTES = 1024  # a tar ends with two blocks of zeros


class _Open(NamedTuple):
    """An open shard, and where in it the photo of a sample is: offset and size in bytes."""

    file: IO[bytes]
    photos: dict[str, tuple[int, int]]


class ShardReader:
    """Reads photos out of shards by sample id; any thread may call it, and any process it was copied to.

    Args:
        folder: Of the shards.
        keep: How many are kept open.
    """

    def __init__(self, folder: Path, keep: int) -> None:
        self._folder, self._keep = folder, keep
        self._open: OrderedDict[str, _Open] = OrderedDict()
        self._lock = Lock()
        self._process = os.getpid()

    def __getstate__(self) -> tuple[Path, int]:
        return self._folder, self._keep

    def __setstate__(self, state: tuple[Path, int]) -> None:
        self.__init__(*state)  # type: ignore[misc] # files stay behind, so it is made anew

    def __del__(self) -> None:
        self.close()

    def close(self) -> None:
        """Close all shards; reading opens them again."""
        for opened in self._open.values():
            opened.file.close()
        self._open.clear()

    def read(self, shard: str, sample_id: str) -> bytes:
        """The JPEG of a sample.

        Raises:
            DataError: If the shard is missing or damaged, or holds no such sample.
        """
        if self._process != os.getpid():
            # A forked process would share the positions in the parent's files, and its lock.
            self.close()
            self._lock, self._process = Lock(), os.getpid()
        path = self._folder / shard
        with self._lock:
            opened = self._get(shard)
            if sample_id not in opened.photos:
                raise DataError(f"{path}: holds no {sample_id}.jpg, which manifest.parquet names; {PREPARE_AGAIN}")
            offset, size = opened.photos[sample_id]
            try:
                opened.file.seek(offset)
                photo = opened.file.read(size)
            except OSError as error:
                raise DataError(f"{path}: cannot be read ({error.strerror}); {PREPARE_AGAIN}") from None
        if len(photo) < size:
            raise DataError(f"{path}: ends within {sample_id}.jpg; {PREPARE_AGAIN}")
        return photo

    def _get(self, shard: str) -> _Open:
        if shard not in self._open:
            self._open[shard] = _open(self._folder / shard)
            if len(self._open) > self._keep:
                _, oldest = self._open.popitem(last=False)
                oldest.file.close()
        self._open.move_to_end(shard)
        return self._open[shard]


def _open(path: Path) -> _Open:
    try:
        file = path.open("rb")
    except OSError as error:
        raise DataError(f"{path}: shard missing or unreadable ({error.strerror}); {PREPARE_AGAIN}") from None
    _read_ahead(file)
    photos = {}
    try:
        with tarfile.open(fileobj=file, mode="r:") as tar:
            for member in tar:
                stem, _, extension = member.name.rpartition(".")
                if extension == "jpg" and member.isreg():
                    photos[stem] = (member.offset_data, member.size)
    except (tarfile.TarError, OSError) as error:
        file.close()
        after = f" after {next(reversed(photos))}.jpg" if photos else ""
        raise DataError(f"{path}: shard corrupt{after} ({error}); {PREPARE_AGAIN}") from None
    return _Open(file, photos)


def _read_ahead(file: IO[bytes]) -> None:
    """Tell the system that all of the file will be wanted: one long read instead of a thousand short ones."""
    if hasattr(os, "posix_fadvise"):
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_WILLNEED)


def decode_photo(data: bytes, shard: str, sample_id: str, short_side_px: int | None = None) -> Photo:
    """Decode a photo out of a shard, as serving does, but strictly.

    Args:
        data: The JPEG.
        shard: Where it is from.
        sample_id: Whose it is.
        short_side_px: Decode at the smallest scale whose short side is not below this; None for full size.

    Raises:
        DataError: If it is damaged.
    """
    name = f"{shard}/{sample_id}.jpg"
    try:
        photo = read_photo(data, short_side_px=short_side_px, name=name)
    except PhotoError as error:
        raise DataError(f"{name}: photo in the shard is corrupt ({error.problem}); {PREPARE_AGAIN}") from None
    if photo.warnings:
        raise DataError(f"{name}: photo in the shard is corrupt ({photo.warnings[0]}); {PREPARE_AGAIN}")
    return photo


class ShardImages(Sequence[NDArray[np.uint8]]):
    """The images of samples, each decoded when it is asked for; quick only near where the last one was.

    Args:
        samples: Whose.
    """

    def __init__(self, samples: Samples) -> None:
        self._shards, self._sample_ids = samples.shards, samples.sample_ids
        self._reader = ShardReader(samples.folder / "shards", _OPEN_FOR_IMAGES)

    def __len__(self) -> int:
        return len(self._sample_ids)

    @overload
    def __getitem__(self, row: int) -> NDArray[np.uint8]: ...

    @overload
    def __getitem__(self, row: slice) -> Sequence[NDArray[np.uint8]]: ...

    def __getitem__(self, row: int | slice) -> NDArray[np.uint8] | Sequence[NDArray[np.uint8]]:
        if isinstance(row, slice):
            return [self[index] for index in range(*row.indices(len(self)))]
        shard, sample_id = str(self._shards[row]), str(self._sample_ids[row])
        return decode_photo(self._reader.read(shard, sample_id), shard, sample_id).image


def check_shards(samples: Samples, how: Literal["none", "sizes", "hashes"]) -> None:
    """Make sure, before training, that the shards are there and as `data.json` says.

    Args:
        samples: Whose.
        how: See `Streaming.check`.

    Raises:
        DataError: If a shard is missing or another; it names the first one and how many there are.
    """
    if how == "none":
        return
    try:
        facts = json.loads((samples.folder / "data.json").read_text(encoding="utf-8")).get("shards", {})
    except (OSError, ValueError, AttributeError):
        facts = {}
    names = [str(name) for name in np.unique(samples.shards)]
    tasks = [(samples.folder / "shards" / name, facts.get(Path(name).stem, {}), how) for name in names]
    with ThreadPoolExecutor(_HASHING_THREADS) as threads:
        _refuse(samples.folder, threads.map(_problem, tasks))


def _refuse(folder: Path, problems: Iterable[str]) -> None:
    found = [problem for problem in problems if problem]
    if found:
        more = f" and {len(found) - 1} more" if len(found) > 1 else ""
        raise DataError(f"{folder / 'shards'}: {found[0]}{more}; {PREPARE_AGAIN}")


def _problem(task: tuple[Path, dict[str, Any], str]) -> str:
    path, facts, how = task
    try:
        with path.open("rb") as file:
            size = file.seek(0, os.SEEK_END)
            if size != facts.get("bytes", size):
                return f"{path.name} has {size:,} bytes instead of {facts['bytes']:,}"
            file.seek(max(0, size - _END_BYTES))
            if file.read() != bytes(_END_BYTES):
                return f"{path.name} is cut off ({size:,} bytes)"
            file.seek(0)
            if how == "hashes" and hashlib.file_digest(file, "sha256").hexdigest() != facts.get("sha256"):
                return f"{path.name} is not what data.json says (its SHA-256 differs)"
    except OSError as error:
        return f"{path.name} is missing or cannot be read ({error.strerror})"
    return ""
