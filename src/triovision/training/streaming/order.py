"""In which order an epoch shows its samples, and which of them are in which batch.

The order follows from the seed and the epoch alone. It does not depend on how many processes train or decode: with
twice the processes, the batches of all processes together are those of one process with a batch twice as large.

    shards     1 2 3 4 5 6 7 8 9 ...        in random order
    lanes      [1 2 3] [4 5 6] [7 8 9]      as many samples in each
    windows    [1 2] [3] ...                some shards of a lane, whose samples are mixed
    epoch      one sample of each lane in turn
    batches    pieces of it; process r of R takes every R-th sample from the r-th on
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from triovision.errors import DataError

__all__ = ["Batches", "EpochOrder", "compute_draws", "make_order"]

_WATER_LEVELS = 20


class EpochOrder(NamedTuple):
    """Which sample comes when.

    Attributes:
        places: int32 [n]: indexes of the samples.
        draws: int32 [n]: how often the sample came before in this epoch.
    """

    places: NDArray[np.int32]
    draws: NDArray[np.int32]


def compute_draws(wanted: NDArray[np.float64], most: int) -> NDArray[np.float64]:
    """How often each sample should come in an epoch that has as many samples as there are.

    Args:
        wanted: In proportion to this, above 0, [n].
        most: No sample comes more often.

    Returns:
        float64 [n] with mean 1, and `most` at most.
    """
    draws = wanted / wanted.mean()
    for _ in range(_WATER_LEVELS):
        over = draws >= most
        if not (draws > most).any():
            break
        draws = np.minimum(draws, most)
        # What is cut off the top goes to the others, in proportion.
        rest = draws[~over].sum()
        draws[~over] *= (len(draws) - most * over.sum()) / rest
    bounded: NDArray[np.float64] = np.minimum(draws, most)
    return bounded


def make_order(
    shard_of: NDArray[np.intp],
    draws: NDArray[np.float64] | None,
    *,
    lanes: int,
    window: int,
    random: np.random.Generator,
) -> EpochOrder:
    """Order the samples of an epoch.

    Args:
        shard_of: Which shard each sample is in, [n].
        draws: How often each shall come on average, [n]; None for once each. Their sum, rounded, is the length of the
            epoch.
        lanes: Places that are read at once.
        window: Shards whose samples are mixed.
        random: Where the chance comes from.
    """
    shards, counts = np.unique(shard_of, return_counts=True)
    by_shard = np.argsort(shard_of, kind="stable").astype(np.int32)
    first = np.cumsum(counts) - counts
    order = random.permutation(len(shards))
    samples = np.concatenate([by_shard[first[shard] : first[shard] + counts[shard]] for shard in order])
    number = np.repeat(np.arange(len(order)), counts[order])
    times = _draw(draws[samples], random) if draws is not None else np.ones(len(samples), np.int64)
    number = np.repeat(number, times)
    places = np.repeat(samples, times)
    nth = np.arange(len(places)) - np.repeat(np.cumsum(times) - times, times)
    ends = np.linspace(0, len(places), min(lanes, len(places)) + 1).astype(np.int64)
    mixed = [start + _mix((number[start:end] - number[start]) // window, random) for start, end in pairwise(ends)]
    taken = np.concatenate(mixed)[_interleave(np.diff(ends))]
    return EpochOrder(places[taken], nth[taken].astype(np.int32))


def _draw(draws: NDArray[np.float64], random: np.random.Generator) -> NDArray[np.int64]:
    """Whole numbers with these means, whose sum is always the same (systematic sampling)."""
    ends = np.cumsum(draws)
    ends *= round(ends[-1]) / ends[-1]
    marks = np.floor(ends - random.random() + 1).astype(np.int64)
    marks[-1] = round(ends[-1])
    return np.diff(marks, prepend=0)


def _mix(windows: NDArray[np.intp], random: np.random.Generator) -> NDArray[np.intp]:
    """A permutation that keeps to the windows, which are numbered in rising order."""
    return np.lexsort((random.random(len(windows)), windows))


def _interleave(lengths: NDArray[np.int64]) -> NDArray[np.int64]:
    """Where one of each lane in turn lies, lanes being one behind the other; lengths differ by one at most."""
    starts = np.cumsum(lengths) - lengths
    step = np.concatenate([np.arange(length) for length in lengths])
    lane = np.repeat(np.arange(len(lengths)), lengths)
    where: NDArray[np.int64] = (starts[lane] + step)[np.lexsort((lane, step))]
    return where


@dataclass(frozen=True, slots=True)
class Batches:
    """How the samples of an epoch fall into batches.

    Every process has as many batches. Their sizes differ by one sample at most, in an epoch and between processes, so
    that every sample comes and no batch is a mere rest. Only batches of one sample may leave a few samples out.

    Attributes:
        samples: Of the epoch.
        batch_size: Of one process, at most.
        ranks: Processes that train together.
    """

    samples: int
    batch_size: int
    ranks: int = 1

    def __post_init__(self) -> None:
        if self.samples < self.ranks:
            raise DataError(
                f"{self.samples} samples for {self.ranks} processes; prepare more photos, or train with fewer processes"
            )

    def __len__(self) -> int:
        return min(-(-self.samples // (self.batch_size * self.ranks)), self.samples // self.ranks)

    def of_rank(self, index: int, rank: int) -> slice:
        """Where in the epoch the samples of one batch of one process are."""
        size, larger = divmod(min(self.samples, len(self) * self.batch_size * self.ranks), len(self))
        start = index * size + min(index, larger)
        end = start + size + (index < larger)
        # Counted over the whole epoch, so that a lane stays with its process from batch to batch.
        return slice(start + (rank - start) % self.ranks, end, self.ranks)
