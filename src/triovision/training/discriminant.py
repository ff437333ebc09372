"""A closed-form head: linear discriminant analysis whose country means lean on their sub-region's."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from triovision.training.recipe import HeadStart

__all__ = ["discriminant_head"]

# A country with many samples speaks for its sub-region no louder than one with so many.
_MAX_VOICE = 15.0


def discriminant_head(
    features: Tensor, labels: Tensor, weights: Tensor, members: NDArray[np.float32], start: HeadStart
) -> tuple[Tensor, Tensor]:
    """Fit the head on stored views.

    Source: Ledoit and Wolf 2004 for the shrinkage; the means are those of a hierarchical normal model.

    Args:
        features: [n, views, dim].
        labels: [n].
        weights: [n].
        members: [places, classes], which countries lie in a sub-region.
        start: The recipe's.

    Returns:
        Weight [classes, dim] and bias [classes].
    """
    classes, dim = members.shape[1], features.shape[2]
    place_of = torch.from_numpy(members.argmax(axis=0))
    mean_view = features.float().mean(dim=1)
    counts = torch.zeros(classes).index_add_(0, labels, weights)
    sums = torch.zeros(classes, dim).index_add_(0, labels, mean_view * weights[:, None])
    overall = sums.sum(dim=0) / weights.sum()
    plain = sums / counts.clamp_min(1e-6)[:, None]
    voices = counts.clamp_max(_MAX_VOICE)
    place_counts = torch.zeros(len(members)).index_add_(0, place_of, voices)
    place_sums = torch.zeros(len(members), dim).index_add_(0, place_of, plain * voices[:, None])
    place_means = _lean(place_sums, place_counts, overall.expand(len(members), dim), start.lean_all)
    means = _lean(sums, counts, place_means[place_of], start.lean_region)
    covariance = _within_covariance(features, labels, weights, plain)
    identity = torch.eye(dim) * covariance.diagonal().mean()
    covariance = (1 - start.shrinkage) * covariance + start.shrinkage * identity
    centred = means - overall
    weight = torch.linalg.solve(covariance, centred.T).T / start.temperature
    return weight, -0.5 * (centred * weight).sum(dim=1) - weight @ overall


def _lean(sums: Tensor, counts: Tensor, towards: Tensor, strength: float) -> Tensor:
    # Never quite zero, so that a country without samples takes the mean it leans on.
    strength = max(strength, 1e-6)
    return (sums + strength * towards) / (counts + strength)[:, None]


def _within_covariance(features: Tensor, labels: Tensor, weights: Tensor, means: Tensor) -> Tensor:
    dim = features.shape[2]
    covariance = torch.zeros(dim, dim)
    for view in range(features.shape[1]):
        residual = (features[:, view].float() - means[labels]) * weights[:, None].sqrt()
        covariance += residual.T @ residual
    return covariance / (weights.sum() * features.shape[1])
