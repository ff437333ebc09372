"""How often answers of a confidence turned out right."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from triovision.bundle import ReliabilityBin

__all__ = ["observed_share"]


def observed_share(confidence: float, bins: Sequence[ReliabilityBin]) -> float | None:
    """Share that was right among held-out photos of about this confidence.

    Interpolated between the bins' means, after neighbours in which more confidence went with less accuracy were
    pooled; beyond the first and last bin theirs. Source: Zadrozny and Elkan 2002, "Transforming classifier scores
    into accurate multiclass probability estimates", section 4 (isotonic regression by pooling adjacent violators).

    Args:
        confidence: In [0, 1].
        bins: By rising confidence.

    Returns:
        A fraction in [0, 1]; None where there are no bins.
    """
    if not bins:
        return None
    pooled: list[tuple[float, float, int]] = []
    for bin_ in bins:
        pooled.append((bin_.confidence, bin_.accuracy, bin_.count))
        while len(pooled) > 1 and pooled[-2][1] > pooled[-1][1]:
            pooled[-2:] = [_pool(pooled[-2], pooled[-1])]
    means, shares, _ = zip(*pooled, strict=True)
    return float(np.interp(confidence, means, shares))


def _pool(one: tuple[float, float, int], other: tuple[float, float, int]) -> tuple[float, float, int]:
    count = one[2] + other[2]
    mean, share = ((one[index] * one[2] + other[index] * other[2]) / count for index in (0, 1))
    return mean, share, count
