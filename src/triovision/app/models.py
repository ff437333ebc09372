"""Which models there are, and opening one."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from triovision.classifier import DEFAULT_MODEL, CountryClassifier, embedded_models
from triovision.errors import BundleError, BundleFieldError, BundleNotFoundError

__all__ = ["ModelChoice", "initial_choice", "list_models", "open_model", "refusal", "uploaded_choice"]

Source = Literal["embedded", "folder", "uploaded"]


@dataclass(frozen=True, slots=True)
class ModelChoice:
    """A model that can be picked.

    Attributes:
        name: As the page shows it.
        source: Where it comes from.
        key: What identifies its content, so that a file that changes is opened again.
        path: Of a file in the models folder.
        data: Bytes of an uploaded file.
    """

    name: str
    source: Source
    key: str
    path: Path | None = None
    data: bytes | None = None


def list_models(folder: Path, started_with: str | None = None) -> list[ModelChoice]:
    """The embedded models, then the files of the models folder, by name.

    Args:
        folder: Models folder; it need not exist.
        started_with: Model named at the start; a path that is not in the folder stands in the list too.
    """
    choices = [ModelChoice(name, "embedded", f"embedded:{name}") for name in embedded_models()]
    files = sorted(folder.glob("*.onnx")) if folder.is_dir() else []
    if started_with and started_with not in embedded_models() and Path(started_with) not in files:
        files.insert(0, Path(started_with))
    choices += [choice for path in files if (choice := _file_choice(path)) is not None]
    return choices


def _file_choice(path: Path) -> ModelChoice | None:
    try:
        status = os.stat(path)  # noqa: PTH116 - one call for size and time
    except OSError:
        return None
    return ModelChoice(path.name, "folder", f"file:{path.resolve()}:{status.st_size}:{status.st_mtime_ns}", path)


def initial_choice(choices: list[ModelChoice], started_with: str | None) -> ModelChoice:
    """The choice that a new session begins with."""
    wanted = started_with or DEFAULT_MODEL
    for choice in choices:
        if (choice.source == "embedded" and choice.name == wanted) or str(choice.path) == str(Path(wanted)):
            return choice
    return choices[0]


def uploaded_choice(name: str, data: bytes) -> ModelChoice:
    """An uploaded model file, by its content."""
    return ModelChoice(name, "uploaded", f"uploaded:{hashlib.sha256(data).hexdigest()}", data=data)


def open_model(choice: ModelChoice) -> CountryClassifier:
    """Read and check a model; an uploaded one is treated as hostile, like every bundle.

    Raises:
        BundleError: If it cannot be used.
    """
    if choice.data is not None:
        classifier = CountryClassifier.load(choice.data)
    else:
        classifier = CountryClassifier.load(choice.name if choice.path is None else choice.path)
    classifier.bundle.open_single_thread_session()
    return classifier


def refusal(error: BundleError) -> tuple[str, dict[str, str]]:
    """Why a model cannot be used: a key of the catalogue and its values."""
    if isinstance(error, BundleFieldError):
        return "model.refused_field", {"field": error.field}
    if isinstance(error, BundleNotFoundError):
        return "model.refused_missing", {}
    return "model.refused_format", {}
