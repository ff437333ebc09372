"""Headline figures into the bundle's own metadata."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from triovision.bundle import METADATA_KEY, BundleMetadata, metadata_to_json, read_bundle
from triovision.data.files import write_atomic
from triovision.errors import MissingExtraError

__all__ = ["file_hash", "record_metrics"]


def record_metrics(path: Path, metadata: BundleMetadata, split: str, figures: Mapping[str, float]) -> None:
    """Write figures into a bundle under their split's name; nothing else in it changes.

    Args:
        path: The bundle.
        metadata: Its metadata.
        split: Name of the split.
        figures: By name.

    Raises:
        MissingExtraError: If onnx is not installed.
        BundleError: If the file would not be a valid bundle; it is left as it was.
        DataError: If it cannot be written.
    """
    try:
        import onnx  # noqa: PLC0415 - the base install has none
    except ImportError:
        raise MissingExtraError("onnx", "train") from None
    model = onnx.load_model_from_string(path.read_bytes())
    changed = replace(metadata, metrics={**metadata.metrics, split: dict(figures)})
    for entry in model.metadata_props:
        if entry.key == METADATA_KEY:
            entry.value = metadata_to_json(changed)
    content = model.SerializeToString()
    read_bundle(content, name=str(path))
    write_atomic(path, content)


def file_hash(path: Path) -> str:
    """SHA-256 of a file, as `sha256:...`."""
    with path.open("rb") as file:
        return f"sha256:{hashlib.file_digest(file, 'sha256').hexdigest()}"
