"""Held-out photos as calibration sees them: whole sites together, and none so large that it drowns the others."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from triovision.errors import TrainingError
from triovision.training.prepared import Samples
from triovision.training.recipe import Sampling
from triovision.training.run_folder import HeldOut

__all__ = ["HeldOutPhotos", "make_held_out", "prior_of", "site_weights", "sites_of"]

_GROUPS = 5
_PSEUDO_SAMPLES = 1.0


@dataclass(frozen=True, slots=True, eq=False)
class HeldOutPhotos:
    """Logits of photos that the network that gave them was not trained on.

    Attributes:
        logits: float32 [n, classes].
        labels: int64 [n].
        weights: float64 [n], mean 1.
        groups: int64 [n]; a site is wholly within one. What is fitted for one group is fitted on the others.
        priors: float64 [groups, classes]: the prior that the training photos outside of each group's sites suggest.
        prior: float64 [classes], from all of them.
        country_codes: Code per label.
    """

    logits: NDArray[np.float32]
    labels: NDArray[np.int64]
    weights: NDArray[np.float64]
    groups: NDArray[np.int64]
    priors: NDArray[np.float64]
    prior: NDArray[np.float64]
    country_codes: tuple[str, ...]


def make_held_out(held_out: HeldOut, samples: Samples, trained: Samples, sampling: Sampling) -> HeldOutPhotos:
    """Join a run's held-out logits with what the data set knows about their photos.

    Args:
        held_out: From the run.
        samples: All samples of the data set.
        trained: Those that the shipped network was trained on.
        sampling: The recipe's, which names the collections that are of one site.

    Raises:
        TrainingError: If a held-out photo is not in the data set.
    """
    sites = sites_of(samples, sampling)[_rows_of(held_out.sample_ids, samples)]
    groups = _deal(sites)
    shown = trained.take(np.flatnonzero(~np.isin(trained.collections, sampling.train_only)))
    shown_sites = sites_of(shown, sampling)
    priors = [
        prior_of(shown.labels[outside], shown_sites[outside], len(samples.country_codes))
        for outside in (~np.isin(shown_sites, sites[groups == group]) for group in np.unique(groups))
    ]
    return HeldOutPhotos(
        logits=held_out.logits,
        labels=held_out.labels,
        weights=site_weights(sites),
        groups=groups,
        priors=np.array(priors),
        prior=prior_of(shown.labels, shown_sites, len(samples.country_codes)),
        country_codes=samples.country_codes,
    )


def sites_of(samples: Samples, sampling: Sampling) -> NDArray[np.str_]:
    """The site or photographer of each sample, [n]."""
    return np.array([sampling.same_site.get(str(name), str(name)) for name in samples.collections], dtype=np.str_)


def site_weights(sites: NDArray[np.str_]) -> NDArray[np.float64]:
    """Weight of each photo: its site counts by the square root of how many photos it has.

    What is asked of a model is to be right on photos of the next site, so sites should count, not photos; yet of a site
    of five photos little is known. Counting each site once (Source: Lee, Barber, Willett 2023, "Distribution-free
    inference with hierarchical data") and each photo once are the two ends; this is the middle between them.

    Args:
        sites: [n].

    Returns:
        float64 [n], mean 1.
    """
    _, inverse, counts = np.unique(sites, return_inverse=True, return_counts=True)
    weights: NDArray[np.float64] = 1 / np.sqrt(counts[inverse])
    return weights / weights.mean() if len(weights) else weights


def prior_of(labels: NDArray[np.int64], sites: NDArray[np.str_], classes: int) -> NDArray[np.float64]:
    """Share of each country among photos, sites weighing as in `site_weights`, every country seen once more.

    Args:
        labels: [n].
        sites: [n].
        classes: How many countries.

    Returns:
        float64 [classes], summing to 1.
    """
    counts = np.bincount(labels, weights=site_weights(sites), minlength=classes) + _PSEUDO_SAMPLES
    shares: NDArray[np.float64] = counts / counts.sum()
    return shares


def _rows_of(sample_ids: NDArray[np.str_], samples: Samples) -> NDArray[np.intp]:
    order = np.argsort(samples.sample_ids)
    found = np.searchsorted(samples.sample_ids, sample_ids, sorter=order)
    rows: NDArray[np.intp] = order[np.minimum(found, len(order) - 1)]
    strangers = sample_ids[samples.sample_ids[rows] != sample_ids]
    if len(strangers):
        raise TrainingError(
            f"{samples.folder}: holds no sample {strangers[0]} of the run; give the data that it was trained on"
        )
    return rows


def _deal(sites: NDArray[np.str_]) -> NDArray[np.int64]:
    """Deal whole sites to groups of about equal size, the largest first; photos one by one where there is one site."""
    names, inverse, counts = np.unique(sites, return_inverse=True, return_counts=True)
    if len(names) == 1:
        return np.arange(len(sites), dtype=np.int64) % min(_GROUPS, len(sites))
    sizes = np.zeros(min(_GROUPS, len(names)), np.int64)
    group_of = np.zeros(len(names), np.int64)
    for index in sorted(range(len(names)), key=lambda index: (-counts[index], names[index])):
        group_of[index] = int(sizes.argmin())
        sizes[group_of[index]] += counts[index]
    return group_of[inverse]
