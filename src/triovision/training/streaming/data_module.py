"""A prepared data set as a Lightning data module, for networks and training loops that are not ours."""

from __future__ import annotations

from pathlib import Path

import lightning
import numpy as np
import torch
from numpy.typing import NDArray
from torch.utils.data import Dataset

from triovision.errors import DataError
from triovision.preprocess import preprocess
from triovision.training.mixing import Batch
from triovision.training.objective import sample_weights
from triovision.training.prepared import check_samples, read_samples
from triovision.training.recipe import Recipe
from triovision.training.streaming.loader import DecodingLoader, StreamedSamples, StreamLoader, as_is
from triovision.training.streaming.shards import ShardImages, check_shards

__all__ = ["ShardDataModule"]


class ShardDataModule(lightning.LightningDataModule):
    """Streams the splits train and val of a prepared data set.

    Training batches are `Batch(inputs uint8 [n, 3, height, width], labels, weights)`: augmented views, shuffled across
    shards, an equal number in every process. Lightning's checkpoints hold how far an epoch is; a run that goes on from
    one sees exactly the samples that were left, in the same order.

    Args:
        folder: That `triovision data prepare` wrote.
        recipe: Preprocessing, augmentation, sampling, seed, `workers` and `machine.streaming`; the network is yours.
        batch_size: Samples per process and step, at most.
    """

    def __init__(self, folder: Path, recipe: Recipe, batch_size: int) -> None:
        super().__init__()
        self._folder, self._recipe, self._batch_size = folder, recipe, batch_size

    def setup(self, stage: str | None = None) -> None:  # noqa: ARG002 - Lightning's signature
        """Read the manifest and make sure of the shards.

        Raises:
            DataError: If the data cannot be used.
        """
        self.samples = read_samples(self._folder)
        check_samples(self.samples.of_splits("train"), "the train split")
        check_shards(self.samples, self._recipe.machine.streaming.check)

    def train_dataloader(self) -> StreamLoader:
        """Augmented views of the train split."""
        samples = self.samples.of_splits("train")
        licences = self._recipe.sampling.licences
        if licences:
            samples = samples.take(np.flatnonzero(np.isin(samples.licences, licences)))
            check_samples(samples, "what remains to train on")
        rank, ranks = self._processes()
        streamed = StreamedSamples(samples, sample_weights(samples, self._recipe.sampling))
        return StreamLoader(streamed, self._recipe, batch_size=self._batch_size, rank=rank, ranks=ranks)

    def val_dataloader(self) -> DecodingLoader:
        """Evaluation views of this process's share of the val split, float32 as `preprocess` gives them."""
        samples = self.samples.of_splits("val")
        rank, ranks = self._processes()
        rows = np.array_split(np.arange(len(samples)), ranks)[rank]
        views = _EvaluationViews(ShardImages(samples.take(rows)), samples.labels[rows], self._recipe)
        return DecodingLoader(views, self._batch_size, collate_fn=as_is, num_workers=self._recipe.workers)

    def _processes(self) -> tuple[int, int]:
        return (self.trainer.global_rank, self.trainer.world_size) if self.trainer else (0, 1)


class _EvaluationViews(Dataset[Batch]):
    def __init__(self, images: ShardImages, labels: NDArray[np.int64], recipe: Recipe) -> None:
        self._images, self._labels, self._preprocessing = images, labels, recipe.preprocessing

    def __len__(self) -> int:
        return len(self._labels)

    def __getitems__(self, indices: list[int]) -> Batch | DataError:
        try:
            views = np.stack([preprocess(self._images[index], self._preprocessing) for index in indices])
        except DataError as error:
            return error.with_traceback(None)
        labels = torch.from_numpy(self._labels[indices])
        return Batch(torch.from_numpy(views), labels, torch.ones(len(indices)))
