import os
import signal
import subprocess
import sys
import time

import pytest

from triovision.data.stream.engines import open_engine
from triovision.errors import DataError, MissingExtraError


def square(number):
    return number * number


def fail(number):
    raise DataError(f"no {number}")


def end(_):
    os.kill(os.getpid(), signal.SIGKILL)


@pytest.mark.parametrize("workers", [1, 2])
def test_results_come_in_the_order_of_the_tasks(workers):
    with open_engine("local", workers) as engine:
        assert list(engine.map(square, range(40))) == [number * number for number in range(40)]


def test_few_tasks_are_ahead_of_the_results():
    taken = []
    with open_engine("local", 2) as engine:
        results = engine.map(square, (taken.append(number) or number for number in range(100)))
        next(results)
    assert len(taken) <= 6


@pytest.mark.parametrize("workers", [1, 2])
def test_an_error_of_ours_arrives_as_it_is(workers):
    with open_engine("local", workers) as engine, pytest.raises(DataError, match="no 0"):
        list(engine.map(fail, range(3)))


@pytest.mark.skipif(os.name != "posix", reason="no SIGKILL elsewhere")
def test_a_worker_that_dies_is_told():
    with open_engine("local", 2) as engine, pytest.raises(DataError, match="a worker process died"):
        list(engine.map(end, range(3)))


@pytest.mark.skipif(os.name != "posix", reason="no SIGKILL elsewhere")
def test_no_worker_outlives_a_killed_run(tmp_path):
    script = tmp_path / "run.py"
    script.write_text(
        "import time\n"
        "from triovision.data.stream.engines import open_engine\n"
        "if __name__ == '__main__':\n"
        "    with open_engine('local', 2) as engine:\n"
        "        print(*engine._pool._processes, flush=True) if list(engine.map(abs, range(9))) else None\n"
        "        time.sleep(60)\n"
    )
    process = subprocess.Popen([sys.executable, str(script)], stdout=subprocess.PIPE, text=True)
    workers = [int(number) for number in process.stdout.readline().split()]
    assert workers
    process.kill()
    process.wait(10)
    process.stdout.close()
    deadline = time.monotonic() + 20
    while any(is_alive(worker) for worker in workers) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not any(is_alive(worker) for worker in workers)


def is_alive(process_id):
    try:
        with open(f"/proc/{process_id}/stat") as file:  # noqa: PTH123
            return file.read().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_ray_must_be_installed(monkeypatch):
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(MissingExtraError, match=r"triovision\[cluster\]"), open_engine("ray", 2):
        pass
