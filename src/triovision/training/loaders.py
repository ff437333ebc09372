"""Batches for one stage: from stored outputs of the frozen part, or drawn from the photos."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.utils.data import (
    BatchSampler,
    DataLoader,
    Dataset,
    RandomSampler,
    Sampler,
    WeightedRandomSampler,
)

from triovision.errors import DataError
from triovision.training.bank import Bank
from triovision.training.mixing import Batch
from triovision.training.prepared import Samples
from triovision.training.recipe import Recipe, Stage
from triovision.training.streaming import DecodingLoader, StreamedSamples, StreamLoader, as_is

__all__ = ["EVALUATION_BATCH", "EpochLoader", "Fit", "evaluation_loader", "held_out_loader", "training_loader"]

EVALUATION_BATCH = 256

_PLACE_BITS = 40


@dataclass(frozen=True, slots=True, eq=False)
class Fit:
    """What one fit works on.

    Attributes:
        recipe: The recipe.
        samples: All samples; rows below count in it and in the bank.
        bank: Their photos.
        train: Rows to train on.
        held_out: Rows to watch; empty where nothing is held out.
        logs: Folder for logs.
        epochs: Per stage, how many to run instead of the recipe's; None for the recipe's.
        fold: Which one is held out; None where none is.
        rank: Number of this process among those that train together.
        ranks: How many those are.
    """

    recipe: Recipe
    samples: Samples
    bank: Bank
    train: NDArray[np.intp]
    held_out: NDArray[np.intp]
    logs: Path
    epochs: tuple[int, ...] | None = None
    fold: int | None = None
    rank: int = 0
    ranks: int = 1


class _Stored(Dataset[Batch]):
    """Stored outputs of the frozen part; a whole batch is taken at once, one random view per sample."""

    def __init__(self, fit: Fit, outputs: Tensor, samples: Batch) -> None:
        # `inputs` of the samples are their rows in the outputs; `taught` has their views on a second axis.
        self._outputs, self._samples = outputs, samples
        self._mine = slice(fit.rank, None, fit.ranks)
        self.random = torch.Generator()

    def __len__(self) -> int:
        return len(self._samples.labels)

    def __getitems__(self, indices: list[int]) -> Batch:
        index = torch.tensor(indices)
        # The views of all processes' samples are drawn, so that they are those of one process with a larger batch.
        views = torch.randint(self._outputs.shape[1], (len(index),), generator=self.random)[self._mine]
        index = index[self._mine]
        rows, labels, weights, taught = self._samples
        outputs = self._outputs[rows[index], views].float()
        return Batch(outputs, labels[index], weights[index], None if taught is None else taught[index, views])


class _Drawn(Dataset[Batch]):
    """Training views computed from the photos, drawn anew each time a sample comes up."""

    def __init__(self, fit: Fit, labels: NDArray[np.int64], weights: NDArray[np.float32], seed: int) -> None:
        self._fit, self._labels, self._weights, self._seed = fit, labels, weights, seed
        self._mine = slice(fit.rank, None, fit.ranks)
        self._changed = _changed(labels, fit.recipe.augmentation.only_below)
        self.epoch = 0

    def __len__(self) -> int:
        return len(self._labels)

    def __getitems__(self, places: list[tuple[int, int]]) -> Batch:
        index = [sample for _, sample in places[self._mine]]
        views = [torch.from_numpy(self._view(place, sample)) for place, sample in places[self._mine]]
        return Batch(torch.stack(views), torch.from_numpy(self._labels[index]), torch.from_numpy(self._weights[index]))

    def _view(self, place: int, sample: int) -> NDArray[np.float32]:
        row = int(self._fit.train[sample])
        if not self._changed[sample]:
            return self._fit.bank.image(row)
        # Where a sample stands in its epoch says which view it gets, whatever process or worker draws it.
        return self._fit.bank.view(row, (self._seed * 1_000_003 + self.epoch << _PLACE_BITS) + place)


class _StoredEvaluated(Dataset[Batch]):
    """Stored outputs of evaluation views; a whole batch is taken at once."""

    def __init__(self, outputs: Tensor, rows: NDArray[np.intp], labels: Tensor) -> None:
        self._outputs, self._rows, self._labels = outputs, torch.from_numpy(rows), labels

    def __len__(self) -> int:
        return len(self._rows)

    def __getitems__(self, indices: list[int]) -> Batch:
        rows = self._rows[indices]
        return Batch(self._outputs[rows], self._labels[rows], torch.ones(len(rows)))


class _Evaluated(Dataset[Batch]):
    """Evaluation views of some rows, computed from the photos."""

    def __init__(self, fit: Fit, rows: NDArray[np.intp]) -> None:
        self._fit, self._rows = fit, rows

    def __len__(self) -> int:
        return len(self._rows)

    def __getitems__(self, indices: list[int]) -> Batch | DataError:
        rows = self._rows[indices]
        try:
            views = np.stack([self._fit.bank.image(int(row)) for row in rows])
        except DataError as error:
            return error.with_traceback(None)
        return Batch(torch.from_numpy(views), torch.from_numpy(self._fit.samples.labels[rows]), torch.ones(len(rows)))


class _Numbered(Sampler[tuple[int, int]]):
    """Counts what another sampler yields."""

    def __init__(self, sampler: Sampler[int]) -> None:
        self._sampler = sampler

    def __len__(self) -> int:
        return len(self._sampler)  # type: ignore[arg-type] # every sampler here has a length

    def __iter__(self) -> Iterator[tuple[int, int]]:
        return enumerate(self._sampler)


class EpochLoader(DataLoader[Batch]):
    """A loader whose state at the end of an epoch can be kept, so that the next one is the same after a restart."""

    def state_dict(self) -> dict[str, Any]:
        """What the next epoch depends on."""
        state: dict[str, Any] = {"order": self.generator.get_state()}
        if isinstance(self.dataset, _Stored):
            state["views"] = self.dataset.random.get_state()
        if isinstance(self.dataset, _Drawn):
            state["epoch"] = self.dataset.epoch
        return state

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Take over the state of another run's loader of the same samples."""
        self.generator.set_state(state["order"])
        if isinstance(self.dataset, _Stored):
            self.dataset.random.set_state(state["views"])
        if isinstance(self.dataset, _Drawn):
            self.dataset.epoch = state["epoch"]

    def __iter__(self) -> Any:
        """Begin an epoch."""
        if isinstance(self.dataset, _Drawn):
            self.dataset.epoch += 1
        return super().__iter__()


def training_loader(
    fit: Fit,
    stage: Stage,
    labels: NDArray[np.int64],
    weights: NDArray[np.float32],
    seed: int,
    taught: Tensor | None = None,
) -> EpochLoader | StreamLoader:
    """Shuffled batches of the fit's training rows, each sample with one view.

    The batches of all processes together are those of one process with as many times the batch size.

    Args:
        fit: Names the rows.
        stage: Where its inputs begin, and how many make a batch.
        labels: int64 [rows].
        weights: float32 [rows].
        seed: Of the order and of the choice of views, beside the recipe's.
        taught: A teacher's logits [rows, views, classes] for the stored views; None for none.
    """
    if fit.bank.streamed and not stage.stored_views:
        return _streamed(fit, stage, labels, weights, seed)
    order = torch.Generator().manual_seed(fit.recipe.seed + seed)
    sampler: Sampler[Any] = _order(labels, stage.rebalance.power, order)
    dataset: Dataset[Batch]
    if stage.stored_views:
        tensors = (torch.from_numpy(fit.train), torch.from_numpy(labels), torch.from_numpy(weights))
        dataset = _Stored(fit, fit.bank.training(stage), Batch(*tensors, taught))
        dataset.random.manual_seed(fit.recipe.seed + seed)
    else:
        dataset = _Drawn(fit, labels, weights, fit.recipe.seed + seed)
        sampler = _Numbered(sampler)
    batch_size = stage.batch_size * fit.ranks
    # A last batch that leaves one sample to a process would break batch normalisation.
    ragged = len(labels) > batch_size and 0 < len(labels) % batch_size < 2 * fit.ranks
    return EpochLoader(
        dataset,
        batch_sampler=BatchSampler(sampler, batch_size, drop_last=ragged),
        collate_fn=as_is,
        num_workers=0 if stage.stored_views else fit.recipe.workers,
        generator=order,
    )


def _streamed(
    fit: Fit, stage: Stage, labels: NDArray[np.int64], weights: NDArray[np.float32], seed: int
) -> StreamLoader:
    wanted = np.bincount(labels)[labels].astype(np.float64) ** -stage.rebalance.power if stage.rebalance.power else None
    changed = _changed(labels, fit.recipe.augmentation.only_below)
    streamed = StreamedSamples(fit.samples.take(fit.train), weights, wanted, changed)
    return StreamLoader(streamed, fit.recipe, batch_size=stage.batch_size, seed=seed, rank=fit.rank, ranks=fit.ranks)


def _order(labels: NDArray[np.int64], power: float, generator: torch.Generator) -> Sampler[int]:
    if not power:
        return RandomSampler(labels, generator=generator)
    counts = Counter(labels.tolist())
    drawn = [counts[label] ** -power for label in labels.tolist()]
    return WeightedRandomSampler(drawn, len(labels), generator=generator)


def _changed(labels: NDArray[np.int64], only_below: int) -> NDArray[np.bool_]:
    """Whether a sample's training views are changed at random, [n]."""
    counts = np.bincount(labels)[labels]
    return counts < only_below if only_below else np.ones(len(labels), dtype=bool)


def held_out_loader(fit: Fit, stage: Stage) -> DataLoader[Batch] | None:
    """The evaluation views of this process's share of the held-out rows; None where nothing is held out."""
    if not len(fit.held_out):
        return None
    rows = np.array_split(fit.held_out, fit.ranks)[fit.rank]
    if not stage.stored_views:
        return evaluation_loader(fit, rows)
    dataset = _StoredEvaluated(fit.bank.evaluation(stage.frozen_blocks), rows, torch.from_numpy(fit.samples.labels))
    return DataLoader(dataset, EVALUATION_BATCH, collate_fn=as_is)


def evaluation_loader(fit: Fit, rows: NDArray[np.intp]) -> DataLoader[Batch]:
    """Evaluation views of some rows, in order."""
    return DecodingLoader(_Evaluated(fit, rows), EVALUATION_BATCH, collate_fn=as_is, num_workers=fit.recipe.workers)
