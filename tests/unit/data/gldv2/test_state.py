import os
from threading import Event

import pytest

from triovision.data.gldv2.space import check_space
from triovision.data.gldv2.state import STATE_NAME, State
from triovision.data.gldv2.workers import run_jobs
from triovision.errors import DataError


@pytest.fixture
def finished(tmp_path):
    (tmp_path / "a.csv").write_bytes(b"abc")
    State(tmp_path).record_finished("a.csv", "0" * 32, 5)
    return tmp_path


def test_a_finished_file_is_remembered(finished):
    assert State(finished).finished("a.csv")["photos"] == 5
    assert State(finished).known_md5("a.csv") == "0" * 32


def test_a_touched_file_is_not_finished(finished):
    os.utime(finished / "a.csv", (1, 1))
    assert State(finished).finished("a.csv") is None


def test_a_lost_file_is_not_finished(finished):
    (finished / "a.csv").unlink()
    assert State(finished).finished("a.csv") is None


@pytest.mark.parametrize("content", ["", "{", "[]", '{"version": 9, "files": {}}', '{"version": 1, "files": [1]}'])
def test_a_broken_state_costs_only_time(finished, content):
    (finished / STATE_NAME).write_text(content)
    assert State(finished).finished("a.csv") is None


def test_a_refused_tar_is_remembered_while_it_lies_there(tmp_path):
    State(tmp_path).record_refused("a.tar", "x")
    assert State(tmp_path).refused("a.tar") is None
    (tmp_path / "a.tar.refused").touch()
    assert State(tmp_path).refused("a.tar") == "x"


def test_the_room_on_the_disk_is_told(tmp_path):
    with pytest.raises(DataError, match=r"1e\+03 TB|1000 TB needed, .* free; make room for"):
        check_space(tmp_path, 10**15)
    check_space(tmp_path, 0)


def test_the_first_failure_ends_the_run():
    done, stop = [], Event()

    def fail():
        raise DataError("x")

    with pytest.raises(DataError):
        run_jobs([lambda: done.append(1), fail, *[lambda: done.append(2)] * 50], 1, stop)
    assert done == [1]
    assert stop.is_set()


def test_no_jobs_no_threads():
    run_jobs([], 4, Event())
