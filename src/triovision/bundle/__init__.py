"""The shipped model: one `.onnx` file with its metadata; read, checked, and run."""

from triovision.bundle.head import LinearHead
from triovision.bundle.metadata import (
    FORMAT_VERSION,
    METADATA_KEY,
    SET_METHODS,
    BundleMetadata,
    CountrySetRule,
    PlaceGate,
    Provenance,
    ReliabilityBin,
    SetMethod,
    Thresholds,
)
from triovision.bundle.parse import metadata_from_json, metadata_to_json
from triovision.bundle.read import Bundle, ModelOutput, read_bundle
from triovision.bundle.session import ProviderWarning

__all__ = [
    "FORMAT_VERSION",
    "METADATA_KEY",
    "SET_METHODS",
    "Bundle",
    "BundleMetadata",
    "CountrySetRule",
    "LinearHead",
    "ModelOutput",
    "PlaceGate",
    "Provenance",
    "ProviderWarning",
    "ReliabilityBin",
    "SetMethod",
    "Thresholds",
    "metadata_from_json",
    "metadata_to_json",
    "read_bundle",
]
