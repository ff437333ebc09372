"""Who does the work: this process, worker processes of this machine, or a Ray cluster. The results are the same."""

from __future__ import annotations

import logging
import multiprocessing
import os
import signal
import socket
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from itertools import islice
from typing import Any, Literal, Protocol, TypeVar

from triovision.errors import DataError, MissingExtraError

__all__ = ["Engine", "EngineName", "open_engine"]

EngineName = Literal["local", "ray"]

# Units of work ahead of whoever takes the results: no worker idles behind a slow one, and memory stays flat.
_AHEAD_PER_WORKER = 2
_CONNECT_TIMEOUT_S = 5.0
# Of one unit of work on a cluster: machines come and go, but work that kills every worker must end.
_RETRIES = 10

_Task = TypeVar("_Task")
_Result = TypeVar("_Result")


class Engine(Protocol):
    """Does work somewhere."""

    def map(self, function: Callable[[_Task], _Result], tasks: Iterable[_Task]) -> Iterator[_Result]:
        """Results in the order of the tasks; few tasks are ahead of the results taken."""


@contextmanager
def open_engine(name: EngineName, workers: int, address: str | None = None) -> Iterator[Engine]:
    """An engine, and its end.

    Args:
        name: `local` or `ray`.
        workers: Processes on this machine; tasks in flight on a cluster are at least twice as many.
        address: Of a Ray cluster; None starts Ray on this machine.

    Raises:
        DataError: If a worker dies, or the cluster cannot be reached.
        MissingExtraError: If Ray is asked for and not installed.
    """
    if name == "ray":
        with _open_ray(workers, address) as engine:
            yield engine
    elif workers == 1:
        yield _Here()
    else:
        with _open_processes(workers) as engine:
            yield engine


class _Here:
    def map(self, function: Callable[[_Task], _Result], tasks: Iterable[_Task]) -> Iterator[_Result]:
        return map(function, tasks)


class _Processes:
    def __init__(self, pool: ProcessPoolExecutor, ahead: int) -> None:
        self._pool = pool
        self._ahead = ahead

    def map(self, function: Callable[[_Task], _Result], tasks: Iterable[_Task]) -> Iterator[_Result]:
        waiting: deque[Future[_Result]] = deque()
        rest = iter(tasks)
        try:
            waiting.extend(self._pool.submit(function, task) for task in islice(rest, self._ahead))
            while waiting:
                yield waiting.popleft().result()
                waiting.extend(self._pool.submit(function, task) for task in islice(rest, 1))
        except BrokenProcessPool:
            raise DataError(
                "a worker process died (killed, or out of memory); run the same command again, it goes on from here; "
                "fewer --workers need less memory"
            ) from None


@contextmanager
def _open_processes(workers: int) -> Iterator[Engine]:
    # Not forked: Arrow has threads, and a fork of those may never wake up.
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(workers, mp_context=context, initializer=_prepare_worker)
    try:
        yield _Processes(pool, workers * _AHEAD_PER_WORKER)
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _prepare_worker() -> None:
    # Ctrl-C reaches the whole group; the first process alone decides what it means.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_die_with, args=(parent,), daemon=True).start()


def _die_with(parent: Any) -> None:
    # Nobody tells a worker that its parent was killed; without this it would wait for work for ever.
    parent.join()
    os._exit(1)


class _Ray:
    def __init__(self, ray: Any, workers: int) -> None:
        self._ray = ray
        self._workers = workers

    def map(self, function: Callable[[_Task], _Result], tasks: Iterable[_Task]) -> Iterator[_Result]:
        # A worker or a node that dies is replaced; what it did half is not there, for files are written whole.
        remote = self._ray.remote(num_cpus=1, max_retries=_RETRIES)(function)
        waiting: deque[Any] = deque()
        rest = iter(tasks)
        waiting.extend(remote.remote(task) for task in islice(rest, self._ahead()))
        while waiting:
            yield self._result(waiting.popleft())
            missing = max(0, self._ahead() - len(waiting))
            waiting.extend(remote.remote(task) for task in islice(rest, missing))

    def _ahead(self) -> int:
        cores = int(self._ray.cluster_resources().get("CPU", 1))
        return _AHEAD_PER_WORKER * max(cores, self._workers)

    def _result(self, reference: Any) -> Any:
        try:
            return self._ray.get(reference)
        except self._ray.exceptions.RayTaskError as error:
            cause = error.as_instanceof_cause()
            if isinstance(cause, DataError):
                raise DataError(str(error.cause)) from None
            raise
        except self._ray.exceptions.RayError as error:
            reason = str(error).strip().splitlines()[0][:200]
            raise DataError(f"Ray gave up ({reason}); run the same command again, it goes on from here") from None


@contextmanager
def _open_ray(workers: int, address: str | None) -> Iterator[Engine]:
    try:
        import ray  # noqa: PLC0415 - the cluster extra
    except ImportError:
        raise MissingExtraError("ray", "cluster") from None
    was_running = ray.is_initialized()
    if address is not None:
        _check_reachable(address)
    try:
        if not was_running:
            ray.init(
                address=address,
                num_cpus=None if address else workers,
                include_dashboard=False if address is None else None,
                log_to_driver=False,
                logging_level=logging.ERROR,
            )
    except (ConnectionError, ValueError, RuntimeError) as error:
        reason = str(error).strip().splitlines()[0][:200]
        raise DataError(f"{address or 'Ray'}: no Ray cluster can be reached ({reason})") from None
    try:
        yield _Ray(ray, workers)
    finally:
        if not was_running:
            ray.shutdown()


def _check_reachable(address: str) -> None:
    """Ask at the door: Ray itself would try for minutes."""
    host, colon, port = address.removeprefix("ray://").rpartition(":")
    if not colon:
        return  # a word of Ray's own, as `auto`
    try:
        socket.create_connection((host.strip("[]"), int(port)), _CONNECT_TIMEOUT_S).close()
    except (OSError, ValueError, OverflowError) as error:
        raise DataError(
            f"{address}: no Ray cluster can be reached there ({error}); give the address that `ray start` printed"
        ) from None
