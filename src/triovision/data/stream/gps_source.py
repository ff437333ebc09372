"""A person's own photos: the coordinates that the camera noted say the country."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from triovision.data.stream.catalogue import CatalogueWriter, has_word
from triovision.data.stream.chunks import Chunk
from triovision.data.stream.file_chunks import make_file_chunks
from triovision.data.stream.options import StreamOptions
from triovision.data.stream.source import CardFacts, Seen
from triovision.errors import DataError
from triovision.photo import PHOTO_SUFFIXES

__all__ = ["GpsSource"]

_BIASES = (
    "One person's photos: their journeys, their camera, their friends and family; people in them may be recognised.",
    "The manifest holds the coordinates of every photo, homes among them; think before passing it on.",
    "Coordinates are as the camera noted them: wrong by kilometres after a flight, or inside a building.",
)


class GpsSource:
    """All photos in a folder and the folders within it. Hidden files are left alone.

    Args:
        root: The folder.

    Raises:
        DataError: If it cannot be read, or holds no photo.
    """

    photo_is_id = False

    def __init__(self, root: Path) -> None:
        self.name = str(root)
        self.problems: list[str] = []
        self._root = root
        self.catalogue = _read(root)
        self.seen = Seen(np.ones(len(self.catalogue), np.bool_))
        self.card = CardFacts(
            "A person's own photos",
            "Photos of one person's library. The country of each is where the camera noted that it was, by the "
            "borders of Natural Earth; photos without coordinates are left out.",
            _BIASES,
        )

    def expected(self) -> int:
        """How many photos the chunks hold."""
        return int((~has_word(self.catalogue, "reject")).sum())

    def chunks(self, options: StreamOptions) -> Iterator[Chunk]:
        """All chunks."""
        return make_file_chunks(self.catalogue, self._root.joinpath, options)


def _read(root: Path) -> Any:
    if not root.is_dir():
        raise DataError(f"{root}: no folder there; give the folder that holds the photos")
    writer = CatalogueWriter()
    count = 0
    for name in _walk(root):
        count += 1
        try:
            name.encode()
        except UnicodeEncodeError:
            writer.add(photo=ascii(name), reject="unreadable: its name is not UTF-8; rename the file")
            continue
        suffix = Path(name).suffix
        is_photo = suffix.lower() in PHOTO_SUFFIXES
        writer.add(photo=name, reject="" if is_photo else f"unreadable: {suffix or 'no'} suffix is not a photo's")
    if not count:
        raise DataError(f"{root}: holds no photos; give the folder that holds them")
    return writer.finish()


def _walk(root: Path) -> Iterator[str]:
    try:
        for parent, folders, files in os.walk(root, onerror=_raise):
            folders[:] = sorted(folder for folder in folders if not folder.startswith("."))
            for file in sorted(files):
                if not file.startswith("."):
                    yield Path(parent, file).relative_to(root).as_posix()
    except OSError as error:
        raise DataError(f"{error.filename}: cannot be read ({error.strerror}); check its permissions") from None


def _raise(error: OSError) -> None:
    raise error
