"""Photos with a free licence, all of them and those whose landmark has a country."""

from __future__ import annotations

from collections.abc import Collection
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from triovision.data.gldv2.layout import ATTRIBUTION_PATH
from triovision.data.licences import is_free_licence
from triovision.data.provenance.landmarks import TRAIN_PATH, Landmarks, find_table
from triovision.data.provenance.tables import read_batches

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["count_free_photos"]

_ID_CHARACTERS = 16
_ID_PATTERN = f"^[0-9a-f]{{{_ID_CHARACTERS}}}$"

_is_free = lru_cache(maxsize=65536)(is_free_licence)


def count_free_photos(folder: Path, landmarks: Landmarks, covered: Collection[str]) -> tuple[int, int] | None:
    """How many photos have a free licence, by `train_attribution.csv`.

    Args:
        folder: Of the data set.
        landmarks: Told of rows that cannot be used.
        covered: Ids of the landmarks with a country.

    Returns:
        All photos with a free licence, and those of covered landmarks; None where the table is missing.

    Raises:
        DataError: If a table cannot be used.
    """
    attribution, train = find_table(folder, ATTRIBUTION_PATH), find_table(folder, TRAIN_PATH)
    if attribution is None or train is None:
        return None
    import numpy as np  # noqa: PLC0415
    import pyarrow as pa  # noqa: PLC0415 - the base install has none
    from pyarrow import compute  # noqa: PLC0415

    known = pa.array(sorted(covered), pa.string())
    pieces = [np.zeros(0, np.uint64)]
    quiet = Landmarks()  # its rows were counted when the photos were
    for batch in read_batches(train, {"id": ("id",), "landmark_id": ("landmark_id",)}, quiet):
        inside = compute.is_in(compute.utf8_trim_whitespace(batch.column("landmark_id")), value_set=known)
        pieces.append(_numbers(batch.column("id").filter(inside)))
    ids = np.sort(np.concatenate(pieces))
    total = within = 0
    for batch in read_batches(attribution, {"id": ("id",), "licence": ("license",)}, landmarks):
        licences = batch.column("licence").dictionary_encode()
        free = np.array([_is_free(text) for text in licences.dictionary.to_pylist()], bool)
        chosen = batch.column("id").filter(pa.array(free[licences.indices.to_numpy()]))
        numbers = _numbers(chosen)
        landmarks.count("photo ids that are none", attribution.name, len(chosen) - len(numbers))
        total += len(numbers)
        within += int((np.searchsorted(ids, numbers, "right") > np.searchsorted(ids, numbers)).sum())
    return total, within


def _numbers(ids: Any) -> NDArray[np.uint64]:
    """Photo ids as numbers; what is no id is left out."""
    import numpy as np  # noqa: PLC0415
    from pyarrow import compute  # noqa: PLC0415

    right = ids.filter(compute.match_substring_regex(ids, _ID_PATTERN))
    text = "".join(right.to_pylist())
    return np.frombuffer(bytes.fromhex(text), ">u8").astype(np.uint64)
