"""Every format of one run, side by side: what each is worth, how fast it is, how big."""

from __future__ import annotations

import dataclasses
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from triovision.bundle import Bundle, read_bundle
from triovision.decision import make_probabilities
from triovision.errors import DataError
from triovision.export.bundle_file import PRECISIONS, ExportOptions, export_run
from triovision.export.check import compare_logits, torch_logits
from triovision.export.runner import preprocess_all
from triovision.preprocess import Preprocessing
from triovision.training.metrics import compute_figures
from triovision.training.networks import CountryNetwork
from triovision.training.prepared import Samples, read_images, read_samples
from triovision.training.run_folder import read_run

__all__ = ["REFERENCE", "FormatFigures", "compare_formats"]

REFERENCE = "pytorch"

_BATCH = 32
_TIMED_PHOTOS = 16
_ROUNDS = 7
_MILLI = 1000.0
_LEAST = 1e-300


@dataclass(frozen=True, slots=True)
class FormatFigures:
    """One format of a network.

    Attributes:
        name: A precision, or `pytorch` for the network that all come from.
        size_bytes: Of the file, with its metadata; of the network's tensors for PyTorch.
        milliseconds: Per photo, one at a time, on one thread: the median of several rounds.
        max_difference: Greatest absolute difference of a logit from PyTorch, after each row's mean is taken off.
        top1_agreement: Share of photos with the same first country as PyTorch.
        figures: What it is worth on the photos: top-1, top-5 and so on, calibrated.
    """

    name: str
    size_bytes: int
    milliseconds: float
    max_difference: float
    top1_agreement: float
    figures: Mapping[str, float]

    def as_record(self) -> dict[str, Any]:
        """As JSON-ready values."""
        return {
            "format": self.name,
            "megabytes": round(self.size_bytes / 1e6, 3),
            "milliseconds": round(self.milliseconds, 3),
            "max_difference": round(self.max_difference, 6),
            "top1_agreement": round(self.top1_agreement, 6),
            "figures": {name: round(value, 6) for name, value in self.figures.items()},
        }


def compare_formats(
    run_folder: Path, data: Path, to: Path, options: ExportOptions, split: str, say: Callable[[str], None]
) -> tuple[FormatFigures, ...]:
    """Export a run in every precision and measure each file as the product would run it.

    Args:
        run_folder: What `triovision train` wrote.
        data: The prepared data set that it was trained on.
        to: Folder for the bundles, one `.onnx` per precision.
        options: How to export, but for the precision.
        split: Of the data: the photos to measure on.
        say: Told what was found.

    Returns:
        PyTorch first, then each precision.

    Raises:
        TrainingError: If the run does not fit the data, or the graph does not fit PyTorch.
        DataError: If the data cannot be read, or the split is empty.
    """
    run = read_run(run_folder)
    samples = _of_split(data, split)
    bundles: dict[str, Bundle] = {}
    for precision in PRECISIONS:
        chosen = dataclasses.replace(options, precision=precision)
        bundles[precision] = read_bundle(export_run(run_folder, data, to / f"{precision}.onnx", chosen, say), threads=1)
    preprocessing = run.recipe.preprocessing
    images = read_images(samples)
    expected = torch_logits(run.network, images, preprocessing)
    say(f"timing, one photo at a time on one thread, {_ROUNDS} rounds in turns")
    milliseconds = _time(run.network, bundles, preprocess_all(images[:_TIMED_PHOTOS], preprocessing))
    logits = {REFERENCE: expected}
    logits |= {name: _logits(bundle, images, preprocessing) for name, bundle in bundles.items()}
    tensors = run.network.state_dict().values()
    size_bytes = {REFERENCE: sum(tensor.numel() * tensor.element_size() for tensor in tensors)}
    size_bytes |= {name: bundle.size_bytes for name, bundle in bundles.items()}
    found = []
    for name, rows in logits.items():
        # PyTorch's logits are those of the float32 graph, and so is their calibration.
        probabilities = make_probabilities(rows, bundles["float32" if name == REFERENCE else name].metadata)
        figures = compute_figures(np.log(np.maximum(probabilities, _LEAST)), samples.labels)
        check = compare_logits(expected, rows)
        found.append(
            FormatFigures(
                name, size_bytes[name], milliseconds[name], check.max_difference, check.top1_agreement, figures
            )
        )
    return tuple(found)


def _of_split(data: Path, split: str) -> Samples:
    samples = read_samples(data)
    chosen = samples.of_splits(split)
    if not len(chosen):
        there = ", ".join(sorted(set(samples.splits.tolist()))) or "none"
        raise DataError(f"{data}: no photo in split {split!r}; choose one of {there} with --split")
    return chosen


def _logits(bundle: Bundle, images: Sequence[NDArray[np.uint8]], preprocessing: Preprocessing) -> NDArray[np.float32]:
    parts = [
        bundle.run(preprocess_all(images[start : start + _BATCH], preprocessing)).logits
        for start in range(0, len(images), _BATCH)
    ]
    return np.concatenate(parts)


def _time(network: CountryNetwork, bundles: Mapping[str, Bundle], tensors: NDArray[np.float32]) -> dict[str, float]:
    """Milliseconds per photo of each way to run the network, taken in turns so that all meet the same machine."""

    def run_torch(tensor: NDArray[np.float32]) -> Any:
        with torch.inference_mode():
            return network(torch.from_numpy(tensor))

    ways: dict[str, Callable[[NDArray[np.float32]], Any]] = {
        REFERENCE: run_torch,
        **{name: bundle.run for name, bundle in bundles.items()},
    }
    rounds: dict[str, list[float]] = {name: [] for name in ways}
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        for run in ways.values():
            run(tensors[:1])
        for _ in range(_ROUNDS):
            for name, run in ways.items():
                begin = time.perf_counter()
                for index in range(len(tensors)):
                    run(tensors[index : index + 1])
                rounds[name].append((time.perf_counter() - begin) / len(tensors) * _MILLI)
    finally:
        torch.set_num_threads(threads)
    return {name: statistics.median(values) for name, values in rounds.items()}
