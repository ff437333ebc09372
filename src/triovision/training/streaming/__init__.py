"""Training from shards that no memory holds: what `Recipe.machine.streaming` asks for.

order.py          which sample comes when, by seed and epoch alone
shards.py         photos out of shards, and whether the shards are what they should be
memory.py         held in memory or streamed
loader.py         batches, with decoding processes and exact resumption
data_module.py    the same for anyone's own Lightning module
"""

from __future__ import annotations

from triovision.training.streaming.data_module import ShardDataModule
from triovision.training.streaming.loader import DecodingLoader, StreamedSamples, StreamLoader, as_is
from triovision.training.streaming.memory import estimate_image_bytes, open_images
from triovision.training.streaming.shards import ShardImages, check_shards

__all__ = [
    "DecodingLoader",
    "ShardDataModule",
    "ShardImages",
    "StreamLoader",
    "StreamedSamples",
    "as_is",
    "check_shards",
    "estimate_image_bytes",
    "open_images",
]
