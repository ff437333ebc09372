"""What the user asked `data prepare gldv2`, `csv` or `gps` for."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal

from triovision.data.options import check_shares
from triovision.errors import DataError

__all__ = ["MOST_DIFFERENT_BITS", "StreamOptions", "StreamSplitBy"]

StreamSplitBy = Literal["landmark", "photo"]

MOST_DIFFERENT_BITS = 6


@dataclass(frozen=True, slots=True)
class StreamOptions:
    """Options that decide what a prepared data set holds; nothing else does.

    Attributes:
        split_by: What stays whole: a place (a landmark, with its cell and all that lies within a kilometre), or
            nothing but the photo.
        test_share: Share of the photos wished for in the test split.
        val_share: Share of the photos wished for in the validation split.
        seed: Decides between groups that are equally good, and the order within the shards.
        short_side_px: Short side of the prepared photos.
        min_side_px: Photos whose short side is below this are left out.
        min_per_country: Training photos below which a country is left out.
        free_licences_only: Leave out photos whose stated licence is not a free one.
        near_duplicates: Bits of the perceptual hash up to which photos of two splits count as one; -1 keeps all.
        shard_size: Samples per shard.
        chunk_size: Photos per unit of work; it decides the order of the samples, so it is an option like the others.

    Raises:
        DataError: If a value is out of range.
    """

    split_by: StreamSplitBy = "landmark"
    test_share: float = 0.1
    val_share: float = 0.1
    seed: int = 0
    short_side_px: int = 256
    min_side_px: int = 128
    min_per_country: int = 1
    free_licences_only: bool = False
    near_duplicates: int = MOST_DIFFERENT_BITS
    shard_size: int = 1000
    chunk_size: int = 512

    def __post_init__(self) -> None:
        check_shares(self.test_share, self.val_share)
        for name in ("short_side_px", "min_side_px", "min_per_country", "shard_size", "chunk_size"):
            if getattr(self, name) < 1:
                raise DataError(f"{name} is {getattr(self, name)}; it must be at least 1")
        if not -1 <= self.near_duplicates <= MOST_DIFFERENT_BITS:
            raise DataError(
                f"near_duplicates is {self.near_duplicates}; give 0 to {MOST_DIFFERENT_BITS} bits, or -1 to keep all"
            )

    def as_record(self) -> dict[str, Any]:
        """JSON-ready values."""
        return asdict(self)
