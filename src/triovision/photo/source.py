"""From whatever the caller holds to a name and bytes, without hanging on a pipe or filling the memory."""

from __future__ import annotations

import errno
import os
import stat
from dataclasses import dataclass
from typing import NoReturn

from triovision.errors import (
    PhotoAccessError,
    PhotoEmptyError,
    PhotoFormatError,
    PhotoNotFoundError,
    PhotoTooLargeError,
)
from triovision.photo.records import PhotoLimits

_MAX_NAME_CHARACTERS = 400
_NOT_REGULAR = {
    stat.S_IFDIR: "is a folder",
    stat.S_IFIFO: "is a pipe",
    stat.S_IFSOCK: "is a socket",
    stat.S_IFCHR: "is a device",
    stat.S_IFBLK: "is a device",
}
_ACCESS_PROBLEMS = {
    errno.ENAMETOOLONG: ("the path is too long", "move or rename the file"),
    errno.ELOOP: ("its symbolic links go round in a circle", "point the link at a file"),
    errno.EACCES: ("may not be read", "give yourself permission to read it"),
    errno.EPERM: ("may not be read", "give yourself permission to read it"),
}


def printable(text: str) -> str:
    r"""Text on one line: control characters and broken code points as `\n`, `\x1b`, `\udc80`."""
    line = "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text)
    return line if len(line) <= _MAX_NAME_CHARACTERS else line[: _MAX_NAME_CHARACTERS - 1] + "…"


def read_bytes(path: str, name: str, limits: PhotoLimits) -> bytes:
    """Bytes of a regular file.

    Args:
        path: Where the file is.
        name: How errors call it.
        limits: The file is refused unread if it is bigger, and unfinished if it grows bigger meanwhile.

    Raises:
        PhotoError: If there is no file, or none that can and may be read.
    """
    try:
        # Asked before opening: to open a pipe can hang, to open a device can do anything.
        _check_status(os.stat(path), name, limits)  # noqa: PTH116 - Path() of a path with NUL differs by version
        flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)
        with os.fdopen(os.open(path, flags), "rb", buffering=0) as file:
            status = os.fstat(file.fileno())
            # Asked again: the path may have been swapped since.
            _check_status(status, name, limits)
            return _read_all(file, status.st_size, name, limits)
    except (FileNotFoundError, NotADirectoryError):
        raise PhotoNotFoundError(name, "no such file", "check the path") from None
    except ValueError:
        raise PhotoAccessError(name, "the path holds a NUL or unencodable character", "rename the file") from None
    except OSError as error:
        problem, mend = _ACCESS_PROBLEMS.get(
            error.errno or 0,
            (
                f"cannot be read ({printable(error.strerror or 'unknown reason')})",
                "check the disk or the connection",
            ),
        )
        raise PhotoAccessError(name, problem, mend) from None


def _check_status(status: os.stat_result, name: str, limits: PhotoLimits) -> None:
    if not stat.S_ISREG(status.st_mode):
        problem = _NOT_REGULAR.get(stat.S_IFMT(status.st_mode), "is not a file")
        mend = "name the photos in it" if problem == "is a folder" else "name a photo file"
        raise PhotoAccessError(name, f"{problem}, not a photo", mend)
    check_byte_count(status.st_size, name, limits)


def _read_all(file: object, size: int, name: str, limits: PhotoLimits) -> bytes:
    """Read to the end, one byte past the promised size first, so that a growing file is noticed."""
    read = file.read  # type: ignore[attr-defined]
    parts: list[bytes] = []
    total = 0
    while part := read(max(size + 1 - total, 65536)):
        parts.append(part)
        total += len(part)
        if total > limits.max_bytes:
            raise_too_many_bytes(name, limits)
    if not total:
        raise PhotoEmptyError(name, "the file is empty", "copy the photo again")
    return b"".join(parts)


def check_byte_count(size: int, name: str, limits: PhotoLimits) -> None:
    """Refuse a photo with too many bytes."""
    if size > limits.max_bytes:
        raise_too_many_bytes(name, limits)


def raise_too_many_bytes(name: str, limits: PhotoLimits) -> NoReturn:
    """Say which limit the photo breaks."""
    raise PhotoTooLargeError(
        name, f"more than {limits.max_bytes:,} bytes", "save it smaller, or raise PhotoLimits.max_bytes"
    )


@dataclass(frozen=True)
class SizeCheck:
    """Refuses a photo whose header promises too many pixels.

    Args:
        name: How errors call the photo.
        limits: Its limits.
    """

    name: str
    limits: PhotoLimits

    def __call__(self, width_px: int, height_px: int, format_limit: int | None = None) -> None:
        """Check.

        Args:
            width_px: From the header.
            height_px: From the header.
            format_limit: A lower limit on pixels that the format has.

        Raises:
            PhotoTooLargeError: If there are too many.
        """
        max_pixels = min(self.limits.max_pixels, format_limit or self.limits.max_pixels)
        if width_px * height_px > max_pixels:
            mend = (
                "save it smaller" if max_pixels == format_limit else "save it smaller, or raise PhotoLimits.max_pixels"
            )
            problem = f"{width_px} x {height_px} pixels, more than {max_pixels:,}"
            raise PhotoTooLargeError(self.name, problem, mend)


def copy_bytes(source: object, name: str, limits: PhotoLimits) -> bytes:
    """Bytes of a bytes-like object; its own copy unless it is immutable already."""
    if isinstance(source, bytes):
        data = source
        check_byte_count(len(data), name, limits)
    else:
        try:
            view = memoryview(source)  # type: ignore[arg-type]
        except (TypeError, ValueError, BufferError):
            kind = type(source).__name__
            raise PhotoFormatError(
                name, f"cannot read a photo from {kind}", "give a path, bytes, a PIL image or an array"
            ) from None
        check_byte_count(view.nbytes, name, limits)
        data = bytes(view)
    if not data:
        raise PhotoEmptyError(name, "there are no bytes", "read the photo again")
    return data
