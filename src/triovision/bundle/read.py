"""Read a bundle from a file or bytes, and run it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from triovision.bundle.head import LinearHead, read_head
from triovision.bundle.metadata import METADATA_KEY, BundleMetadata
from triovision.bundle.parse import metadata_from_json
from triovision.bundle.session import check_graph, open_session, run_session
from triovision.bundle.wire import GraphSummary, scan_model
from triovision.errors import BundleFieldError, BundleFormatError, BundleNotFoundError

__all__ = ["Bundle", "ModelOutput", "read_bundle"]

_MAX_BUNDLE_BYTES = 1 << 30


class ModelOutput(NamedTuple):
    """What the graph gives for a batch: logits [n, classes], embedding [n, dim], perhaps feature_map [n, dim, h, w]."""

    logits: NDArray[np.float32]
    embedding: NDArray[np.float32]
    feature_map: NDArray[np.float32] | None = None


class Bundle:
    """A checked model file.

    Attributes:
        name: File name, for messages.
        metadata: Its metadata.
        size_bytes: Size of the file.
        summary: What the scan of the file found.
        dim: Length of the embedding.
        has_feature_map: Whether the graph gives the last convolutional map.
    """

    def __init__(self, model: bytes, name: str, providers: Sequence[str] = (), threads: int | None = None) -> None:
        self.name = name
        self.size_bytes = len(model)
        self.summary: GraphSummary = scan_model(model, name)
        if METADATA_KEY not in self.summary.metadata:
            raise BundleFormatError(
                f"{name}: an ONNX model, but not one that `triovision export` wrote (no {METADATA_KEY!r} metadata)"
            )
        self.metadata: BundleMetadata = metadata_from_json(self.summary.metadata[METADATA_KEY], name)
        self._model = model
        self._providers = tuple(providers)
        self._session = open_session(model, name, providers, threads)
        self.dim = check_graph(self._session, self.metadata, name)
        self.has_feature_map = any(output.name == "feature_map" for output in self._session.get_outputs())

    @cached_property
    def _single_thread_session(self) -> Any:
        return open_session(self._model, self.name, self._providers, threads=1)

    @cached_property
    def head(self) -> LinearHead:
        """The linear layer that gives the logits, read from the file.

        Raises:
            BundleFormatError: If there is no such layer.
            BundleFieldError: If it does not fit the embedding.
        """
        head = read_head(self._model, self.name)
        wanted = (len(self.metadata.country_codes), self.dim)
        if head.weight.shape != wanted:
            raise BundleFieldError(self.name, "graph.logits", f"has weights {head.weight.shape}, not {wanted}")
        return head

    def run(
        self, images: NDArray[np.float32], *, single_thread: bool = False, feature_map: bool = False
    ) -> ModelOutput:
        """Logits and embeddings of a batch.

        Args:
            images: float32 [n, 3, height, width], preprocessed.
            single_thread: Run on the calling thread alone, for callers that bring their own threads.
            feature_map: Give the last convolutional map too.

        Raises:
            BundleFormatError: If the graph fails, or is asked for a feature map and has none.
        """
        session = self._single_thread_session if single_thread else self._session
        wanted = ["logits", "embedding"]
        if feature_map:
            if not self.has_feature_map:
                raise BundleFormatError(
                    f"{self.name}: gives no feature map; choose a convolutional model for heat maps"
                )
            wanted.append("feature_map")
        return ModelOutput(*run_session(session, images, wanted, self.name))

    def open_single_thread_session(self) -> None:
        """Open the session that `run(single_thread=True)` uses now, before threads would race to do so."""
        _ = self._single_thread_session


def read_bundle(
    source: str | Path | bytes,
    *,
    name: str | None = None,
    providers: Sequence[str] = (),
    threads: int | None = None,
) -> Bundle:
    """Read and check a model file.

    Args:
        source: Path of the `.onnx` file, or its bytes.
        name: What messages call it; the file's name where left out.
        providers: onnxruntime execution providers wished for, in order.
        threads: Threads within one run; None takes the cores of this process, at most eight.

    Raises:
        BundleNotFoundError: If there is no file at the path.
        BundleFormatError: If it is not an ONNX model that TrioVision wrote.
        BundleFieldError: If its metadata does not fit its graph, or a weight is NaN.
    """
    if isinstance(source, bytes):
        return Bundle(source, name or "<bytes>", providers, threads)
    path = Path(source)
    label = name or str(path)
    try:
        if not path.is_file():
            raise BundleNotFoundError(
                f"{label}: no model file there; `triovision models` lists those that come with it"
            )
        size_bytes = path.stat().st_size
        if size_bytes > _MAX_BUNDLE_BYTES:
            raise BundleFormatError(f"{label}: {size_bytes:,} bytes, a bundle has at most {_MAX_BUNDLE_BYTES:,}")
        model = path.read_bytes()
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise BundleNotFoundError(f"{label}: cannot be read ({reason}); check the path and its permissions") from None
    return Bundle(model, label, providers, threads)
