"""How much memory the photos of a data set would take, and whether they are held or streamed."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from triovision.training.prepared import Samples, read_images
from triovision.training.recipe import Recipe
from triovision.training.streaming.shards import ShardImages, check_shards

__all__ = ["estimate_image_bytes", "open_images"]

_CHANNELS = 3
_BYTES_PER_GB = 1e9

# Where the manifest does not tell: 4:3 at the short side that `data prepare` gives.
_USUAL_SHORT_SIDE_PX = 256
_USUAL_ASPECT = 4 / 3


def open_images(samples: Samples, recipe: Recipe, say: Callable[[str], None]) -> Sequence[NDArray[np.uint8]]:
    """The images of samples: decoded into memory, or where the recipe says so or they do not fit, streamed.

    Args:
        samples: Whose.
        recipe: Its `machine.streaming` decides.
        say: Told which way it is, where they are streamed.

    Returns:
        uint8 [height, width, 3] per sample; a `ShardImages` where they are streamed.

    Raises:
        DataError: If a shard is missing, or not what `data.json` says.
    """
    streaming = recipe.machine.streaming
    check_shards(samples, streaming.check)
    size_gb = estimate_image_bytes(samples) / _BYTES_PER_GB
    if streaming.mode == "never" or (streaming.mode == "auto" and size_gb <= streaming.memory_gb):
        return read_images(samples)
    say(
        f"photos are read from {len(np.unique(samples.shards)):,} shards as they come up; "
        f"in memory they would take {size_gb:,.1f} GB"
    )
    return ShardImages(samples)


def estimate_image_bytes(samples: Samples) -> float:
    """Bytes that the decoded images of samples take, by the sizes in the manifest."""
    import pyarrow as pa  # noqa: PLC0415 - the train extra
    import pyarrow.parquet as pq  # noqa: PLC0415

    short_side_px = _short_side_px(samples)
    total = rows = 0.0
    with pq.ParquetFile(samples.folder / "manifest.parquet") as file:
        sizes = ["width_px", "height_px"]
        if set(sizes) <= set(file.schema_arrow.names):
            for batch in file.iter_batches(columns=sizes):
                width, height = (
                    column.cast(pa.float64()).fill_null(0).to_numpy(zero_copy_only=False) for column in batch.columns
                )
                known = np.minimum(width, height) > 0
                width, height = width[known], height[known]
                shrink = np.minimum(1, short_side_px / np.minimum(width, height))
                total += float((width * height * shrink**2).sum()) * _CHANNELS
                rows += len(width)
    mean = total / rows if rows else _CHANNELS * _USUAL_ASPECT * short_side_px**2
    return mean * len(samples)


def _short_side_px(samples: Samples) -> int:
    try:
        facts = json.loads((samples.folder / "data.json").read_text(encoding="utf-8"))
        return int(facts["options"]["short_side_px"])
    except (OSError, ValueError, KeyError, TypeError):
        return _USUAL_SHORT_SIDE_PX
