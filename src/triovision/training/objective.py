"""What training pulls towards: soft targets, class priors, sample weights, the loss."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from triovision.countries import get_country, great_circle_km
from triovision.training.prepared import Samples
from triovision.training.processes import sum_over_ranks, world_size
from triovision.training.recipe import Objective, Sampling

__all__ = ["AskedTeacher", "Loss", "log_prior", "make_targets", "sample_weights", "sub_region_matrix"]

# Half a sample for countries without any, so that their log prior is finite.
_PRIOR_PSEUDO_COUNT = 0.5


def sub_region_matrix(country_codes: Sequence[str]) -> NDArray[np.float32]:
    """Which countries lie in the same smallest M49 place, float32 [places, classes] of zeros and ones."""
    places = [next(iter(get_country(code).regions), code) for code in country_codes]
    names = sorted(set(places))
    return np.array([[place == name for place in places] for name in names], dtype=np.float32)


def make_targets(country_codes: Sequence[str], objective: Objective) -> NDArray[np.float32]:
    """Target distribution per true country.

    Args:
        country_codes: Code per label, length classes.
        objective: The recipe's.

    Returns:
        float32 [classes, classes]; every row sums to 1.
    """
    classes = len(country_codes)
    if objective.near == "sub_region":
        members = sub_region_matrix(country_codes)
        near = members.T @ members
    else:
        countries = [get_country(code) for code in country_codes]
        latitudes = np.array([country.latitude for country in countries])
        longitudes = np.array([country.longitude for country in countries])
        distance_km = great_circle_km(latitudes[:, None], longitudes[:, None], latitudes, longitudes)
        near = np.exp(-distance_km / objective.near_km).astype(np.float32)
    near = near / near.sum(axis=1, keepdims=True)
    kept = 1 - objective.near_share - objective.uniform_share
    targets = kept * np.eye(classes) + objective.near_share * near + objective.uniform_share / classes
    result: NDArray[np.float32] = targets.astype(np.float32)
    return result


def sample_weights(samples: Samples, sampling: Sampling) -> NDArray[np.float32]:
    """How much each sample counts in training.

    Returns:
        float32 [n] with mean 1.
    """
    pairs = [f"{collection}\0{label}" for collection, label in zip(samples.collections, samples.labels, strict=True)]
    weights = _counts(pairs) ** -sampling.collection_power
    weights *= _counts(samples.labels.tolist()) ** -sampling.class_power
    if sampling.landmark_cap:
        shares = np.minimum(1.0, sampling.landmark_cap / _counts(samples.landmarks.tolist()))
        weights *= np.where(samples.landmarks == "", 1.0, shares)
    weights *= [sampling.collection_weights.get(str(name), 1.0) for name in samples.collections]
    result: NDArray[np.float32] = (weights / weights.mean()).astype(np.float32)
    return result


def _counts(keys: Sequence[object]) -> NDArray[np.float64]:
    counts = Counter(keys)
    return np.array([counts[key] for key in keys], dtype=np.float64)


def log_prior(classes: int, labels: NDArray[np.int64], weights: NDArray[np.float32]) -> Tensor:
    """Logarithm of each country's share of the training samples, float32 [classes]."""
    counts = np.bincount(labels, weights, minlength=classes) + _PRIOR_PSEUDO_COUNT
    return torch.from_numpy(np.log(counts / counts.sum())).float()


class AskedTeacher(Protocol):
    """A network to learn from beside the labels."""

    def to(self, device: torch.device) -> None:
        """Move to where the images are."""

    def __call__(self, images: Tensor) -> Tensor:
        """Logits [n, classes] for images [n, 3, height, width]."""


class Loss:
    """Weighted cross-entropy against soft targets, with a class prior and a term over sub-regions.

    Args:
        country_codes: Code per label, length classes.
        objective: The recipe's.
        labels: int64 [n] of the training samples.
        weights: float32 [n] of the training samples.
        teacher: A network to learn from beside the labels, asked about each batch; None for none.
    """

    def __init__(
        self,
        country_codes: Sequence[str],
        objective: Objective,
        labels: NDArray[np.int64],
        weights: NDArray[np.float32],
        teacher: AskedTeacher | None = None,
    ) -> None:
        self._teacher = teacher
        self.targets = torch.from_numpy(make_targets(country_codes, objective))
        # Source: Ren et al. 2020, "Balanced Meta-Softmax", equation 3; strength after Menon et al. 2021, equation 10.
        self.shift = objective.prior_strength * log_prior(len(country_codes), labels, weights)
        self.members = torch.from_numpy(sub_region_matrix(country_codes))
        self.region_share = objective.region_share
        self.teacher_share, self.temperature = objective.teacher_share, objective.teacher_temperature

    def to(self, device: torch.device) -> None:
        """Move its tensors to where the logits are."""
        for name in ("targets", "shift", "members"):
            setattr(self, name, getattr(self, name).to(device))
        if self._teacher is not None:
            self._teacher.to(device)

    def ask_teacher(self, images: Tensor) -> Tensor | None:
        """The teacher's softened probabilities [n, classes] for a batch; None where there is no teacher."""
        return None if self._teacher is None else self.soften(self._teacher(images))

    def soften(self, logits: Tensor) -> Tensor:
        """A teacher's probabilities at the temperature at which it teaches."""
        return functional.softmax(logits.float() / self.temperature, dim=1)

    def __call__(self, logits: Tensor, targets: Tensor, weights: Tensor, taught: Tensor | None = None) -> Tensor:
        """The loss of a batch.

        Several processes weigh their samples as one process with all of them would.

        Args:
            logits: [n, classes].
            targets: [n, classes], rows of `targets` or blends of them.
            weights: [n].
            taught: A teacher's softened probabilities [n, classes]; None where there is no teacher.
        """
        log_probabilities = functional.log_softmax(logits.float() + self.shift, dim=1)
        losses = -(targets * log_probabilities).sum(dim=1)
        if self.region_share:
            by_region = (log_probabilities.exp() @ self.members.T).clamp_min(1e-9).log()
            losses = losses - self.region_share * ((targets @ self.members.T) * by_region).sum(dim=1)
        if taught is not None:
            losses = (1 - self.teacher_share) * losses + self.teacher_share * self._taught(logits.float(), taught)
        total = sum_over_ranks(weights.sum()) / world_size()
        return (losses * weights).sum() / total.clamp_min(1e-9)

    def _taught(self, logits: Tensor, taught: Tensor) -> Tensor:
        """How far from the teacher, [n]. Source: Hinton et al. 2015, section 2, with its factor T^2."""
        ours = functional.log_softmax(logits / self.temperature, dim=1)
        distance: Tensor = functional.kl_div(ours, taught, reduction="none").sum(dim=1) * self.temperature**2
        return distance
