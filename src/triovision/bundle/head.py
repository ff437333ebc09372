"""The last linear layer of a model file: what weighs the channels of the feature map for each country.

Heat maps need these weights, and the base install has no `onnx` package: this reads the one layer that gives `logits`.

Source: field numbers from onnx.proto3, https://github.com/onnx/onnx/blob/main/onnx/onnx.proto3 ; operators from
https://onnx.ai/onnx/operators/ (Gemm, MatMul, Add, Cast, Identity).
"""

from __future__ import annotations

import struct
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from triovision.bundle.wire import Field, WireError, read_fields, read_varints
from triovision.errors import BundleFormatError

__all__ = ["LinearHead", "read_head"]

_MODEL_GRAPH = 7
_GRAPH_NODE, _GRAPH_INITIALIZER = 1, 5
_NODE_INPUT, _NODE_OUTPUT, _NODE_OPERATOR, _NODE_ATTRIBUTE = 1, 2, 4, 5
_ATTRIBUTE_NAME, _ATTRIBUTE_FLOAT, _ATTRIBUTE_INT = 1, 2, 3
_TENSOR_DIMS, _TENSOR_TYPE, _TENSOR_FLOATS, _TENSOR_NAME, _TENSOR_RAW = 1, 2, 4, 8, 9
_FLOAT_TYPES = {1: "<f4", 10: "<f2"}
_SAME_VALUES = ("Cast", "Identity")
_MATRIX_AXES = 2


class LinearHead(NamedTuple):
    """logits = weight @ embedding + bias: float32 [classes, dim] and [classes]."""

    weight: NDArray[np.float32]
    bias: NDArray[np.float32]


class _Node(NamedTuple):
    operator: str
    inputs: tuple[str, ...]
    attributes: dict[str, float]


class _UnreadableError(Exception):
    pass


def read_head(model: bytes, bundle: str) -> LinearHead:
    """Read the weights of the linear layer that gives `logits`.

    Args:
        model: The whole file, already scanned.
        bundle: Its name, for messages.

    Raises:
        BundleFormatError: If `logits` do not come from one linear layer with float weights.
    """
    try:
        head = _Graph(memoryview(model)).head()
    except (_UnreadableError, WireError, IndexError, ValueError, struct.error) as error:
        reason = str(error) if isinstance(error, _UnreadableError) else "its weights cannot be read"
        raise BundleFormatError(
            f"{bundle}: its logits do not come from one linear layer ({reason}); for heat maps choose a model that "
            "`triovision export` wrote"
        ) from None
    for array in head:
        array.flags.writeable = False
    return head


class _Graph:
    def __init__(self, model: memoryview) -> None:
        self._makers: dict[str, _Node] = {}
        self._weights: dict[str, memoryview] = {}
        for part in read_fields(model):
            if part.number == _MODEL_GRAPH:
                for field in read_fields(part.payload):
                    self._take(field)

    def _take(self, field: Field) -> None:
        if field.number == _GRAPH_NODE:
            parts = list(read_fields(field.payload))
            node = _Node(
                "".join(_texts(parts, _NODE_OPERATOR)),
                tuple(_texts(parts, _NODE_INPUT)),
                dict(_attribute(part.payload) for part in parts if part.number == _NODE_ATTRIBUTE),
            )
            self._makers.update(dict.fromkeys(_texts(parts, _NODE_OUTPUT), node))
        elif field.number == _GRAPH_INITIALIZER:
            name = "".join(_texts(list(read_fields(field.payload)), _TENSOR_NAME))
            self._weights[name] = field.payload

    def head(self) -> LinearHead:
        node = self._maker("logits")
        if node.operator == "Gemm":
            return self._gemm(node)
        if node.operator == "MatMul":
            return self._linear(self._matrix(node.inputs[1]).T, None)
        if node.operator == "Add":
            # Either side of the sum may be the product.
            for product, bias in (node.inputs, node.inputs[::-1]):
                if (maker := self._makers.get(self._origin(product))) and maker.operator == "MatMul":
                    return self._linear(self._matrix(maker.inputs[1]).T, self._tensor(bias))
        raise _UnreadableError(f"but from {node.operator or 'nothing'}")

    def _gemm(self, node: _Node) -> LinearHead:
        if node.attributes.get("transA", 0):
            raise _UnreadableError("its input is transposed")
        matrix = self._matrix(node.inputs[1]) * np.float32(node.attributes.get("alpha", 1.0))
        bias = None
        if len(node.inputs) > 2:  # noqa: PLR2004 - the bias is optional
            bias = self._tensor(node.inputs[2]) * np.float32(node.attributes.get("beta", 1.0))
        return self._linear(matrix if node.attributes.get("transB", 0) else matrix.T, bias)

    @staticmethod
    def _linear(weight: NDArray[np.float32], bias: NDArray[np.float32] | None) -> LinearHead:
        classes = len(weight)
        full = np.zeros(classes, np.float32) if bias is None else np.broadcast_to(bias.reshape(-1), (classes,)).copy()
        return LinearHead(np.array(weight, np.float32, order="C"), full)

    def _origin(self, name: str) -> str:
        """Name of the value that casts and copies make this one from."""
        seen: set[str] = set()
        while (node := self._makers.get(name)) and node.operator in _SAME_VALUES and name not in seen:
            seen.add(name)
            name = node.inputs[0]
        return name

    def _maker(self, name: str) -> _Node:
        return self._makers.get(self._origin(name), _Node("", (), {}))

    def _matrix(self, name: str) -> NDArray[np.float32]:
        matrix = self._tensor(name)
        if matrix.ndim != _MATRIX_AXES:
            raise _UnreadableError(f"its weight has {matrix.ndim} axes")
        return matrix

    def _tensor(self, name: str) -> NDArray[np.float32]:
        origin = self._origin(name)
        if origin not in self._weights:
            raise _UnreadableError("its weights are computed or quantised")
        parts = list(read_fields(self._weights[origin]))
        dims = [value for part in parts if part.number == _TENSOR_DIMS for value in read_varints(part)]
        dtype = _FLOAT_TYPES.get(next((part.number_value for part in parts if part.number == _TENSOR_TYPE), 0))
        if dtype is None:
            raise _UnreadableError("its weights are not float")
        raw = b"".join(part.payload for part in parts if part.number == _TENSOR_RAW)
        if not raw:
            dtype, raw = "<f4", b"".join(part.payload for part in parts if part.number == _TENSOR_FLOATS)
        return np.frombuffer(raw, dtype).reshape(dims).astype(np.float32)


def _texts(parts: list[Field], number: int) -> list[str]:
    return [bytes(part.payload).decode(errors="replace") for part in parts if part.number == number]


def _attribute(data: memoryview) -> tuple[str, float]:
    parts = {part.number: part for part in read_fields(data)}
    name = bytes(parts[_ATTRIBUTE_NAME].payload).decode(errors="replace") if _ATTRIBUTE_NAME in parts else ""
    if _ATTRIBUTE_FLOAT in parts:
        return name, float(struct.unpack("<f", parts[_ATTRIBUTE_FLOAT].payload)[0])
    return name, float(parts[_ATTRIBUTE_INT].number_value) if _ATTRIBUTE_INT in parts else 0.0
