"""Batch norms of a frozen network folded into the convolutions before them: the same outputs, sooner."""

from __future__ import annotations

import copy

import torch
from torch import Tensor, nn
from torch.nn.utils.fusion import fuse_conv_bn_weights

__all__ = ["fold_batch_norms", "folding_keeps_outputs"]

_TOLERANCE = 1e-3


def folding_keeps_outputs(network: nn.Module, probe: Tensor) -> bool:
    """Whether `fold_batch_norms` guesses right for a network.

    Args:
        network: Not changed.
        probe: An input to compare outputs on.
    """
    plain = copy.deepcopy(network).eval()
    folded = copy.deepcopy(plain)
    fold_batch_norms(folded)
    with torch.inference_mode():
        expected, found = plain(probe), folded(probe)
    return bool((expected - found).abs().max() <= _TOLERANCE * expected.abs().max().clamp_min(1.0))


def fold_batch_norms(module: nn.Module) -> None:
    """Fold batch norms into the convolutions before them, in place, with the statistics that they have.

    Which convolution feeds a batch norm is read off the order of a module's children, which is how timm writes its
    convolutional networks; `folding_keeps_outputs` tells where that holds.
    """
    before: nn.Module | None = None
    for name, child in list(module.named_children()):
        statistics = (child.running_mean, child.running_var) if isinstance(child, nn.BatchNorm2d) else (None, None)
        if isinstance(child, nn.BatchNorm2d) and isinstance(before, nn.Conv2d) and None not in statistics:
            mean, variance = (torch.as_tensor(part) for part in statistics)
            before.weight, before.bias = fuse_conv_bn_weights(
                before.weight, before.bias, mean, variance, child.eps, child.weight, child.bias
            )
            # timm's batch norms carry their activation with them.
            rest = [part for part in (getattr(child, "drop", None), getattr(child, "act", None)) if part is not None]
            setattr(module, name, nn.Sequential(*rest))
        else:
            fold_batch_norms(child)
        before = child
