"""A graph over many photos, in batches."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from triovision.preprocess import Preprocessing, preprocess

__all__ = ["GraphRun", "preprocess_all", "run_graph"]

_BATCH = 32


class GraphRun(NamedTuple):
    """Logits [n, classes] and embeddings [n, dim] of n photos."""

    logits: NDArray[np.float32]
    embeddings: NDArray[np.float32]


def preprocess_all(images: Sequence[NDArray[np.uint8]], preprocessing: Preprocessing) -> NDArray[np.float32]:
    """The network's input for some images, float32 [n, 3, height, width]."""
    return np.stack([preprocess(image, preprocessing) for image in images])


def run_graph(model: bytes, images: Sequence[NDArray[np.uint8]], preprocessing: Preprocessing) -> GraphRun:
    """Run a graph on the evaluation views of images.

    Args:
        model: A serialised ONNX model with outputs `logits` and `embedding`.
        images: uint8 [height, width, 3] each.
        preprocessing: The bundle's.
    """
    import onnxruntime  # noqa: PLC0415 - slow to import

    session: Any = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])
    parts = [
        session.run(["logits", "embedding"], {"image": preprocess_all(images[start : start + _BATCH], preprocessing)})
        for start in range(0, len(images), _BATCH)
    ]
    return GraphRun(np.concatenate([part[0] for part in parts]), np.concatenate([part[1] for part in parts]))
