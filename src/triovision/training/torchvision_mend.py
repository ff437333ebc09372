"""Lets `import torchvision` (and so timm) succeed beside a torch without torchvision's compiled operators.

A registry may offer torchvision as a CUDA build only. Beside a CPU torch its compiled library is not loaded, and
its Python part then fails on registering fakes for `torchvision::nms`, which nothing has declared. Declaring the
two operators is enough: training never runs them. A matching pair loads its own and is left alone.
"""

from __future__ import annotations

import sys
from importlib.util import find_spec
from pathlib import Path

import torch

__all__ = ["mend_torchvision"]

_OPERATORS = ("nms", "qnms")

# A torch library takes its operators back when it is collected.
_kept_alive: list[torch.library.Library] = []


def mend_torchvision() -> None:
    """Declare the two operators where torchvision is installed but cannot load its own; else do nothing."""
    if "torchvision" in sys.modules or _kept_alive or _loads_its_own():
        return
    library = torch.library.Library("torchvision", "FRAGMENT")  # type: ignore[no-untyped-call]
    for operator in _OPERATORS:
        library.define(f"{operator}(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")  # type: ignore[no-untyped-call]
    _kept_alive.append(library)


def _loads_its_own() -> bool:
    spec = find_spec("torchvision")
    if spec is None or spec.origin is None:
        return True
    # What torchvision/extension.py does first, and swallows when it fails.
    for library in Path(spec.origin).parent.glob("_C*"):
        try:
            torch.ops.load_library(str(library))  # type: ignore[no-untyped-call]
        except OSError:
            continue
        return hasattr(torch.ops.torchvision, "nms")
    return False
