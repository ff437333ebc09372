"""Static int8: weights per channel, activations by what the training photos show."""

from __future__ import annotations

import contextlib
import io
import logging
import math
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from triovision.export.runner import preprocess_all
from triovision.preprocess import Preprocessing

__all__ = ["logit_slope", "quantise"]

_BATCH = 16
_EXACT_CONVOLUTIONS = 3
_PERCENTILE = 99.99


def quantise(model: Any, images: Sequence[NDArray[np.uint8]], preprocessing: Preprocessing) -> Any:
    """Quantise a float32 graph to int8, in QDQ form.

    Activations are unsigned: onnxruntime's kernels for CPUs are several times as fast with them as with signed ones.
    The head stays in float32: it is a hundredth of the work, and its rounding would reach every probability. So do
    the first three convolutions: on so few channels the int8 kernels are no faster than the float32 ones, and the
    rounding there makes a quarter of the whole error (docs/experiments.md).

    Args:
        model: An `onnx.ModelProto`.
        images: Training photos that show the range of each activation.
        preprocessing: The bundle's.

    Returns:
        A new `onnx.ModelProto` with the same inputs and outputs.
    """
    import onnx  # noqa: PLC0415 - the train extra

    exact = [node.name for node in model.graph.node if node.op_type in ("Gemm", "MatMul")]
    exact += [node.name for node in model.graph.node if node.op_type == "Conv"][:_EXACT_CONVOLUTIONS]
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder) / "float32.onnx", Path(folder) / "int8.onnx"
        onnx.save(model, source)
        with _silence():
            _quantise_file(source, target, _Batches(images, preprocessing), exact)
        return onnx.load(target)


class _Batches:
    """What onnxruntime's calibrator asks for: batches one after another, within a range that it sets."""

    def __init__(self, images: Sequence[NDArray[np.uint8]], preprocessing: Preprocessing) -> None:
        self._images = images
        self._preprocessing = preprocessing
        self._starts = iter(range(0))

    def __len__(self) -> int:
        return math.ceil(len(self._images) / _BATCH)

    def set_range(self, start_index: int, end_index: int) -> None:
        self._starts = iter(range(start_index * _BATCH, end_index * _BATCH, _BATCH))

    def get_next(self) -> dict[str, NDArray[np.float32]] | None:
        start = next(self._starts, None)
        if start is None:
            return None
        return {"image": preprocess_all(self._images[start : start + _BATCH], self._preprocessing)}


def _quantise_file(source: Path, target: Path, batches: _Batches, exact: list[str]) -> None:
    from onnxruntime import quantization  # noqa: PLC0415 - the train extra, by way of onnx

    quantization.quantize_static(
        source,
        target,
        batches,
        quant_format=quantization.QuantFormat.QDQ,
        per_channel=True,
        # The rare extremes that it cuts off would make every step coarser; measured, it answers more steadily to small
        # changes of a photo than full ranges or the 99.9th percentile do.
        calibrate_method=quantization.CalibrationMethod.Percentile,
        # One batch at a time: all at once, the activations of 256 photos would fill gigabytes.
        extra_options={"CalibPercentile": _PERCENTILE, "CalibStridedMinMax": 1},
        activation_type=quantization.QuantType.QUInt8,
        weight_type=quantization.QuantType.QInt8,
        nodes_to_exclude=exact,
    )


@contextlib.contextmanager
def _silence() -> Iterator[None]:
    """Quiet onnxruntime, which prints its progress and advises to fold a graph that is folded already."""
    logger = logging.getLogger()
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            yield
    finally:
        logger.setLevel(level)


def logit_slope(quantised: NDArray[np.float32], exact: NDArray[np.float32]) -> float:
    """By how much quantisation stretches or shrinks the logits: the least-squares slope of one on the other.

    A temperature fitted on exact logits, times this, fits the quantised ones.

    Args:
        quantised: [n, classes].
        exact: [n, classes], of the same photos.
    """
    centred = [logits - logits.mean(axis=1, keepdims=True) for logits in (quantised, exact)]
    return float((centred[0] * centred[1]).sum() / (centred[1] ** 2).sum())
