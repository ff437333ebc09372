from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from threading import Event

import pytest

from triovision.data.gldv2.retry import (
    AttemptError,
    FileError,
    Patience,
    StoppedError,
    UnreachableError,
    parse_retry_after,
    persist,
    wait_before,
)


class Flaky:
    """Fails so often, growing as told, and then works."""

    def __init__(self, failures, grows_by=0, **error):
        self.failures, self.grows_by, self.error = failures, grows_by, error
        self.calls = self.size = 0

    def __call__(self):
        self.calls += 1
        self.size += self.grows_by
        if self.calls <= self.failures:
            raise AttemptError("it broke", **self.error)
        return "done"


def patience(retries=3):
    return Patience(retries, 0.0, Event())


def test_it_is_tried_until_it_works():
    assert persist(Flaky(3), patience(3)) == "done"


def test_tries_are_used_up():
    action = Flaky(99)
    with pytest.raises(FileError, match=r"it broke \(tried 4 times\)"):
        persist(action, patience(3))
    assert action.calls == 4


def test_a_file_that_grows_is_tried_for_ever():
    action = Flaky(50, grows_by=70_000)
    assert persist(action, patience(1), lambda: action.size) == "done"


def test_a_file_that_hardly_grows_is_not():
    action = Flaky(50, grows_by=100)
    with pytest.raises(FileError):
        persist(action, patience(2), lambda: action.size)


def test_a_file_that_grows_and_shrinks_is_not():
    action = Flaky(50)
    with pytest.raises(FileError):
        persist(action, patience(3), lambda: 100_000 * (action.calls % 2))


def test_nobody_there_is_said_as_such():
    with pytest.raises(UnreachableError):
        persist(Flaky(9, unreachable=True), patience(0))


def test_a_stop_ends_the_wait():
    stop = Event()
    stop.set()
    with pytest.raises(StoppedError):
        persist(Flaky(9), Patience(9, 100.0, stop))


def test_waits_double_with_jitter_and_end_at_a_minute():
    assert all(0.5 <= wait_before(1, 1.0) <= 1.0 for _ in range(50))
    assert all(4.0 <= wait_before(4, 1.0) <= 8.0 for _ in range(50))
    assert wait_before(1000, 1.0) <= 60.0
    assert len({wait_before(3, 1.0) for _ in range(20)}) > 1


@pytest.mark.parametrize(
    ("value", "seconds"),
    [(None, None), ("7", 7.0), (" 0 ", 0.0), ("999999999999", 900.0), ("soon", None), ("-3", None), ("", None)],
)
def test_retry_after_in_seconds(value, seconds):
    assert parse_retry_after(value) == seconds


def test_retry_after_as_a_date():
    later = datetime.now(UTC) + timedelta(seconds=30)
    assert 25 < parse_retry_after(format_datetime(later, usegmt=True)) <= 30
    assert parse_retry_after("Wed, 21 Oct 2015 07:28:00 GMT") == 0.0
    assert parse_retry_after("Wed, 21 Oct 2015 07:28:00 -0000") == 0.0
