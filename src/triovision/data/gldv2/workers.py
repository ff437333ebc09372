"""Several jobs at a time, and a clean stop."""

from __future__ import annotations

import queue
import time
from collections.abc import Callable, Iterable
from threading import Event, Thread

__all__ = ["run_jobs"]

_LOOK_EVERY_S = 0.2
_FAREWELL_S = 3.0


def run_jobs(jobs: Iterable[Callable[[], None]], threads: int, stop: Event) -> None:
    """Run jobs in so many threads; the first exception of any of them ends the run and is raised here.

    The threads are daemons, since one may sit in a silent connection when the user presses Ctrl-C, and a thread
    pool would keep the process until the connection times out.

    Args:
        jobs: What is to be done, in this order.
        threads: At a time.
        stop: Set here when the run must end early; jobs look at it.
    """
    waiting: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
    count = 0
    for count, job in enumerate(jobs, 1):  # noqa: B007 - the count is used after the loop
        waiting.put(job)
    failures: list[BaseException] = []
    workers = [
        Thread(target=_work, args=(waiting, failures, stop), name=f"download-{index}", daemon=True)
        for index in range(min(threads, count))
    ]
    for worker in workers:
        worker.start()
    try:
        while any(worker.is_alive() for worker in workers) and not failures:
            _join(workers, _LOOK_EVERY_S)
    except BaseException:
        stop.set()
        _join(workers, _FAREWELL_S)
        raise
    if failures:
        stop.set()
        _join(workers, _FAREWELL_S)
        raise failures[0]


def _work(waiting: queue.SimpleQueue[Callable[[], None]], failures: list[BaseException], stop: Event) -> None:
    while not stop.is_set() and not failures:
        try:
            job = waiting.get_nowait()
        except queue.Empty:
            return
        try:
            job()
        except BaseException as error:  # noqa: BLE001 - handed to the thread that waits
            failures.append(error)


def _join(workers: Iterable[Thread], seconds: float) -> None:
    end = time.monotonic() + seconds
    for worker in workers:
        worker.join(max(0.0, end - time.monotonic()))
