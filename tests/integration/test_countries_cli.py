"""`triovision data countries gldv2` as a user runs it, and kills it."""

import json
import os
import runpy
import subprocess
import sys
import time
from pathlib import Path

import pytest
from click.testing import CliRunner
from pyarrow import parquet

from triovision.cli import cli

KIT = runpy.run_path(str(Path(__file__).parents[1] / "unit/data/provenance/conftest.py"))
COUNT = 14


@pytest.fixture
def data_set(tmp_path):
    return KIT["write_data_set"](tmp_path / "gldv2")


@pytest.fixture
def server(monkeypatch):
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    running = KIT["SparqlServer"]({"Tour Eiffel": [KIT["EIFFEL"]]})
    yield running
    running.close()


def arguments(data_set, *further):
    return ["data", "countries", "gldv2", "--from", str(data_set), "--to", str(data_set / "c.parquet"), *further]


def run(data_set, *further):
    return CliRunner().invoke(cli, arguments(data_set, *further))


def test_the_table_on_the_terminal_and_the_files(data_set):
    place = KIT["location"]("Tour_Eiffel", 48.8584, 2.2945, "France")
    table = KIT["write_csv"](data_set / "category_to_location.csv", KIT["LOCATIONS"], [place])
    done = run(data_set, "--category-to-location", str(table), "--gazetteer")
    assert done.exit_code == 0
    for words in ("the report", "30.8 %", "55.6 %", "no category and no coordinates 2", "ODbL 1.0", "0 conflicts"):
        assert words in done.output
    assert parquet.read_table(data_set / "c.parquet").column("country_code").to_pylist() == ["FR", "DE", "DE"]
    assert json.loads((data_set / "c-report.json").read_text())["landmarks"]["with_country"] == 3
    assert (data_set / "c-conflicts.csv").read_text().startswith("landmark_id,category,kind,source,")


def test_what_is_wrong_with_the_tables_is_said(data_set):
    with (data_set / "metadata/train_label_to_category.csv").open("a", encoding="utf-8") as file:
        file.write("1,http://commons.wikimedia.org/wiki/Category:Elsewhere\n")
    columns = ("id", "url", "author", "license", "title")
    rows = [(f"{n:016x}", "", "", "CC0", "") for n in range(18)]
    KIT["write_csv"](data_set / "metadata/train_attribution.csv", columns, rows)
    points = KIT["write_csv"](data_set / "points.csv", ("landmark_id", "lat", "lon"), [(1, 48.86, 2.29), (77, 1, 1)])
    done = run(data_set, "--coordinates", str(points), "--gazetteer")
    for words in (
        "1 duplicate landmark ids, the first row stands",
        "of 18 photos with a free licence, 10 have a country (55.6 %)",
        "coordinates: 1 landmark or category not in the data set",
    ):
        assert words in done.output


def test_wikidata_is_asked_at_the_address_given(data_set, server):
    quick = ("--pause", "0", "--backoff", "0.01", "--batch-size", "2")
    done = run(data_set, "--wikidata", server.url, *quick)
    assert done.exit_code == 0
    assert len(server.asked) == 3
    assert list((data_set / "c-wikidata-cache").glob("*.json"))
    server.slow = {"Tour Eiffel"}
    done = run(data_set, "--wikidata", server.url, *quick, "--cache", str(data_set / "elsewhere"))
    assert done.exit_code == 1
    assert "1 no answer in time" in done.output


def test_without_the_option_nobody_is_asked(data_set, monkeypatch):
    monkeypatch.setattr("socket.socket.connect", lambda *_: pytest.fail("the network was used"))
    assert run(data_set, "--gazetteer").exit_code == 0


@pytest.mark.parametrize(
    ("further", "words"),
    [
        ((), "no source of countries is given"),
        (("--coordinates", "none.csv"), "none.csv: cannot be read"),
        (("--wikidata", "nowhere"), "is no http(s) address"),
    ],
)
def test_wrong_use_is_one_line_and_exit_code_2(data_set, further, words):
    command = [sys.executable, "-m", "triovision", *arguments(data_set, *further)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert words in done.stderr
    assert "Traceback" not in done.stderr
    assert not (data_set / "c.parquet").exists()


@pytest.mark.skipif(os.name != "posix", reason="no SIGKILL elsewhere")
def test_killed_while_it_asks_it_goes_on_and_ends_the_same(tmp_path, server):
    categories = {str(n): f"Place_{n}" for n in range(COUNT)}
    server.rows = {
        f"Place {n}": [KIT["binding"](f"Place {n}", f"Q{n + 1}", state="Q142" if n % 2 else "Q183")]
        for n in range(COUNT)
    }
    folders = [KIT["write_data_set"](tmp_path / name, categories, {"1": 1}) for name in ("whole", "killed")]
    options = ("--wikidata", server.url, "--batch-size", "1", "--pause", "0")
    assert run(folders[0], *options).exit_code == 0
    server.asked.clear()
    command = [sys.executable, "-m", "triovision", *arguments(folders[1], *options, "--pause", "0.05")]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 60
    while len(server.asked) < 3 and time.monotonic() < deadline:
        time.sleep(0.01)
    process.kill()
    process.wait()
    before = len(server.asked)
    assert 3 <= before < COUNT
    assert not (folders[1] / "c.parquet").exists()
    assert run(folders[1], *options).exit_code == 0
    assert len(server.asked) - before <= COUNT - before + 1  # at most the one in flight is asked twice
    for name in ("c.parquet", "c-report.json", "c-conflicts.csv"):
        assert (folders[0] / name).read_bytes() == (folders[1] / name).read_bytes()
