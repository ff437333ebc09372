"""What the user named -> the photos meant."""

from __future__ import annotations

import glob
import os
from collections.abc import Iterator, Sequence
from pathlib import Path

__all__ = ["find_photos", "printable"]


def find_photos(named: Sequence[str]) -> Iterator[str]:
    """Paths of the photos that files, folders and globs stand for, each once, in the order named.

    A folder gives the photos below it, by suffix, hidden ones left out. A name that is neither a file, a folder
    nor a glob is given on as it is, so that its error names it.
    """
    seen: set[str] = set()
    for name in named:
        for path in _expand(name):
            if path not in seen:
                seen.add(path)
                yield path


def _expand(name: str) -> Iterator[str]:
    if os.path.isdir(name):  # noqa: PTH112 - Path raises on a NUL byte, this answers False
        yield from _walk(name)
    elif glob.has_magic(name) and not os.path.lexists(name):
        matches = sorted(glob.glob(name, recursive=True))  # noqa: PTH207 - the user's pattern may be absolute
        for match in matches:
            if not os.path.isdir(match):  # noqa: PTH112
                yield match
            elif "**" not in name:
                yield from _walk(match)
    else:
        yield name


def _walk(folder: str) -> Iterator[str]:
    from triovision.photo import PHOTO_SUFFIXES  # noqa: PLC0415 - brings Pillow

    for parent, folders, files in os.walk(folder):
        folders[:] = sorted(entry for entry in folders if not entry.startswith("."))
        for file in sorted(files):
            if not file.startswith(".") and Path(file).suffix.lower() in PHOTO_SUFFIXES:
                yield os.path.join(parent, file)  # noqa: PTH118 - "./" in front stays as the user typed it


def printable(name: str) -> str:
    """A file name that is safe to print: control characters and undecodable bytes are escaped."""
    return "".join(char if char.isprintable() else ascii(char)[1:-1] for char in name)
