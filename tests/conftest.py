"""Fixtures that several test folders share: a tiny real bundle, a few real photos."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from hypothesis import settings
from onnx import TensorProto, helper, numpy_helper
from PIL import Image

from triovision.bundle import (
    METADATA_KEY,
    BundleMetadata,
    CountrySetRule,
    Provenance,
    Thresholds,
    metadata_to_json,
)
from triovision.preprocess import Preprocessing

# How long an example takes says something about the machine, not about the code.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")

CODES = ("BE", "CN", "DE", "FR", "JP", "KE", "US")
DIM = 6
SIDE = 32


def tiny_metadata(**changes: Any) -> BundleMetadata:
    """Metadata that fits `tiny_graph`."""
    fields: dict[str, Any] = {
        "name": "tiny",
        "country_codes": CODES,
        "preprocessing": Preprocessing(input_size=(SIDE, SIDE), crop_pct=1.0, crop_mode="squash"),
        "temperature": 1.5,
        "thresholds": Thresholds(country=0.6, sub_region=0.6, region=0.6),
        "country_set": CountrySetRule(coverage=0.9, threshold=0.95),
        "sample_counts": tuple(range(10, 10 + len(CODES))),
        "provenance": Provenance("test", "0000000", "sha256:0", "2026-11-22"),
        "licence": "Apache-2.0",
        "centroids": np.eye(len(CODES), DIM, dtype=np.float32),
        "metrics": {"test": {"top1_accuracy": 0.25}},
    }
    return BundleMetadata(**{**fields, **changes})


def tiny_graph(*, classes: int = len(CODES), seed: int = 0) -> onnx.ModelProto:
    """Convolution, ReLU, mean, linear: the contract's outputs in four operators, with random weights."""
    random = np.random.default_rng(seed)
    weights = {
        "conv.weight": random.normal(0, 0.3, (DIM, 3, 8, 8)).astype(np.float32),
        "head.weight": random.normal(0, 3, (classes, DIM)).astype(np.float32),
        "head.bias": random.normal(0, 1, classes).astype(np.float32),
    }
    nodes = [
        helper.make_node("Conv", ["image", "conv.weight"], ["conv"], strides=[8, 8]),
        helper.make_node("Relu", ["conv"], ["feature_map"]),
        helper.make_node("GlobalAveragePool", ["feature_map"], ["pooled"]),
        helper.make_node("Flatten", ["pooled"], ["embedding"]),
        helper.make_node("Gemm", ["embedding", "head.weight", "head.bias"], ["logits"], transB=1),
    ]
    graph = helper.make_graph(
        nodes,
        "tiny",
        [helper.make_tensor_value_info("image", TensorProto.FLOAT, ["n", 3, SIDE, SIDE])],
        [
            helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["n", classes]),
            helper.make_tensor_value_info("embedding", TensorProto.FLOAT, ["n", DIM]),
            helper.make_tensor_value_info("feature_map", TensorProto.FLOAT, ["n", DIM, SIDE // 8, SIDE // 8]),
        ],
        [numpy_helper.from_array(value, name) for name, value in weights.items()],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)


def bundle_bytes(model: onnx.ModelProto, text: str) -> bytes:
    """The model with a text as its metadata."""
    entry = model.metadata_props.add()
    entry.key, entry.value = METADATA_KEY, text
    return model.SerializeToString()


@pytest.fixture(name="tiny_metadata")
def _tiny_metadata() -> Callable[..., BundleMetadata]:
    return tiny_metadata


@pytest.fixture(name="tiny_graph")
def _tiny_graph() -> Callable[..., onnx.ModelProto]:
    return tiny_graph


@pytest.fixture(name="bundle_bytes")
def _bundle_bytes() -> Callable[[onnx.ModelProto, str], bytes]:
    return bundle_bytes


@pytest.fixture(scope="session")
def tiny_bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Path of a valid bundle with random weights."""
    path = tmp_path_factory.mktemp("bundle") / "tiny.onnx"
    path.write_bytes(bundle_bytes(tiny_graph(), metadata_to_json(tiny_metadata())))
    return path


@pytest.fixture(scope="session")
def jpeg_bytes() -> bytes:
    """A small JPEG with structure in every corner."""
    return make_jpeg(0)


def make_jpeg(seed: int, width: int = 160, height: int = 120) -> bytes:
    """A JPEG of smooth colour fields, different per seed."""
    random = np.random.default_rng(seed)
    coarse = Image.fromarray(random.integers(0, 256, (6, 8, 3), dtype=np.uint8))
    buffer = io.BytesIO()
    coarse.resize((width, height), Image.Resampling.BICUBIC).save(buffer, "JPEG", quality=90)
    return buffer.getvalue()


@pytest.fixture
def photo_folder(tmp_path: Path) -> Path:
    """Three photos in two folders, one broken, one that is no photo, one hidden."""
    folder = tmp_path / "photos"
    (folder / "sub").mkdir(parents=True)
    (folder / "a.jpg").write_bytes(make_jpeg(1))
    (folder / "b.JPG").write_bytes(make_jpeg(2))
    (folder / "sub" / "c.jpeg").write_bytes(make_jpeg(3))
    (folder / "broken.jpg").write_bytes(make_jpeg(4)[:100])
    (folder / "notes.txt").write_text("not a photo")
    (folder / ".hidden.jpg").write_bytes(make_jpeg(5))
    return folder
