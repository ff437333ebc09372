"""Test-time views: what several looks at each held-out photo would be worth."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray

from triovision.training import processes
from triovision.training.bank import choose_device
from triovision.training.loaders import Fit
from triovision.training.metrics import log_softmax
from triovision.training.networks import CountryNetwork

__all__ = ["predict_test_views"]

_PHOTOS = 32


def predict_test_views(fit: Fit, network: CountryNetwork) -> NDArray[np.float32] | None:
    """Logarithms of the held-out photos' probabilities, averaged over the recipe's test views.

    Args:
        fit: Names the photos.
        network: The network that is measured.

    Returns:
        float32 [held out, classes]; None where the recipe has but one view, whose logits are known.
    """
    if fit.recipe.augmentation.test_views == 1:
        return None
    device = choose_device()
    network.eval().to(device)
    own = np.array_split(fit.held_out, fit.ranks)[fit.rank]
    parts = [np.zeros((0, len(fit.samples.country_codes)), np.float32)]
    for start in range(0, len(own), _PHOTOS):
        views = [fit.bank.test_views(int(row)) for row in own[start : start + _PHOTOS]]
        stacked = torch.from_numpy(np.stack([view for photo in views for view in photo]))
        with torch.inference_mode():
            logits = network(stacked.to(device)).float().cpu().numpy()
        probabilities = np.exp(log_softmax(logits)).reshape(len(views), len(views[0]), -1).mean(axis=1)
        parts.append(np.log(probabilities.clip(1e-12)).astype(np.float32))
    network.cpu()
    return np.concatenate([part for gathered in processes.gather(parts) for part in gathered])
