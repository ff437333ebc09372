"""A look into an ONNX file without trusting it: protobuf's wire format, read no deeper than the checks need.

The base install has no `onnx` package, and onnxruntime's own parser follows links to other files
(`external_data`) and runs control flow. What is refused here never reaches it.

Source: protobuf encoding, https://protobuf.dev/programming-guides/encoding/ ; field numbers from onnx.proto3,
https://github.com/onnx/onnx/blob/main/onnx/onnx.proto3 .
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from triovision.errors import BundleFieldError, BundleFormatError

__all__ = ["Field", "GraphSummary", "WireError", "read_fields", "read_varints", "scan_model"]

_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5
_MAX_VARINT_BYTES = 10
_ALLOWED_DOMAINS = frozenset({"", "ai.onnx", "com.microsoft"})

# onnx.proto3 field numbers.
_MODEL_GRAPH, _MODEL_METADATA, _MODEL_TRAINING, _MODEL_FUNCTIONS = 7, 14, 20, 25
_GRAPH_NODE, _GRAPH_INITIALIZER, _GRAPH_SPARSE = 1, 5, 15
_NODE_ATTRIBUTE, _NODE_DOMAIN = 5, 7
_ATTRIBUTE_TENSOR, _ATTRIBUTE_GRAPH, _ATTRIBUTE_TENSORS, _ATTRIBUTE_GRAPHS = 5, 6, 10, 11
_TENSOR_TYPE, _TENSOR_FLOATS, _TENSOR_RAW, _TENSOR_DOUBLES, _TENSOR_EXTERNAL, _TENSOR_LOCATION = (
    2,
    4,
    9,
    10,
    13,
    14,
)
_FLOAT_TYPES = {1: "<f4", 10: "<f2", 11: "<f8"}


class GraphSummary(NamedTuple):
    """What the checks learn about a model file."""

    metadata: dict[str, str]
    node_count: int
    weight_bytes: int


class Field(NamedTuple):
    """One field of a message: its number, and its value as a number or as bytes."""

    number: int
    number_value: int
    payload: memoryview


def scan_model(data: bytes, bundle: str) -> GraphSummary:
    """Walk an ONNX file and refuse what a bundle may not hold.

    Args:
        data: The whole file.
        bundle: Its name, for messages.

    Raises:
        BundleFormatError: If the bytes are not an ONNX model, or it holds links to other files, control flow,
            foreign operators, functions or training state.
        BundleFieldError: If a weight is NaN or infinite.
    """
    try:
        return _Scanner(bundle).model(memoryview(data))
    except (IndexError, UnicodeDecodeError, WireError):
        raise BundleFormatError(f"{bundle}: not an ONNX model; give a file that `triovision export` wrote") from None


class WireError(Exception):
    """The bytes are no protobuf message."""


def read_fields(data: memoryview) -> Iterator[Field]:
    """Fields of a message, in the file's order.

    Raises:
        WireError: If the bytes are no message.
        IndexError: If they end too early.
    """
    position = 0
    empty = memoryview(b"")
    while position < len(data):
        key, position = _varint(data, position)
        number, wire_type = key >> 3, key & 7
        if number == 0:
            raise WireError
        if wire_type == _VARINT:
            value, position = _varint(data, position)
            yield Field(number, value, empty)
            continue
        if wire_type == _BYTES:
            length, position = _varint(data, position)
        elif wire_type in (_FIXED64, _FIXED32):
            length = 8 if wire_type == _FIXED64 else 4
        else:
            raise WireError
        if length > len(data) - position:
            raise WireError
        yield Field(number, 0, data[position : position + length])
        position += length


def read_varints(field: Field) -> Iterator[int]:
    """Numbers of a repeated field, in either of its two forms: one field each, or packed into one."""
    if not len(field.payload):
        yield field.number_value
    position = 0
    while position < len(field.payload):
        value, position = _varint(field.payload, position)
        yield value


def _varint(data: memoryview, position: int) -> tuple[int, int]:
    value = 0
    for index in range(_MAX_VARINT_BYTES):
        byte = data[position + index]
        value |= (byte & 0x7F) << (7 * index)
        if byte < 0x80:  # noqa: PLR2004 - the continuation bit
            return value, position + index + 1
    raise WireError


class _Scanner:
    def __init__(self, bundle: str) -> None:
        self._bundle = bundle
        self._nodes = 0
        self._weight_bytes = 0

    def model(self, data: memoryview) -> GraphSummary:
        metadata: dict[str, str] = {}
        graphs = 0
        for field in read_fields(data):
            if field.number == _MODEL_GRAPH:
                graphs += 1
                self._graph(field.payload)
            elif field.number == _MODEL_METADATA:
                entry = {part.number: bytes(part.payload).decode() for part in read_fields(field.payload)}
                metadata[entry.get(1, "")] = entry.get(2, "")
            elif field.number in (_MODEL_TRAINING, _MODEL_FUNCTIONS):
                raise self._refuse("training state or functions")
        if graphs != 1 or not self._nodes:
            raise WireError
        return GraphSummary(metadata, self._nodes, self._weight_bytes)

    def _refuse(self, what: str) -> BundleFormatError:
        return BundleFormatError(f"{self._bundle}: holds {what}, which a bundle may not; do not use this file")

    def _graph(self, data: memoryview) -> None:
        for field in read_fields(data):
            if field.number == _GRAPH_NODE:
                self._node(field.payload)
            elif field.number == _GRAPH_INITIALIZER:
                self._tensor(field.payload)
            elif field.number == _GRAPH_SPARSE:
                raise self._refuse("sparse weights")

    def _node(self, data: memoryview) -> None:
        self._nodes += 1
        for field in read_fields(data):
            if field.number == _NODE_DOMAIN:
                domain = bytes(field.payload).decode()
                if domain not in _ALLOWED_DOMAINS:
                    raise self._refuse(f"operators of the foreign domain {domain[:40]!r}")
            elif field.number == _NODE_ATTRIBUTE:
                self._attribute(field.payload)

    def _attribute(self, data: memoryview) -> None:
        for field in read_fields(data):
            if field.number in (_ATTRIBUTE_GRAPH, _ATTRIBUTE_GRAPHS):
                raise self._refuse("control flow (a graph inside an operator)")
            if field.number in (_ATTRIBUTE_TENSOR, _ATTRIBUTE_TENSORS):
                self._tensor(field.payload)

    def _tensor(self, data: memoryview) -> None:
        data_type = 0
        payloads: list[tuple[str, memoryview]] = []
        for field in read_fields(data):
            if field.number == _TENSOR_TYPE:
                data_type = field.number_value
            elif field.number == _TENSOR_EXTERNAL or (field.number == _TENSOR_LOCATION and field.number_value):
                raise self._refuse("weights linked from another file")
            elif field.number == _TENSOR_RAW:
                payloads.append(("raw", field.payload))
            elif field.number == _TENSOR_FLOATS:
                payloads.append(("<f4", field.payload))
            elif field.number == _TENSOR_DOUBLES:
                payloads.append(("<f8", field.payload))
        for kind, payload in payloads:
            self._weight_bytes += len(payload)
            dtype = _FLOAT_TYPES.get(data_type) if kind == "raw" else kind
            if dtype is not None:
                self._finite(payload, dtype)

    def _finite(self, payload: memoryview, dtype: str) -> None:
        if len(payload) % np.dtype(dtype).itemsize:
            raise WireError
        if not np.isfinite(np.frombuffer(payload, dtype)).all():
            raise BundleFieldError(self._bundle, "graph.weights", "holds NaN or infinity")
