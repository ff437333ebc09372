"""The line from SOURCE to a prepared data set."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Self, TypeVar

from triovision.bundle.session import available_cpus
from triovision.data.choose import drop_duplicates, drop_known_bad, keep_free_licences
from triovision.data.encode import EncodedPhoto, encode_photo, hash_photo
from triovision.data.folders import read_folders
from triovision.data.listener import Listener
from triovision.data.manifest import (
    PreparedData,
    compute_labels,
    forget,
    make_facts,
    require_pyarrow,
    write_tables,
)
from triovision.data.options import PrepareOptions
from triovision.data.records import Reject, Sample
from triovision.data.shards import (
    SHARD_FOLDER,
    FinishedShard,
    ShardPlan,
    plan_shards,
    read_finished,
    remove_strangers,
    write_shard,
)
from triovision.data.splits import assign_splits
from triovision.data.table import read_drop_list, read_table
from triovision.errors import DataError

__all__ = ["prepare_folder"]

# Photos in flight per worker: enough that no worker idles behind a big photo, few enough that memory stays flat.
_IN_FLIGHT_PER_WORKER = 4

_Item = TypeVar("_Item")
_Result = TypeVar("_Result")
_Sources = tuple[list[Sample], list[Reject], dict[str, Path]]


class _Workers:
    """Threads that work through items in order, a few ahead of whoever takes the results.

    Threads suffice, since decoding and hashing let go of the interpreter; and none outlives a killed process.
    """

    def __init__(self, count: int) -> None:
        self._in_flight = count * _IN_FLIGHT_PER_WORKER
        self._pool = ThreadPoolExecutor(count, thread_name_prefix="triovision-data")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._pool.shutdown(wait=True, cancel_futures=True)

    def map(self, function: Callable[[_Item], _Result], items: Iterable[_Item]) -> Iterator[_Result]:
        """Results in the order of the items, in bounded memory."""
        waiting: deque[Future[_Result]] = deque()
        rest = iter(items)
        waiting.extend(self._pool.submit(function, item) for item in islice(rest, self._in_flight))
        while waiting:
            yield waiting.popleft().result()
            waiting.extend(self._pool.submit(function, item) for item in islice(rest, 1))


def prepare_folder(
    source: Path,
    folder: Path,
    options: PrepareOptions,
    *,
    drop: Path | None = None,
    workers: int | None = None,
    listener: Listener,
) -> PreparedData:
    """Prepare a data set from a CSV or a folder per country.

    The same source and options give the same bytes, however many workers there are and however often the run was
    killed and started again.

    Args:
        source: A CSV, or a folder with one folder per country.
        folder: Where the data set goes; shards that an earlier run finished there are kept.
        options: What the data set shall hold.
        drop: A CSV of known bad samples.
        workers: Threads; None takes the cores of this process.
        listener: Hears how far the run is.

    Raises:
        DataError: If the source cannot be used, or nothing is left of it.
        MissingExtraError: If pyarrow is not installed.
    """
    require_pyarrow()
    samples, rejects, paths = _read_source(source, folder)
    samples, left_out = _choose(samples, drop, options, listener)
    rejects += left_out
    with _Workers(workers or available_cpus()) as pool:
        samples, unreadable = _hash_all(samples, paths, pool, listener)
        samples, equal = drop_duplicates(samples)
        rejects += [*unreadable, *equal]
        if samples:
            samples, leaks = assign_splits(samples, options, listener.say)
            rejects += leaks
        _check_training_left(source, samples, rejects)
        shards, reused = _write_shards(folder, samples, paths, options, pool, listener)
    rejects += [reject for shard in shards for reject in shard.rejects]
    labels = compute_labels((record for shard in shards for record in shard.records), options.min_per_country)
    if not labels:
        raise DataError(
            f"{source}: no country has {options.min_per_country} photos to train on ({_counted(rejects)}); "
            "lower --min-per-country or give more photos"
        )
    facts = make_facts(shards, labels, rejects, options.as_record())
    write_tables(folder, shards, labels, rejects, facts)
    return PreparedData(folder, facts, reused)


def _read_source(source: Path, folder: Path) -> _Sources:
    if source.is_dir():
        if folder.resolve().is_relative_to(source.resolve()):
            raise DataError(f"{folder}: lies within {source}, where the photos are; choose a place outside it")
        return read_folders(source)
    if not source.exists():
        raise DataError(f"{source}: nothing there; give a CSV, or a folder with one folder per country")
    return read_table(source)


def _choose(
    samples: list[Sample], drop: Path | None, options: PrepareOptions, listener: Listener
) -> tuple[list[Sample], list[Reject]]:
    rejects: list[Reject] = []
    if drop is not None:
        drop_list = read_drop_list(drop)
        samples, rejects = drop_known_bad(samples, drop_list)
        unused = len(drop_list.reasons) - len(rejects)
        if unused:
            listener.say(f"{drop}: {unused} of its {len(drop_list.reasons)} samples are not in the source")
    if options.free_licences_only:
        samples, not_free = keep_free_licences(samples)
        rejects = rejects + not_free
    return samples, rejects


def _hash_all(
    samples: Sequence[Sample], paths: Mapping[str, Path], workers: _Workers, listener: Listener
) -> tuple[list[Sample], list[Reject]]:
    listener.start("hashing", len(samples))
    kept: list[Sample] = []
    rejects: list[Reject] = []
    hashes = workers.map(lambda sample: hash_photo(paths[sample.photo], sample.photo), samples)
    for sample, found in zip(samples, hashes, strict=True):
        if isinstance(found, Reject):
            rejects.append(found)
        else:
            kept.append(replace(sample, sha256=found))
        listener.advance()
    return kept, rejects


def _check_training_left(source: Path, samples: Iterable[Sample], rejects: Sequence[Reject]) -> None:
    if not any(sample.split == "train" for sample in samples):
        first = f"; first: {rejects[0].photo}: {rejects[0].reason}" if rejects else ""
        raise DataError(f"{source}: no photo is left to train on ({_counted(rejects) or 'none left out'}){first}")


def _counted(rejects: Iterable[Reject]) -> str:
    return ", ".join(f"{count} {kind}" for kind, count in Counter(reject.kind for reject in rejects).most_common())


def _write_shards(
    folder: Path,
    samples: Sequence[Sample],
    paths: Mapping[str, Path],
    options: PrepareOptions,
    workers: _Workers,
    listener: Listener,
) -> tuple[list[FinishedShard], int]:
    plans = plan_shards(samples, options.shard_size, options.short_side_px, options.seed)
    place = folder / SHARD_FOLDER
    finished = _look_for_finished(folder, place, plans)
    listener.start("preparing", sum(len(plan.samples) for plan in plans))
    shards = []
    for plan in plans:
        shard = finished.get(plan.name)
        if shard is None:
            shard = write_shard(place, plan, _encode(plan, paths, options.short_side_px, workers, listener))
        else:
            listener.advance(len(plan.samples))
        shards.append(shard)
    return shards, len(finished)


def _look_for_finished(folder: Path, place: Path, plans: Sequence[ShardPlan]) -> dict[str, FinishedShard]:
    try:
        place.mkdir(parents=True, exist_ok=True)
        remove_strangers(place, (plan.name for plan in plans))
        found = {plan.name: shard for plan in plans if (shard := read_finished(place, plan))}
        if len(found) < len(plans):
            forget(folder)
    except OSError as error:
        raise DataError(
            f"{error.filename or folder}: cannot be used ({error.strerror}); choose another place with --to"
        ) from None
    return found


def _encode(
    plan: ShardPlan, paths: Mapping[str, Path], short_side_px: int, workers: _Workers, listener: Listener
) -> Iterator[tuple[Sample, EncodedPhoto | Reject]]:
    encoded = workers.map(lambda sample: encode_photo(paths[sample.photo], sample, short_side_px), plan.samples)
    for sample, photo in zip(plan.samples, encoded, strict=True):
        yield sample, photo
        listener.advance()
