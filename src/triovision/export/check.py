"""The exported graph against PyTorch, on real photos."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from triovision.errors import TrainingError
from triovision.export.runner import GraphRun, preprocess_all
from triovision.preprocess import Preprocessing
from triovision.training.networks import CountryNetwork

__all__ = ["GraphCheck", "check_agreement", "compare_logits", "torch_logits"]

_BATCH = 32
_MAX_LOGIT_DIFFERENCE = 1e-2
_MIN_AGREEMENT = 0.99


@dataclass(frozen=True, slots=True)
class GraphCheck:
    """How far two sets of logits for the same photos are apart.

    Attributes:
        photos: How many were compared.
        max_difference: Greatest absolute difference of a logit, after each row's mean is taken off.
        top1_agreement: Share of photos with the same most probable country.
    """

    photos: int
    max_difference: float
    top1_agreement: float

    def __str__(self) -> str:
        return (
            f"{self.photos} photos, greatest difference of logits {self.max_difference:.2g}, "
            f"same first country {self.top1_agreement:.1%}"
        )


def torch_logits(
    network: CountryNetwork, images: Sequence[NDArray[np.uint8]], preprocessing: Preprocessing
) -> NDArray[np.float32]:
    """Logits that PyTorch gives for images, float32 [n, classes]."""
    network.eval().cpu()
    parts = []
    for start in range(0, len(images), _BATCH):
        tensor = torch.from_numpy(preprocess_all(images[start : start + _BATCH], preprocessing))
        with torch.inference_mode():
            parts.append(network(tensor).numpy())
    return np.concatenate(parts)


def compare_logits(first: NDArray[np.float32], second: NDArray[np.float32]) -> GraphCheck:
    """Compare logits [n, classes] of the same photos."""
    # A constant added to a row changes no probability.
    centred = [logits - logits.mean(axis=1, keepdims=True) for logits in (first, second)]
    return GraphCheck(
        photos=len(first),
        max_difference=float(np.abs(centred[0] - centred[1]).max()),
        top1_agreement=float((first.argmax(axis=1) == second.argmax(axis=1)).mean()),
    )


def check_agreement(expected: NDArray[np.float32], run: GraphRun) -> GraphCheck:
    """Compare the float32 graph with PyTorch.

    Raises:
        TrainingError: If they differ by more than rounding.
    """
    check = compare_logits(expected, run.logits)
    if not (check.max_difference <= _MAX_LOGIT_DIFFERENCE and check.top1_agreement >= _MIN_AGREEMENT):
        raise TrainingError(
            f"the exported graph differs from PyTorch ({check}); this network does not export faithfully"
        )
    return check
