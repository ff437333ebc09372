"""The Lightning module: one stage of training on one network."""

from __future__ import annotations

import copy
import math
from typing import Any, NamedTuple

import lightning
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from triovision.training.metrics import compute_figures
from triovision.training.networks import CountryNetwork, Head
from triovision.training.objective import Loss
from triovision.training.recipe import ALL_BLOCKS, Recipe, Stage

__all__ = ["Batch", "StageModule"]


_MAP_AXES = 4  # [n, channels, height, width]


class Batch(NamedTuple):
    """Inputs [n, ...] of the trained part, labels [n], sample weights [n]."""

    inputs: Tensor
    labels: Tensor
    weights: Tensor


class StageModule(lightning.LightningModule):
    """Trains the part of a network behind its frozen blocks.

    Args:
        recipe: The recipe.
        stage: Its stage.
        network: Changed in place.
        trained: What the batches go through: a part of the network, or all of it.
        loss: The objective.
        steps: Optimiser steps of the whole stage.
    """

    def __init__(
        self, recipe: Recipe, stage: Stage, network: CountryNetwork, trained: nn.Module, loss: Loss, steps: int
    ) -> None:
        super().__init__()
        self.recipe, self.stage, self.steps, self.loss = recipe, stage, max(1, steps), loss
        self.trained = trained
        self.averaged = copy.deepcopy(trained) if stage.average_decay else None
        self._groups = parameter_groups(network, stage)
        self._held_out: list[tuple[Tensor, Tensor]] = []
        self._rng = np.random.default_rng((recipe.seed, 1))
        self.best: dict[str, Tensor] | None = None
        self.best_epoch = 0
        self.best_figure = -math.inf
        self.history: list[dict[str, float]] = []
        self.mean_loss = math.nan

    @property
    def evaluated(self) -> nn.Module:
        """What counts: the averaged weights where there are any."""
        return self.trained if self.averaged is None else self.averaged

    def on_fit_start(self) -> None:
        """Bring the objective to the device."""
        self.loss.to(self.device)

    def on_train_epoch_start(self) -> None:
        """Lightning sets everything to training mode; what is frozen goes back."""
        self._losses: list[Tensor] = []
        freeze(self.trained, self.stage)

    def training_step(self, batch: Batch, _index: int) -> Tensor:
        """Loss of one batch."""
        inputs, targets, weights = batch.inputs, self.loss.targets[batch.labels], batch.weights
        if self.recipe.channels_last and inputs.ndim == _MAP_AXES:
            inputs = inputs.contiguous(memory_format=torch.channels_last)
        if self.stage.mixup:
            inputs, targets, weights = self._mix(inputs, targets, weights)
        loss = self.loss(self.trained(inputs), targets, weights)
        self._losses.append(loss.detach())
        return loss

    def _mix(self, inputs: Tensor, targets: Tensor, weights: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Blend each sample with another of the batch, or paste a rectangle of it."""
        share = float(self._rng.beta(self.stage.mixup, self.stage.mixup))
        order = torch.from_numpy(self._rng.permutation(len(inputs))).to(inputs.device)
        if inputs.ndim == _MAP_AXES and self._rng.random() < self.stage.cutmix_share:
            height, width = inputs.shape[2:]
            tall, wide = (round(side * math.sqrt(1 - share)) for side in (height, width))
            top = int(self._rng.integers(0, height - tall + 1))
            left = int(self._rng.integers(0, width - wide + 1))
            pasted = inputs.clone()
            pasted[:, :, top : top + tall, left : left + wide] = inputs[order, :, top : top + tall, left : left + wide]
            inputs, share = pasted, 1 - tall * wide / (height * width)
        else:
            inputs = share * inputs + (1 - share) * inputs[order]
        targets = share * targets + (1 - share) * targets[order]
        return inputs, targets, share * weights + (1 - share) * weights[order]

    def on_train_batch_end(self, *_: Any) -> None:
        """Move the averaged weights."""
        if self.averaged is None:
            return
        # Young averages would remember the start; Source: Tarvainen and Valpola 2017, as in TensorFlow's EMA.
        decay = min(self.stage.average_decay, (1 + self.global_step) / (10 + self.global_step))
        with torch.no_grad():
            state = self.trained.state_dict()
            for name, tensor in self.averaged.state_dict().items():
                if tensor.dtype.is_floating_point:
                    tensor.lerp_(state[name], 1 - decay)
                else:
                    tensor.copy_(state[name])

    def on_train_epoch_end(self) -> None:
        """Keep the figures of the epoch, and the weights where nothing is held out."""
        self.mean_loss = float(torch.stack(self._losses).mean())
        self.log("loss", self.mean_loss, prog_bar=True)
        self.history.append({"epoch": float(self.current_epoch), "loss": self.mean_loss, **self._figures()})
        if not self._held_out or not self.stage.patience:
            # Choosing among epochs by held-out data would flatter the held-out figures.
            self._keep(self.current_epoch, -math.inf)
        self._held_out.clear()

    def validation_step(self, batch: Batch, _index: int) -> None:
        """Gather held-out logits."""
        self._held_out.append((self.evaluated(batch.inputs).float().cpu(), batch.labels.cpu()))

    def on_validation_epoch_end(self) -> None:
        """Figures over all held-out samples, and the best weights kept."""
        figures = self._figures()
        self.log_dict(figures, prog_bar=True)
        figure = (
            figures["top1_accuracy"] if self.recipe.monitor == "top1_accuracy" else -figures["negative_log_likelihood"]
        )
        if self.stage.patience and figure > self.best_figure:
            self._keep(self.current_epoch, figure)

    def _figures(self) -> dict[str, float]:
        if not self._held_out:
            return {}
        logits: NDArray[np.float32] = torch.cat([pair[0] for pair in self._held_out]).numpy()
        labels: NDArray[np.int64] = torch.cat([pair[1] for pair in self._held_out]).numpy()
        return compute_figures(logits, labels)

    def _keep(self, epoch: int, figure: float) -> None:
        self.best = {name: tensor.detach().clone() for name, tensor in self.evaluated.state_dict().items()}
        self.best_epoch, self.best_figure = epoch + 1, figure

    def configure_optimizers(self) -> Any:
        """AdamW with a learning rate per depth, warm-up and fall."""
        optimizer = torch.optim.AdamW(self._groups, lr=self.stage.learning_rate)
        scheduler = torch.optim.lr_scheduler.LambdaLR(optimizer, self._rate)
        return {"optimizer": optimizer, "lr_scheduler": {"scheduler": scheduler, "interval": "step"}}

    def _rate(self, step: int) -> float:
        rising = max(1, round(self.stage.warmup * self.steps))
        if step < rising:
            return (step + 1) / rising
        if self.stage.schedule == "constant":
            return 1.0
        progress = min(1.0, (step - rising) / max(1, self.steps - rising))
        return 0.5 * (1 + math.cos(math.pi * progress))


def parameter_groups(network: CountryNetwork, stage: Stage) -> list[dict[str, Any]]:
    """AdamW's groups: the head, and each trained depth of the backbone with its own learning rate.

    Also marks which parameters are trained.
    """
    groups = [_group([network.head.linear.weight], stage.learning_rate, stage.weight_decay)]
    groups.append(_group([network.head.linear.bias], stage.learning_rate, 0.0))
    depths = network.depths()
    deepest = max(depths.values(), default=0)
    for parameter in network.backbone.parameters():
        depth = depths[id(parameter)]
        trained = stage.frozen_blocks != ALL_BLOCKS and (stage.frozen_blocks == 0 or depth > stage.frozen_blocks)
        parameter.requires_grad_(trained)
        if trained:
            rate = stage.learning_rate * stage.backbone_factor * stage.layer_decay ** (deepest - depth)
            groups.append(_group([parameter], rate, stage.weight_decay if parameter.ndim > 1 else 0.0))
    return groups


def _group(parameters: list[Tensor], rate: float, decay: float) -> dict[str, Any]:
    return {"params": parameters, "lr": rate, "weight_decay": decay}


def freeze(trained: nn.Module, stage: Stage) -> None:
    """Put into evaluation mode what shall not change: frozen blocks, and batch norms that keep their statistics."""
    for part in trained.modules():
        if isinstance(part, Head):
            part.dropout = stage.dropout
        own = list(part.parameters(recurse=False))
        frozen = bool(own) and not any(parameter.requires_grad for parameter in own)
        if frozen or (stage.batch_norm == "frozen" and isinstance(part, nn.modules.batchnorm._BatchNorm)):  # noqa: SLF001
            part.eval()
