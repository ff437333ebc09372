"""What a run keeps so that it can go on after it was stopped, in RUN/resume; gone when the run is whole.

RUN/resume/started.json              the data set's hash and the number of processes
RUN/resume/FIT/stage-N-head-K.ckpt   what a stage came to
RUN/resume/FIT/running.ckpt          Lightning's checkpoint of the stage that runs
RUN/resume/FIT/whole.ckpt            what a fit came to: network, held-out logits, figures of every epoch

A fit is one fold, or the final network. All files hold plain tensors, and are written whole or not at all.
"""

from __future__ import annotations

import io
import shutil
from pathlib import Path
from pickle import UnpicklingError
from typing import Any

import torch
from lightning.fabric.plugins import CheckpointIO

from triovision.errors import TrainingError
from triovision.training import processes
from triovision.training.run_folder import write_atomically

__all__ = ["AtomicCheckpoints", "Progress"]


class Progress:
    """What a fit has come to so far.

    Every process reads; the first one writes.

    Args:
        folder: Where its files lie.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @property
    def running(self) -> Path:
        """Lightning's checkpoint of the stage that runs."""
        return self._folder / "running.ckpt"

    def read(self, name: str) -> dict[str, Any] | None:
        """What was kept under a name; None where nothing was.

        Raises:
            TrainingError: If the file is broken.
        """
        path = self._folder / f"{name}.ckpt"
        return read_tensors(path) if path.is_file() else None

    def write(self, name: str, content: dict[str, Any]) -> None:
        """Keep plain tensors, numbers and text under a name; what led to them is forgotten."""
        if processes.rank() == 0:
            self._folder.mkdir(parents=True, exist_ok=True)
            _write_tensors(self._folder / f"{name}.ckpt", content)
            self.running.unlink(missing_ok=True)
        processes.wait()

    def write_last(self, content: dict[str, Any]) -> None:
        """Keep what the whole fit came to, in place of its stages."""
        self.write("whole", content)
        if processes.rank() == 0:
            for path in self._folder.glob("stage-*.ckpt"):
                path.unlink()

    def read_last(self) -> dict[str, Any] | None:
        """What the whole fit came to; None if it is not finished."""
        return self.read("whole")

    def forget(self) -> None:
        """Delete everything."""
        if processes.rank() == 0:
            shutil.rmtree(self._folder, ignore_errors=True)
        processes.wait()


class AtomicCheckpoints(CheckpointIO):
    """Lightning's checkpoints, each written beside the last one and put in its place when it is whole."""

    def save_checkpoint(self, checkpoint: dict[str, Any], path: Any, storage_options: Any | None = None) -> None:  # noqa: ARG002 - Lightning's signature
        """Write a checkpoint; a full disk leaves the last one."""
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        _write_tensors(Path(path), checkpoint)

    def load_checkpoint(
        self,
        path: Any,
        map_location: Any | None = None,  # noqa: ARG002 - everything is read onto the CPU
        weights_only: bool | None = None,  # noqa: ARG002, FBT001 - never anything but plain tensors
    ) -> dict[str, Any]:
        """Read a checkpoint, which may hold nothing but plain tensors, numbers and text."""
        return read_tensors(Path(path))

    def remove_checkpoint(self, path: Any) -> None:
        """Delete a checkpoint."""
        Path(path).unlink(missing_ok=True)


def _write_tensors(path: Path, content: dict[str, Any]) -> None:
    buffer = io.BytesIO()
    torch.save(content, buffer)
    write_atomically(path, buffer.getvalue())


def read_tensors(path: Path) -> dict[str, Any]:
    """Read plain tensors, numbers and text.

    Raises:
        TrainingError: If the file is broken.
    """
    try:
        content: dict[str, Any] = torch.load(path, map_location="cpu", weights_only=True)
    except (OSError, RuntimeError, ValueError, EOFError, KeyError, UnpicklingError) as error:
        reason = str(error).splitlines()[0][:100]
        raise TrainingError(
            f"{path}: not a readable checkpoint ({reason}); delete it and go on with --resume"
        ) from error
    return content
