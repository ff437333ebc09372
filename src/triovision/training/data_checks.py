"""Data that cannot train the recipe is refused before an hour is lost."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from triovision.errors import DataError, TrainingError
from triovision.training.folds import NEVER_HELD_OUT, assign_folds
from triovision.training.prepared import Samples, check_samples, read_samples
from triovision.training.recipe import Recipe

__all__ = ["check_countries", "read_for_training"]

_NAMED = 8
_MOST_LONELY = 0.5


def read_for_training(recipe: Recipe, data: Path) -> tuple[Samples, NDArray[np.int64]]:
    """The samples of a run, and the fold in which each is held out (-1: never).

    Raises:
        DataError: If the data cannot be read, or there is nothing to learn in it.
        TrainingError: If nothing would be held out.
    """
    samples = read_samples(data).of_splits("train", "val")
    check_samples(samples if recipe.folds else samples.of_splits("train"), "the train split")
    if recipe.folds:
        return samples, assign_folds(samples, recipe.folds, recipe.sampling)
    if not (samples.splits == "val").any():
        raise TrainingError(
            f"{data}: the val split is empty, so nothing tells when to stop or how sure to be; "
            "prepare one, or cross-validate with --folds 5"
        )
    return samples, np.where(samples.splits == "val", 0, NEVER_HELD_OUT)


def check_countries(samples: Samples, fold_of: NDArray[np.int64], say: Callable[[str], None]) -> None:
    """Tell which countries can be learned but never measured, and refuse data made of little else.

    Args:
        samples: All of the run.
        fold_of: In which fold each is held out.
        say: Told about countries that are there, but hardly.

    Raises:
        DataError: If most countries have one photo.
    """
    counts = np.bincount(samples.labels, minlength=len(samples.country_codes))
    lonely = [code for code, count in zip(samples.country_codes, counts, strict=True) if count == 1]
    mend = "prepare again with --min-per-country 2 or more"
    if len(lonely) > _MOST_LONELY * np.count_nonzero(counts):
        raise DataError(
            f"{samples.folder}: {len(lonely)} of {np.count_nonzero(counts)} countries have one photo only "
            f"({_some(lonely)}), which cannot be both trained on and measured; {mend}"
        )
    if lonely:
        say(f"note: {len(lonely)} countries have one photo only ({_some(lonely)}); to leave them out, {mend}")
    trained = np.bincount(samples.labels[fold_of == NEVER_HELD_OUT], minlength=len(counts))
    if (fold_of > 0).any():
        return
    unseen = [code for code, own in zip(samples.country_codes, trained, strict=True) if not own]
    if unseen:
        say(f"note: {len(unseen)} countries have no photo in the train split ({_some(unseen)}): never the first guess")


def _some(codes: list[str]) -> str:
    return ", ".join(codes[:_NAMED]) + (", ..." if len(codes) > _NAMED else "")
