"""The Lightning module: one stage of training on one network."""

from __future__ import annotations

import copy
import math
import time
from typing import Any, Protocol

import lightning
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from triovision.errors import TrainingError
from triovision.training import processes
from triovision.training.groups import freeze, merge_groups, parameter_groups
from triovision.training.metrics import compute_figures
from triovision.training.mixing import Batch, mix
from triovision.training.networks import CountryNetwork
from triovision.training.objective import Loss
from triovision.training.random_state import read_random_state, restore_random_state
from triovision.training.recipe import Recipe, Stage

__all__ = ["StageModule"]

_MAP_AXES = 4  # [n, channels, height, width]
_STATE = "stage"


class StatefulLoader(Protocol):
    """A training loader that goes on where another one was."""

    def state_dict(self) -> dict[str, Any]:
        """Where it is."""

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Go there."""


class StageModule(lightning.LightningModule):
    """Trains the part of a network behind its frozen blocks.

    Args:
        recipe: The recipe.
        stage: Its stage.
        network: Changed in place.
        trained: What the batches go through: a part of the network, or all of it.
        loss: The objective.
        steps: Optimiser steps of the whole stage.
        loader: Whose state belongs into checkpoints: Lightning forgets it where an epoch is whole.
    """

    def __init__(
        self,
        recipe: Recipe,
        stage: Stage,
        network: CountryNetwork,
        trained: nn.Module,
        loss: Loss,
        steps: int,
        loader: StatefulLoader,
    ) -> None:
        super().__init__()
        self.recipe, self.stage, self.steps, self.loss = recipe, stage, max(1, steps), loss
        self._loader = loader
        self.trained = trained
        self.averaged = copy.deepcopy(trained).requires_grad_(requires_grad=False) if stage.average_decay else None
        self._groups = parameter_groups(network, stage)
        self._run = torch.compile(self._forward) if recipe.machine.compile else self._forward
        self._rng = np.random.default_rng((recipe.seed, 1 + processes.rank()))
        self._held_out: list[tuple[Tensor, Tensor]] = []
        self._losses: list[Tensor] = []
        self._figures: dict[str, float] = {}
        self._plateau: torch.optim.lr_scheduler.ReduceLROnPlateau | None = None
        self._restored: dict[str, Any] = {}
        self._averaged_step = 0
        self._seen = 0
        self._seconds = 0.0
        self.best: dict[str, Tensor] | None = None
        self.best_epoch = 0
        self.best_figure = -math.inf
        self.history: list[dict[str, float]] = []

    @property
    def evaluated(self) -> nn.Module:
        """What counts: the averaged weights where there are any."""
        return self.trained if self.averaged is None else self.averaged

    def _forward(self, inputs: Tensor) -> Tensor:
        logits: Tensor = self.trained(inputs)
        return logits

    def _inputs(self, inputs: Tensor) -> Tensor:
        """Pixels become normalised values here, on the device: bytes travel four times as fast."""
        if inputs.dtype == torch.uint8:
            # As `preprocess` computes it.
            mean, std = (np.array(values) for values in (self.recipe.preprocessing.mean, self.recipe.preprocessing.std))
            factor, offset = torch.from_numpy(1 / (255 * std)), torch.from_numpy(mean / std)
            inputs = inputs * factor.to(inputs.device, torch.float32)[:, None, None]
            inputs = inputs - offset.to(inputs.device, torch.float32)[:, None, None]
        if self.recipe.channels_last and inputs.ndim == _MAP_AXES:
            inputs = inputs.contiguous(memory_format=torch.channels_last)
        return inputs

    def on_fit_start(self) -> None:
        """Bring the objective to the device."""
        self.loss.to(self.device)

    def on_train_epoch_start(self) -> None:
        """Lightning sets everything to training mode; what is frozen goes back."""
        if self._restored:
            restore_random_state(self._restored["random"][processes.rank()])
            self._restored = {}
        self._losses, self._seen, self._seconds = [], 0, -time.monotonic()
        freeze(self.trained, self.stage)

    def training_step(self, batch: Batch, _index: int) -> Tensor:
        """Loss of one batch."""
        inputs, targets, weights = self._inputs(batch.inputs), self.loss.targets[batch.labels], batch.weights
        classes = targets.shape[1]
        if batch.taught is not None:
            # Blended as the labels are.
            targets = torch.cat((targets, self.loss.soften(batch.taught)), dim=1)
        if self.stage.mixup:
            inputs, targets, weights = mix(inputs, targets, weights, self.stage, self._rng)
        taught = self.loss.ask_teacher(inputs) if batch.taught is None else targets[:, classes:]
        loss = self.loss(self._run(inputs), targets[:, :classes], weights, taught)
        self._losses.append(loss.detach())
        self._seen += len(weights)
        return loss

    def on_train_batch_end(self, *_: Any) -> None:
        """Move the averaged weights, once per step."""
        if self.averaged is None or self.global_step == self._averaged_step:
            return
        self._averaged_step = self.global_step
        # Young averages would remember the start; Source: Tarvainen and Valpola 2017, as in TensorFlow's EMA.
        decay = min(self.stage.average_decay, (1 + self.global_step) / (10 + self.global_step))
        with torch.no_grad():
            state = self.trained.state_dict()
            pairs = [(tensor, state[name]) for name, tensor in self.averaged.state_dict().items()]
            floating = [pair for pair in pairs if pair[0].dtype.is_floating_point]
            # One call for all: a GPU would spend longer starting hundreds of tiny ones than in the step itself.
            torch._foreach_lerp_([pair[0] for pair in floating], [pair[1] for pair in floating], 1 - decay)
            for own, theirs in pairs:
                if not own.dtype.is_floating_point:
                    own.copy_(theirs)

    def on_validation_start(self) -> None:
        """The time of training ends here."""
        self._stop_clock()

    def _stop_clock(self) -> None:
        if self._seconds < 0:
            self._seconds += time.monotonic()

    def validation_step(self, batch: Batch, _index: int) -> None:
        """Gather held-out logits, in full precision: what is measured is what will be stored."""
        inputs = self._inputs(batch.inputs)
        with torch.autocast(self.device.type, enabled=False):
            logits = self.evaluated(inputs)
        self._held_out.append((logits.float().cpu(), batch.labels.cpu()))

    def on_validation_epoch_end(self) -> None:
        """Figures over all held-out samples, and the best weights kept."""
        own = tuple(torch.cat(part).numpy() for part in zip(*self._held_out, strict=True))
        self._held_out.clear()
        parts = processes.gather(own)
        logits: NDArray[np.float32] = np.concatenate([part[0] for part in parts])
        labels: NDArray[np.int64] = np.concatenate([part[1] for part in parts])
        self._figures = compute_figures(logits, labels)
        self.log_dict(self._figures, prog_bar=True)
        figure = self._monitored()
        if self.stage.patience and figure > self.best_figure:
            self._keep(self.current_epoch, figure)

    def _monitored(self) -> float:
        """Figure that grows as held-out data gets better."""
        if self.recipe.monitor == "top1_accuracy":
            return self._figures["top1_accuracy"]
        return -self._figures["negative_log_likelihood"]

    def on_train_epoch_end(self) -> None:
        """Keep the figures of the epoch, and the weights where nothing is held out."""
        self._stop_clock()
        parts = processes.gather((float(torch.stack(self._losses).mean()), self._seen))
        loss = sum(part[0] for part in parts) / len(parts)
        self.log("loss", loss, prog_bar=True)
        speed = sum(part[1] for part in parts) / max(self._seconds, 1e-9)
        row = {"epoch": float(self.current_epoch), "loss": loss, **self._figures}
        self.history.append({**row, "learning_rate": self._learning_rate(), "photos_per_s": round(speed, 1)})
        if not self._figures or not self.stage.patience:
            # Choosing among epochs by held-out data would flatter the held-out figures.
            self._keep(self.current_epoch, -math.inf)
        if self._plateau is not None:
            self._plateau.step(-self._monitored() if self._figures else loss)

    def _learning_rate(self) -> float:
        optimizer: Any = self.optimizers()
        return float(optimizer.param_groups[0]["lr"])

    def _keep(self, epoch: int, figure: float) -> None:
        self.best = {name: tensor.detach().clone() for name, tensor in self.evaluated.state_dict().items()}
        self.best_epoch, self.best_figure = epoch + 1, figure

    def on_save_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        """All that the stage needs to go on as if it had never stopped."""
        checkpoint[_STATE] = {
            "best": self.best,
            "best_epoch": self.best_epoch,
            "best_figure": self.best_figure,
            "history": self.history,
            "averaged_step": self._averaged_step,
            "plateau": None if self._plateau is None else self._plateau.state_dict(),
            "loader": self._loader.state_dict(),
            "mixing": processes.gather(self._rng.bit_generator.state),
            "random": processes.gather(read_random_state()),
        }

    def on_load_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        """Take all of it back.

        Raises:
            TrainingError: If another number of processes wrote it.
        """
        state = checkpoint[_STATE]
        if len(state["random"]) != processes.world_size():
            raise TrainingError(
                f"the run was started by {len(state['random'])} processes and is resumed by {processes.world_size()}; "
                "take as many, or begin anew with another --to"
            )
        for name in ("best", "best_epoch", "best_figure", "history"):
            setattr(self, name, state[name])
        self._averaged_step = state["averaged_step"]
        self._loader.load_state_dict(state["loader"])
        self._rng.bit_generator.state = state["mixing"][processes.rank()]
        self._restored = state

    def configure_optimizers(self) -> Any:
        """Adam with a learning rate per depth, and its schedule."""
        on_gpu = self.device.type == "cuda"
        kind = torch.optim.AdamW if self.stage.optimizer.kind == "adamw" else torch.optim.Adam
        groups = merge_groups(self._groups) if on_gpu else self._groups
        optimizer = kind(groups, lr=self.stage.learning_rate, fused=on_gpu)
        if self.stage.schedule == "plateau":
            settings = self.stage.optimizer
            # Stepped by hand: Lightning would do it after the checkpoint, which a resumed run would then lack.
            self._plateau = torch.optim.lr_scheduler.ReduceLROnPlateau(
                optimizer,
                factor=settings.plateau_factor,
                patience=settings.plateau_patience,
                threshold=settings.min_delta,
                threshold_mode="abs",
            )
            if self._restored:
                self._plateau.load_state_dict(self._restored["plateau"])
            return optimizer
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
