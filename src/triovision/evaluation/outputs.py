"""A bundle over a split of a prepared data set."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from itertools import chain, islice
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from triovision.bundle import Bundle
from triovision.bundle.session import available_cpus
from triovision.data.manifest import find_shards
from triovision.data.shards import ShardSample, read_shard
from triovision.decision import DecisionRule, looks_like_a_place, make_probabilities
from triovision.errors import DataError, PhotoError
from triovision.evaluation.metrics import UNKNOWN
from triovision.photo import read_photo
from triovision.prediction import Answer
from triovision.preprocess import Preprocessing, preprocess

__all__ = ["SplitOutputs", "run_split"]

_BATCH_SIZE = 32


@dataclass(frozen=True, slots=True, eq=False)
class SplitOutputs:
    """What a bundle says about every sample of a split.

    Attributes:
        country_codes: Code per label, length classes.
        probabilities: float64 [n, classes], calibrated.
        true_codes: Country code per sample.
        answers: Per sample.
        records: The samples' records, as in the shards.
    """

    country_codes: tuple[str, ...]
    probabilities: NDArray[np.float64]
    true_codes: tuple[str, ...]
    answers: tuple[Answer, ...]
    records: tuple[dict[str, Any], ...]

    @property
    def labels(self) -> NDArray[np.int64]:
        """Label per sample, `UNKNOWN` where the model has none for its country."""
        label_of = {code: label for label, code in enumerate(self.country_codes)}
        return np.array([label_of.get(code, UNKNOWN) for code in self.true_codes], np.int64)


def run_split(bundle: Bundle, data: Path, split: str, on_batch: Callable[[int], None]) -> SplitOutputs:
    """Run a bundle over a split, as the product would run it over these photos.

    Args:
        bundle: The model file.
        data: Folder of a prepared data set.
        split: `train`, `val` or `test`.
        on_batch: Told how many samples were done.

    Raises:
        DataError: If the data set is unfinished or damaged, or the split empty.
    """
    samples = chain.from_iterable(read_shard(path) for path in find_shards(data, split))
    rule = DecisionRule.from_metadata(bundle.metadata)
    make_tensor = partial(_make_tensor, preprocessing=bundle.metadata.preprocessing, data=data)
    parts: list[NDArray[np.float64]] = []
    records: list[dict[str, Any]] = []
    is_place: list[bool] = []
    with ThreadPoolExecutor(available_cpus(), thread_name_prefix="triovision-evaluate") as pool:
        for batch in _batches(samples):
            images = np.stack(list(pool.map(make_tensor, batch)))
            output = bundle.run(images)
            parts.append(make_probabilities(output.logits, bundle.metadata))
            is_place += looks_like_a_place(output.embedding, bundle.metadata).tolist()
            records += [sample.record for sample in batch]
            on_batch(len(batch))
    probabilities = np.concatenate(parts)
    return SplitOutputs(
        country_codes=bundle.metadata.country_codes,
        probabilities=probabilities,
        true_codes=tuple(record["country_code"] for record in records),
        answers=tuple(rule.answer(row, is_place=place) for row, place in zip(probabilities, is_place, strict=True)),
        records=tuple(records),
    )


def _batches(samples: Iterator[ShardSample]) -> Iterator[list[ShardSample]]:
    while batch := list(islice(samples, _BATCH_SIZE)):
        yield batch


def _make_tensor(sample: ShardSample, *, preprocessing: Preprocessing, data: Path) -> NDArray[np.float32]:
    try:
        photo = read_photo(sample.jpeg, short_side_px=preprocessing.decode_short_side_px)
    except PhotoError as error:
        raise DataError(
            f"{data}: sample {sample.record['sample_id']} is damaged ({error.problem}); "
            "remove the folder and prepare the data again"
        ) from None
    return preprocess(photo.image, preprocessing)
