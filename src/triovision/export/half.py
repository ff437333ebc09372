"""Float16: weights stored in half the bytes, computed in float32."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np

__all__ = ["halve"]

# Smaller ones are shapes and axes, and biases so short that nothing is saved.
_LEAST_VALUES = 64


def halve(model: Any) -> Any:
    """Store a float32 graph's weights as float16.

    Each weight is cast back where it is used, which onnxruntime does once, when it opens the file. A graph that
    computes in float16 has the same size, but CPUs lack such kernels: it is slower than float32 (docs/experiments.md).
    The head stays in float32, as in int8: its rounding would reach every probability.

    Args:
        model: An `onnx.ModelProto`.

    Returns:
        A new `onnx.ModelProto` with the same inputs and outputs.
    """
    from onnx import TensorProto, helper, numpy_helper  # noqa: PLC0415 - the train extra

    model = copy.deepcopy(model)
    head = {name for node in model.graph.node if "logits" in node.output for name in node.input}
    weights, casts = [], []
    for weight in model.graph.initializer:
        values = numpy_helper.to_array(weight)
        if values.dtype != np.float32 or values.size < _LEAST_VALUES or weight.name in head:
            weights.append(weight)
            continue
        with np.errstate(over="ignore"):
            halved = values.astype(np.float16)
        if not np.isfinite(halved).all():
            weights.append(weight)
            continue
        name = f"{weight.name}.half"
        weights.append(numpy_helper.from_array(halved, name))
        casts.append(helper.make_node("Cast", [name], [weight.name], name=f"{weight.name}.cast", to=TensorProto.FLOAT))
    nodes = [*casts, *model.graph.node]
    for collection, changed in ((model.graph.initializer, weights), (model.graph.node, nodes)):
        kept = [copy.deepcopy(item) for item in changed]
        del collection[:]
        collection.extend(kept)
    return model
