"""One network through the stages of a recipe."""

from __future__ import annotations

import logging
import sys
import warnings
from collections.abc import Sequence
from dataclasses import dataclass

import lightning
import numpy as np
import torch
from lightning.pytorch.callbacks import Callback, EarlyStopping
from lightning.pytorch.loggers import CSVLogger
from numpy.typing import NDArray
from torch import Tensor, nn

from triovision.training.discriminant import discriminant_head
from triovision.training.loaders import EVALUATION_BATCH, Fit, held_out_loader, training_loader
from triovision.training.module import StageModule
from triovision.training.networks import CountryNetwork
from triovision.training.objective import Loss, sample_weights, sub_region_matrix
from triovision.training.recipe import ALL_BLOCKS, Stage

__all__ = ["StageReport", "fit_network", "predict_logits"]

_MIN_DELTA = 1e-3
_MIN_SCALE = 1e-3

# What Lightning says about machines and habits that do not concern the person who runs a recipe.
_QUIET = (
    ".*does not have many workers.*",
    ".*GPU available but not used.*",
    ".*The number of training batches.*",
    ".*Checkpoint directory .* exists.*",
    ".*LeafSpec.* is deprecated.*",
    ".*module.s. in eval mode at the start of training.*",
    ".*`validation_step` but have no `val_dataloader`.*",
)


@dataclass(frozen=True, slots=True)
class StageReport:
    """What a stage came to: the epoch whose weights were kept (from 1), and figures of every epoch."""

    stage: int
    best_epoch: int
    history: tuple[dict[str, float], ...]


def fit_network(fit: Fit, network: CountryNetwork) -> list[StageReport]:
    """Train a network through all stages of the recipe.

    Args:
        fit: On what.
        network: Changed in place; holds the weights kept at the end.

    Returns:
        One report per stage that ran.
    """
    reports = []
    for index, stage in enumerate(fit.recipe.stages):
        if index == 0:
            _start_head(fit, stage, network)
        epochs = stage.epochs if fit.epochs is None else fit.epochs[index]
        if not epochs:
            continue
        seeds = fit.recipe.heads if stage.frozen_blocks == ALL_BLOCKS else 1
        reports += _run_stage(fit, index, epochs, network, seeds)
    network.eval()
    return reports


def _start_head(fit: Fit, stage: Stage, network: CountryNetwork) -> None:
    if stage.frozen_blocks != ALL_BLOCKS or not stage.stored_views:
        return
    features = fit.bank.training(stage)[fit.train]
    flat = features.float().flatten(0, 1)
    network.head.mean.copy_(flat.mean(dim=0))
    network.head.scale.copy_(flat.std(dim=0).clamp_min(_MIN_SCALE))
    start = fit.recipe.head_start
    if start.kind == "discriminant":
        samples = fit.samples.take(fit.train)
        weights = torch.from_numpy(sample_weights(samples, fit.recipe.sampling))
        members = sub_region_matrix(samples.country_codes)
        head = discriminant_head(features, torch.from_numpy(samples.labels), weights, members, start)
        network.head.load_folded(*head)


def _run_stage(fit: Fit, index: int, epochs: int, network: CountryNetwork, seeds: int) -> list[StageReport]:
    """Run a stage once per seed and leave the mean of what was kept in the network."""
    trained = _trained_part(fit.recipe.stages[index], network)
    start = {name: tensor.clone() for name, tensor in trained.state_dict().items()}
    kept: list[dict[str, Tensor]] = []
    reports = []
    for seed in range(seeds):
        trained.load_state_dict(start)
        module = _run_once(fit, index, epochs, network, seed)
        kept.append(module.best or start)
        reports.append(StageReport(index, module.best_epoch, tuple(module.history)))
    trained.load_state_dict(_mean_state(kept, start, fit.recipe.stages[index].blend))
    return reports


def _mean_state(kept: Sequence[dict[str, Tensor]], start: dict[str, Tensor], blend: float) -> dict[str, Tensor]:
    """The mean of several heads (they are linear, so it gives the mean of their logits), blended with the start."""
    mean = {}
    for name, began in start.items():
        if not began.dtype.is_floating_point:
            mean[name] = kept[0][name]
            continue
        ended = torch.stack([state[name] for state in kept]).mean(dim=0)
        mean[name] = torch.lerp(began, ended, blend)
    return mean


def _trained_part(stage: Stage, network: CountryNetwork) -> nn.Module:
    return network.cut(stage.frozen_blocks)[1] if stage.stored_views else network


def _run_once(fit: Fit, index: int, epochs: int, network: CountryNetwork, seed: int) -> StageModule:
    recipe, stage = fit.recipe, fit.recipe.stages[index]
    lightning.seed_everything(recipe.seed + seed, verbose=False)
    samples = fit.samples.take(fit.train)
    weights = sample_weights(samples, recipe.sampling)
    loss = Loss(samples.country_codes, recipe.objective, samples.labels, weights)
    train = training_loader(fit, stage, samples.labels, weights, seed)
    held_out = held_out_loader(fit, stage)
    # Lightning moves the module to the device, so the layout is chosen before the optimiser sees the weights.
    layout = torch.channels_last if recipe.channels_last else torch.contiguous_format
    network.to(memory_format=layout)  # type: ignore[call-overload] # torch's stub lacks this overload
    steps = len(train) * stage.epochs
    module = StageModule(recipe, stage, network, _trained_part(stage, network), loss, steps)
    trainer = _make_trainer(fit, stage, epochs, f"stage-{index}" + (f"-head-{seed}" if seed else ""))
    with warnings.catch_warnings():
        for message in _QUIET:
            warnings.filterwarnings("ignore", message=message)
        trainer.fit(module, train, held_out)
    network.cpu()
    if module.averaged is not None:
        module.averaged.cpu()
    module.best = {name: tensor.cpu() for name, tensor in (module.best or {}).items()}
    return module


def _make_trainer(fit: Fit, stage: Stage, epochs: int, name: str) -> lightning.Trainer:
    logging.getLogger("lightning.pytorch").setLevel(logging.WARNING)
    callbacks: list[Callback] = []
    if stage.patience and len(fit.held_out):
        accuracy = fit.recipe.monitor == "top1_accuracy"
        monitor = "top1_accuracy" if accuracy else "negative_log_likelihood"
        callbacks.append(
            EarlyStopping(monitor, min_delta=_MIN_DELTA, patience=stage.patience, mode="max" if accuracy else "min")
        )
    return lightning.Trainer(
        accelerator="auto",
        devices=1,
        max_epochs=epochs,
        precision=fit.recipe.precision,
        gradient_clip_val=stage.clip_norm or None,
        logger=CSVLogger(fit.logs.parent, name=fit.logs.name, version=name),
        callbacks=callbacks,
        # A stage lasts minutes and keeps its best weights in memory; the run folder is written when they are whole.
        enable_checkpointing=False,
        enable_progress_bar=sys.stderr.isatty(),
        enable_model_summary=False,
        num_sanity_val_steps=0,
        log_every_n_steps=1_000_000,
    )


def predict_logits(fit: Fit, network: CountryNetwork, rows: Sequence[int] | NDArray[np.intp]) -> NDArray[np.float32]:
    """Logits of the evaluation views of some rows, float32 [n, classes].

    Where the last stage stored its frozen part, that is computed once for all folds.
    """
    stages = [stage for stage in fit.recipe.stages if stage.epochs] or list(fit.recipe.stages)
    frozen_blocks = stages[-1].frozen_blocks if stages[-1].stored_views else 0
    network.eval().cpu()
    trained = network.cut(frozen_blocks)[1]
    logits = []
    for start in range(0, len(rows), EVALUATION_BATCH):
        part = np.asarray(rows[start : start + EVALUATION_BATCH])
        if frozen_blocks:
            inputs = fit.bank.evaluation(frozen_blocks)[part]
        else:
            inputs = torch.from_numpy(np.stack([fit.bank.image(int(row)) for row in part]))
        with torch.inference_mode():
            logits.append(trained(inputs).float().numpy())
    return np.concatenate(logits)
