"""Cross-validation without leakage: whole collections are held out, and their landmarks leave the training side."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from triovision.errors import TrainingError
from triovision.training.prepared import Samples
from triovision.training.recipe import Sampling

__all__ = ["assign_folds", "training_rows"]

NEVER_HELD_OUT = -1


def assign_folds(samples: Samples, folds: int, sampling: Sampling) -> NDArray[np.int64]:
    """Deal whole collections to folds of about equal size, the largest first.

    Args:
        samples: Those to be held out in turn.
        folds: How many folds, at least 2.
        sampling: Names the collections that are never held out, and those that are of one site.

    Returns:
        int64 [n]: the fold in which a sample is held out; -1 for never.

    Raises:
        TrainingError: If there are fewer collections than folds.
    """
    sites = np.array([sampling.same_site.get(str(name), str(name)) for name in samples.collections], dtype=np.str_)
    names, counts = np.unique(sites, return_counts=True)
    held = [
        (int(count), str(name)) for name, count in zip(names, counts, strict=True) if name not in sampling.train_only
    ]
    if len(held) < folds:
        raise TrainingError(
            f"{folds} folds need as many collections, the data has {len(held)}; ask for fewer with --folds"
        )
    sizes = [0] * folds
    fold_of: dict[str, int] = {}
    for count, name in sorted(held, key=lambda pair: (-pair[0], pair[1])):
        smallest = sizes.index(min(sizes))
        fold_of[name] = smallest
        sizes[smallest] += count
    return np.array([fold_of.get(str(name), NEVER_HELD_OUT) for name in sites], dtype=np.int64)


def training_rows(samples: Samples, held_out: NDArray[np.bool_]) -> NDArray[np.intp]:
    """Rows to train on while others are held out: no landmark of theirs is among them.

    Args:
        samples: All samples.
        held_out: [n].
    """
    landmarks = set(samples.landmarks[held_out]) - {""}
    leaks = np.isin(samples.landmarks, sorted(landmarks)) if landmarks else np.zeros(len(samples), dtype=bool)
    return np.flatnonzero(~held_out & ~leaks)
