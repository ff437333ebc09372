"""Outputs of the frozen part of a network, computed once and kept in memory.

The frozen part starts from the same pretrained weights in every fold, so folds and stages share what is stored.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from triovision.errors import TrainingError
from triovision.preprocess import Preprocessing, preprocess
from triovision.training.recipe import ALL_BLOCKS, Recipe, Stage
from triovision.training.stored import StoredOutputs
from triovision.training.streaming import ShardImages
from triovision.training.views import make_test_views, make_view

__all__ = ["Bank", "choose_device", "run_frozen"]

_BATCH = 64
_VIEW_THREADS = 4

Say = Callable[[str], None]


def choose_device() -> torch.device:
    """The accelerator where there is one, else the CPU."""
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


class Bank:
    """Draws and stores views of all photos.

    Args:
        recipe: What is trained.
        images: One image per sample, uint8 [height, width, 3]; a `ShardImages` where memory does not hold them.
        cut: Makes the frozen part for a number of frozen blocks, with its pretrained weights.
        say: Told what is being computed.
        stored: Where earlier runs left their outputs, and this one leaves its own; None for nowhere.
    """

    def __init__(
        self,
        recipe: Recipe,
        images: Sequence[NDArray[np.uint8]],
        cut: Callable[[int], nn.Module],
        say: Say,
        stored: StoredOutputs | None = None,
    ) -> None:
        self._recipe = recipe
        self._images = images
        self._cut = cut
        self._say = say
        self._stored = stored
        self._training: dict[tuple[int, int], Tensor] = {}
        self._evaluation: dict[int, Tensor] = {}

    def through(self, preprocessing: Preprocessing, frozen: nn.Module) -> Bank:
        """The same views of the same photos, drawn at another size for the frozen part of another network."""
        recipe = dataclasses.replace(self._recipe, preprocessing=preprocessing)
        return Bank(recipe, self._images, lambda _: frozen, self._say, self._stored)

    @property
    def streamed(self) -> bool:
        """Whether the photos are read from shards as they come up."""
        return isinstance(self._images, ShardImages)

    def image(self, row: int) -> NDArray[np.float32]:
        """The evaluation view of a sample: exactly what serving will see of this photo."""
        return preprocess(self._images[row], self._recipe.preprocessing)

    def view(self, row: int, draw: int) -> NDArray[np.float32]:
        """A training view of a sample; the same draw gives the same view in every run."""
        rng = np.random.default_rng((self._recipe.seed, row, draw))
        return make_view(self._images[row], self._recipe.preprocessing, self._recipe.augmentation, rng)

    def test_views(self, row: int) -> list[NDArray[np.float32]]:
        """The test-time views of a sample, the evaluation view first."""
        count = self._recipe.augmentation.test_views
        return make_test_views(self._images[row], self._recipe.preprocessing, count)

    def evaluation(self, frozen_blocks: int) -> Tensor:
        """Frozen outputs of the evaluation views, float32 [n, ...]."""
        if frozen_blocks not in self._evaluation:
            self._evaluation[frozen_blocks] = self._take_or_run(frozen_blocks, 0, torch.float32)
        return self._evaluation[frozen_blocks]

    def training(self, stage: Stage) -> Tensor:
        """Frozen outputs of the stored training views, float16 [n, views, ...]."""
        key = (stage.frozen_blocks, stage.stored_views)
        if key not in self._training:
            outputs = self._take_or_run(stage.frozen_blocks, stage.stored_views, torch.float16)
            self._training[key] = outputs.reshape(len(self._images), stage.stored_views, *outputs.shape[1:])
        return self._training[key]

    def _take_or_run(self, frozen_blocks: int, views: int, dtype: torch.dtype) -> Tensor:
        """Outputs of so many training views, or of the evaluation view where views is 0; from the folder if there."""
        frozen = self._cut(frozen_blocks)
        what = f"{views or 'evaluation'} views of {len(self._images)} photos through {_describe(frozen_blocks)}"
        key = self._stored.key(self._recipe, frozen, views) if self._stored else ""
        kept = self._stored.read(key) if self._stored else None
        if kept is not None:
            self._say(f"{what}: kept from an earlier run")
            return kept
        self._say(what)
        if views:
            tasks = list(range(len(self._images) * views))
            outputs = self._run(frozen, frozen_blocks, tasks, lambda task: self.view(*divmod(task, views)), dtype)
        else:
            outputs = self._run(frozen, frozen_blocks, list(range(len(self._images))), self.image, dtype)
        if self._stored:
            self._stored.write(key, outputs)
        return outputs

    def _run(
        self,
        frozen: nn.Module,
        frozen_blocks: int,
        tasks: Sequence[int],
        draw: Callable[[int], NDArray[np.float32]],
        dtype: torch.dtype,
    ) -> Tensor:
        stored: Tensor | None = None
        half = dtype == torch.float16 and self._recipe.stored_precision == "bf16-mixed"
        done = 0
        with ThreadPoolExecutor(_VIEW_THREADS) as threads:
            for images in _batches(tasks, draw, threads):
                outputs = run_frozen(frozen, images, half=half, channels_last=self._recipe.channels_last)
                if stored is None:
                    self._check_memory(frozen_blocks, len(tasks) * outputs[0].numel() * dtype.itemsize)
                    stored = torch.empty((len(tasks), *outputs.shape[1:]), dtype=dtype)
                stored[done : done + len(outputs)] = outputs.to(dtype)
                done += len(outputs)
        if stored is None:
            raise ValueError("no photos to run")
        return stored

    def _check_memory(self, frozen_blocks: int, size_bytes: int) -> None:
        most_gb = self._recipe.machine.streaming.memory_gb
        if self.streamed and size_bytes > most_gb * 1e9:
            raise TrainingError(
                f"outputs of {_describe(frozen_blocks)} for all photos take {size_bytes / 1e9:,.1f} GB, more than "
                f"{most_gb:g}; set stages.N.stored_views=0, or machine.streaming.memory_gb to what there is"
            )


def _batches(
    tasks: Sequence[int], draw: Callable[[int], NDArray[np.float32]], threads: ThreadPoolExecutor
) -> Iterator[Tensor]:
    """Views of the next batch are drawn while the network is busy with this one."""
    pending = threads.map(draw, tasks[:_BATCH])
    for start in range(0, len(tasks), _BATCH):
        views = list(pending)
        pending = threads.map(draw, tasks[start + _BATCH : start + 2 * _BATCH])
        yield torch.from_numpy(np.stack(views))


def run_frozen(frozen: nn.Module, images: Tensor, *, half: bool, channels_last: bool) -> Tensor:
    """Run a part of a network that is not trained.

    Args:
        frozen: The part.
        images: float32 [n, 3, height, width].
        half: Compute in bfloat16.
        channels_last: Memory layout of the images.

    Returns:
        Its outputs as float32, on the CPU.
    """
    device = choose_device()
    layout = torch.channels_last if channels_last else torch.contiguous_format
    frozen.to(device).eval()
    frozen.to(memory_format=layout)  # type: ignore[call-overload] # torch's stub lacks this overload for Module.to
    precision = torch.autocast(device.type, torch.bfloat16) if half else nullcontext()
    with torch.inference_mode(), precision:
        outputs: Tensor = frozen(images.to(device).contiguous(memory_format=layout))
    return outputs.float().cpu()


def _describe(frozen_blocks: int) -> str:
    return "the backbone" if frozen_blocks == ALL_BLOCKS else f"{frozen_blocks} frozen blocks"
