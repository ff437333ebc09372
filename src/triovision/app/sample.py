"""The sample photo: in the wheel beside this module, in a source tree in `examples/`."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

from triovision.app.analysis import Upload

__all__ = ["is_sample", "sample_photo"]

_NAME = "summer-palace.jpg"


@cache
def sample_photo() -> Upload:
    """The sample, as if a person had dropped it."""
    here = Path(__file__).resolve().parent
    packaged = here / "sample" / _NAME
    path = packaged if packaged.is_file() else here.parents[2] / "examples" / _NAME
    return Upload(_NAME, path.read_bytes())


def is_sample(sha256: str) -> bool:
    """Whether a photo is the sample, whatever its name: its author is named beside it."""
    return sha256 == hashlib.sha256(sample_photo().data).hexdigest()
