"""Which files GLDv2 consists of, and where they lie below the base address.

Source: https://github.com/cvdfoundation/google-landmark (README, version 2.1).
"""

from __future__ import annotations

from typing import Literal, NamedTuple, get_args

from triovision.errors import DataError

__all__ = [
    "ATTRIBUTION_PATH",
    "BASE_URL",
    "METADATA",
    "SHARD_COUNTS",
    "SPLITS",
    "Split",
    "Table",
    "archive_path",
    "checksum_path",
    "parse_shards",
]

BASE_URL = "https://s3.amazonaws.com/google-landmark"

Split = Literal["train", "index", "test"]
SPLITS: tuple[Split, ...] = get_args(Split)
SHARD_COUNTS: dict[Split, int] = {"train": 500, "index": 100, "test": 20}

ATTRIBUTION_PATH = "metadata/train_attribution.csv"

_HIERARCHY = ("landmark_id", "category", "supercategory", "hierarchical_label", "natural_or_human_made")


class Table(NamedTuple):
    """One CSV of the data set."""

    path: str
    columns: tuple[str, ...]


METADATA: dict[Split, tuple[Table, ...]] = {
    "train": (
        Table("metadata/train.csv", ("id", "url", "landmark_id")),
        Table("metadata/train_clean.csv", ("landmark_id", "images")),
        Table(ATTRIBUTION_PATH, ("id", "url", "author", "license", "title")),
        Table("metadata/train_label_to_category.csv", ("landmark_id", "category")),
        Table("metadata/train_label_to_hierarchical.csv", _HIERARCHY),
    ),
    "index": (
        Table("metadata/index.csv", ("id",)),
        Table("metadata/index_image_to_landmark.csv", ("id", "landmark_id")),
        Table("metadata/index_label_to_category.csv", ("landmark_id", "category")),
        Table("metadata/index_label_to_hierarchical.csv", _HIERARCHY),
    ),
    "test": (
        Table("metadata/test.csv", ("id",)),
        Table("ground_truth/recognition_solution_v2.1.csv", ("id", "landmarks", "Usage")),
        Table("ground_truth/retrieval_solution_v2.1.csv", ("id", "images", "Usage")),
    ),
}


def archive_path(split: Split, shard: int) -> str:
    """Where a tar of photos lies below the base address."""
    return f"{split}/images_{shard:03d}.tar"


def checksum_path(archive: str) -> str:
    """Where the md5 file of a tar lies, given the tar's own path."""
    split, _, name = archive.partition("/")
    return f"md5sum/{split}/md5.{name.removesuffix('.tar')}.txt"


def parse_shards(text: str, split: Split) -> tuple[int, ...]:
    """Numbers of the shards that a text like `0-3,7` names, in order, each once.

    Args:
        text: Numbers and ranges, separated by commas; blank means all shards of the split.
        split: Decides how many there are.

    Raises:
        DataError: If the text is not such a list, or names a shard that does not exist.
    """
    last = SHARD_COUNTS[split] - 1
    if not text.strip():
        return tuple(range(last + 1))
    chosen: set[int] = set()
    for part in text.split(","):
        first_text, dash, end_text = (piece.strip() for piece in part.partition("-"))
        numbers = (first_text, end_text if dash else first_text)
        if not all(number.isascii() and number.isdigit() for number in numbers):
            raise DataError(f"shards {text!r}: {part.strip()!r} is not a number or a range; write e.g. 0-3,7")
        first, end = map(int, numbers)
        if first > end:
            raise DataError(f"shards {text!r}: the range {part.strip()} runs backwards; write {end}-{first}")
        if end > last:
            named = str(end) if first == end else f"{max(first, last + 1)}-{end}"
            raise DataError(f"shards {text!r}: {split} has shards 0-{last}, so there is no {named}; leave it out")
        chosen.update(range(first, end + 1))
    return tuple(sorted(chosen))
