"""Whether a photo shows a place at all."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from triovision.bundle import BundleMetadata

__all__ = ["looks_like_a_place", "place_similarity"]

_SMALLEST_LENGTH = 1e-12


def place_similarity(embeddings: NDArray[np.float32], centroids: NDArray[np.float32]) -> NDArray[np.float64]:
    """Cosine of each embedding to the nearest country's centroid.

    A photo that is like no country's photos is none of a place: a screenshot, a page, a face. Energy (Liu et al. 2020,
    "Energy-based Out-of-distribution Detection") was measured too and is worth nothing here: see docs/experiments.md.

    Args:
        embeddings: [n, dim].
        centroids: Unit length, [classes, dim].

    Returns:
        float64 [n], each in [-1, 1].
    """
    lengths = np.linalg.norm(embeddings.astype(np.float64), axis=1, keepdims=True)
    directions = (embeddings / np.maximum(lengths, _SMALLEST_LENGTH)).astype(np.float32)
    # In single precision: to widen the centroids for every photo took a tenth as long as the network itself.
    nearest: NDArray[np.float64] = (directions @ centroids.T).max(axis=1).astype(np.float64)
    return np.clip(nearest, -1, 1)


def looks_like_a_place(embeddings: NDArray[np.float32], metadata: BundleMetadata) -> NDArray[np.bool_]:
    """Whether the bundle takes each photo for one of a place; always where it has no gate.

    Args:
        embeddings: [n, dim].
        metadata: The bundle's.
    """
    if metadata.gate is None or metadata.centroids is None:
        return np.ones(len(embeddings), dtype=np.bool_)
    return place_similarity(embeddings, metadata.centroids) >= metadata.gate.min_similarity
