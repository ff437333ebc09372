"""What the user asked `data download gldv2` for."""

from __future__ import annotations

import math
from dataclasses import dataclass
from urllib.parse import urlsplit

from triovision.data.gldv2.layout import BASE_URL, SHARD_COUNTS, SPLITS, Split
from triovision.errors import DataError

__all__ = ["DownloadOptions"]


@dataclass(frozen=True, slots=True)
class DownloadOptions:
    """Options of one download.

    Attributes:
        split: Part of the data set.
        shards: Numbers of the tars; empty means none but the tables.
        base_url: Address of the original or of a mirror with its layout.
        licences: Licences to keep (`licence_kept.txt`); empty keeps no such list.
        jobs: Files at a time.
        retries: Tries after the first, per file; a file that grows starts counting anew.
        timeout_s: Seconds of silence after which a connection is given up.
        backoff_s: Seconds before the second try; each further wait is twice as long.
        verify: Hash finished files again.

    Raises:
        DataError: If a value is out of range.
    """

    split: Split
    shards: tuple[int, ...] = ()
    base_url: str = BASE_URL
    licences: tuple[str, ...] = ()
    jobs: int = 4
    retries: int = 5
    timeout_s: float = 30.0
    backoff_s: float = 1.0
    verify: bool = False

    def __post_init__(self) -> None:
        if self.split not in SPLITS:
            raise DataError(f"split {self.split!r}: GLDv2 has {', '.join(SPLITS)}; choose one")
        wrong = [shard for shard in self.shards if not 0 <= shard < SHARD_COUNTS[self.split]]
        if wrong:
            raise DataError(f"shard {wrong[0]}: {self.split} has shards 0-{SHARD_COUNTS[self.split] - 1}")
        if self.jobs < 1 or self.retries < 0:
            raise DataError(f"{self.jobs} jobs with {self.retries} retries; give at least 1 job and 0 retries")
        if not (0 < self.timeout_s < math.inf and 0 <= self.backoff_s < math.inf):
            raise DataError(f"timeout {self.timeout_s} s, backoff {self.backoff_s} s; give a timeout above 0")
        if self.licences and self.split != "train":
            raise DataError(
                f"--licence: the licences stand in train_attribution.csv, which does not cover {self.split} "
                "(all of it is CC0 or public domain, its authors say); leave the option out"
            )
        _check_address(self.base_url)

    def url(self, path: str) -> str:
        """Address of a file of the data set."""
        return f"{self.base_url.rstrip('/')}/{path}"


def _check_address(url: str) -> None:
    try:
        parts = urlsplit(url)
        usable = parts.scheme in {"http", "https"} and bool(parts.hostname) and not (parts.query or parts.fragment)
        _ = parts.port
    except ValueError:
        usable = False
    if not usable:
        raise DataError(f"base address {url!r} is not an http(s) address of a folder; write e.g. {BASE_URL}")
