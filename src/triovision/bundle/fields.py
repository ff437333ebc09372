"""Reading JSON that nobody vouches for: each reader names the field that it refuses."""

from __future__ import annotations

import base64
import binascii
import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from triovision.errors import BundleFieldError

__all__ = ["Fields", "encode_matrix"]

_MAX_TEXT = 10_000
_MATRIX_AXES = 2


class Fields:
    """One JSON object of the metadata.

    Args:
        content: The object.
        bundle: Name of the model file, for messages.
        prefix: Of its fields' names, e.g. `preprocessing.`.
    """

    def __init__(self, content: Mapping[str, Any], bundle: str, prefix: str = "") -> None:
        self._content = content
        self._bundle = bundle
        self._prefix = prefix

    def error(self, key: str, problem: str) -> BundleFieldError:
        """The refusal of a field."""
        return BundleFieldError(self._bundle, f"{self._prefix}{key[:40]}", problem)

    def value(self, key: str) -> Any:
        """What stands there."""
        if key not in self._content:
            raise self.error(key, "is missing")
        return self._content[key]

    def child(self, key: str) -> Fields:
        """An object within."""
        content = self.value(key)
        if not isinstance(content, dict):
            raise self.error(key, "is not an object")
        return Fields(content, self._bundle, f"{self._prefix}{key[:40]}.")

    def names(self) -> list[str]:
        """Which fields there are."""
        return list(self._content)

    def text(self, key: str) -> str:
        """A text that is not empty."""
        content = self.value(key)
        if not isinstance(content, str) or not content or len(content) > _MAX_TEXT:
            raise self.error(key, f"is not a text of 1 to {_MAX_TEXT} characters")
        return content

    def integer(self, key: str, least: int | None = None) -> int:
        """A whole number."""
        content = self.value(key)
        if not isinstance(content, int) or isinstance(content, bool):
            raise self.error(key, "is not a whole number")
        if least is not None and content < least:
            raise self.error(key, f"is below {least}")
        return content

    def number(self, key: str, above: float, most: float) -> float:
        """A number above one and at most another."""
        content = self.value(key)
        if not _is_number(content) or not above < content <= most:
            raise self.error(key, f"is not a number above {above} and at most {most}")
        return float(content)

    def share(self, key: str) -> float:
        """A number from 0 to below 1."""
        content = self.value(key)
        if not _is_number(content) or not 0 <= content < 1:
            raise self.error(key, "is not a number from 0 to below 1")
        return float(content)

    def figures(self) -> dict[str, float]:
        """The object itself, where all of it is numbers."""
        for key, content in self._content.items():
            if not _is_number(content):
                raise self.error(key, "is not a number")
        return {key: float(content) for key, content in self._content.items()}

    def numbers(self, key: str) -> tuple[float, ...]:
        """A list of numbers."""
        content = self.value(key)
        if not isinstance(content, list) or not all(_is_number(value) for value in content):
            raise self.error(key, "is not a list of numbers")
        return tuple(float(value) for value in content)

    def whole_numbers(self, key: str) -> tuple[int, ...]:
        """A list of whole numbers."""
        content = self.value(key)
        if not isinstance(content, list) or not all(type(value) is int for value in content):
            raise self.error(key, "is not a list of whole numbers")
        return tuple(content)

    def rows(self, key: str, width: int, most: int) -> list[tuple[float, ...]]:
        """A list of lists of so many numbers."""
        content = self.value(key)
        if not isinstance(content, list) or not 0 < len(content) <= most:
            raise self.error(key, f"is not a list of 1 to {most} rows")
        for row in content:
            if not isinstance(row, list) or len(row) != width or not all(_is_number(value) for value in row):
                raise self.error(key, f"holds a row that is not {width} numbers")
        return [tuple(row) for row in content]

    def matrix(self, key: str, rows: int) -> NDArray[np.float32]:
        """A float16 matrix, as `encode_matrix` writes it."""
        matrix = self.child(key)
        shape = matrix.whole_numbers("shape")
        if matrix.text("dtype") != "float16" or len(shape) != _MATRIX_AXES or shape[0] != rows or shape[1] < 1:
            raise self.error(key, f"is not a float16 matrix with {rows} rows")
        try:
            raw = base64.b64decode(matrix.value("data"), validate=True)
        except (TypeError, ValueError, binascii.Error):
            raise matrix.error("data", "is not base64") from None
        if len(raw) != 2 * shape[0] * shape[1]:
            raise matrix.error("data", f"holds {len(raw)} bytes, not {2 * shape[0] * shape[1]}")
        values = np.frombuffer(raw, "<f2").reshape(shape).astype(np.float32)
        if not np.isfinite(values).all():
            raise matrix.error("data", "holds NaN or infinity")
        return values


def encode_matrix(matrix: NDArray[np.float32] | None) -> dict[str, Any] | None:
    """A matrix as JSON: float16, little-endian, base64."""
    if matrix is None:
        return None
    data = base64.b64encode(matrix.astype("<f2").tobytes()).decode("ascii")
    return {"dtype": "float16", "shape": list(matrix.shape), "data": data}


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
