"""The shipped model: one `.onnx` file with its metadata; read, checked, and run."""

from triovision.bundle.metadata import (
    FORMAT_VERSION,
    METADATA_KEY,
    BundleMetadata,
    CountrySetRule,
    Provenance,
    Thresholds,
)
from triovision.bundle.parse import metadata_from_json, metadata_to_json
from triovision.bundle.read import Bundle, ModelOutput, read_bundle
from triovision.bundle.session import ProviderWarning

__all__ = [
    "FORMAT_VERSION",
    "METADATA_KEY",
    "Bundle",
    "BundleMetadata",
    "CountrySetRule",
    "ModelOutput",
    "Provenance",
    "ProviderWarning",
    "Thresholds",
    "metadata_from_json",
    "metadata_to_json",
    "read_bundle",
]
