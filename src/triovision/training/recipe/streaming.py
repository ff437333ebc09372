"""Whether and how the photos of a data set are streamed from its shards."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from triovision.training.recipe.checks import check, check_choice

__all__ = ["Streaming"]


@dataclass(frozen=True, slots=True)
class Streaming:
    """Whether and how photos are read from the shards as they come up, instead of being held in memory.

    Attributes:
        mode: `always`, `never`, or `auto`: where the decoded photos would take more than `memory_gb`.
        memory_gb: Gigabytes that photos, or stored outputs of frozen blocks, may take.
        lanes: Places of the epoch that are read at once, each batch taking from all of them; a multiple of the number
            of training processes lets each read shards of its own.
        shuffle_shards: Shards of a lane whose samples are mixed with each other; the shards' own order is random.
        most_draws: Of one sample in an epoch where a stage rebalances countries; what is above weighs in the loss.
        check: What is made sure of before training: that every shard is there, whole and of its size (`sizes`), or
            has the SHA-256 of `data.json` too (`hashes`), or nothing (`none`).
    """

    mode: Literal["auto", "always", "never"] = "auto"
    memory_gb: float = 8.0
    lanes: int = 8
    shuffle_shards: int = 4
    most_draws: int = 8
    check: Literal["none", "sizes", "hashes"] = "sizes"

    def __post_init__(self) -> None:
        check_choice("mode", self.mode, ("auto", "always", "never"))
        check_choice("check", self.check, ("none", "sizes", "hashes"))
        for name in ("memory_gb", "lanes", "shuffle_shards", "most_draws"):
            check(getattr(self, name) > 0, f"{name} is not above 0")
