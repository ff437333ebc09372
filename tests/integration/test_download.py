"""`triovision data download gldv2` as a user runs it, interrupts it and kills it."""

import importlib.util
import os
import random
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from click.testing import CliRunner

from triovision.cli import cli
from triovision.data.gldv2.download import download_gldv2
from triovision.data.gldv2.options import DownloadOptions

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"
SHARDS = 4
pytestmark = pytest.mark.skipif(os.name != "posix", reason="no SIGKILL elsewhere")


def load_benchmark(name):
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, BENCHMARKS / f"{name}.py")
        sys.modules[name] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(sys.modules[name])
    return sys.modules[name]


mirror_module, server_module = load_benchmark("gldv2_mirror"), load_benchmark("gldv2_server")


class Silent:
    def say(self, text):
        pass

    def watch(self, meter):
        pass


@pytest.fixture(scope="module")
def original(tmp_path_factory):
    folder = tmp_path_factory.mktemp("mirror")
    mirror_module.write_mirror(folder, mirror_module.Spec(shards=SHARDS, photos=6, oversized_bytes=1_000_000))
    return folder


@pytest.fixture
def server(original, monkeypatch):
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with server_module.MirrorServer(original) as running:
        yield running


def arguments(server, folder, *further):
    named = ["--split", "train", "--shards", f"0-{SHARDS - 1}", "--to", str(folder), "--base-url", server.url]
    return ["data", "download", "gldv2", *named, "--backoff", "0.01", *further]


def run(server, folder, *further):
    return CliRunner().invoke(cli, arguments(server, folder, *further))


def start(server, folder, *further):
    command = [sys.executable, "-m", "triovision", *arguments(server, folder, *further)]
    return subprocess.Popen(
        command,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=hear_ctrl_c,  # noqa: PLW1509 - no thread runs here
    )


def hear_ctrl_c():
    # Whatever runs in the background of a shell was told to ignore it, tests too, and hands that on.
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def files_of(folder):
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def assert_same(original, folder):
    found = files_of(folder)
    assert found.pop("download_state.json")
    assert found.pop("download.lock") == b""
    assert found == files_of(original)


def kill_often(server, original, folder, kills):
    """SIGKILL at random moments; after each, the next run must ask for the rest of every part that it left."""
    chance = random.Random(kills)  # noqa: S311 - no secret
    server.behaviour.rate_bytes_s = 4_000_000 / kills
    parts = set()
    for _ in range(kills):
        asked = len(server.requests)
        process = start(server, folder, "--jobs", "2")
        # However slow the machine starts a process: the moments are counted from when it works.
        deadline = time.monotonic() + 30
        while not any(folder.rglob("*.part")) and len(server.requests) == asked and time.monotonic() < deadline:
            time.sleep(0.01)
        time.sleep(chance.uniform(0.05, 0.6))
        process.kill()
        process.communicate()
        parts |= {(str(p.relative_to(folder))[:-5], p.stat().st_size) for p in folder.rglob("*.part")}
    server.behaviour.rate_bytes_s = None
    left = sum((original / path).stat().st_size for path in files_of(original) if not (folder / path).exists())
    there = sum(part.stat().st_size for part in folder.rglob("*.part"))
    md5_files = sum(path.stat().st_size for path in original.glob("md5sum/train/*"))
    options = DownloadOptions("train", tuple(range(SHARDS)), server.url)
    report = download_gldv2(folder, options, Silent())
    assert report.failures == []
    assert_same(original, folder)
    # The md5 files are fetched beside the count.
    assert left - there - md5_files <= report.received_bytes <= left - there
    assert report.resumed_bytes == there
    for path, size in parts:
        whole = (original / path).stat().st_size
        assert size in {0, whole} or size in {request.start for request in server.gets(path)}, path
    return parts


def test_five_kills_end_with_identical_files(server, original, tmp_path):
    assert kill_often(server, original, tmp_path / "out", 5)


@pytest.mark.slow
def test_twenty_kills_end_with_identical_files(server, original, tmp_path):
    assert kill_often(server, original, tmp_path / "out", 20)


def test_ctrl_c_says_how_to_go_on(server, original, tmp_path):
    server.behaviour.rate_bytes_s = 200_000
    process = start(server, tmp_path)
    deadline = time.monotonic() + 20
    while not list(tmp_path.rglob("images_*.part")) and time.monotonic() < deadline:
        time.sleep(0.01)
    pressed = time.monotonic()
    process.send_signal(signal.SIGINT)
    said = process.communicate(timeout=20)[1]
    assert process.returncode == 130
    assert time.monotonic() - pressed < 4
    assert "interrupted; run the same command again, it goes on from here" in said
    assert "Traceback" not in said
    server.behaviour.rate_bytes_s = None
    assert run(server, tmp_path).exit_code == 0
    assert_same(original, tmp_path)


def test_ctrl_c_does_not_wait_for_a_silent_server(server, tmp_path):
    server.behaviour.always["train/images_000.tar"] = server_module.Fault("stall", after_bytes=1000, seconds=60)
    process = start(server, tmp_path)
    deadline = time.monotonic() + 20
    while not (tmp_path / "train" / "images_003.tar").exists() and time.monotonic() < deadline:
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=8)
    assert process.returncode == 130


def test_a_run_says_what_is_there(server, original, tmp_path):
    result = run(server, tmp_path, "--licence", "cc-by", "--licence", "cc0,PD")
    assert result.exit_code == 0
    assert "9 files are there, 9 of them new; 24 photos in the tars" in result.stdout
    assert re.search(r"licence_kept\.txt: \d+ photos kept \(cc-by-2\.0 \d+, .*\), \d+ left out", result.stdout)
    assert "files to fetch: 9" in result.stderr


def test_only_the_tables(server, tmp_path):
    assert run(server, tmp_path, "--metadata-only").exit_code == 0
    assert not (tmp_path / "train").exists()
    assert len(list((tmp_path / "metadata").iterdir())) == 5


def test_failures_are_listed_and_exit_1(server, tmp_path):
    server.behaviour.always["train/images_002.tar"] = server_module.Fault("status", status=404)
    result = run(server, tmp_path)
    assert result.exit_code == 1
    assert "failed: train/images_002.tar: the server answers 404 Not Found" in result.stdout
    assert "run the same command again" in result.stdout


def test_progress_is_a_line_every_so_often(server, tmp_path, monkeypatch):
    server.behaviour.rate_bytes_s = 2_000_000
    monkeypatch.setattr("triovision.cli.download._Lines.__init__.__defaults__", (0.05,), raising=False)
    monkeypatch.setattr("triovision.cli.download._LINE_EVERY_S", 0.05)
    result = run(server, tmp_path, "--shards", "0")
    assert re.search(r"triovision: .* of .*, .*/s, time left", result.stderr)


def test_a_terminal_gets_a_bar(server, tmp_path):
    import pty  # noqa: PLC0415 - not on Windows

    server.behaviour.rate_bytes_s = 1_000_000
    main_end, terminal = pty.openpty()
    command = [sys.executable, "-m", "triovision", *arguments(server, tmp_path, "--shards", "0")]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=terminal)
    os.close(terminal)
    shown = b""
    try:
        while piece := os.read(main_end, 4096):
            shown += piece
    except OSError:
        pass  # how Linux says that nobody writes any more
    os.close(main_end)
    assert process.wait(20) == 0
    assert b"MB/s" in shown or b"kB/s" in shown
    assert b" left" in shown


@pytest.mark.parametrize(
    ("further", "said"),
    [
        (["--shards", "498-502"], "there is no 500-502"),
        (["--base-url", "ftp://host"], "is not an http(s) address"),
        (["--split", "test", "--shards", "0", "--licence", "cc0"], "does not cover test"),
        (["--jobs", "0"], "give at least 1 job"),
    ],
)
def test_bad_input_is_one_line_and_exit_2(server, tmp_path, further, said):
    process = start(server, tmp_path / "out", *further)
    lines = process.communicate(timeout=20)[1].splitlines()
    assert process.returncode == 2
    assert len(lines) == 1
    assert said in lines[0]
    assert not (tmp_path / "out").exists()


def test_help_names_every_option():
    text = CliRunner().invoke(cli, ["data", "download", "gldv2", "--help"]).stdout
    for option in ("--split", "--shards", "--to", "--base-url", "--licence", "--metadata-only", "--verify", "--jobs"):
        assert option in text


def test_help_is_light():
    code = "import sys, triovision.cli.data; print([m for m in ('httpx', 'rich', 'numpy') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
