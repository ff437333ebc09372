"""Distillation: a finished network tells a new one what it sees in the same views."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import torch
from torch import Tensor, nn

from triovision.errors import TrainingError
from triovision.training.bank import run_frozen
from triovision.training.loaders import Fit
from triovision.training.networks import CountryNetwork
from triovision.training.recipe import ALL_BLOCKS, Recipe, Stage
from triovision.training.run_folder import RunFolder, read_fold_network, read_run

__all__ = ["Teacher"]

_BATCH = 256


class Teacher:
    """The network of a finished run, asked about images that were prepared for another one.

    Where the student is cross-validated, its teacher in each fold is the one that was held out of the same photos.

    Args:
        fit: The student's, whose recipe names the run folder.

    Raises:
        TrainingError: If the run cannot be read, has other labels, or has seen what the student is measured on.
    """

    def __init__(self, fit: Fit) -> None:
        self._fit, recipe, samples = fit, fit.recipe, fit.samples
        self._stored: dict[int, Tensor] = {}
        run = read_run(Path(recipe.objective.teacher))
        if run.country_codes != tuple(samples.country_codes):
            raise TrainingError(f"{run.folder}: the teacher knows other countries; train it on the same prepared data")
        _check_unseen(run, recipe, samples.data_hash)
        network = run.network if fit.fold is None else read_fold_network(run.folder, run.recipe, fit.fold)
        self._network = network.requires_grad_(requires_grad=False)
        self._recipe = run.recipe
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

    def stored_logits(self, stage: Stage) -> Tensor:
        """Logits of the views that the student has stored, drawn again at the size that the teacher is used to.

        Args:
            stage: The student's; says how many views there are. Another one with as many has the same views.

        Returns:
            float32 [training rows, views, classes].
        """
        if stage.stored_views not in self._stored:
            self._stored[stage.stored_views] = self._ask_stored(stage)
        return self._stored[stage.stored_views]

    def _ask_stored(self, stage: Stage) -> Tensor:
        recipe, rows = self._fit.recipe, self._fit.train
        blocks = _shared_blocks(self._recipe, self._network)
        frozen, rest = self._network.cut(blocks)
        bank = self._fit.bank.through(self._recipe.preprocessing, frozen)
        outputs = bank.training(dataclasses.replace(stage, frozen_blocks=blocks))
        half, images = recipe.stored_precision == "bf16-mixed", blocks != ALL_BLOCKS
        logits = [torch.zeros(0, stage.stored_views, len(self._fit.samples.country_codes))]
        step = max(1, _BATCH // stage.stored_views)
        for start in range(0, len(rows), step):
            views = outputs[rows[start : start + step]].float()
            asked = run_frozen(rest, views.flatten(0, 1), half=half, channels_last=recipe.channels_last and images)
            logits.append(asked.reshape(*views.shape[:2], -1))
        return torch.cat(logits)


def _check_unseen(run: RunFolder, recipe: Recipe, data_hash: str) -> None:
    same_data = run.summary.get("data_hash") == data_hash
    theirs, ours = run.recipe, recipe
    dealt = (theirs.folds, theirs.sampling.same_site, theirs.sampling.train_only)
    same_folds = dealt == (ours.folds, ours.sampling.same_site, ours.sampling.train_only)
    if (ours.folds and not (same_data and same_folds)) or (not ours.folds and theirs.folds and same_data):
        raise TrainingError(
            f"{run.folder}: the teacher has seen the photos that the student would be measured on; "
            "train both on the same prepared data with the same --folds"
        )


def _shared_blocks(recipe: Recipe, network: CountryNetwork) -> int:
    """Blocks that no stage of the teacher trained: the networks of all its folds have them in common."""
    trained = [stage.frozen_blocks for stage in recipe.stages if stage.epochs and stage.frozen_blocks != ALL_BLOCKS]
    blocks = min(trained, default=ALL_BLOCKS)
    return blocks if blocks and network.can_cut(blocks) else ALL_BLOCKS
