"""What the user asked `data prepare` for."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal

from triovision.errors import DataError

__all__ = ["PrepareOptions", "SplitBy", "check_shares"]

SplitBy = Literal["source", "landmark", "photo"]


@dataclass(frozen=True, slots=True)
class PrepareOptions:
    """Options that decide what a prepared data set holds; nothing else does.

    Attributes:
        split_by: What stays whole: all photos of one source, of one landmark, or nothing but the photo.
        test_sources: Sources that become the test split; empty lets `test_share` decide.
        val_sources: Sources that become the validation split; empty lets `val_share` decide.
        test_share: Share of the samples wished for in the test split.
        val_share: Share of the samples wished for in the validation split.
        seed: Decides between groups that are equally good, and the order within the shards.
        short_side_px: Short side of the prepared photos; smaller photos stay as they are.
        min_per_country: Training samples that a country needs to become a label.
        free_licences_only: Leave out photos whose stated licence is not a free one.
        shard_size: Samples per shard.

    Raises:
        DataError: If a value is out of range, or a source stands in two splits.
    """

    split_by: SplitBy = "source"
    test_sources: tuple[str, ...] = ()
    val_sources: tuple[str, ...] = ()
    test_share: float = 0.1
    val_share: float = 0.1
    seed: int = 0
    short_side_px: int = 256
    min_per_country: int = 1
    free_licences_only: bool = False
    shard_size: int = 1000

    def __post_init__(self) -> None:
        check_shares(self.test_share, self.val_share)
        for name in ("short_side_px", "min_per_country", "shard_size"):
            if getattr(self, name) < 1:
                raise DataError(f"{name} is {getattr(self, name)}; it must be at least 1")
        both = sorted(set(self.test_sources) & set(self.val_sources))
        if both:
            raise DataError(f"{', '.join(both)}: named for test and for val; a source belongs to one split")
        if self.split_by != "source" and (self.test_sources or self.val_sources):
            raise DataError(f"sources are named for a split, but the split is by {self.split_by}; split by source")

    def as_record(self) -> dict[str, Any]:
        """JSON-ready values."""
        return asdict(self)


def check_shares(test_share: float, val_share: float) -> None:
    """Refuse shares that leave nothing to train on.

    Raises:
        DataError: If they do.
    """
    if not (0 <= test_share < 1 and 0 <= val_share < 1 and test_share + val_share < 1):
        raise DataError(
            f"test share {test_share} and val share {val_share} leave nothing to train on; "
            "give shares of at least 0 whose sum is below 1"
        )
