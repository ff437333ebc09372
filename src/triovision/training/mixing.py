"""A batch, and how its samples are blended."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from triovision.training.recipe import Stage

__all__ = ["Batch", "mix"]

_MAP_AXES = 4  # [n, channels, height, width]


class Batch(NamedTuple):
    """A batch of samples.

    Attributes:
        inputs: [n, ...] of the trained part: normalised, or uint8 pixels.
        labels: [n].
        weights: [n].
        taught: A teacher's logits [n, classes] for these very views, where they are known beforehand.
    """

    inputs: Tensor
    labels: Tensor
    weights: Tensor
    taught: Tensor | None = None


def mix(
    inputs: Tensor, targets: Tensor, weights: Tensor, stage: Stage, rng: np.random.Generator
) -> tuple[Tensor, Tensor, Tensor]:
    """Blend each sample with another of the batch, or paste a rectangle of it.

    Args:
        inputs: [n, ...].
        targets: [n, classes].
        weights: [n].
        stage: Says how often and how strongly.
        rng: Where the chance comes from.

    Returns:
        Inputs, targets and weights of the blends.
    """
    share = float(rng.beta(stage.mixup, stage.mixup))
    order = torch.from_numpy(rng.permutation(len(inputs))).to(inputs.device)
    if inputs.ndim == _MAP_AXES and rng.random() < stage.cutmix_share:
        height, width = inputs.shape[2:]
        tall, wide = (round(side * math.sqrt(1 - share)) for side in (height, width))
        top = int(rng.integers(0, height - tall + 1))
        left = int(rng.integers(0, width - wide + 1))
        pasted = inputs.clone()
        pasted[:, :, top : top + tall, left : left + wide] = inputs[order, :, top : top + tall, left : left + wide]
        inputs, share = pasted, 1 - tall * wide / (height * width)
    else:
        inputs = share * inputs + (1 - share) * inputs[order]
    targets = share * targets + (1 - share) * targets[order]
    return inputs, targets, share * weights + (1 - share) * weights[order]
