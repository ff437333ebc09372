"""Batches of training views, read from the shards by decoding processes, resumable at any batch."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch.utils.data import DataLoader, Dataset

from triovision.allocation import keep_freed_blocks
from triovision.errors import DataError, TrainingError
from triovision.preprocess import crop_pixels
from triovision.training.mixing import Batch
from triovision.training.prepared import Samples
from triovision.training.recipe import Recipe
from triovision.training.streaming.order import Batches, compute_draws, make_order
from triovision.training.streaming.shards import ShardReader, decode_photo
from triovision.training.views import draw_pixels

__all__ = ["DecodingLoader", "StreamLoader", "StreamedSamples", "as_is"]


@dataclass(frozen=True, slots=True, eq=False)
class StreamedSamples:
    """What a loader streams.

    Attributes:
        samples: In any order; epochs have their own.
        weights: How much each counts in the loss, float32 [n].
        wanted: How often each shall come, in proportion; None for once an epoch each.
        changed: Whether each sample's view is changed at random, [n]; None for all of them.
    """

    samples: Samples
    weights: NDArray[np.float32]
    wanted: NDArray[np.float64] | None = None
    changed: NDArray[np.bool_] | None = None


class StreamLoader:
    """Training batches from shards.

    Iterating it is one epoch of this process's batches, each epoch in another order. `Batch.inputs` are the pixels of
    the views, uint8 [n, 3, height, width], which StageModule normalises on its device.

    Its state names the epoch and how many batches were handed out. A loader that took it over goes on with the very
    batches, in order and with the same views, that the other one would have handed out next, whatever the number of
    decoding processes of either.

    Args:
        streamed: The samples.
        recipe: What the views look like, the seed, the decoding processes (`workers`) and how shards are read.
        batch_size: Samples per batch of this process, at most; all processes' batches differ by one sample at most.
        seed: Beside the recipe's.
        rank: Number of this process among those that train together.
        ranks: How many those are.

    Raises:
        DataError: If there are fewer samples than processes.
    """

    resumes_mid_epoch = True

    def __init__(
        self,
        streamed: StreamedSamples,
        recipe: Recipe,
        *,
        batch_size: int,
        seed: int = 0,
        rank: int = 0,
        ranks: int = 1,
    ) -> None:
        self._samples, self._weights = streamed.samples, streamed.weights
        self._changed = streamed.changed
        self._recipe, self._seed, self._rank = recipe, (recipe.seed, seed), rank
        self._streaming = recipe.machine.streaming
        self._shard_of = np.unique(self._samples.shards, return_inverse=True)[1]
        self._draws: NDArray[np.float64] | None = None
        if streamed.wanted is not None:
            self._draws = compute_draws(streamed.wanted, self._streaming.most_draws)
            # What may not come as often as wanted counts for more.
            rest = streamed.wanted / streamed.wanted.mean() / self._draws
            self._weights = (self._weights * rest).astype(np.float32)
        self._batches = Batches(len(self._samples), batch_size, ranks)
        self._epoch = 0
        self._handed_out = 0
        self._resuming = False

    def __len__(self) -> int:
        return len(self._batches)

    def __iter__(self) -> Iterator[Batch]:
        # The body runs when the first batch is asked for, so a state may still be taken over until then.
        if self._handed_out and not self._resuming:
            self._epoch, self._handed_out = self._epoch + 1, 0
        self._resuming = False
        with closing(self._make_reader()) as reader:
            batches = iter(self._make_loader(reader))
            for index in range(self._handed_out, len(self)):
                batch = next(batches)
                if index + 1 == len(self):
                    # Lightning asks for no more than there are, and the decoding processes would stay.
                    del batches
                self._handed_out = index + 1
                yield batch

    def state_dict(self) -> dict[str, Any]:
        """Where it is, in plain numbers and texts."""
        over = self._handed_out == len(self)
        return {
            "epoch": self._epoch + over,
            "handed_out": 0 if over else self._handed_out,
            "samples": len(self._samples),
            "batch_size": self._batches.batch_size,
            "ranks": self._batches.ranks,
            "key": self._key(),
        }

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Go on where another loader was; one of the same samples, seed, batch size and number of processes.

        Raises:
            TrainingError: If it was another one; it names what differs.
        """
        mine = self.state_dict()
        for name, what in (
            ("samples", "samples"),
            ("batch_size", "samples per batch"),
            ("ranks", "training processes"),
            ("key", "data or order"),
        ):
            if state[name] != mine[name]:
                values = "" if name == "key" else f" ({state[name]} then, {mine[name]} now)"
                raise TrainingError(
                    f"the checkpoint was made with other {what}{values}; go on with the same data and recipe"
                )
        self._epoch, self._handed_out, self._resuming = state["epoch"], state["handed_out"], True

    def _key(self) -> str:
        """Names all that the order depends on."""
        digest = hashlib.sha256(self._samples.data_hash.encode())
        digest.update(repr((self._seed, self._streaming.lanes, self._streaming.shuffle_shards)).encode())
        digest.update(np.ascontiguousarray(self._shard_of).tobytes())
        digest.update(self._draws.tobytes() if self._draws is not None else b"")
        return digest.hexdigest()

    def _make_reader(self) -> ShardReader:
        # Every lane is within one window, or passes from one to the next.
        keep = 2 * self._streaming.lanes * self._streaming.shuffle_shards
        return ShardReader(self._samples.folder / "shards", keep)

    def _make_loader(self, reader: ShardReader) -> DecodingLoader:
        return DecodingLoader(
            _Views(reader, self._recipe),
            batch_sampler=self._requests(),  # type: ignore[arg-type] # torch expects lists of numbers here
            collate_fn=as_is,
            num_workers=self._recipe.workers,
            pin_memory=torch.cuda.is_available(),
            worker_init_fn=_keep_memory,
        )

    def _requests(self) -> Iterator[_Request]:
        """What the epoch's remaining batches consist of."""
        order = make_order(
            self._shard_of,
            self._draws,
            lanes=self._streaming.lanes,
            window=self._streaming.shuffle_shards,
            random=np.random.default_rng((*self._seed, self._epoch)),
        )
        samples, epoch = self._samples, self._epoch
        for index in range(self._handed_out, len(self)):
            part = self._batches.of_rank(index, self._rank)
            places, draws = order.places[part], order.draws[part]
            yield _Request(
                samples.shards[places].tolist(),
                samples.sample_ids[places].tolist(),
                samples.labels[places],
                self._weights[places],
                self._changed[places] if self._changed is not None else np.ones(len(places), dtype=bool),
                [(*self._seed, epoch, *pair) for pair in zip(places.tolist(), draws.tolist(), strict=True)],
            )


class _Request(NamedTuple):
    """What one batch shall hold; the seeds say which views."""

    shards: list[str]
    sample_ids: list[str]
    labels: NDArray[np.int64]
    weights: NDArray[np.float32]
    changed: NDArray[np.bool_]
    seeds: list[tuple[int, ...]]


class _Views(Dataset[Batch]):
    """Makes whole batches, in whatever process."""

    def __init__(self, reader: ShardReader, recipe: Recipe) -> None:
        self._reader = reader
        self._preprocessing, self._augmentation = recipe.preprocessing, recipe.augmentation
        # The least crop of a training view has as many pixels as the network looks at.
        least = max(self._preprocessing.input_size) / math.sqrt(self._augmentation.crop_area[0])
        self._short_side_px = max(math.ceil(least), self._preprocessing.decode_short_side_px)

    def __getitems__(self, request: _Request) -> Batch | DataError:
        # Not torch's stack: in the training process its threads wait for each other longer than they copy.
        views = np.empty((len(request.labels), *self._preprocessing.input_size, 3), np.uint8)
        try:
            for index, (shard, sample_id) in enumerate(zip(request.shards, request.sample_ids, strict=True)):
                views[index] = self._view(shard, sample_id, request.seeds[index] if request.changed[index] else None)
        except DataError as error:
            return error.with_traceback(None)
        inputs = torch.from_numpy(views).permute(0, 3, 1, 2)
        return Batch(inputs, torch.from_numpy(request.labels), torch.from_numpy(request.weights))

    def _view(self, shard: str, sample_id: str, seed: tuple[int, ...] | None) -> NDArray[np.uint8]:
        photo = decode_photo(self._reader.read(shard, sample_id), shard, sample_id, self._short_side_px)
        if seed is None:
            full_size = (photo.metadata.width_px, photo.metadata.height_px)
            return crop_pixels(photo.image, self._preprocessing, full_size=full_size, scale=photo.scale)
        return draw_pixels(photo.image, self._preprocessing, self._augmentation, np.random.default_rng(seed))


def _keep_memory(_: int) -> None:
    keep_freed_blocks()


def as_is(batch: Any) -> Any:
    """For `collate_fn`, where the data set gives whole batches."""
    return batch


class DecodingLoader(DataLoader[Batch]):
    """A loader whose data set gives a `DataError` back as a value, which is raised here.

    Raised in a decoding process, torch would wrap it into the text of a traceback.
    """

    def __iter__(self) -> Iterator[Batch]:  # type: ignore[override] # torch's own iterator is inside
        batches: Iterator[Batch | DataError] = super().__iter__()
        while True:
            try:
                batch = next(batches)
            except StopIteration:
                return
            except RuntimeError as error:
                if "DataLoader worker" not in str(error):
                    raise
                raise TrainingError(
                    f"a decoding process died ({str(error).splitlines()[0]}), mostly for want of memory; train with "
                    "fewer: workers=1"
                ) from None
            if isinstance(batch, DataError):
                raise batch
            yield batch
