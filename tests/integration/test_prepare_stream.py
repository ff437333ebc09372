"""`triovision data prepare gldv2 | csv | gps` as a user runs it, kills it, and gives it a cluster."""

import importlib.util
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pyarrow as pa
import pytest
from click.testing import CliRunner
from PIL import Image
from pyarrow import parquet

from triovision.cli import cli
from triovision.errors import DataError

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"
CODES = ("FR", "JP", "KE", "PE")


def load_benchmark(name):
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, BENCHMARKS / f"{name}.py")
        sys.modules[name] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(sys.modules[name])
    return sys.modules[name]


@pytest.fixture(scope="module")
def mirror(tmp_path_factory):
    module = load_benchmark("gldv2_mirror")
    folder = tmp_path_factory.mktemp("mirror")
    module.write_mirror(folder, module.Spec(shards=2, photos=90, landmarks=40, size_px=(300, 225), broken=3))
    rows = [{"landmark_id": str(number), "country_code": CODES[number % 4]} for number in range(35)]
    parquet.write_table(pa.Table.from_pylist(rows), folder / "countries.parquet")
    return folder


def arguments(mirror, folder, *further):
    named = ["--images", mirror, "--countries", mirror / "countries.parquet", "--to", folder]
    return [str(part) for part in ("data", "prepare", "gldv2", *named, "--chunk-size", 8, "--shard-size", 15, *further)]


def run(*parts):
    return CliRunner().invoke(cli, [str(part) for part in parts])


def read_all(folder):
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture(scope="module")
def whole(mirror, tmp_path_factory):
    folder = tmp_path_factory.mktemp("whole")
    result = run(*arguments(mirror, folder, "--workers", 1))
    assert result.exit_code == 0
    assert "labels: 4 countries" in result.stdout
    return read_all(folder)


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="no SIGKILL elsewhere")
def test_killed_at_random_and_run_again_it_ends_with_the_same_bytes(mirror, whole, tmp_path):
    chance = random.Random(0)  # noqa: S311 - moments, not secrets
    command = [sys.executable, "-m", "triovision", *arguments(mirror, tmp_path / "out", "--workers", 2)]
    kills = 0
    while kills < 3:
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        # From the moment when there is something to lose.
        before = count_files(tmp_path / "out")
        while count_files(tmp_path / "out") <= before + chance.randrange(1, 12) and process.poll() is None:
            time.sleep(0.002)
        process.send_signal(signal.SIGKILL)
        if process.wait(10) == 0:
            break
        kills += 1
    assert kills
    assert run(*arguments(mirror, tmp_path / "out", "--workers", 1)).exit_code == 0
    assert read_all(tmp_path / "out") == whole


def count_files(folder):
    return sum(len(files) for _, _, files in os.walk(folder))


def test_photos_of_a_table_and_with_coordinates(tmp_path):
    exif = Image.Exif()
    exif.get_ifd(0x8825).update({1: "N", 2: (48.0, 51.0, 0.0), 3: "E", 4: (2.0, 21.0, 0.0)})
    for number in range(4):
        path = tmp_path / "in" / f"{number}.jpg"
        path.parent.mkdir(exist_ok=True)
        Image.new("RGB", (200, 150), (number * 60, 90, 40)).save(path, exif=exif)
    table = tmp_path / "in" / "photos.csv"
    table.write_text("photo,country\n" + "".join(f"{number}.jpg,\n" for number in range(4)))
    for source in (("csv", table), ("gps", tmp_path / "in")):
        result = run("data", "prepare", *source, "--to", tmp_path / f"out-{source[0]}", "--workers", 1)
        assert result.exit_code == 0, result
        assert "labels: 1 countries" in result.stdout


def test_a_data_set_within_its_photos_is_refused(tmp_path):
    result = run("data", "prepare", "gps", tmp_path, "--to", tmp_path / "out")
    assert isinstance(result.exception, DataError)
    assert "choose a place outside it" in str(result.exception)


def test_help_names_the_options():
    for command in ("gldv2", "csv", "gps"):
        text = run("data", "prepare", command, "--help").stdout
        for option in ("--to", "--split-by", "--min-per-country", "--near-duplicates", "--engine", "--workers"):
            assert option in text


@pytest.mark.slow
@pytest.mark.skipif(importlib.util.find_spec("ray") is None, reason="ray is not installed (the `cluster` extra)")
@pytest.mark.filterwarnings("ignore")
def test_a_ray_cluster_that_loses_a_node_gives_the_same_bytes(mirror, whole, tmp_path):
    from ray.cluster_utils import Cluster  # noqa: PLC0415

    cluster = Cluster(initialize_head=True, head_node_args={"num_cpus": 1, "include_dashboard": False})
    try:
        second = cluster.add_node(num_cpus=1)
        cluster.wait_for_nodes()
        further = ("--engine", "ray", "--ray-address", cluster.address)
        command = [sys.executable, "-m", "triovision", *arguments(mirror, tmp_path / "out", *further)]
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        deadline = time.monotonic() + 90
        while count_files(tmp_path / "out") < 8 and process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.005)
        assert process.poll() is None
        cluster.remove_node(second, allow_graceful=False)
        assert process.communicate(timeout=120)[1].count("Traceback") == 0
        assert process.returncode == 0
    finally:
        cluster.shutdown()
    assert read_all(tmp_path / "out") == whole


@pytest.mark.skipif(importlib.util.find_spec("ray") is None, reason="ray is not installed (the `cluster` extra)")
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("address", ["127.0.0.1:1", "ray://127.0.0.1:1", "127.0.0.1:no"])
def test_a_cluster_that_is_not_there_is_told(mirror, tmp_path, address):
    result = run(*arguments(mirror, tmp_path / "out", "--engine", "ray", "--ray-address", address))
    assert isinstance(result.exception, DataError)
    assert "no Ray cluster can be reached there" in str(result.exception)
