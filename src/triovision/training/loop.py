"""A whole training run: data -> folds -> final network -> run folder."""

from __future__ import annotations

import copy
import dataclasses
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import lightning
import numpy as np
from numpy.typing import NDArray
from torch import nn

from triovision.errors import TrainingError
from triovision.training.allocation import keep_freed_memory
from triovision.training.bank import Bank, choose_device
from triovision.training.fit import StageReport, fit_network, predict_logits
from triovision.training.folds import NEVER_HELD_OUT, assign_folds, training_rows
from triovision.training.loaders import Fit
from triovision.training.metrics import compute_figures
from triovision.training.networks import CountryNetwork, make_network
from triovision.training.prepared import Samples, check_samples, read_images, read_samples
from triovision.training.recipe import Recipe
from triovision.training.recipe_files import recipe_to_json
from triovision.training.run_folder import (
    HeldOut,
    git_commit,
    make_run_folder,
    write_checkpoint,
    write_csv,
    write_held_out,
    write_json,
)

__all__ = ["train"]

_NO_ROWS: NDArray[np.intp] = np.zeros(0, dtype=np.intp)


class _Outcome(NamedTuple):
    """Held-out rows and their logits, rows of metrics.csv, and the epochs kept per stage of each fit."""

    rows: NDArray[np.intp]
    logits: NDArray[np.float32]
    epochs: list[dict[str, Any]]
    kept: list[list[StageReport]]


def say_on_stderr(message: str) -> None:
    """Tell the person at the terminal what goes on; standard output stays clean."""
    print(message, file=sys.stderr, flush=True)  # noqa: T201 - a long run must not be silent


def train(recipe: Recipe, data: Path, to: Path, *, say: Callable[[str], None] = say_on_stderr) -> dict[str, Any]:
    """Train a recipe on a prepared data set.

    With folds, every collection of the splits train and val is held out once, and the final network is trained on
    all of them for as many epochs as did the folds good. Without, the val split is held out. The test split is
    never looked at.

    Args:
        recipe: What to train.
        data: Folder that `triovision data prepare` wrote.
        to: New folder for the run.
        say: Told what goes on.

    Returns:
        The content of `summary.json`.

    Raises:
        DataError: If the data cannot be used.
        TrainingError: If the recipe or the folder cannot.
    """
    started = time.monotonic()
    keep_freed_memory()
    samples, fold_of = _read(recipe, data)
    make_run_folder(to)
    write_json(to / "recipe.json", recipe_to_json(recipe))
    write_json(to / "labels.json", {"country_codes": list(samples.country_codes)})
    lightning.seed_everything(recipe.seed, verbose=False)
    pristine = make_network(recipe.network, len(samples.country_codes), recipe.weights)
    if recipe.fold_batch_norms:
        pristine.fold_batch_norms()
    say(f"{len(samples)} samples, {len(np.unique(samples.labels))} countries; {recipe.network} on {choose_device()}")
    bank = Bank(recipe, read_images(samples), lambda blocks: _pristine_cut(pristine, blocks), say)
    base = Fit(recipe, samples, bank, _NO_ROWS, _NO_ROWS, to / "logs")
    outcome = _cross_validate(base, pristine, fold_of, to, say)
    network, final = _fit_final(base, pristine, fold_of, outcome, say)
    if final is not None:
        outcome = final
    return _write_run(base, network, outcome, to, round(time.monotonic() - started, 1))


def _write_run(base: Fit, network: CountryNetwork, outcome: _Outcome, to: Path, seconds: float) -> dict[str, Any]:
    recipe, samples = base.recipe, base.samples
    held_out = HeldOut(outcome.logits, samples.labels[outcome.rows], samples.sample_ids[outcome.rows])
    write_held_out(to / "out_of_fold.npz", held_out)
    write_csv(to / "metrics.csv", outcome.epochs)
    write_checkpoint(to / "checkpoint.ckpt", recipe, samples.country_codes, network)
    summary = {
        "recipe": recipe.name,
        "network": recipe.network,
        "commit": git_commit(),
        "data_hash": samples.data_hash,
        "seconds": seconds,
        "device": str(choose_device()),
        "samples": len(samples),
        "countries": len(np.unique(samples.labels)),
        "folds": recipe.folds,
        "held_out": len(outcome.rows),
        "figures": compute_figures(held_out.logits, held_out.labels),
        "epochs_kept": [[report.best_epoch for report in reports] for reports in outcome.kept],
    }
    # Last: its presence says that the run is whole.
    write_json(to / "summary.json", summary)
    return summary


def _pristine_cut(network: CountryNetwork, frozen_blocks: int) -> nn.Module:
    return network.cut(frozen_blocks)[0]


def _read(recipe: Recipe, data: Path) -> tuple[Samples, NDArray[np.int64]]:
    """The samples of the run, and the fold in which each is held out (-1: never)."""
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


def _trained_rows(base: Fit, held_out: NDArray[np.bool_]) -> NDArray[np.intp]:
    rows = training_rows(base.samples, held_out)
    licences = base.recipe.sampling.licences
    if licences:
        rows = rows[np.isin(base.samples.licences[rows], licences)]
    check_samples(base.samples.take(rows), "what remains to train on")
    return rows


def _fresh(pristine: CountryNetwork) -> CountryNetwork:
    # Parameters are copied, so that the bank's frozen part keeps its pretrained weights.
    return copy.deepcopy(pristine)


def _cross_validate(
    base: Fit, pristine: CountryNetwork, fold_of: NDArray[np.int64], to: Path, say: Callable[[str], None]
) -> _Outcome:
    rows, logits, epochs, kept = [], [], [], []
    for fold in range(base.recipe.folds):
        held_out = fold_of == fold
        fit = dataclasses.replace(
            base,
            train=_trained_rows(base, held_out),
            held_out=np.flatnonzero(held_out),
            logs=base.logs / f"fold-{fold}",
        )
        network = _fresh(pristine)
        reports = fit_network(fit, network)
        fold_logits = predict_logits(fit, network, fit.held_out)
        figures = compute_figures(fold_logits, fit.samples.labels[fit.held_out])
        collections = sorted({str(name) for name in fit.samples.collections[fit.held_out]})
        write_json(
            to / "folds" / f"fold-{fold}.json",
            {
                "collections": collections,
                "held_out": len(fit.held_out),
                "trained_on": len(fit.train),
                "figures": figures,
            },
        )
        say(f"fold {fold}: trained on {len(fit.train)}, {len(fit.held_out)} held out: {_in_words(figures)}")
        rows.append(fit.held_out)
        logits.append(fold_logits)
        epochs += _epoch_rows(f"fold-{fold}", reports)
        kept.append(reports)
    if not rows:
        return _Outcome(_NO_ROWS, np.zeros((0, 0), np.float32), [], [])
    return _Outcome(np.concatenate(rows), np.concatenate(logits), epochs, kept)


def _fit_final(
    base: Fit, pristine: CountryNetwork, fold_of: NDArray[np.int64], folds: _Outcome, say: Callable[[str], None]
) -> tuple[CountryNetwork, _Outcome | None]:
    network = _fresh(pristine)
    logs = base.logs / "final"
    if base.recipe.folds:
        train_rows = _trained_rows(base, np.zeros(len(base.samples), dtype=bool))
        epochs = _epochs_of_folds(base.recipe, folds.kept)
        fit = dataclasses.replace(base, train=train_rows, logs=logs, epochs=epochs)
        say(f"final network on all {len(train_rows)} samples")
        folds.epochs.extend(_epoch_rows("final", fit_network(fit, network)))
        return network, None
    held_out = fold_of == 0
    fit = dataclasses.replace(base, train=_trained_rows(base, held_out), held_out=np.flatnonzero(held_out), logs=logs)
    reports = fit_network(fit, network)
    logits = predict_logits(fit, network, fit.held_out)
    figures = compute_figures(logits, fit.samples.labels[fit.held_out])
    say(f"trained on {len(fit.train)}, {len(fit.held_out)} held out: {_in_words(figures)}")
    return network, _Outcome(fit.held_out, logits, _epoch_rows("final", reports), [reports])


def _epochs_of_folds(recipe: Recipe, kept: Sequence[Sequence[StageReport]]) -> tuple[int, ...]:
    """Per stage the median of the epochs whose weights the folds kept."""
    epochs = []
    for index, stage in enumerate(recipe.stages):
        best = [report.best_epoch for reports in kept for report in reports if report.stage == index]
        epochs.append(round(statistics.median(best)) if best and stage.patience else stage.epochs)
    return tuple(epochs)


def _epoch_rows(fit: str, reports: Sequence[StageReport]) -> list[dict[str, Any]]:
    return [{"fit": fit, "stage": report.stage, **row} for report in reports for row in report.history]


def _in_words(figures: dict[str, float]) -> str:
    return (
        f"top-1 {figures['top1_accuracy']:.3f}, top-5 {figures['top5_accuracy']:.3f}, "
        f"NLL {figures['negative_log_likelihood']:.3f}"
    )
