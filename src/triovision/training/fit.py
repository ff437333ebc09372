"""One network through the stages of a recipe."""

from __future__ import annotations

import logging
import sys
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import lightning
import numpy as np
import torch
from lightning.pytorch.callbacks import Callback, EarlyStopping, ModelCheckpoint
from lightning.pytorch.loggers import CSVLogger, TensorBoardLogger
from numpy.typing import NDArray
from torch import Tensor, nn

from triovision.training import processes
from triovision.training.bank import choose_device
from triovision.training.checkpoints import AtomicCheckpoints, Progress
from triovision.training.discriminant import discriminant_head
from triovision.training.loaders import (
    EVALUATION_BATCH,
    Fit,
    evaluation_loader,
    held_out_loader,
    training_loader,
)
from triovision.training.module import StageModule
from triovision.training.networks import CountryNetwork
from triovision.training.objective import Loss, log_prior, sample_weights, sub_region_matrix
from triovision.training.recipe import ALL_BLOCKS, Recipe, Stage
from triovision.training.teacher import Teacher

__all__ = ["StageReport", "fit_network", "predict_logits"]

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
    ".*sync_dist=True.*",
)


@dataclass(frozen=True, slots=True)
class StageReport:
    """What a stage came to: the epoch whose weights were kept (from 1), and figures of every epoch."""

    stage: int
    best_epoch: int
    history: tuple[dict[str, float], ...]


def fit_network(fit: Fit, network: CountryNetwork, progress: Progress) -> list[StageReport]:
    """Train a network through all stages of the recipe.

    Args:
        fit: On what.
        network: Changed in place; holds the weights kept at the end.
        progress: What an earlier, interrupted run came to, and where to keep what this one does.

    Returns:
        One report per stage that ran.
    """
    reports = []
    teacher = Teacher(fit) if fit.recipe.objective.teacher else None
    for index, stage in enumerate(fit.recipe.stages):
        if index == 0:
            _start_head(fit, stage, network)
        epochs = stage.epochs if fit.epochs is None else fit.epochs[index]
        if not epochs:
            continue
        seeds = fit.recipe.heads if stage.frozen_blocks == ALL_BLOCKS else 1
        reports += _run_stage(fit, index, epochs, network, seeds, progress, teacher)
    _adjust_head(fit, network)
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


def _adjust_head(fit: Fit, network: CountryNetwork) -> None:
    strength = fit.recipe.objective.adjust_after
    if strength:
        samples = fit.samples.take(fit.train)
        weights = sample_weights(samples, fit.recipe.sampling)
        with torch.no_grad():
            network.head.linear.bias.sub_(strength * log_prior(len(samples.country_codes), samples.labels, weights))


def _run_stage(
    fit: Fit,
    index: int,
    epochs: int,
    network: CountryNetwork,
    seeds: int,
    progress: Progress,
    teacher: Teacher | None,
) -> list[StageReport]:
    """Run a stage once per seed and leave the mean of what was kept in the network."""
    stage = fit.recipe.stages[index]
    if stage.rebalance.head == "new":
        network.head.restart()
    if stage.rebalance.head == "scaled":
        network.head.begin_scaling()
    trained = _trained_part(stage, network)
    start = {name: tensor.clone() for name, tensor in trained.state_dict().items()}
    kept: list[dict[str, Tensor]] = []
    reports = []
    for seed in range(seeds):
        trained.load_state_dict(start)
        name = _stage_name(index, seed)
        done = progress.read(name)
        if done is None:
            module = _run_once(fit, index, epochs, network, seed, progress, teacher)
            done = {"best": module.best or start, "epoch": module.best_epoch, "history": module.history}
            progress.write(name, done)
        kept.append(done["best"])
        reports.append(StageReport(index, done["epoch"], tuple(done["history"])))
    trained.load_state_dict(_mean_state(kept, start, stage.blend))
    network.head.end_scaling()
    return reports


def _stage_name(index: int, seed: int) -> str:
    return f"stage-{index}" + (f"-head-{seed}" if seed else "")


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


def _run_once(
    fit: Fit,
    index: int,
    epochs: int,
    network: CountryNetwork,
    seed: int,
    progress: Progress,
    teacher: Teacher | None,
) -> StageModule:
    recipe, stage = fit.recipe, fit.recipe.stages[index]
    lightning.seed_everything(recipe.seed + seed, verbose=False)
    samples = fit.samples.take(fit.train)
    weights = sample_weights(samples, recipe.sampling)
    taught = teacher.stored_logits(stage) if teacher and stage.stored_views else None
    asked = None if stage.stored_views else teacher
    loss = Loss(samples.country_codes, recipe.objective, samples.labels, weights, asked)
    train = training_loader(fit, stage, samples.labels, weights, seed, taught)
    held_out = held_out_loader(fit, stage)
    # Lightning moves the module to the device, so the layout is chosen before the optimiser sees the weights.
    layout = torch.channels_last if recipe.channels_last else torch.contiguous_format
    network.to(memory_format=layout)  # type: ignore[call-overload] # torch's stub lacks this overload
    steps = -(-len(train) // stage.optimizer.accumulate) * stage.epochs
    module = StageModule(recipe, stage, network, _trained_part(stage, network), loss, steps, train)
    inner = recipe.machine.checkpoint_steps if getattr(train, "resumes_mid_epoch", False) else 0
    trainer = _make_trainer(fit, stage, epochs, _stage_name(index, seed), progress.running, inner)
    with warnings.catch_warnings():
        for message in _QUIET:
            warnings.filterwarnings("ignore", message=message)
        trainer.fit(module, train, held_out, ckpt_path=progress.running if progress.running.is_file() else None)
    network.cpu()
    if module.averaged is not None:
        module.averaged.cpu()
    module.best = {name: tensor.cpu() for name, tensor in (module.best or {}).items()}
    return module


class _StopEarly(EarlyStopping):
    """Early stopping that a resumed run does not forget."""

    def on_train_start(self, trainer: lightning.Trainer, pl_module: lightning.LightningModule) -> None:  # noqa: ARG002 - Lightning's signature
        """A run that was interrupted after its last epoch has no further one."""
        if self.wait_count >= self.patience:
            trainer.should_stop = True


def _make_trainer(
    fit: Fit, stage: Stage, epochs: int, name: str, checkpoint: Path, checkpoint_steps: int
) -> lightning.Trainer:
    logging.getLogger("lightning.pytorch").setLevel(logging.WARNING)
    callbacks: list[Callback] = [
        ModelCheckpoint(checkpoint.parent, checkpoint.stem, enable_version_counter=False, save_on_train_epoch_end=True)
    ]
    if checkpoint_steps:
        callbacks.append(
            ModelCheckpoint(
                checkpoint.parent,
                checkpoint.stem,
                enable_version_counter=False,
                every_n_train_steps=checkpoint_steps,
                save_on_train_epoch_end=False,
            )
        )
    if stage.patience and len(fit.held_out):
        accuracy = fit.recipe.monitor == "top1_accuracy"
        monitor, mode = ("top1_accuracy", "max") if accuracy else ("negative_log_likelihood", "min")
        callbacks.append(_StopEarly(monitor, min_delta=stage.optimizer.min_delta, patience=stage.patience, mode=mode))
    version = _unused_version(fit.logs, name)
    return lightning.Trainer(
        accelerator="auto",
        devices=processes.local_size(),
        num_nodes=processes.world_size() // processes.local_size(),
        strategy="ddp" if processes.world_size() > 1 else "auto",
        use_distributed_sampler=False,
        max_epochs=epochs,
        precision=choose_precision(fit.recipe),
        accumulate_grad_batches=stage.optimizer.accumulate,
        gradient_clip_val=stage.clip_norm or None,
        plugins=[AtomicCheckpoints()],
        logger=[
            CSVLogger(fit.logs.parent, name=fit.logs.name, version=version),
            TensorBoardLogger(fit.logs.parent, name=fit.logs.name, version=version, log_graph=False),
        ],
        callbacks=callbacks,
        enable_progress_bar=sys.stderr.isatty(),
        enable_model_summary=False,
        num_sanity_val_steps=0,
        log_every_n_steps=1_000_000,
    )


def _unused_version(logs: Path, name: str) -> str:
    """A folder for the logs that no interrupted run has begun: Lightning deletes what it finds there."""
    again, version = 1, name
    while (logs / version).exists():
        again += 1
        version = f"{name}-resumed-{again}"
    return str(processes.gather(version)[0])


def choose_precision(recipe: Recipe) -> Literal["32-true", "bf16-mixed", "16-mixed"]:
    """Precision of the training steps in Lightning's terms."""
    if recipe.precision != "auto":
        return recipe.precision
    return "bf16-mixed" if choose_device().type == "cuda" else "32-true"


def predict_logits(fit: Fit, network: CountryNetwork, rows: Sequence[int] | NDArray[np.intp]) -> NDArray[np.float32]:
    """Logits of the evaluation views of some rows, float32 [n, classes].

    Every process computes its share. Where the last stage stored its frozen part, that is computed once for all folds.
    """
    stages = [stage for stage in fit.recipe.stages if stage.epochs] or list(fit.recipe.stages)
    frozen_blocks = stages[-1].frozen_blocks if stages[-1].stored_views else 0
    device = choose_device()
    trained = network.eval().to(device).cut(frozen_blocks)[1]
    own = np.array_split(np.asarray(rows, dtype=np.intp), fit.ranks)[fit.rank]
    logits = [np.zeros((0, len(fit.samples.country_codes)), np.float32)]
    with torch.inference_mode():
        for inputs in _evaluation_inputs(fit, frozen_blocks, own):
            logits.append(trained(inputs.to(device)).float().cpu().numpy())  # noqa: PERF401 - each batch makes room for the next
    network.cpu()
    return np.concatenate([part for parts in processes.gather(logits) for part in parts])


def _evaluation_inputs(fit: Fit, frozen_blocks: int, rows: NDArray[np.intp]) -> Iterator[Tensor]:
    if not frozen_blocks:
        for batch in evaluation_loader(fit, rows):
            yield batch.inputs
        return
    outputs = fit.bank.evaluation(frozen_blocks)
    for start in range(0, len(rows), EVALUATION_BATCH):
        yield outputs[rows[start : start + EVALUATION_BATCH]]
