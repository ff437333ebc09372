"""Distillation: a finished network tells a new one what it sees in the same views."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import torch
from torch import Tensor, nn

from triovision.errors import TrainingError
from triovision.training.recipe import Recipe
from triovision.training.run_folder import read_run

__all__ = ["Teacher"]


class Teacher:
    """The network of a finished run, asked about images that were prepared for another one.

    Args:
        recipe: The student's, which names the run folder.
        country_codes: The student's labels.
        data_hash: Of the student's data.

    Raises:
        TrainingError: If the run cannot be read, has other labels, or has seen what the student is measured on.
    """

    def __init__(self, recipe: Recipe, country_codes: Sequence[str], data_hash: str) -> None:
        folder = Path(recipe.objective.teacher)
        run = read_run(folder)
        if run.country_codes != tuple(country_codes):
            raise TrainingError(f"{folder}: the teacher knows other countries; train it on the same prepared data")
        if recipe.folds or (run.recipe.folds and run.summary.get("data_hash") == data_hash):
            raise TrainingError(
                f"{folder}: the teacher has seen the photos that the student would be measured on; "
                "train both with --folds 0, which holds out the val split"
            )
        self._network = run.network.requires_grad_(requires_grad=False)
        theirs, ours = run.recipe.preprocessing, recipe.preprocessing
        self._size = theirs.input_size
        # (x * our std + our mean - their mean) / their std, as one multiplication and one addition.
        std = torch.tensor(theirs.std)
        self._factor = (torch.tensor(ours.std) / std)[:, None, None]
        self._offset = ((torch.tensor(ours.mean) - torch.tensor(theirs.mean)) / std)[:, None, None]

    def to(self, device: torch.device) -> None:
        """Move to where the images are."""
        self._network.to(device)
        self._factor, self._offset = self._factor.to(device), self._offset.to(device)

    def __call__(self, images: Tensor) -> Tensor:
        """Logits [n, classes] for the student's images [n, 3, height, width]."""
        with torch.no_grad():
            seen = images * self._factor + self._offset
            if seen.shape[2:] != self._size:
                seen = nn.functional.interpolate(seen, self._size, mode="bilinear", antialias=True)
            logits: Tensor = self._network(seen)
        return logits
