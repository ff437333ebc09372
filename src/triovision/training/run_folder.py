"""What a training run leaves behind.

RUN/recipe.json        the recipe with its overrides
RUN/labels.json        {"country_codes": [...]}: the code of each label
RUN/checkpoint.ckpt    the network; plain tensors, torch.load(weights_only=True) reads it
RUN/out_of_fold.npz    held-out logits float32 [n, classes], labels int64 [n], sample_ids [n], where there are several
                       test views also test_view_logits
RUN/folds/fold-K.json  figures of one fold
RUN/folds/fold-K.ckpt  its network, as checkpoint.ckpt
RUN/metrics.csv        figures of every epoch of every stage of every fit
RUN/summary.json       commit, data hash, seconds, figures
RUN/logs/              Lightning's CSV and TensorBoard logs
RUN/resume/            while it lasts: what it needs to go on after an interruption (checkpoints.py)
"""

from __future__ import annotations

import contextlib
import csv
import io
import json
import os
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from pickle import UnpicklingError
from typing import IO, Any

import numpy as np
import torch
from numpy.typing import NDArray

import triovision
from triovision.errors import TrainingError
from triovision.training.networks import CountryNetwork, make_network
from triovision.training.recipe import Recipe
from triovision.training.recipe_files import recipe_from_json, recipe_to_json

__all__ = [
    "HeldOut",
    "RunFolder",
    "fold_checkpoint",
    "forget_unbegun_run",
    "git_commit",
    "make_run_folder",
    "open_atomically",
    "read_fold_network",
    "read_run",
    "write_atomically",
    "write_checkpoint",
    "write_csv",
    "write_held_out",
    "write_json",
]

_CHECKPOINT_FORMAT = 1
_TRAIN_AGAIN = "train again with `triovision train`"
_STARTED = "resume/started.json"
_UNREADABLE = (OSError, ValueError, KeyError, RuntimeError, UnpicklingError)


@dataclass(frozen=True, slots=True, eq=False)
class HeldOut:
    """Logits of samples that the network that gave them was not trained on.

    Attributes:
        logits: float32 [n, classes].
        labels: int64 [n].
        sample_ids: [n].
        test_view_logits: float32 [n, classes], logarithms of probabilities averaged over the recipe's test views; None
            where it has but one.
    """

    logits: NDArray[np.float32]
    labels: NDArray[np.int64]
    sample_ids: NDArray[np.str_]
    test_view_logits: NDArray[np.float32] | None = None


@dataclass(frozen=True, slots=True, eq=False)
class RunFolder:
    """A finished run, read back."""

    folder: Path
    recipe: Recipe
    country_codes: tuple[str, ...]
    network: CountryNetwork
    held_out: HeldOut
    summary: Mapping[str, Any]


def make_run_folder(folder: Path, recipe: Recipe, data_hash: str, *, resume: bool) -> None:
    """Begin a run in an empty folder, or find the one that is to go on.

    Args:
        folder: The run's.
        recipe: To be trained.
        data_hash: Of the prepared data.
        resume: Whether a run that was interrupted there goes on; an empty folder begins one all the same.

    Raises:
        TrainingError: If something else is there already, or the folder cannot be made.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if any(folder.iterdir()):
            _check_same_run(folder, recipe, data_hash, resume=resume)
            return
        (folder / "folds").mkdir()
        (folder / "resume").mkdir()
        write_json(folder / "recipe.json", recipe_to_json(recipe))
        write_json(folder / _STARTED, {"data_hash": data_hash})
    except OSError as error:
        raise TrainingError(f"{folder}: cannot be made ({error.strerror}); give another folder with --to") from error


def forget_unbegun_run(folder: Path) -> None:
    """Take back what `make_run_folder` made, where nothing has been trained: a mended mistake needs no new folder."""
    if any(path.name != "started.json" for path in (folder / "resume").glob("*")) or (folder / "logs").exists():
        return
    for name in ("recipe.json", _STARTED):
        (folder / name).unlink(missing_ok=True)
    for empty in (folder / "folds", folder / "resume", folder):
        with contextlib.suppress(OSError):
            empty.rmdir()


def _check_same_run(folder: Path, recipe: Recipe, data_hash: str, *, resume: bool) -> None:
    finished = (folder / "summary.json").is_file()
    started = (folder / _STARTED).is_file() and (folder / "recipe.json").is_file()
    if not resume or not (started or finished):
        hint = "go on with --resume, or " if started and not finished else ""
        raise TrainingError(f"{folder}: not empty; {hint}give a new folder with --to")
    try:
        theirs = json.loads((folder / "recipe.json").read_text(encoding="utf-8"))
        record = folder / ("summary.json" if finished else _STARTED)
        their_hash = json.loads(record.read_text(encoding="utf-8")).get("data_hash")
    except (OSError, ValueError, AttributeError) as error:
        raise TrainingError(
            f"{folder}: holds no run that could go on ({error}); give a new folder with --to"
        ) from error
    ours = json.loads(json.dumps(recipe_to_json(recipe)))
    changed = sorted(name for name in ours if theirs.get(name) != ours[name])
    if changed:
        raise TrainingError(
            f"{folder}: was begun with another recipe ({', '.join(changed)} differ); "
            "take the recipe and the values that it was begun with, or a new folder with --to"
        )
    if their_hash != data_hash:
        raise TrainingError(f"{folder}: was begun on other data; take that, or a new folder with --to")


@contextlib.contextmanager
def open_atomically(path: Path) -> Iterator[IO[bytes]]:
    """A file to write that is there whole or not at all, even when the disk is full."""
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        # mkstemp makes files that only their owner reads.
        mask = os.umask(0)
        os.umask(mask)
        Path(name).chmod(0o666 & ~mask)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def write_atomically(path: Path, content: bytes) -> None:
    """Write a file whole or not at all."""
    with open_atomically(path) as file:
        file.write(content)


def write_json(path: Path, content: Mapping[str, Any]) -> None:
    """Write JSON that a person can read."""
    write_atomically(path, (json.dumps(content, indent=2, ensure_ascii=False) + "\n").encode())


def write_csv(path: Path, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write rows whose keys may differ; columns in order of first appearance."""
    columns = list(dict.fromkeys(key for row in rows for key in row))
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, restval="")
    writer.writeheader()
    writer.writerows(rows)
    write_atomically(path, text.getvalue().encode())


def write_held_out(path: Path, held_out: HeldOut) -> None:
    """Write `out_of_fold.npz`."""
    content = io.BytesIO()
    arrays = {field.name: getattr(held_out, field.name) for field in fields(held_out)}
    np.savez_compressed(content, **{name: array for name, array in arrays.items() if array is not None})
    write_atomically(path, content.getvalue())


def write_checkpoint(path: Path, recipe: Recipe, country_codes: Sequence[str], network: CountryNetwork) -> None:
    """Write the network; its head as one linear layer on plain features."""
    weight, bias = network.head.folded()
    # Contiguous copies: views of larger tensors would be written whole.
    backbone = {
        name: tensor.detach().cpu().contiguous().clone() for name, tensor in network.backbone.state_dict().items()
    }
    content = io.BytesIO()
    torch.save(
        {
            "format": _CHECKPOINT_FORMAT,
            "network": recipe.network,
            "folded": network.folded,
            "country_codes": list(country_codes),
            "backbone": backbone,
            "head": {"weight": weight.cpu().clone(), "bias": bias.cpu().clone()},
        },
        content,
    )
    write_atomically(path, content.getvalue())


def read_run(folder: Path) -> RunFolder:
    """Read a finished run.

    Raises:
        TrainingError: If a file is missing or does not fit.
    """
    if not (folder / "summary.json").is_file():
        raise TrainingError(f"{folder}: not a finished training run (no summary.json); {_TRAIN_AGAIN}")
    try:
        recipe = recipe_from_json(json.loads((folder / "recipe.json").read_text(encoding="utf-8")))
        summary = json.loads((folder / "summary.json").read_text(encoding="utf-8"))
        codes, network = _read_checkpoint(folder / "checkpoint.ckpt", recipe)
        with np.load(folder / "out_of_fold.npz", allow_pickle=False) as arrays:
            held_out = HeldOut(arrays["logits"], arrays["labels"], arrays["sample_ids"])
    except _UNREADABLE as error:
        reason = str(error).splitlines()[0][:150]
        raise TrainingError(f"{folder}: not a whole training run ({reason}); {_TRAIN_AGAIN}") from error
    return RunFolder(folder, recipe, codes, network, held_out, summary)


def fold_checkpoint(folder: Path, fold: int) -> Path:
    """Where a run keeps the network of a fold."""
    return folder / "folds" / f"fold-{fold}.ckpt"


def read_fold_network(folder: Path, recipe: Recipe, fold: int) -> CountryNetwork:
    """Read the network that a run trained while a fold was held out.

    Raises:
        TrainingError: If it is not there, or cannot be read.
    """
    path = fold_checkpoint(folder, fold)
    try:
        return _read_checkpoint(path, recipe)[1]
    except _UNREADABLE as error:
        reason = str(error).splitlines()[0][:150]
        raise TrainingError(f"{path}: holds no network of this run ({reason}); {_TRAIN_AGAIN}") from error


def _read_checkpoint(path: Path, recipe: Recipe) -> tuple[tuple[str, ...], CountryNetwork]:
    """Country codes and network, ready to predict."""
    checkpoint = torch.load(path, map_location="cpu", weights_only=True)
    codes = tuple(str(code) for code in checkpoint["country_codes"])
    size = recipe.preprocessing.input_size
    network = make_network(str(checkpoint["network"]), len(codes), weights="none", input_size=size)
    if checkpoint["folded"]:
        network.fold_batch_norms(check=False)
    network.backbone.load_state_dict(checkpoint["backbone"])
    network.head.load_folded(checkpoint["head"]["weight"], checkpoint["head"]["bias"])
    return codes, network.eval()


def git_commit() -> str:
    """Commit of the source checkout that runs; `unknown` for an installed package."""
    folder = Path(triovision.__file__).parent
    try:
        found = subprocess.run(  # noqa: S603 - a fixed command
            ["git", "-C", str(folder), "rev-parse", "--show-toplevel", "HEAD"],  # noqa: S607 - the git on the path
            capture_output=True,
            text=True,
            timeout=10,
            check=True,
        ).stdout.split()
    except (OSError, subprocess.SubprocessError):
        return "unknown"
    # A package installed into a folder of some other repository has nothing to do with that commit.
    return found[-1] if Path(found[0]) == folder.parents[1] else "unknown"
