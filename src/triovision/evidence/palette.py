"""The colour scale of heat maps: yellow speaks for, light blue against, dark in between.

Source: "managua" of the Scientific colour maps 8, 33 of its 256 colours, reversed; Crameri, Shephard, Heron 2020, "The
misuse of colour in science communication"; https://doi.org/10.5281/zenodo.1243862 (MIT). Perceptually uniform, and
readable with every kind of colour blindness; light ends, so that what matters glows on a photo.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["colour_bar", "colours"]

_MANAGUA = (
    "81e7ff 7cd9f7 76c9ed 71bae4 6bacdb 669ed2 6190c8 5c83bf 5877b5 546aaa 505e9d 4d5290 4c4781 4c3c71 4e3362 512d54 "
    "572949 5f2941 692b3c 743139 813939 8e423a 9a4c3d a6573f b16243 bb6d46 c5794a ce864f d89353 e1a158 ebb05d f5bf62 "
    "ffcf67"
)
_TABLE = np.array([list(bytes.fromhex(colour)) for colour in _MANAGUA.split()], np.float32)


def colours(strengths: NDArray[np.float32]) -> NDArray[np.float32]:
    """Colours of values between -1 (against) and 1 (for).

    Args:
        strengths: Of any shape; what lies beyond the ends gets the end's colour.

    Returns:
        float32 [..., 3], 0 to 255.
    """
    position = (np.clip(strengths, -1, 1) + 1) * ((len(_TABLE) - 1) / 2)
    low = np.minimum(position.astype(np.intp), len(_TABLE) - 2)
    share = (position - low)[..., None].astype(np.float32)
    result: NDArray[np.float32] = _TABLE[low] * (1 - share) + _TABLE[low + 1] * share
    return result


def colour_bar(width: int, height: int) -> NDArray[np.uint8]:
    """The colour scale as an image, from "against" on the left to "for" on the right: uint8 [height, width, 3]."""
    row = colours(np.linspace(-1, 1, width, dtype=np.float32))
    return np.broadcast_to(np.rint(row).astype(np.uint8), (height, width, 3)).copy()
