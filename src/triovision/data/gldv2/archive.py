"""Members of a tar that is not trusted: looked at header by header, nothing is unpacked.

Python's `tarfile` reads extended headers of any size into memory and keeps every member; a hostile archive must not
decide how much memory we use, so the headers are walked here and only the parsing of one block is borrowed.
"""

from __future__ import annotations

import re
import tarfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, NamedTuple

__all__ = ["ArchiveScan", "PhotoMember", "Refusal", "read_members", "scan_archive"]

_BLOCK = tarfile.BLOCKSIZE
_LONGEST_EXTENDED_HEADER = 64 * 1024
_LISTED_REFUSALS = 1000
_LONGEST_NAME = 200

_PHOTO = re.compile(r"([0-9a-f])/([0-9a-f])/([0-9a-f])/((?:\1\2\3)[0-9a-f]{13})\.jpg")
_PLAIN_FOLDER = re.compile(r"[0-9a-f](?:/[0-9a-f]){0,2}")
# Keywords of extended headers that change what the next header means.
_MEANINGFUL_KEYWORDS = re.compile(
    rb"(?:^|\n)\d+ (?:path|linkpath|size|hdrcharset|GNU\.sparse\.[^=]*|SCHILY\.realsize)="
)

_KINDS = {
    tarfile.LNKTYPE: "a hard link",
    tarfile.SYMTYPE: "a symbolic link",
    tarfile.CHRTYPE: "a character device",
    tarfile.BLKTYPE: "a block device",
    tarfile.FIFOTYPE: "a named pipe",
    tarfile.GNUTYPE_LONGNAME: "a long-name record",
    tarfile.GNUTYPE_LONGLINK: "a long-link record",
    tarfile.GNUTYPE_SPARSE: "a sparse file",
}


class PhotoMember(NamedTuple):
    """One photo within a tar."""

    photo_id: str
    offset: int
    size_bytes: int


class Refusal(NamedTuple):
    """One member that GLDv2 cannot hold, its name made safe to print."""

    member: str
    reason: str


class ArchiveScan(NamedTuple):
    """What a tar holds.

    Attributes:
        photos: Members that are photos of the data set.
        refused: Members that are not; the first thousand of them.
        refused_count: How many there are in all.
    """

    photos: int
    refused: tuple[Refusal, ...]
    refused_count: int


def scan_archive(path: Path, check: Callable[[], None] = lambda: None) -> ArchiveScan:
    """Look at every header of a tar, in constant memory.

    Args:
        path: The tar.
        check: Called now and then; may raise to end the scan.
    """
    photos, count = 0, 0
    refused: list[Refusal] = []
    with path.open("rb") as file:
        for number, member in enumerate(read_members(file)):
            if number % 256 == 0:
                check()
            if isinstance(member, PhotoMember):
                photos += 1
                continue
            count += 1
            if len(refused) < _LISTED_REFUSALS:
                refused.append(member)
    if not photos and not count:
        return ArchiveScan(0, (Refusal("(archive)", "holds no photo"),), 1)
    return ArchiveScan(photos, tuple(refused), count)


def read_members(file: IO[bytes]) -> Iterator[PhotoMember | Refusal]:
    """Walk the headers of an uncompressed tar.

    Plain folders (`a`, `a/b`, `a/b/c`) are passed over: they name nothing outside the layout.

    Args:
        file: Seekable; its position after each step is undefined.

    Yields:
        A photo with the place of its bytes, or a member that is refused; after a broken header nothing more.
    """
    end = file.seek(0, 2)
    offset = 0
    while offset < end:
        file.seek(offset)
        block = file.read(_BLOCK)
        if not any(block):
            return  # two blocks of zeros end a tar; `tarfile` stops at the first, and so do we
        try:
            header = tarfile.TarInfo.frombuf(block, "utf-8", "surrogateescape")
        except tarfile.HeaderError as error:
            yield Refusal(f"(block at byte {offset})", f"is not a tar header ({error})")
            return
        start = offset + _BLOCK
        if header.size < 0 or start + header.size > end:
            yield Refusal(_safe(header.name), f"claims {header.size} bytes, more than the archive has")
            return
        if header.type in {tarfile.XHDTYPE, tarfile.XGLTYPE}:
            reason = _extended_reason(file, header.size)
        else:
            reason = _reason(header)
        if reason:
            yield Refusal(_safe(header.name), reason)
        elif match := _PHOTO.fullmatch(header.name):
            yield PhotoMember(match[4], start, header.size)
        offset = start + (header.size + _BLOCK - 1) // _BLOCK * _BLOCK


def _reason(header: tarfile.TarInfo) -> str | None:
    if header.type in _KINDS:
        target = f" to {_safe(header.linkname)}" if header.type in {tarfile.LNKTYPE, tarfile.SYMTYPE} else ""
        return f"is {_KINDS[header.type]}{target}"
    if header.name.startswith(("/", "\\")) or re.match(r"[A-Za-z]:", header.name):
        return "has an absolute path"
    if {".", ".."} & set(re.split(r"[/\\]", header.name)):
        return "has a dotted path"
    if header.type == tarfile.DIRTYPE:
        plain = _PLAIN_FOLDER.fullmatch(header.name) and header.size == 0
        return None if plain else "is a folder outside a/b/c"
    if header.type not in {tarfile.REGTYPE, tarfile.AREGTYPE}:
        return f"is of the unknown kind {header.type!a}"
    return None if _PHOTO.fullmatch(header.name) else "is not a/b/c/<16 hexadecimal digits>.jpg with a, b, c of the id"


def _extended_reason(file: IO[bytes], size_bytes: int) -> str | None:
    if size_bytes > _LONGEST_EXTENDED_HEADER:
        return f"is an extended header of {size_bytes} bytes"
    if match := _MEANINGFUL_KEYWORDS.search(file.read(size_bytes)):
        return f"is an extended header that sets {_safe(match[0].split()[-1].decode('latin-1'))}"
    return None


def _safe(name: str) -> str:
    # The name comes from a stranger and goes to a terminal.
    text = ascii(name)[1:-1]
    return text if len(text) <= _LONGEST_NAME else f"{text[:_LONGEST_NAME]}... ({len(text)} characters)"
