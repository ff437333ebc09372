"""The whole export: a run folder and its data -> one bundle file."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from triovision.bundle import (
    METADATA_KEY,
    BundleMetadata,
    Provenance,
    metadata_to_json,
    read_bundle,
)
from triovision.decision import DecisionRule, calibrate
from triovision.errors import TrainingError
from triovision.export.calibrate import fit_country_set, fit_temperature, fit_thresholds, level_figures
from triovision.export.check import check_agreement, compare_logits, torch_logits
from triovision.export.graph import export_graph
from triovision.export.quantise import logit_slope, quantise
from triovision.export.runner import GraphRun, run_graph
from triovision.training.metrics import compute_figures
from triovision.training.prepared import Samples, read_images, read_samples
from triovision.training.run_folder import RunFolder, read_run, write_atomically

__all__ = ["ExportOptions", "export_run", "unit_centroids"]

_CHECKED_PHOTOS = 200
_CALIBRATION_PHOTOS = 256


@dataclass(frozen=True, slots=True)
class ExportOptions:
    """How to export.

    Attributes:
        name: What the bundle calls itself.
        licence: SPDX identifier or a sentence.
        precision: Of the weights.
        coverage: Promised share of country sets that hold the true country.
        level_precision: Share of the answers of each level that shall be right.
    """

    name: str
    licence: str = "Apache-2.0"
    precision: Literal["float32", "int8"] = "float32"
    coverage: float = 0.9
    level_precision: float = 0.7

    def __post_init__(self) -> None:
        if self.precision not in ("float32", "int8"):
            raise ValueError(f"precision {self.precision!r} is none of float32, int8")
        for name in ("coverage", "level_precision"):
            if not 0 < getattr(self, name) < 1:
                raise ValueError(f"{name} {getattr(self, name)} is not between 0 and 1")


class _Graph(NamedTuple):
    """A model, its outputs for all training photos, and what its logits are in units of PyTorch's."""

    model: Any
    run: GraphRun
    slope: float


def export_run(run_folder: Path, data: Path, to: Path, options: ExportOptions, say: Callable[[str], None]) -> Path:
    """Export a training run as a bundle.

    Args:
        run_folder: What `triovision train` wrote.
        data: The prepared data set that it was trained on.
        to: The `.onnx` file to write, whole or not at all.
        options: How.
        say: Told what was found.

    Returns:
        The file.

    Raises:
        TrainingError: If the run does not fit the data, or the graph does not fit PyTorch.
        DataError: If the data cannot be read.
        BundleError: If what was written is not a bundle.
    """
    run = read_run(run_folder)
    samples = _training_samples(run, data)
    images = read_images(samples)
    graph = _make_graph(run, images, options, say)
    metadata = _make_metadata(run, samples, graph, options, say)
    entry = graph.model.metadata_props.add()
    entry.key, entry.value = METADATA_KEY, metadata_to_json(metadata)
    content = graph.model.SerializeToString()
    # Before the file is there: what cannot be read back shall not be found by anyone.
    read_bundle(content, name=str(to))
    to.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(to, content)
    bundle = read_bundle(to)
    say(f"{to}: {bundle.size_bytes / 1e6:.1f} MB, {len(metadata.country_codes)} countries, {options.precision}")
    return to


def _training_samples(run: RunFolder, data: Path) -> Samples:
    samples = read_samples(data)
    if samples.country_codes != run.country_codes or samples.data_hash != run.summary.get("data_hash"):
        raise TrainingError(f"{data}: not the data that {run.folder} was trained on; give that one with --data")
    return samples.of_splits("train", "val") if run.recipe.folds else samples.of_splits("train")


def _make_graph(
    run: RunFolder, images: list[NDArray[np.uint8]], options: ExportOptions, say: Callable[[str], None]
) -> _Graph:
    preprocessing = run.recipe.preprocessing
    model = export_graph(run.network, preprocessing.input_size)
    exact = run_graph(model.SerializeToString(), images, preprocessing)
    rng = np.random.default_rng(run.recipe.seed)
    some = rng.permutation(len(images))
    checked = some[:_CHECKED_PHOTOS]
    expected = torch_logits(run.network, [images[row] for row in checked], preprocessing)
    check = check_agreement(expected, GraphRun(exact.logits[checked], exact.embeddings[checked]))
    say(f"ONNX against PyTorch: {check}")
    if options.precision == "float32":
        return _Graph(model, exact, 1.0)
    model = quantise(model, [images[row] for row in some[:_CALIBRATION_PHOTOS]], preprocessing)
    quantised = run_graph(model.SerializeToString(), images, preprocessing)
    slope = logit_slope(quantised.logits, exact.logits)
    say(f"int8 against float32: {compare_logits(exact.logits, quantised.logits)}, logits times {slope:.3f}")
    return _Graph(model, quantised, slope)


def _make_metadata(
    run: RunFolder, samples: Samples, graph: _Graph, options: ExportOptions, say: Callable[[str], None]
) -> BundleMetadata:
    held_out = run.held_out
    temperature = fit_temperature(held_out.logits, held_out.labels)
    probabilities = calibrate(held_out.logits, temperature)
    country_set = fit_country_set(probabilities, held_out.labels, options.coverage)
    thresholds = fit_thresholds(probabilities, held_out.labels, run.country_codes, options.level_precision)
    rule = DecisionRule(run.country_codes, thresholds, country_set.threshold)
    figures = {
        **compute_figures(held_out.logits / temperature, held_out.labels),
        **level_figures(probabilities, held_out.labels, rule),
    }
    split = "out_of_fold" if run.recipe.folds else "val"
    say(f"temperature {temperature:.3f}, country set at {country_set.threshold:.4f}, {thresholds}")
    say(
        f"{split} ({len(held_out.labels)} photos): " + ", ".join(f"{key} {value:.3f}" for key, value in figures.items())
    )
    return BundleMetadata(
        name=options.name,
        country_codes=run.country_codes,
        preprocessing=run.recipe.preprocessing,
        # Quantisation stretches the logits; their temperature stretches with them.
        temperature=temperature * graph.slope,
        thresholds=thresholds,
        country_set=country_set,
        sample_counts=tuple(np.bincount(samples.labels, minlength=len(run.country_codes)).tolist()),
        centroids=unit_centroids(graph.run.embeddings, samples.labels, len(run.country_codes)),
        provenance=Provenance(
            recipe=run.recipe.name,
            commit=str(run.summary["commit"]),
            data_hash=samples.data_hash,
            date=dt.datetime.now(tz=dt.UTC).date().isoformat(),
        ),
        licence=options.licence,
        metrics={split: figures},
    )


def unit_centroids(embeddings: NDArray[np.float32], labels: NDArray[np.int64], classes: int) -> NDArray[np.float32]:
    """Unit-length mean embedding per country.

    Args:
        embeddings: [n, dim].
        labels: [n].
        classes: How many countries.

    Returns:
        float32 [classes, dim]; zeros for a country without samples.
    """
    sums = np.zeros((classes, embeddings.shape[1]), dtype=np.float64)
    np.add.at(sums, labels, embeddings)
    lengths = np.linalg.norm(sums, axis=1, keepdims=True)
    result: NDArray[np.float32] = np.divide(sums, lengths, out=np.zeros_like(sums), where=lengths > 0).astype(
        np.float32
    )
    return result
