"""A whole training run: data -> folds -> final network -> run folder."""

from __future__ import annotations

import copy
import dataclasses
import errno
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import lightning
import numpy as np
from numpy.typing import NDArray

from triovision.allocation import keep_freed_memory
from triovision.errors import TrainingError, TrioVisionError
from triovision.training import processes
from triovision.training.bank import Bank, choose_device
from triovision.training.checkpoints import Progress
from triovision.training.data_checks import check_countries, read_for_training
from triovision.training.fit import fit_network, predict_logits
from triovision.training.folds import training_rows
from triovision.training.loaders import Fit
from triovision.training.metrics import compute_figures
from triovision.training.networks import CountryNetwork, make_network
from triovision.training.outcome import (
    FitOutcome,
    RunOutcome,
    epochs_of_folds,
    in_words,
    mean_of_networks,
    training_speed,
)
from triovision.training.prepared import Samples, check_samples
from triovision.training.recipe import Recipe
from triovision.training.run_folder import (
    HeldOut,
    fold_checkpoint,
    forget_unbegun_run,
    git_commit,
    make_run_folder,
    write_checkpoint,
    write_csv,
    write_held_out,
    write_json,
)
from triovision.training.several_views import predict_test_views
from triovision.training.stored import StoredOutputs
from triovision.training.streaming import open_images

__all__ = ["say_on_stderr", "train"]

_NO_ROWS: NDArray[np.intp] = np.zeros(0, dtype=np.intp)
_DISK_IS_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)

Say = Callable[[str], None]


def say_on_stderr(message: str) -> None:
    """Tell the person at the terminal what goes on; standard output stays clean."""
    print(message, file=sys.stderr, flush=True)  # noqa: T201 - a long run must not be silent


def train(recipe: Recipe, data: Path, to: Path, *, say: Say = say_on_stderr, resume: bool = False) -> dict[str, Any]:
    """Train a recipe on a prepared data set.

    With folds, every collection of the splits train and val is held out once, and the final network is trained on
    all of them for as many epochs as did the folds good. Without, the val split is held out. The test split is
    never looked at. Started by `torchrun`, the processes share the work of each step.

    Args:
        recipe: What to train.
        data: Folder that `triovision data prepare` wrote.
        to: New folder for the run.
        say: Told what goes on.
        resume: Whether a run that was interrupted in that folder goes on, to the very weights that it would have had.

    Returns:
        The content of `summary.json`.

    Raises:
        DataError: If the data cannot be used.
        TrainingError: If the recipe or the folder cannot, or the disk is full.
    """
    keep_freed_memory()
    with processes.joined():
        try:
            return _Run(recipe, data, to, say).summary(resume=resume)
        except OSError as error:
            if error.errno not in _DISK_IS_FULL:
                raise
            raise TrainingError(
                f"{to}: the disk is full ({error.strerror}); make room and go on with --resume, nothing is lost"
            ) from error


class _Run:
    """One training run in the making."""

    def __init__(self, recipe: Recipe, data: Path, to: Path, say: Say) -> None:
        self._started = time.monotonic()
        self._recipe, self._data, self._to = recipe, data, to
        self._first = processes.is_first()
        self._say = say if self._first else _say_nothing

    def summary(self, *, resume: bool) -> dict[str, Any]:
        """Do what is left to do."""
        samples, fold_of = read_for_training(self._recipe, self._data)
        if self._first:
            make_run_folder(self._to, self._recipe, samples.data_hash, resume=resume)
        processes.wait()
        if (self._to / "summary.json").is_file():
            self._say(f"{self._to}: finished already")
        else:
            try:
                check_countries(samples, fold_of, self._say)
                self._train(samples, fold_of)
            except TrioVisionError:
                if self._first:
                    forget_unbegun_run(self._to)
                raise
        summary: dict[str, Any] = json.loads((self._to / "summary.json").read_text(encoding="utf-8"))
        return summary

    def _train(self, samples: Samples, fold_of: NDArray[np.int64]) -> None:
        recipe = self._recipe
        lightning.seed_everything(recipe.seed, verbose=False)
        size = recipe.preprocessing.input_size
        pristine = make_network(recipe.network, len(samples.country_codes), recipe.weights, size)
        if recipe.fold_batch_norms:
            pristine.fold_batch_norms()
        together = f", {processes.world_size()} processes" if processes.world_size() > 1 else ""
        self._say(
            f"{len(samples)} samples, {len(np.unique(samples.labels))} countries; "
            f"{recipe.network} on {choose_device()}{together}"
        )
        folder = recipe.machine.stored_folder
        stored = StoredOutputs(Path(folder), samples) if folder else None
        images = open_images(samples, recipe, self._say)
        bank = Bank(recipe, images, lambda blocks: pristine.cut(blocks)[0], self._say, stored)
        ranks = (processes.rank(), processes.world_size())
        base = Fit(recipe, samples, bank, _NO_ROWS, _NO_ROWS, self._to / "logs", None, None, *ranks)
        outcome = RunOutcome()
        states = self._cross_validate(base, pristine, fold_of, outcome)
        network = self._final_network(base, pristine, fold_of, outcome, states)
        if self._first:
            self._write(base, network, outcome)
        Progress(self._to / "resume").forget()

    def _cross_validate(
        self, base: Fit, pristine: CountryNetwork, fold_of: NDArray[np.int64], outcome: RunOutcome
    ) -> list[dict[str, Any]]:
        """Hold out each fold once; the networks' weights where the final network is made of them."""
        states = []
        for fold in range(self._recipe.folds):
            held_out = fold_of == fold
            fit = dataclasses.replace(
                base,
                train=self._trained_rows(base, held_out),
                held_out=np.flatnonzero(held_out),
                logs=base.logs / f"fold-{fold}",
                fold=fold,
            )
            network = copy.deepcopy(pristine)
            done = outcome.fits[f"fold-{fold}"] = self._fit(fit, network)
            figures = compute_figures(done.logits, fit.samples.labels[fit.held_out])
            if self._first:
                collections = sorted({str(name) for name in fit.samples.collections[fit.held_out]})
                counts = {"held_out": len(fit.held_out), "trained_on": len(fit.train)}
                content = {"collections": collections, **counts, "figures": figures}
                write_json(self._to / "folds" / f"fold-{fold}.json", content)
                write_checkpoint(fold_checkpoint(self._to, fold), self._recipe, base.samples.country_codes, network)
            self._say(f"fold {fold}: trained on {len(fit.train)}, {len(fit.held_out)} held out: {in_words(figures)}")
            if self._recipe.final == "folds":
                states.append(network.state_dict())
        return states

    def _final_network(
        self,
        base: Fit,
        pristine: CountryNetwork,
        fold_of: NDArray[np.int64],
        outcome: RunOutcome,
        states: list[dict[str, Any]],
    ) -> CountryNetwork:
        network = copy.deepcopy(pristine)
        if states:
            mean_of_networks(network, states)
            return network
        logs = base.logs / "final"
        if self._recipe.folds:
            train_rows = self._trained_rows(base, np.zeros(len(base.samples), dtype=bool))
            epochs = epochs_of_folds(self._recipe, outcome)
            self._say(f"final network on all {len(train_rows)} samples")
            fit = dataclasses.replace(base, train=train_rows, logs=logs, epochs=epochs)
            outcome.fits["final"] = self._fit(fit, network)
            return network
        held_out = fold_of == 0
        rows = np.flatnonzero(held_out)
        fit = dataclasses.replace(base, train=self._trained_rows(base, held_out), held_out=rows, logs=logs)
        done = outcome.fits["final"] = self._fit(fit, network)
        figures = compute_figures(done.logits, fit.samples.labels[rows])
        self._say(f"trained on {len(fit.train)}, {len(rows)} held out: {in_words(figures)}")
        return network

    def _trained_rows(self, base: Fit, held_out: NDArray[np.bool_]) -> NDArray[np.intp]:
        rows = training_rows(base.samples, held_out)
        licences = self._recipe.sampling.licences
        if licences:
            rows = rows[np.isin(base.samples.licences[rows], licences)]
        check_samples(base.samples.take(rows), "what remains to train on")
        return rows

    def _fit(self, fit: Fit, network: CountryNetwork) -> FitOutcome:
        """Train the network and measure it, or take what an interrupted run came to."""
        progress = Progress(self._to / "resume" / fit.logs.name)
        done = progress.read_last()
        if done is not None:
            network.load_state_dict(done.pop("network"))
            network.eval()
            return FitOutcome.from_tensors(done)
        reports = tuple(fit_network(fit, network, progress))
        classes = len(fit.samples.country_codes)
        logits = predict_logits(fit, network, fit.held_out) if len(fit.held_out) else np.zeros((0, classes), np.float32)
        views = predict_test_views(fit, network) if len(fit.held_out) else None
        outcome = FitOutcome(fit.held_out, logits, views, reports)
        progress.write_last({**outcome.to_tensors(), "network": network.state_dict()})
        return outcome

    def _write(self, base: Fit, network: CountryNetwork, outcome: RunOutcome) -> None:
        recipe, samples, to = base.recipe, base.samples, self._to
        rows, logits, view_logits = outcome.held_out(len(samples.country_codes))
        held_out = HeldOut(logits, samples.labels[rows], samples.sample_ids[rows], view_logits)
        write_json(to / "labels.json", {"country_codes": list(samples.country_codes)})
        write_held_out(to / "out_of_fold.npz", held_out)
        write_csv(to / "metrics.csv", outcome.epoch_rows())
        write_checkpoint(to / "checkpoint.ckpt", recipe, samples.country_codes, network)
        views = {} if view_logits is None else {"figures_of_test_views": compute_figures(view_logits, held_out.labels)}
        summary = {
            "recipe": recipe.name,
            "network": recipe.network,
            "commit": git_commit(),
            "data_hash": samples.data_hash,
            "seconds": round(time.monotonic() - self._started, 1),
            "device": str(choose_device()),
            "processes": processes.world_size(),
            "samples": len(samples),
            "countries": len(np.unique(samples.labels)),
            "parameters": sum(parameter.numel() for parameter in network.parameters()),
            "training_photos_per_s": training_speed(outcome),
            "folds": recipe.folds,
            "held_out": len(rows),
            "figures": compute_figures(held_out.logits, held_out.labels),
            **views,
            "epochs_kept": [[report.best_epoch for report in fit.reports] for fit in outcome.fits.values()],
        }
        # Last: its presence says that the run is whole.
        write_json(to / "summary.json", summary)


def _say_nothing(_message: str) -> None:
    """Of several processes only the first one speaks."""
