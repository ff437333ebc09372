"""Outputs of frozen blocks on disk, so that the next run with the same ones begins at once."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from triovision.training.prepared import Samples
from triovision.training.recipe import Recipe
from triovision.training.run_folder import open_atomically

__all__ = ["StoredOutputs"]

_KEY_LENGTH = 32


class StoredOutputs:
    """A folder of outputs, each under a key of all that decides them.

    Several runs may share a folder, also at the same time; what is no longer wanted may be deleted at any time.

    Args:
        folder: Made when something is written.
        samples: Whose outputs they are.
    """

    def __init__(self, folder: Path, samples: Samples) -> None:
        self._folder = folder
        names = "\n".join(samples.sample_ids.tolist())
        self._samples = [samples.data_hash, hashlib.sha256(names.encode()).hexdigest()]

    def key(self, recipe: Recipe, frozen: nn.Module, views: int) -> str:
        """Name of the outputs of some views through a frozen part.

        Args:
            recipe: Says how views are drawn, and how precisely they are computed.
            frozen: The frozen part; its weights count, not where they came from.
            views: Training views per sample; 0 for the evaluation view.
        """
        weights = hashlib.sha256(repr(frozen).encode())
        for name, tensor in sorted(frozen.state_dict().items()):
            weights.update(name.encode() + tensor.contiguous().numpy().tobytes())
        # What is done with views later, or to which samples, changes none of them.
        augmentation = replace(recipe.augmentation, test_views=1, only_below=0)
        drawn = [asdict(augmentation), recipe.seed, recipe.stored_precision] if views else []
        parts = [self._samples, asdict(recipe.preprocessing), drawn, views, weights.hexdigest()]
        return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()[:_KEY_LENGTH]

    def read(self, key: str) -> Tensor | None:
        """Outputs from the folder; None where there are none that can be read."""
        path = self._path(key)
        if not path.is_file():
            return None
        try:
            # Mapped, so that several runs at once hold them but once; a private copy of what someone writes to.
            return torch.from_numpy(np.load(path, mmap_mode="c", allow_pickle=False))
        except (OSError, ValueError):
            return None

    def write(self, key: str, outputs: Tensor) -> None:
        """Keep outputs.

        Raises:
            OSError: If the folder cannot be written to.
        """
        path = self._path(key)
        path.parent.mkdir(parents=True, exist_ok=True)
        with open_atomically(path) as file:
            np.save(file, outputs.numpy(), allow_pickle=False)

    def _path(self, key: str) -> Path:
        return self._folder / f"{key}.npy"
