"""Batches for one stage: from stored outputs of the frozen part, or drawn from the photos."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.utils.data import DataLoader, Dataset

from triovision.training.bank import Bank
from triovision.training.module import Batch
from triovision.training.prepared import Samples
from triovision.training.recipe import Recipe, Stage

__all__ = ["EVALUATION_BATCH", "Fit", "held_out_loader", "training_loader"]

EVALUATION_BATCH = 256


@dataclass(frozen=True, slots=True, eq=False)
class Fit:
    """What one fit works on.

    Attributes:
        recipe: The recipe.
        samples: All samples; rows below count in it and in the bank.
        bank: Their photos.
        train: Rows to train on.
        held_out: Rows to watch; empty where nothing is held out.
        logs: Folder for CSV logs.
        epochs: Per stage, how many to run instead of the recipe's; None for the recipe's.
    """

    recipe: Recipe
    samples: Samples
    bank: Bank
    train: NDArray[np.intp]
    held_out: NDArray[np.intp]
    logs: Path
    epochs: tuple[int, ...] | None = None


class _Stored(Dataset[Batch]):
    """Stored outputs of the frozen part; a whole batch is taken at once, one random view per sample."""

    def __init__(self, outputs: Tensor, rows: Tensor, labels: Tensor, weights: Tensor, seed: int) -> None:
        self._outputs, self._rows, self._labels, self._weights = outputs, rows, labels, weights
        self._random = torch.Generator().manual_seed(seed)

    def __len__(self) -> int:
        return len(self._rows)

    def __getitems__(self, indices: list[int]) -> Batch:
        index = torch.tensor(indices)
        views = torch.randint(self._outputs.shape[1], (len(index),), generator=self._random)
        inputs = self._outputs[self._rows[index], views].float()
        return Batch(inputs, self._labels[index], self._weights[index])


class _Drawn(Dataset[Batch]):
    """Views computed from the photos; training views are drawn anew each time a sample comes up."""

    def __init__(self, fit: Fit, rows: NDArray[np.intp], weights: NDArray[np.float32], *, seed: int | None) -> None:
        self._fit, self._rows, self._weights, self._seed = fit, rows, weights, seed
        self._draws = np.zeros(len(rows), dtype=np.int64)

    def __len__(self) -> int:
        return len(self._rows)

    def __getitem__(self, index: int) -> Batch:
        row = int(self._rows[index])
        if self._seed is None:
            view = self._fit.bank.image(row)
        else:
            # With worker processes each epoch forks anew, so the count must come from torch's epoch-wise seed.
            draw = int(torch.randint(2**31, (1,))) if self._fit.recipe.workers else int(self._draws[index])
            view = self._fit.bank.view(row, draw + self._seed * 1_000_003)
            self._draws[index] += 1
        label = int(self._fit.samples.labels[row])
        return Batch(torch.from_numpy(view), torch.tensor(label), torch.tensor(self._weights[index]))


def training_loader(
    fit: Fit, stage: Stage, labels: NDArray[np.int64], weights: NDArray[np.float32], seed: int
) -> DataLoader[Batch]:
    """Shuffled batches of the fit's training rows, each sample with one view.

    Args:
        fit: Names the rows.
        stage: Where its inputs begin, and how many make a batch.
        labels: int64 [rows].
        weights: float32 [rows].
        seed: Of the order and of the choice of views, beside the recipe's.
    """
    dataset: Dataset[Batch]
    if stage.stored_views:
        tensors = (torch.from_numpy(fit.train), torch.from_numpy(labels), torch.from_numpy(weights))
        dataset = _Stored(fit.bank.training(stage), *tensors, seed=fit.recipe.seed + seed)
    else:
        dataset = _Drawn(fit, fit.train, weights, seed=seed)
    order = torch.Generator().manual_seed(fit.recipe.seed + seed)
    # A last batch of one sample would break batch normalisation.
    ragged = len(labels) > stage.batch_size and len(labels) % stage.batch_size == 1
    return _loader(dataset, stage.batch_size, fit.recipe, shuffle=True, generator=order, drop_last=ragged)


def held_out_loader(fit: Fit, stage: Stage) -> DataLoader[Batch] | None:
    """The evaluation views of the fit's held-out rows; None where nothing is held out."""
    if not len(fit.held_out):
        return None
    dataset: Dataset[Batch]
    if stage.stored_views:
        outputs = fit.bank.evaluation(stage.frozen_blocks)[:, None]
        labels = torch.from_numpy(fit.samples.labels[fit.held_out])
        dataset = _Stored(outputs, torch.from_numpy(fit.held_out), labels, torch.ones(len(labels)), seed=0)
    else:
        dataset = _Drawn(fit, fit.held_out, np.ones(len(fit.held_out), np.float32), seed=None)
    return _loader(dataset, EVALUATION_BATCH, fit.recipe, shuffle=False)


def _loader(dataset: Dataset[Batch], batch_size: int, recipe: Recipe, **options: Any) -> DataLoader[Batch]:
    stored = isinstance(dataset, _Stored)
    return DataLoader(
        dataset,
        batch_size=batch_size,
        collate_fn=_as_is if stored else None,  # type: ignore[arg-type] # torch expects lists of samples here
        num_workers=0 if stored else recipe.workers,
        **options,
    )


def _as_is(batch: Batch) -> Batch:
    return batch
