"""Countries that look alike to the model, by the mean embeddings of their training photos."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from triovision.bundle import BundleMetadata
from triovision.evidence.records import SimilarCountry

__all__ = ["country_similarity", "similar_countries"]

_LISTED = 10


def similar_countries(
    metadata: BundleMetadata, embedding: NDArray[np.float32], most: int = _LISTED
) -> tuple[SimilarCountry, ...]:
    """Countries whose training photos look most like one photo.

    Args:
        metadata: The bundle's.
        embedding: The photo's, float32 [dim].
        most: How many to list.

    Returns:
        Most similar first; countries without training photos are left out, and all where there are no centroids.
    """
    length = float(np.linalg.norm(embedding))
    if metadata.centroids is None or not length:
        return ()
    known = np.flatnonzero(np.linalg.norm(metadata.centroids, axis=1) > 0)
    centroids = _unit(metadata.centroids[known].astype(np.float64))
    cosines = np.clip(centroids @ (embedding.astype(np.float64) / length), -1, 1)
    order = np.argsort(-cosines, kind="stable")[:most]
    return tuple(SimilarCountry(metadata.country_codes[known[row]], float(cosines[row])) for row in order)


def country_similarity(metadata: BundleMetadata) -> NDArray[np.float64] | None:
    """How alike each two countries look to the model.

    The mean of all countries is taken off first: what all photos of places share would make every two countries
    alike. (Between a photo and a country it stays: there, taking it off finds the true country less often; see
    docs/decisions/0009.)

    Args:
        metadata: The bundle's.

    Returns:
        Cosines, float64 [classes, classes], NaN for countries without training photos; None without centroids.
    """
    if metadata.centroids is None:
        return None
    centroids = metadata.centroids.astype(np.float64)
    known = np.linalg.norm(centroids, axis=1) > 0
    centred = _unit(centroids[known] - centroids[known].mean(axis=0))
    result = np.full((len(known), len(known)), np.nan)
    result[np.ix_(known, known)] = np.clip(centred @ centred.T, -1, 1)
    return result


def _unit(rows: NDArray[np.float64]) -> NDArray[np.float64]:
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    result: NDArray[np.float64] = rows / np.where(lengths > 0, lengths, 1.0)
    return result
