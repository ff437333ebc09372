"""One onnxruntime session: threads, providers, and a graph that fits the metadata."""

from __future__ import annotations

import os
import platform
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from triovision.bundle.metadata import BundleMetadata
from triovision.errors import BundleFieldError, BundleFormatError

__all__ = ["ProviderWarning", "available_cpus", "check_graph", "needs_exact_int8", "open_session", "run_session"]

_CPU_PROVIDER = "CPUExecutionProvider"
_ERRORS_ONLY = 3  # onnxruntime's log severity; what it raises we tell in our own words

# Beyond this a photo of 224 px gains nothing from more threads and loses to their meeting points.
_MAX_INTRA_OP_THREADS = 8

_ONNX_FLOAT = "tensor(float)"


class ProviderWarning(UserWarning):
    """An execution provider was asked for and is not available; the CPU does the work."""


def available_cpus() -> int:
    """CPU cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def needs_exact_int8(cpu_info: Path = Path("/proc/cpuinfo")) -> bool:
    """Whether int8 products may overflow on this processor, so that onnxruntime's slower, exact kernels are due.

    x86 processors without VNNI add pairs of products in 16 bits. Where a system does not say what its processor can
    do, right answers go before fast ones.

    Args:
        cpu_info: Where Linux says it.
    """
    if platform.machine().lower() not in ("x86_64", "amd64"):
        return False
    try:
        flags = cpu_info.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return True
    return "avx512_vnni" not in flags and "avx_vnni" not in flags


def open_session(model: bytes, bundle: str, providers: Sequence[str], threads: int | None) -> Any:
    """Open an onnxruntime session on checked bytes.

    Args:
        model: The whole `.onnx` file, already scanned.
        bundle: Its name, for messages.
        providers: onnxruntime provider names in the order wished for; the CPU always stands behind them.
        threads: Threads within one run; None takes the cores of this process, at most eight.

    Raises:
        BundleFormatError: If onnxruntime refuses the graph.
    """
    import onnxruntime  # noqa: PLC0415 - 150 ms that `import triovision` shall not cost

    options = onnxruntime.SessionOptions()
    options.log_severity_level = _ERRORS_ONLY
    options.intra_op_num_threads = threads or min(available_cpus(), _MAX_INTRA_OP_THREADS)
    options.inter_op_num_threads = 1
    if needs_exact_int8():
        # Source: onnxruntime_session_options_config_keys.h, kOrtSessionOptionsAvx2PrecisionMode.
        options.add_session_config_entry("session.x64quantprecision", "1")
    chosen = _choose_providers(providers, onnxruntime.get_available_providers())
    try:
        session = onnxruntime.InferenceSession(model, options, providers=chosen)
    except Exception as error:  # noqa: BLE001 - onnxruntime raises many private types
        reason = str(error).splitlines()[0][:200]
        raise BundleFormatError(
            f"{bundle}: onnxruntime cannot read this graph ({reason}); export the model again"
        ) from None
    missing = [name for name in chosen if name not in session.get_providers()]
    if missing:
        _say_missing(missing, session.get_providers())
    return session


def _choose_providers(wanted: Sequence[str], available: Sequence[str]) -> list[str]:
    missing = [name for name in wanted if name not in available]
    if missing:
        _say_missing(missing, available)
    return [*(name for name in wanted if name in available and name != _CPU_PROVIDER), _CPU_PROVIDER]


def _say_missing(missing: Sequence[str], available: Sequence[str]) -> None:
    warnings.warn(
        f"{', '.join(missing)} asked for but not available here (available: {', '.join(available)}); "
        "the CPU does the work",
        ProviderWarning,
        stacklevel=4,
    )


def check_graph(session: Any, metadata: BundleMetadata, bundle: str) -> int:
    """Hold the graph's input and outputs, and one real run, against the metadata.

    Returns:
        Length of the embedding.

    Raises:
        BundleFieldError: If they do not fit; it names the field.
    """
    _check_input(session, metadata, bundle)
    classes = len(metadata.country_codes)
    ranks = {"logits": 2, "embedding": 2, "feature_map": 4}
    outputs = {output.name: output for output in session.get_outputs()}
    for name in ("logits", "embedding"):
        if name not in outputs:
            raise BundleFieldError(bundle, f"graph.{name}", "is missing from the outputs")
    for name, output in outputs.items():
        if name not in ranks or output.type != _ONNX_FLOAT or len(output.shape) != ranks[name]:
            raise BundleFieldError(
                bundle, f"graph.{name[:40]}", f"is {output.type} {output.shape}, not of the contract"
            )
    probe = np.zeros((1, 3, *metadata.preprocessing.input_size), np.float32)
    results = dict(zip(outputs, run_session(session, probe, list(outputs), bundle), strict=True))
    if results["logits"].shape != (1, classes):
        raise BundleFieldError(
            bundle,
            "country_codes",
            f"holds {classes} codes, the graph gives {results['logits'].shape[-1]} logits",
        )
    dim = int(results["embedding"].shape[-1])
    if metadata.centroids is not None and metadata.centroids.shape[1] != dim:
        raise BundleFieldError(
            bundle, "centroids.shape", f"has {metadata.centroids.shape[1]} columns, embeddings {dim}"
        )
    if "feature_map" in results and results["feature_map"].shape[:2] != (1, dim):
        raise BundleFieldError(
            bundle, "graph.feature_map", f"has {results['feature_map'].shape[1]} channels, not {dim}"
        )
    for name, result in results.items():
        if not np.isfinite(result).all():
            raise BundleFieldError(bundle, f"graph.{name}", "is NaN or infinite for a black image")
    return dim


def _check_input(session: Any, metadata: BundleMetadata, bundle: str) -> None:
    inputs = session.get_inputs()
    if [item.name for item in inputs] != ["image"]:
        raise BundleFieldError(bundle, "graph.image", "is not the graph's only input")
    if inputs[0].type != _ONNX_FLOAT:
        raise BundleFieldError(bundle, "graph.image", f"is {inputs[0].type}, not float32")
    shape = inputs[0].shape
    wanted = [3, *metadata.preprocessing.input_size]
    if len(shape) != 1 + len(wanted) or isinstance(shape[0], int):
        raise BundleFieldError(bundle, "graph.image", f"has shape {shape}, not [n, 3, height, width]")
    if any(isinstance(side, int) and side != want for side, want in zip(shape[1:], wanted, strict=True)):
        raise BundleFieldError(bundle, "preprocessing.input_size", f"asks for {wanted}, the graph for {shape[1:]}")


def run_session(
    session: Any, images: NDArray[np.float32], outputs: Sequence[str], bundle: str
) -> list[NDArray[np.float32]]:
    """Run the graph once.

    Args:
        session: From `open_session`.
        images: float32 [n, 3, height, width].
        outputs: Names of the outputs wanted.
        bundle: Name of the model file, for messages.

    Raises:
        BundleFormatError: If the graph fails on an input of the shape that it declares.
    """
    try:
        results: list[NDArray[np.float32]] = session.run(list(outputs), {"image": images})
    except Exception as error:  # noqa: BLE001 - onnxruntime raises many private types
        reason = str(error).splitlines()[0][:200]
        raise BundleFormatError(f"{bundle}: its graph fails ({reason}); export the model again") from None
    return results
