"""Files that are whole or not there, whatever kills the process."""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from triovision.errors import DataError

__all__ = ["PARTIAL_SUFFIX", "json_text", "open_atomic", "read_json", "write_atomic"]

PARTIAL_SUFFIX = ".partial"


@contextmanager
def open_atomic(path: Path, *, shared: bool = False) -> Iterator[IO[bytes]]:
    """Open a file for writing that takes its name only when it is complete and on the disk.

    Args:
        path: Where it shall be.
        shared: Whether another process may write the same file meanwhile; then the last one wins, whole.

    Raises:
        DataError: If it cannot be written.
    """
    token = f".{secrets.token_hex(4)}" if shared else ""
    partial = path.with_name(f"{path.name}{token}{PARTIAL_SUFFIX}")
    try:
        with partial.open("wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
        _sync_folder(path.parent)
    except OSError as error:
        raise DataError(
            f"{path}: cannot be written ({error.strerror or error}); mend that and run the same command again"
        ) from None


def write_atomic(path: Path, content: bytes | str) -> None:
    """Write a whole file; text as UTF-8.

    Raises:
        DataError: If it cannot be written.
    """
    with open_atomic(path) as file:
        file.write(content.encode(errors="backslashreplace") if isinstance(content, str) else content)


def json_text(content: Any, indent: int | None = None) -> str:
    """JSON whose bytes follow from the content alone."""
    separators = (",", ":") if indent is None else (",", ": ")
    return json.dumps(
        content, ensure_ascii=False, allow_nan=False, sort_keys=True, indent=indent, separators=separators
    )


def read_json(path: Path) -> Any:
    """Content of a JSON file, None if there is none or it is broken."""
    try:
        return json.loads(path.read_bytes())
    except (OSError, ValueError):
        return None


def _sync_folder(folder: Path) -> None:
    # A rename is on the disk only when its folder is; Windows has no handle for that.
    if os.name == "posix":
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
