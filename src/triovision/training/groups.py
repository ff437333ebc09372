"""Which weights of a network a stage trains, and how fast."""

from __future__ import annotations

from typing import Any

from torch import Tensor, nn

from triovision.training.networks import CountryNetwork, Head
from triovision.training.recipe import ALL_BLOCKS, Stage

__all__ = ["freeze", "merge_groups", "parameter_groups"]


def parameter_groups(network: CountryNetwork, stage: Stage) -> list[dict[str, Any]]:
    """Adam's groups: the head, and each trained depth of the backbone with its own learning rate.

    Also marks which parameters are trained.
    """
    groups = _head_groups(network.head, stage)
    depths = network.depths()
    deepest = max(depths.values(), default=0)
    for parameter in network.backbone.parameters():
        depth = depths[id(parameter)]
        trained = stage.frozen_blocks != ALL_BLOCKS and (stage.frozen_blocks == 0 or depth > stage.frozen_blocks)
        parameter.requires_grad_(trained)
        if trained:
            rate = stage.learning_rate * stage.backbone_factor * stage.layer_decay ** (deepest - depth)
            groups.append(_group(parameter, rate, stage.weight_decay if parameter.ndim > 1 else 0.0))
    return groups


def _head_groups(head: Head, stage: Stage) -> list[dict[str, Any]]:
    scaled = head.country_scale
    for parameter in head.linear.parameters():
        parameter.requires_grad_(scaled is None)
    if scaled is not None:
        return [_group(scaled, stage.learning_rate, 0.0)]
    return [
        _group(head.linear.weight, stage.learning_rate, stage.weight_decay),
        _group(head.linear.bias, stage.learning_rate, 0.0),
    ]


def _group(parameter: Tensor, rate: float, decay: float) -> dict[str, Any]:
    return {"params": [parameter], "lr": rate, "weight_decay": decay}


def merge_groups(groups: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Groups of one rate and decay as one: a GPU's optimiser starts anew for each, and hundreds of them are slow."""
    merged: dict[tuple[float, float], dict[str, Any]] = {}
    for group in groups:
        key = (group["lr"], group["weight_decay"])
        merged.setdefault(key, {**group, "params": []})["params"] += group["params"]
    return list(merged.values())


def freeze(trained: nn.Module, stage: Stage) -> None:
    """Put into evaluation mode what shall not change: frozen blocks, and batch norms that keep their statistics."""
    for part in trained.modules():
        if isinstance(part, Head):
            part.dropout = stage.dropout
        own = list(part.parameters(recurse=False))
        frozen = bool(own) and not any(parameter.requires_grad for parameter in own)
        if frozen or (stage.batch_norm == "frozen" and isinstance(part, nn.modules.batchnorm._BatchNorm)):  # noqa: SLF001
            part.eval()
