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
from triovision.errors import TrainingError
from triovision.export.check import check_agreement, compare_logits, torch_logits
from triovision.export.decide import fit_decision
from triovision.export.gate import fit_gate, unit_centroids
from triovision.export.graph import export_graph
from triovision.export.half import halve
from triovision.export.held_out import make_held_out, sites_of
from triovision.export.quantise import logit_slope, quantise
from triovision.export.runner import GraphRun, run_graph
from triovision.training.prepared import Samples, read_images, read_samples
from triovision.training.run_folder import RunFolder, read_run, write_atomically

__all__ = ["PRECISIONS", "ExportOptions", "Precision", "export_run"]

Precision = Literal["float32", "float16", "int8"]
PRECISIONS: tuple[Precision, ...] = ("float32", "float16", "int8")

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
    precision: Precision = "float32"
    coverage: float = 0.9
    level_precision: float = 0.7

    def __post_init__(self) -> None:
        if self.precision not in PRECISIONS:
            raise ValueError(f"precision {self.precision!r} is none of {', '.join(PRECISIONS)}")
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
    samples = _read_samples(run, data)
    trained = samples.of_splits("train", "val") if run.recipe.folds else samples.of_splits("train")
    images = read_images(trained)
    graph = _make_graph(run, images, options, say)
    metadata = _make_metadata(run, samples, trained, graph, options, say)
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


def _read_samples(run: RunFolder, data: Path) -> Samples:
    samples = read_samples(data)
    if samples.country_codes != run.country_codes or samples.data_hash != run.summary.get("data_hash"):
        raise TrainingError(f"{data}: not the data that {run.folder} was trained on; give that one with --data")
    return samples


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
    if options.precision == "float16":
        model = halve(model)
    else:
        model = quantise(model, [images[row] for row in some[:_CALIBRATION_PHOTOS]], preprocessing)
    rounded = run_graph(model.SerializeToString(), images, preprocessing)
    slope = logit_slope(rounded.logits, exact.logits)
    difference = compare_logits(exact.logits, rounded.logits)
    say(f"{options.precision} against float32: {difference}, logits times {slope:.3f}")
    return _Graph(model, rounded, slope)


def _make_metadata(
    run: RunFolder,
    samples: Samples,
    trained: Samples,
    graph: _Graph,
    options: ExportOptions,
    say: Callable[[str], None],
) -> BundleMetadata:
    sampling, classes = run.recipe.sampling, len(run.country_codes)
    held_out = make_held_out(run.held_out, samples, trained, sampling)
    decision = fit_decision(held_out, options.coverage, options.level_precision, say)
    split = "out_of_fold" if run.recipe.folds else "val"
    listed = ", ".join(f"{key} {value:.3f}" for key, value in decision.figures.items() if key != "samples")
    say(f"{split} ({len(held_out.labels)} photos, cross-fitted): {listed}")
    gate = fit_gate(graph.run.embeddings, trained.labels, sites_of(trained, sampling), classes)
    if gate is not None:
        say(f"no place: similarity below {gate.min_similarity:.3f}, {gate.refused_share:.1%} of photos of other sites")
    return BundleMetadata(
        name=options.name,
        country_codes=run.country_codes,
        preprocessing=run.recipe.preprocessing,
        # Quantisation stretches the logits; their temperature stretches with them.
        temperature=decision.calibration.temperature * graph.slope,
        prior_share=decision.calibration.prior_share,
        prior=decision.calibration.prior,
        thresholds=decision.thresholds,
        country_set=decision.country_set,
        reliability=decision.reliability,
        gate=gate,
        sample_counts=tuple(np.bincount(trained.labels, minlength=classes).tolist()),
        centroids=unit_centroids(graph.run.embeddings, trained.labels, classes),
        provenance=Provenance(
            recipe=run.recipe.name,
            commit=str(run.summary["commit"]),
            data_hash=samples.data_hash,
            date=dt.datetime.now(tz=dt.UTC).date().isoformat(),
        ),
        licence=options.licence,
        metrics={split: decision.figures},
    )
