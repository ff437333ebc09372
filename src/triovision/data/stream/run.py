"""The line from a source to a prepared data set, for any number of photos."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path

import numpy as np

from triovision.data.claim import claim_folder
from triovision.data.files import PARTIAL_SUFFIX
from triovision.data.listener import Listener
from triovision.data.manifest import PreparedData, forget, require_pyarrow
from triovision.data.shards import SHARD_FOLDER, remove_strangers
from triovision.data.stream.card import make_card
from triovision.data.stream.chunks import Chunk, blob_path, has_blob, is_finished
from triovision.data.stream.decide import Decisions, decide
from triovision.data.stream.encode import ChunkTask, encode_chunk
from triovision.data.stream.engines import Engine
from triovision.data.stream.options import StreamOptions
from triovision.data.stream.outcomes import ChunkRows, Outcomes, read_outcomes
from triovision.data.stream.places import require_h3
from triovision.data.stream.shards import (
    ShardPlan,
    ShardResult,
    ShardTask,
    check_shard,
    make_records,
    plan_shards,
    write_shard,
)
from triovision.data.stream.source import PhotoSource
from triovision.data.stream.tables import (
    compute_facts,
    find_labels,
    iterate_rejects,
    write_facts,
    write_manifest,
    write_rejects,
)
from triovision.errors import DataError

__all__ = ["JOURNAL_FOLDER", "prepare_stream"]

JOURNAL_FOLDER = "journal"


def prepare_stream(
    source: PhotoSource, folder: Path, options: StreamOptions, engine: Engine, listener: Listener
) -> PreparedData:
    """Prepare a data set; the same photos and options give the same bytes, whoever does the work.

    Args:
        source: The photos.
        folder: Where the data set goes; what an earlier run finished there is kept.
        options: What the data set shall hold.
        engine: Does the work.
        listener: Hears how far the run is.

    Raises:
        DataError: If the source cannot be used, or nothing is left of it.
    """
    require_pyarrow()
    require_h3()
    with claim_folder(folder, "prepare"):
        run = _Run(source, folder, options, engine, listener)
        return run.go()


class _Run:
    def __init__(
        self, source: PhotoSource, folder: Path, options: StreamOptions, engine: Engine, listener: Listener
    ) -> None:
        self._source = source
        self._folder = folder
        self._journal = folder / JOURNAL_FOLDER
        self._place = folder / SHARD_FOLDER
        self._options = options
        self._engine = engine
        self._listener = listener

    def go(self) -> PreparedData:
        for problem in self._source.problems:
            self._listener.say(problem)
        self._make_folders()
        outcomes = self._prepare_photos()
        self._listener.say(f"{len(outcomes):,} photos are opened; choosing and splitting")
        decisions = decide(self._source.catalogue, outcomes, self._options, self._listener.say)
        self._check_training_left(outcomes, decisions)
        plans = plan_shards(outcomes, decisions, self._options.shard_size, self._options.seed)
        results, reused = self._make_shards(plans, outcomes, decisions)
        return self._write_tables(plans, results, outcomes, decisions, reused)

    def _make_folders(self) -> None:
        try:
            self._journal.mkdir(parents=True, exist_ok=True)
            self._place.mkdir(exist_ok=True)
            for path in self._journal.glob(f"*{PARTIAL_SUFFIX}"):
                path.unlink(missing_ok=True)
        except OSError as error:
            raise DataError(
                f"{error.filename or self._folder}: cannot be used ({error.strerror}); choose another place with --to"
            ) from None

    def _prepare_photos(self) -> Outcomes:
        """All chunks in the journal, those that are missing prepared now."""
        chunks: list[ChunkRows] = []
        self._listener.start("preparing photos", self._source.expected())

        def missing() -> Iterator[ChunkTask]:
            for chunk in self._source.chunks(self._options):
                chunks.append(ChunkRows(chunk.name, chunk.rows))
                if is_finished(self._journal, chunk):
                    self._listener.advance(len(chunk.rows))
                else:
                    yield self._start(chunk)

        for count in self._engine.map(encode_chunk, missing()):
            self._listener.advance(count)
        names = {chunk.name for chunk in chunks}
        for path in sorted(self._journal.iterdir()):
            if path.suffix in {".parquet", ".jpegs"} and path.stem not in names:
                path.unlink()
        return read_outcomes(self._journal, chunks)

    def _start(self, chunk: Chunk) -> ChunkTask:
        forget(self._folder)
        return ChunkTask(chunk, str(self._journal))

    def _check_training_left(self, outcomes: Outcomes, decisions: Decisions) -> None:
        lines = decisions.kept()
        if not (decisions.split[lines] == 0).any():
            rejects = list(iterate_rejects(self._source, outcomes, decisions, self._options))
            counts = Counter(reject.kind for reject in rejects)
            counted = ", ".join(f"{count:,} {kind}" for kind, count in counts.most_common()) or "none left out"
            first = f"; first: {rejects[0].photo}: {rejects[0].reason}" if rejects else ""
            raise DataError(f"{self._source.name}: no photo is left to train on ({counted}){first}")

    def _task(self, plan: ShardPlan, outcomes: Outcomes, decisions: Decisions) -> ShardTask:
        numbers, members = np.unique(outcomes.chunk[plan.lines], return_inverse=True)
        return ShardTask(
            name=plan.name,
            folder=str(self._place),
            journal=str(self._journal),
            records=self._records(plan, outcomes, decisions),
            chunks=tuple(outcomes.chunks[number] for number in numbers.tolist()),
            chunk=members.ravel().astype(np.int32),
            offset=outcomes.offset[plan.lines],
            size_bytes=outcomes.size_bytes[plan.lines],
            crc32=outcomes.crc32[plan.lines],
            short_side_px=self._options.short_side_px,
        )

    def _records(self, plan: ShardPlan, outcomes: Outcomes, decisions: Decisions) -> object:
        catalogue, is_id = self._source.catalogue, self._source.photo_is_id
        return make_records(plan.lines, catalogue, outcomes, decisions, photo_is_id=is_id)

    def _make_shards(
        self, plans: list[ShardPlan], outcomes: Outcomes, decisions: Decisions
    ) -> tuple[dict[str, ShardResult], int]:
        """Check the shards that are there, write the others, and let go of prepared photos that no shard needs."""
        remove_strangers(self._place, (plan.name for plan in plans))
        noted = [plan for plan in plans if (self._place / f"{plan.name}.json").exists()]
        checked = self._engine.map(check_shard, (self._task(plan, outcomes, decisions) for plan in noted))
        results = {result.name: result for result in checked if result.sha256}
        reused = len(results)
        missing = [plan for plan in plans if plan.name not in results]
        # In the order of the last chunk that they need, so that chunks can go early.
        missing.sort(key=lambda plan: (int(outcomes.chunk[plan.lines].max()), plan.name))
        needed = Counter(chain.from_iterable(np.unique(outcomes.chunk[plan.lines]).tolist() for plan in missing))
        if missing:
            forget(self._folder)
            self._restore({outcomes.chunks[number] for number in needed})
        self._listener.start("writing shards", sum(len(plan.lines) for plan in plans))
        self._listener.advance(sum(len(plan.lines) for plan in plans if plan.name in results))
        tasks = (self._task(plan, outcomes, decisions) for plan in missing)
        for plan, result in zip(missing, self._engine.map(write_shard, tasks), strict=True):
            results[result.name] = result
            self._listener.advance(len(plan.lines))
            for number in np.unique(outcomes.chunk[plan.lines]).tolist():
                needed[number] -= 1
                if not needed[number]:
                    self._let_go(outcomes.chunks[number])
        for name in outcomes.chunks:
            self._let_go(name)
        return results, reused

    def _restore(self, names: set[str]) -> None:
        """Prepare chunks again whose photos are needed and gone: a shard was damaged or is planned anew."""
        gone = {name for name in names if not has_blob(self._journal, name)}
        if gone:
            again = (chunk for chunk in self._source.chunks(self._options) if chunk.name in gone)
            self._count(self._engine.map(encode_chunk, (self._start(chunk) for chunk in again)))

    def _count(self, counts: Iterable[int]) -> None:
        for _ in counts:
            pass

    def _let_go(self, name: str) -> None:
        blob_path(self._journal, name).unlink(missing_ok=True)

    def _write_tables(
        self,
        plans: list[ShardPlan],
        results: dict[str, ShardResult],
        outcomes: Outcomes,
        decisions: Decisions,
        reused: int,
    ) -> PreparedData:
        labels = find_labels(decisions)
        rejects = write_rejects(self._folder, iterate_rejects(self._source, outcomes, decisions, self._options))
        write_manifest(self._folder, plans, lambda plan: self._records(plan, outcomes, decisions))
        shards = [(plan, results[plan.name]) for plan in plans]
        facts = compute_facts(self._source, outcomes, decisions, self._options, shards, rejects)
        card = make_card(self._source, outcomes, decisions, self._options, facts)
        write_facts(self._folder, labels, facts, card)
        return PreparedData(self._folder, facts, reused)
