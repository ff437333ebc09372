"""Small copies of photos as data URIs."""

from __future__ import annotations

import base64
import io
from collections.abc import Collection
from pathlib import Path

from PIL import Image

from triovision.data.manifest import find_shards
from triovision.data.shards import read_shard
from triovision.errors import PhotoError
from triovision.photo import read_photo

__all__ = ["make_thumbnails"]

_SIDE_PX = 220
_QUALITY = 72


def make_thumbnails(data: Path, split: str, sample_ids: Collection[str]) -> dict[str, str]:
    """Thumbnails of some samples.

    Args:
        data: Folder of a prepared data set.
        split: Their split.
        sample_ids: Which.

    Returns:
        Data URI by sample id; a sample that is not there or damaged has none.
    """
    wanted = set(sample_ids)
    found: dict[str, str] = {}
    for shard in find_shards(data, split):
        if len(found) == len(wanted):
            break
        for sample in read_shard(shard):
            name = str(sample.record.get("sample_id", ""))
            if name in wanted:
                try:
                    found[name] = _data_uri(sample.jpeg)
                except PhotoError:
                    continue
    return found


def _data_uri(jpeg: bytes) -> str:
    image = Image.fromarray(read_photo(jpeg, short_side_px=_SIDE_PX).image)
    image.thumbnail((2 * _SIDE_PX, _SIDE_PX))
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=_QUALITY)
    return f"data:image/jpeg;base64,{base64.b64encode(buffer.getvalue()).decode('ascii')}"
