"""Train several recipes on the same data, and read back what they came to."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from triovision.errors import TrainingError, TrioVisionError
from triovision.training import processes
from triovision.training.comparison.page import make_page
from triovision.training.loop import say_on_stderr, train
from triovision.training.recipe import Recipe
from triovision.training.run_folder import write_atomically

__all__ = ["Entry", "compare", "read_curves"]

_CURVES = ("loss", "negative_log_likelihood", "top1_accuracy")


@dataclass(frozen=True, slots=True)
class Entry:
    """One recipe of a comparison.

    Attributes:
        recipe: The recipe.
        summary: What its run came to; empty where it failed.
        curves: Figure -> its value after each epoch, the mean over folds.
        problem: Why there is no run; empty where there is one.
    """

    recipe: Recipe
    summary: Mapping[str, Any] = field(default_factory=dict)
    curves: Mapping[str, Sequence[float]] = field(default_factory=dict)
    problem: str = ""


def compare(
    recipes: Sequence[Recipe], data: Path, to: Path, *, say: Callable[[str], None] = say_on_stderr
) -> list[Entry]:
    """Train recipes one after another and write `compare.html`.

    A recipe whose run in the folder is finished is not trained again, and one that was interrupted goes on. One that
    fails is named on the page, and the others go on.

    Args:
        recipes: With different names.
        data: Folder that `triovision data prepare` wrote.
        to: Folder for the page, and for a run folder per recipe.
        say: Told what goes on.

    Raises:
        TrainingError: If two recipes have one name, or the folder cannot be written.
    """
    names = [recipe.name for recipe in recipes]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise TrainingError(f"{', '.join(twice)}: named more than once; give each recipe once")
    entries: list[Entry] = []
    for recipe in recipes:
        say(f"== {recipe.name} ({len(entries) + 1} of {len(recipes)})")
        entries.append(_run(recipe, data, to / recipe.name, say))
        if processes.is_first():
            _write_page(entries, recipes, to)
    return entries


def _run(recipe: Recipe, data: Path, folder: Path, say: Callable[[str], None]) -> Entry:
    try:
        summary = train(recipe, data, folder, say=say, resume=True)
    except TrioVisionError as error:
        say(f"{recipe.name}: {error}")
        return Entry(recipe, problem=str(error))
    return Entry(recipe, summary, read_curves(folder))


def _write_page(entries: Sequence[Entry], recipes: Sequence[Recipe], to: Path) -> None:
    # Written after each recipe: hours may lie between the first and the last.
    waiting = [recipe.name for recipe in recipes[len(entries) :]]
    try:
        to.mkdir(parents=True, exist_ok=True)
        write_atomically(to / "compare.html", make_page(entries, waiting).encode())
    except OSError as error:
        raise TrainingError(f"{to}: cannot be written ({error.strerror}); give another folder with --to") from error


def read_curves(folder: Path) -> dict[str, list[float]]:
    """Figures after each epoch of a finished run: stages in a row, the mean over folds.

    Args:
        folder: The run's.
    """
    with (folder / "metrics.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    folds = [row for row in rows if row["fit"] != "final"] or rows
    curves = {}
    for figure in _CURVES:
        values: dict[tuple[int, float], list[float]] = defaultdict(list)
        for row in folds:
            if row.get(figure):
                values[int(row["stage"]), float(row["epoch"])].append(float(row[figure]))
        curves[figure] = [sum(values[key]) / len(values[key]) for key in sorted(values)]
    return curves
