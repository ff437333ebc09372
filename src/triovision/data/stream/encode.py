"""One chunk: each photo to a small upright JPEG and what there is to know of it."""

from __future__ import annotations

import hashlib
import zlib
from pathlib import Path
from typing import IO, Any, NamedTuple, Self

from triovision.allocation import keep_freed_blocks
from triovision.data.files import open_atomic
from triovision.data.resize import resize
from triovision.data.stream.chunks import ENTRY_COLUMNS, Chunk, blob_path, write_entry
from triovision.data.stream.similar import compute_similarity_hash
from triovision.errors import DataError, PhotoError, PhotoFormatError
from triovision.photo import Photo, PhotoLimits, read_photo

__all__ = ["JPEG_QUALITY", "ChunkTask", "PreparedPhoto", "encode_chunk", "prepare_photo"]

JPEG_QUALITY = 90
_LIMITS = PhotoLimits()

# libjpeg's own limit is 65,535; a strip that long is no photo of a place.
_MAX_SIDE_PX = 16_384


class ChunkTask(NamedTuple):
    """A chunk to be prepared, and the journal that it goes to."""

    chunk: Chunk
    journal: str


class PreparedPhoto(NamedTuple):
    """A prepared photo, its perceptual hash, and what it was made of."""

    jpeg: bytes
    similar: bytes
    original: Photo


def encode_chunk(task: ChunkTask) -> int:
    """Prepare the photos of a chunk and enter them into the journal.

    Returns:
        How many photos the chunk has.

    Raises:
        DataError: If its file cannot be read, or the journal not be written.
    """
    keep_freed_blocks()
    chunk, journal = task.chunk, Path(task.journal)
    columns: dict[str, list[Any]] = {name: [] for name in ENTRY_COLUMNS}
    offset = 0
    with open_atomic(blob_path(journal, chunk.name), shared=True) as blob, _Files(chunk) as files:
        for index, name in enumerate(chunk.names):
            row, jpeg = _prepare(name, files.read(index), chunk)
            blob.write(jpeg)
            for column, values in columns.items():
                values.append(row.get(column))
            columns["offset"][-1] = offset
            offset += len(jpeg)
    write_entry(journal, chunk, columns, offset)
    return len(chunk.names)


class _Files:
    """Bytes of a chunk's photos; the file of the last one stays open."""

    def __init__(self, chunk: Chunk) -> None:
        self._chunk = chunk
        self._path = ""
        self._file: IO[bytes] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._file is not None:
            self._file.close()

    def read(self, index: int) -> bytes | str:
        """Bytes of a photo, or why there are none."""
        size = int(self._chunk.sizes[index])
        if size > _LIMITS.max_bytes:
            return f"more than {_LIMITS.max_bytes:,} bytes"
        if not size:
            return "the file is empty"
        path = self._chunk.file(index)
        try:
            if path != self._path or self._file is None:
                self.__exit__()
                self._path, self._file = path, None
                self._file = Path(path).open("rb")  # noqa: SIM115 - closed when the next one is opened
            self._file.seek(int(self._chunk.offsets[index]))
            data = self._file.read(size)
        except (OSError, ValueError) as error:
            if len(self._chunk.files) == 1:
                reason = getattr(error, "strerror", None) or error
                raise DataError(f"{path}: cannot be read ({reason}); run the same command again") from None
            return str(getattr(error, "strerror", None) or error)
        if len(data) < size:
            raise DataError(f"{path}: became shorter while it was being read; run the same command again")
        return data


def _prepare(name: str, data: bytes | str, chunk: Chunk) -> tuple[dict[str, Any], bytes]:
    if isinstance(data, str):
        return {"reject": f"unreadable: {data}"}, b""
    row: dict[str, Any] = {"sha256": hashlib.sha256(data).digest()}
    try:
        prepared = prepare_photo(data, name, chunk.short_side_px)
    except PhotoError as error:
        return {**row, "reject": f"unreadable: {error.problem}"}, b""
    meta = prepared.original.metadata
    row |= {key: getattr(meta, key) for key in ("width_px", "height_px", "latitude", "longitude")}
    if min(meta.width_px, meta.height_px) < chunk.min_side_px:
        return {**row, "reject": f"too small: {meta.width_px} x {meta.height_px} px"}, b""
    jpeg = prepared.jpeg
    return {**row, "similar": prepared.similar, "size_bytes": len(jpeg), "crc32": zlib.crc32(jpeg)}, jpeg


def prepare_photo(data: bytes, name: str, short_side_px: int) -> PreparedPhoto:
    """Decode a photo at the smallest useful scale, bring its short side to a size, encode it.

    Args:
        data: The file.
        name: For messages.
        short_side_px: Smaller photos keep their size.

    Raises:
        PhotoError: If it cannot be used.
    """
    import simplejpeg  # noqa: PLC0415 - the workers pay for it, not the command line

    photo = read_photo(data, short_side_px=short_side_px, name=name)
    height_px, width_px = photo.image.shape[:2]
    # Decoded at less than twice the size wanted, so the cheapest filter that does not alias is enough.
    ratio = min(1.0, short_side_px / min(width_px, height_px))
    width_px, height_px = (max(1, round(side * ratio)) for side in (width_px, height_px))
    if max(width_px, height_px) > _MAX_SIDE_PX:
        raise PhotoFormatError(name, f"a strip of {width_px} x {height_px} px is no photo of a place", "crop it")
    image = resize(photo.image, width_px, height_px, "bilinear")
    jpeg = simplejpeg.encode_jpeg(image, JPEG_QUALITY, colorsubsampling="420")
    return PreparedPhoto(jpeg, compute_similarity_hash(image), photo)
