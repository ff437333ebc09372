"""The line through the download: tables, the licence list, then the tars."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Lock

from triovision.data.claim import claim_folder
from triovision.data.files import write_atomic
from triovision.data.gldv2.archive import scan_archive
from triovision.data.gldv2.kept import KEPT_NAME, KeptPhotos, write_kept_ids
from triovision.data.gldv2.layout import ATTRIBUTION_PATH, METADATA, Table, archive_path, checksum_path
from triovision.data.gldv2.meter import DownloadListener, Meter, format_bytes
from triovision.data.gldv2.options import DownloadOptions
from triovision.data.gldv2.retry import FileError, Patience, StoppedError
from triovision.data.gldv2.space import check_space, measure_need
from triovision.data.gldv2.state import REFUSED_SUFFIX, State
from triovision.data.gldv2.transfer import Transfer, open_client, part_of, remove_part
from triovision.data.gldv2.verify import check_columns, compute_md5, parse_checksum, place, refuse
from triovision.data.gldv2.workers import run_jobs
from triovision.errors import DataError

__all__ = ["DownloadReport", "download_gldv2"]

_CHECKSUM_BYTES = 4096
_FETCHES_UNTIL_RIGHT = 3


@dataclass(slots=True)
class DownloadReport:
    """How a download ended.

    Attributes:
        finished_before: Files that an earlier run had finished.
        fetched: Files that this run finished.
        photos: In all the tars asked for.
        received_bytes: That came over the wire.
        resumed_bytes: That an earlier try had left and that did not come again.
        failures: `path: problem` of each file that could not be had.
        refused: `path: first member: reason` of each tar that was moved aside.
        kept: What `--licence` keeps, None without it.
    """

    finished_before: int = 0
    fetched: int = 0
    photos: int = 0
    received_bytes: int = 0
    resumed_bytes: int = 0
    failures: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    kept: KeptPhotos | None = None


def download_gldv2(folder: Path, options: DownloadOptions, listener: DownloadListener) -> DownloadReport:
    """Fetch tables and tars of GLDv2 into a folder; what lies there and is right is left alone.

    Whatever ends it, the same call goes on where it stopped.

    Args:
        folder: Gets the layout of the original.
        options: What to fetch, and how.
        listener: Is told how it goes.

    Raises:
        DataError: If nothing more can be done: no room, no mirror, no such licence, a folder in use.
        MissingExtraError: If httpx is not installed and something must be fetched.
    """
    with claim_folder(folder, "download"):
        return _Run(folder, options, listener).run()


class _Run:
    def __init__(self, folder: Path, options: DownloadOptions, listener: DownloadListener) -> None:
        self._folder = folder
        self._options = options
        self._listener = listener
        self._state = State(folder)
        self._stop = Event()
        self._lock = Lock()
        self._meter = Meter()
        self._report = DownloadReport()

    def run(self) -> DownloadReport:
        archives = [archive_path(self._options.split, shard) for shard in self._options.shards]
        tables = [table for table in METADATA[self._options.split] if not self._is_settled(table.path)]
        archives = [path for path in archives if not self._is_settled(path)]
        if tables or archives:
            with open_client(self._options) as client:
                patience = Patience(self._options.retries, self._options.backoff_s, self._stop)
                transfer = Transfer(client, self._options, patience, self._meter)
                self._prepare(transfer, [*(table.path for table in tables), *archives])
                self._work([_Job(self, transfer, table.path, table) for table in tables])
                self._keep_licences()
                self._work([_Job(self, transfer, path, None) for path in archives])
        else:
            self._keep_licences()
        self._report.received_bytes = self._meter.read().received_bytes
        self._report.resumed_bytes = self._meter.resumed_bytes
        self._report.failures.sort()
        self._report.refused.sort()
        return self._report

    def _is_settled(self, path: str) -> bool:
        reason = self._state.refused(path)
        if reason is not None:
            self._report.refused.append(f"{path}{REFUSED_SUFFIX}: {reason}")
            return True
        entry = None if self._options.verify else self._state.finished(path)
        if entry is None:
            return False
        self._report.finished_before += 1
        self._report.photos += int(entry.get("photos") or 0)
        return True

    def _prepare(self, transfer: Transfer, paths: Sequence[str]) -> None:
        # What lies there is only checked, which `--verify` can do without a network.
        missing = [path for path in paths if not (self._folder / path).exists()]
        need = measure_need(transfer, self._folder, missing, self._options.jobs, self._stop)
        check_space(self._folder, need.total_bytes)
        for path, remaining in need.remaining_bytes.items():
            self._meter.expect(path, remaining)
        there = len(paths) - len(missing)
        self._listener.say(f"files to fetch: {len(missing):,} ({format_bytes(need.total_bytes)}); to check: {there:,}")
        if need.unknown:
            self._listener.say(f"the mirror does not tell the size of {len(need.unknown)} of them")
        self._listener.watch(self._meter)

    def _work(self, jobs: Sequence[Callable[[], None]]) -> None:
        try:
            run_jobs(jobs, self._options.jobs, self._stop)
        except OSError as error:
            raise DataError(
                f"{error.filename or self._folder}: {error.strerror or error}; mend that and run the same command again"
            ) from None

    def _keep_licences(self) -> None:
        target = self._folder / KEPT_NAME
        if not self._options.licences:
            if target.exists() and self._options.split == "train":
                self._listener.say(f"{KEPT_NAME} of an earlier run stays in force; delete it to use every licence")
            return
        table = self._folder / ATTRIBUTION_PATH
        if not table.exists():
            raise DataError(f"--licence needs {ATTRIBUTION_PATH}, but {'; '.join(self._report.failures)}")
        kept = write_kept_ids(table, self._options.licences, target)
        for choice in kept.unmatched:
            self._listener.say(f"--licence {choice}: no photo has it")
        self._report.kept = kept

    def count(self, *, fetched: bool, photos: int) -> None:
        with self._lock:
            self._report.photos += photos
            if fetched:
                self._report.fetched += 1
            else:
                self._report.finished_before += 1

    def fail(self, path: str, problem: str) -> None:
        with self._lock:
            self._report.failures.append(f"{path}: {problem}")
        self._listener.say(f"{path}: {problem}")

    def set_aside(self, path: str, reason: str) -> None:
        with self._lock:
            self._report.refused.append(f"{path}{REFUSED_SUFFIX}: {reason}")
        self._listener.say(f"{path}: refused and moved aside; {reason}")

    def check_running(self) -> None:
        if self._stop.is_set():
            raise StoppedError

    @property
    def folder(self) -> Path:
        return self._folder

    @property
    def state(self) -> State:
        return self._state

    @property
    def fetches(self) -> int:
        return min(_FETCHES_UNTIL_RIGHT, 1 + self._options.retries)


class _Job:
    """One file, from wherever it stands to its name and its line in the state."""

    def __init__(self, run: _Run, transfer: Transfer, path: str, table: Table | None) -> None:
        self._run = run
        self._transfer = transfer
        self._path = path
        self._table = table
        self._target = run.folder / path
        self._part = part_of(self._target)
        self._fetched = False

    def __call__(self) -> None:
        try:
            if self._table is None:
                self._finish_archive()
            else:
                self._finish_table(self._table)
        except FileError as error:
            self._run.fail(self._path, str(error))
        except StoppedError:
            return

    def _finish_table(self, table: Table) -> None:
        known = self._run.state.known_md5(self._path)
        if self._target.exists() and not self._is_whole(self._target, known):
            self._target.unlink()
        file = self._file(checked=False)
        try:
            check_columns(file, table.columns)
        except FileError:
            remove_part(self._part)
            raise
        md5 = compute_md5(file, self._run.check_running)
        place(file, self._target)
        self._run.state.record_finished(self._path, md5)
        self._run.count(fetched=self._fetched, photos=0)

    def _is_whole(self, file: Path, known_md5: str | None) -> bool:
        # No checksum is published for the tables: one that this command did not finish is known by its size alone.
        if known_md5 is not None:
            return compute_md5(file, self._run.check_running) == known_md5
        size = self._transfer.read_size_bytes(self._path)
        return size is None or size == file.stat().st_size

    def _finish_archive(self) -> None:
        for _ in range(self._run.fetches):
            file = self._file(checked=True)
            md5 = compute_md5(file, self._run.check_running)
            if md5 == self._expected_md5(refresh=False) or md5 == self._expected_md5(refresh=True):
                break
            file.unlink()
            remove_part(self._part)
        else:
            raise FileError(
                f"its md5 is {md5}, but {checksum_path(self._path)} says {self._expected_md5(refresh=False)}, "
                f"{self._run.fetches} times over; it was deleted; try later, or another mirror with --base-url"
            )
        scan = scan_archive(file, self._run.check_running)
        if scan.refused_count:
            reason = refuse(file, self._target, scan)
            self._run.state.record_refused(self._path, reason)
            self._run.set_aside(self._path, reason)
            return
        place(file, self._target)
        self._run.state.record_finished(self._path, md5, scan.photos)
        self._run.count(fetched=self._fetched, photos=scan.photos)

    def _file(self, *, checked: bool) -> Path:
        """The finished file where there is one, the whole part otherwise."""
        if self._target.exists():
            remove_part(self._part)
            return self._target
        self._transfer.fetch(self._path, self._part, checked=checked)
        self._fetched = True
        return self._part

    def _expected_md5(self, *, refresh: bool) -> str:
        path = checksum_path(self._path)
        local = self._run.folder / path
        if refresh or not local.exists():
            try:
                text = self._transfer.read_text(path, _CHECKSUM_BYTES)
                value = parse_checksum(text)
            except FileError as error:
                raise FileError(f"cannot be checked: {path}: {error}") from None
            local.parent.mkdir(parents=True, exist_ok=True)
            write_atomic(local, text)
            return value
        try:
            return parse_checksum(local.read_text(encoding="utf-8", errors="replace"))
        except FileError:
            return self._expected_md5(refresh=True)
