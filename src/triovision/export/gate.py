"""The gate for photos of no place, fitted on photos of places alone."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from triovision.bundle import PlaceGate
from triovision.decision import place_similarity
from triovision.export.held_out import site_weights

__all__ = ["REFUSED_SHARE", "fit_gate", "unit_centroids"]

REFUSED_SHARE = 0.02
"""Share of photos of places that the gate may take for none."""

_ROUNDING = 1e-9


def fit_gate(
    embeddings: NDArray[np.float32],
    labels: NDArray[np.int64],
    sites: NDArray[np.str_],
    classes: int,
    refused_share: float = REFUSED_SHARE,
) -> PlaceGate | None:
    """The similarity below which the stated share of photos of an unseen site lies.

    Every photo is held against centroids without the photos of its own site, as the photos to come will be.

    Args:
        embeddings: Of photos of places, [n, dim].
        labels: [n].
        sites: [n].
        classes: How many countries.
        refused_share: In [0, 1).

    Returns:
        None if all photos are of one site: then nothing is known about another.
    """
    order = np.argsort(sites, kind="stable")
    starts = np.flatnonzero(np.append(True, sites[order][1:] != sites[order][:-1]))
    if len(starts) == 1:
        return None
    sums = _sums(embeddings, labels, classes)
    similarities = np.zeros(len(labels))
    for rows in np.split(order, starts[1:]):
        similarities[rows] = _similarity_elsewhere(embeddings[rows], labels[rows], sums)
    weights = site_weights(sites)
    rising = np.argsort(similarities, kind="stable")
    below = np.cumsum(weights[rising]) - weights[rising]
    least = similarities[rising][below <= refused_share * weights.sum()][-1]
    return PlaceGate(max(float(least), -1 + 1e-6), float(np.average(similarities < least, weights=weights)))


def _similarity_elsewhere(
    embeddings: NDArray[np.float32], labels: NDArray[np.int64], sums: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Similarity of a site's photos to the centroids of all others; only those of its own countries change."""
    own = np.unique(labels)
    others = np.delete(sums, own, axis=0)
    without = sums[own] - _sums(embeddings, labels, len(sums))[own]
    return place_similarity(embeddings, _unit(np.concatenate([others, without])))


def unit_centroids(embeddings: NDArray[np.float32], labels: NDArray[np.int64], classes: int) -> NDArray[np.float32]:
    """Unit-length mean embedding per country.

    Args:
        embeddings: [n, dim].
        labels: [n].
        classes: How many countries.

    Returns:
        float32 [classes, dim]; zeros for a country without samples.
    """
    return _unit(_sums(embeddings, labels, classes))


def _sums(embeddings: NDArray[np.float32], labels: NDArray[np.int64], classes: int) -> NDArray[np.float64]:
    sums = np.zeros((classes, embeddings.shape[1]), dtype=np.float64)
    np.add.at(sums, labels, embeddings)
    return sums


def _unit(sums: NDArray[np.float64]) -> NDArray[np.float32]:
    lengths = np.linalg.norm(sums, axis=1, keepdims=True)
    # What subtraction leaves of a country of one site is rounding, not a direction.
    far = lengths > _ROUNDING
    result: NDArray[np.float32] = np.divide(sums, lengths, out=np.zeros_like(sums), where=far).astype(np.float32)
    return result
