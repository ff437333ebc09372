"""Several processes on one training run, on one machine or many, as `torchrun` starts them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import torch
from torch import distributed

__all__ = ["gather", "is_first", "joined", "local_size", "rank", "sum_over_ranks", "wait", "world_size"]

_Value = TypeVar("_Value")


def rank() -> int:
    """Number of this process, from 0."""
    return distributed.get_rank() if _together() else 0


def is_first() -> bool:
    """Whether this process is the one that speaks, also before it has joined the others and after it has left them."""
    return os.environ.get("RANK", "0") == "0" or not distributed.is_torchelastic_launched()


def world_size() -> int:
    """How many processes train together."""
    return distributed.get_world_size() if _together() else 1


def local_size() -> int:
    """How many of them run on this machine."""
    # torchrun tells its processes in no other way.
    return int(os.environ.get("LOCAL_WORLD_SIZE", "1")) if _together() else 1


@contextmanager
def joined() -> Iterator[None]:
    """Join the other processes where `torchrun` started this one; alone, do nothing."""
    started = distributed.is_available() and distributed.is_torchelastic_launched() and not _together()
    if started:
        on_gpu = torch.cuda.is_available()
        if on_gpu:
            torch.cuda.set_device(int(os.environ["LOCAL_RANK"]))
        distributed.init_process_group("cpu:gloo,cuda:nccl" if on_gpu else "gloo")
    try:
        yield
    finally:
        if started:
            distributed.destroy_process_group()


def gather(value: _Value) -> list[_Value]:
    """The values of all processes, in the order of their ranks; every process gets all."""
    if not _together():
        return [value]
    values: list[Any] = [None] * world_size()
    distributed.all_gather_object(values, value)
    return values


def sum_over_ranks(value: torch.Tensor) -> torch.Tensor:
    """Sum of a tensor over all processes; not part of the gradient."""
    total = value.detach().clone()
    if _together():
        distributed.all_reduce(total)
    return total


def wait() -> None:
    """Wait until every process has come here."""
    if _together():
        distributed.barrier()


def _together() -> bool:
    return distributed.is_available() and distributed.is_initialized()
