"""Whether the `train` extra is installed, said before anything else fails."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.util import find_spec

from triovision.errors import MissingExtraError

__all__ = ["check_train_extra"]

_MODULES = ("torch", "timm", "lightning", "pyarrow", "safetensors")


def check_train_extra(further: Sequence[str] = ()) -> None:
    """Refuse to start where a module of the `train` extra is missing, and mend torchvision where it must be.

    Args:
        further: Modules needed beside those of every training run.

    Raises:
        MissingExtraError: Names the first missing module.
    """
    for module in (*_MODULES, *further):
        if find_spec(module) is None:
            raise MissingExtraError(module, "train")
    # It imports torch, which must be known to be there.
    from triovision.training.torchvision_mend import mend_torchvision  # noqa: PLC0415

    mend_torchvision()
