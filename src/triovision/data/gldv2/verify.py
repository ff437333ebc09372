"""Is this file what the mirror has: md5, columns, members. And giving it its name."""

from __future__ import annotations

import csv
import hashlib
import os
import re
from collections.abc import Callable, Sequence
from pathlib import Path

from triovision.data.files import write_atomic
from triovision.data.gldv2.archive import ArchiveScan
from triovision.data.gldv2.retry import FileError
from triovision.data.gldv2.state import REFUSED_SUFFIX
from triovision.data.gldv2.transfer import remove_part

__all__ = ["check_columns", "compute_md5", "parse_checksum", "place", "refuse"]

_PIECE_BYTES = 1 << 20
_MD5 = re.compile(r"\s*([0-9a-fA-F]{32})(?:\s|$)")


def compute_md5(path: Path, check: Callable[[], None] = lambda: None) -> str:
    """Hash of a file, which is what GLDv2 publishes; not for security.

    Args:
        path: The file.
        check: Called for each piece; may raise to end it.
    """
    digest = hashlib.md5(usedforsecurity=False)
    with path.open("rb") as file:
        while piece := file.read(_PIECE_BYTES):
            check()
            digest.update(piece)
    return digest.hexdigest()


def parse_checksum(text: str) -> str:
    """The hash in a file of `md5sum`.

    Raises:
        FileError: If there is none.
    """
    match = _MD5.match(text)
    if match is None:
        raise FileError(f"holds no md5 but {text[:40]!a}")
    return match[1].lower()


def check_columns(path: Path, columns: Sequence[str]) -> None:
    """Whether a file begins as this table does, and not as a login page does.

    Raises:
        FileError: If it does not.
    """
    with path.open("rb") as file:
        line = file.readline(4096).decode("utf-8-sig", "replace")
    found = [name.strip() for name in next(csv.reader([line]), [])]
    if found != list(columns):
        raise FileError(
            f"does not begin with the columns {','.join(columns)} but with {line.strip()[:60]!a}; "
            "is this address a mirror of GLDv2?"
        )


def place(file: Path, target: Path) -> None:
    """Give a whole and right file its name, so that it has it even after a power cut."""
    if file != target:
        _rename(file, target)
        remove_part(file)


def refuse(file: Path, target: Path, scan: ArchiveScan) -> str:
    """Move a hostile tar aside, with a report.

    Returns:
        One line: how many members, and the first of them.
    """
    aside = target.with_name(f"{target.name}{REFUSED_SUFFIX}")
    lines = [f"{refusal.member}: {refusal.reason}" for refusal in scan.refused]
    if scan.refused_count > len(lines):
        lines.append(f"... and {scan.refused_count - len(lines)} more")
    write_atomic(aside.with_name(f"{aside.name}.txt"), "\n".join(lines) + "\n")
    _rename(file, aside)
    remove_part(file)
    more = f" (and {scan.refused_count - 1:,} more)" if scan.refused_count > 1 else ""
    return f"{lines[0]}{more}"


def _rename(file: Path, target: Path) -> None:
    descriptor = os.open(file, os.O_RDWR)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    file.replace(target)
    # A rename is on the disk only when its folder is; Windows has no handle for that.
    if os.name == "posix":
        folder = os.open(target.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
