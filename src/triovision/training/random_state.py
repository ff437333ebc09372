"""The state of everything random in a process, so that a resumed run draws what an unbroken one would have."""

from __future__ import annotations

from typing import Any

import torch

__all__ = ["read_random_state", "restore_random_state"]


def read_random_state() -> dict[str, Any]:
    """State of torch's generators, as plain tensors."""
    state = {"cpu": torch.get_rng_state()}
    if torch.cuda.is_available():
        state["cuda"] = torch.cuda.get_rng_state()
    return state


def restore_random_state(state: dict[str, Any]) -> None:
    """Take such a state back; that of a GPU only where there is one."""
    torch.set_rng_state(state["cpu"].cpu())
    if "cuda" in state and torch.cuda.is_available():
        torch.cuda.set_rng_state(state["cuda"].cpu())
