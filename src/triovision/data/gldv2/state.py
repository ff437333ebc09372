"""What is finished, remembered so that 500 GB are not hashed on every run."""

from __future__ import annotations

from pathlib import Path
from threading import Lock
from typing import Any

from triovision.data.files import json_text, read_json, write_atomic

__all__ = ["REFUSED_SUFFIX", "STATE_NAME", "State"]

STATE_NAME = "download_state.json"
REFUSED_SUFFIX = ".refused"
_VERSION = 1


class State:
    """The finished and the refused files of a folder, by their path within it.

    A lost or broken state file costs time and nothing else: the files are hashed again.

    Args:
        folder: Of the download.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = Lock()
        content = read_json(folder / STATE_NAME)
        files = content.get("files") if isinstance(content, dict) and content.get("version") == _VERSION else None
        self._files: dict[str, dict[str, Any]] = (
            {path: entry for path, entry in files.items() if isinstance(entry, dict)} if isinstance(files, dict) else {}
        )

    def finished(self, path: str) -> dict[str, Any] | None:
        """The entry of a file that was verified and has not been touched since."""
        entry = self._files.get(path)
        if entry is None or "refused" in entry:
            return None
        try:
            status = (self._folder / path).stat()
        except OSError:
            return None
        return entry if (status.st_size, status.st_mtime_ns) == (entry.get("bytes"), entry.get("mtime_ns")) else None

    def refused(self, path: str) -> str | None:
        """The first reason why a tar was refused, as long as it still lies there."""
        reason = self._files.get(path, {}).get("refused")
        there = (self._folder / f"{path}{REFUSED_SUFFIX}").exists()
        return str(reason) if reason is not None and there else None

    def known_md5(self, path: str) -> str | None:
        """The md5 that a file had when it was finished."""
        value = self._files.get(path, {}).get("md5")
        return value if isinstance(value, str) else None

    def record_finished(self, path: str, md5: str, photos: int | None = None) -> None:
        """Remember that the file at this path is whole and right."""
        status = (self._folder / path).stat()
        entry = {"bytes": status.st_size, "mtime_ns": status.st_mtime_ns, "md5": md5}
        self._record(path, entry if photos is None else {**entry, "photos": photos})

    def record_refused(self, path: str, reason: str) -> None:
        """Remember that a tar was moved aside."""
        self._record(path, {"refused": reason})

    def _record(self, path: str, entry: dict[str, Any]) -> None:
        with self._lock:
            self._files[path] = entry
            write_atomic(self._folder / STATE_NAME, json_text({"version": _VERSION, "files": self._files}, indent=1))
