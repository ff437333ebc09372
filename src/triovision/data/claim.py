"""One run at a time per folder."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from triovision.errors import DataError

__all__ = ["claim_folder"]


@contextmanager
def claim_folder(folder: Path, work: str) -> Iterator[None]:
    """Make the folder, and keep other runs of the same work out of it; two would write into each other's files.

    Args:
        folder: Where the work is done.
        work: A word for it, `download` or `prepare`.

    Raises:
        DataError: If it cannot be written to, or another run works there.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(folder / f"{work}.lock", os.O_RDWR | os.O_CREAT, 0o644)
    except OSError as error:
        raise DataError(f"{folder}: cannot be written to ({error.strerror}); choose another folder") from None
    try:
        if not _lock(descriptor):
            raise DataError(f"{folder}: another {work} is at work there; wait for it, or stop it")
        yield
    finally:
        os.close(descriptor)


def _lock(descriptor: int) -> bool:
    # The system lets go of these locks when the process ends, however it ends.
    try:
        if sys.platform == "win32":
            import msvcrt  # noqa: PLC0415

            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl  # noqa: PLC0415

            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
