"""`triovision data prepare folder` and `triovision evaluate` as a user runs them."""

import csv
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image

from triovision.bundle import read_bundle
from triovision.cli import cli
from triovision.errors import DataError, MissingExtraError

CODES = ("BE", "CN", "DE", "FR", "JP", "KE", "PE")  # the tiny bundle knows all but Peru


def write_source(folder: Path, count: int, size: tuple[int, int]) -> Path:
    folder.mkdir(parents=True)
    path = folder / "photos.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["photo", "country", "source", "landmark"])
        for index in range(count):
            pixels = np.random.default_rng(index).integers(0, 256, (size[1], size[0], 3), dtype=np.uint8)
            Image.fromarray(pixels).save(folder / f"{index}.jpg")
            place = f"place {index}" if index % 4 == 0 else ""
            writer.writerow([f"{index}.jpg", CODES[index % 7], f"site{index % 6}", place])
    return path


def run(*arguments):
    return CliRunner().invoke(cli, [str(argument) for argument in arguments])


def read_all(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture(scope="module")
def source(tmp_path_factory):
    return write_source(tmp_path_factory.mktemp("source") / "in", 60, (60, 40))


@pytest.fixture(scope="module")
def prepared(source, tmp_path_factory):
    folder = tmp_path_factory.mktemp("prepared")
    assert run("data", "prepare", "folder", source, "--to", folder, "--test-sources", "site1, site2").exit_code == 0
    return folder


@pytest.fixture
def bundle(tiny_bundle, tmp_path):
    path = tmp_path / "tiny.onnx"
    path.write_bytes(tiny_bundle.read_bytes())
    return path


def test_prepare_prints_what_it_made(source, tmp_path):
    result = run("data", "prepare", "folder", source, "--to", tmp_path / "out", "--workers", "2")
    assert result.exit_code == 0
    assert "train" in result.stdout
    assert "labels: 7 countries" in result.stdout
    assert "data: sha256:" in result.stdout
    again = run("data", "prepare", "folder", source, "--to", tmp_path / "out", "--workers", "1")
    assert "3 of 3 shards were finished by an earlier run" in again.stdout


def test_prepare_counts_what_it_left_out(tmp_path):
    path = write_source(tmp_path / "in", 12, (20, 20))
    (path.parent / "3.jpg").write_text("no photo")
    drop = tmp_path / "drop.csv"
    drop.write_text("photo,reason\n5.jpg,a lion\n")
    options = ("--drop", drop, "--split-by", "photo", "--to", tmp_path / "out")
    result = run("data", "prepare", "folder", path, *options)
    assert "left out (rejects.csv): 1 dropped, 1 unreadable" in result.stdout


def test_prepare_passes_on_what_is_wrong(tmp_path):
    result = run("data", "prepare", "folder", tmp_path / "nothing.csv", "--to", tmp_path / "out")
    assert isinstance(result.exception, DataError)


def test_evaluate_prints_and_writes_its_figures(prepared, bundle, tmp_path):
    result = run("evaluate", bundle, "--data", prepared, "--to", tmp_path / "report")
    assert result.exit_code == 0
    assert "top1_accuracy" in result.stdout
    assert "that the model does not" in result.stdout
    report = json.loads((tmp_path / "report" / "metrics.json").read_bytes())
    facts = json.loads((prepared / "data.json").read_bytes())
    assert report["samples"] == facts["splits"]["test"]["samples"]
    assert report["data_hash"] == facts["data_hash"]
    assert report["unknown_countries"]["country_codes"] == ["PE"]
    page = (tmp_path / "report" / "report.html").read_text(encoding="utf-8")
    assert "Its surest mistakes" in page
    assert page.count('src="data:image/jpeg;base64,') == len(report["surest_mistakes"])


def test_a_report_to_pass_on_holds_no_photo(prepared, bundle, tmp_path):
    run("evaluate", bundle, "--data", prepared, "--to", tmp_path / "report", "--no-photos")
    assert "<img" not in (tmp_path / "report" / "report.html").read_text(encoding="utf-8")


def test_evaluate_holds_two_bundles_against_each_other(prepared, bundle, tmp_path):
    result = run("evaluate", bundle, "--data", prepared, "--to", tmp_path / "report", "--against", bundle)
    assert result.exit_code == 0
    assert "McNemar" in result.stdout
    report = json.loads((tmp_path / "report" / "metrics.json").read_bytes())
    assert report["comparison"]["mcnemar"]["probability"] == 1
    assert set(report["comparison"]["differences"].values()) <= {0, None}
    assert report["against"]["figures"] == report["figures"]
    assert "Against" in (tmp_path / "report" / "report.html").read_text(encoding="utf-8")


def test_evaluate_says_what_predict_says(prepared, bundle, tmp_path):
    from triovision.classifier import CountryClassifier  # noqa: PLC0415
    from triovision.data.shards import read_shard  # noqa: PLC0415

    run("evaluate", bundle, "--data", prepared, "--split", "val", "--to", tmp_path / "report")
    report = json.loads((tmp_path / "report" / "metrics.json").read_bytes())
    classifier = CountryClassifier.load(bundle)
    samples = [sample for path in prepared.glob("shards/val-*.tar") for sample in read_shard(path)]
    hits = [classifier.predict(s.jpeg).top(1)[0][0] == s.record["country_code"] for s in samples]
    assert report["figures"]["top1_accuracy"] == pytest.approx(np.mean(hits))


def test_evaluate_records_in_the_bundle_and_changes_nothing_else(prepared, bundle):
    before = read_bundle(bundle)
    assert run("evaluate", bundle, "--data", prepared, "--split", "val", "--record").exit_code == 0
    after = read_bundle(bundle)
    assert after.metadata.metrics["test"] == before.metadata.metrics["test"]
    assert {"samples", "top1_accuracy", "expected_calibration_error"} <= set(after.metadata.metrics["val"])
    images = np.random.default_rng(0).normal(size=(2, 3, 32, 32)).astype(np.float32)
    assert np.array_equal(before.run(images).logits, after.run(images).logits)


def test_evaluate_without_onnx_records_nothing(prepared, bundle, monkeypatch):
    before = bundle.read_bytes()
    monkeypatch.setitem(sys.modules, "onnx", None)
    assert isinstance(run("evaluate", bundle, "--data", prepared, "--record").exception, MissingExtraError)
    assert bundle.read_bytes() == before


def test_evaluate_refuses_a_place_that_is_a_file(prepared, bundle, tmp_path):
    (tmp_path / "report").write_text("in the way")
    result = run("evaluate", bundle, "--data", prepared, "--to", tmp_path / "report")
    assert isinstance(result.exception, DataError)


def test_evaluate_refuses_a_damaged_photo(source, bundle, tmp_path):
    run("data", "prepare", "folder", source, "--to", tmp_path / "out")
    shard = next((tmp_path / "out" / "shards").glob("test-*.tar"))
    content = bytearray(shard.read_bytes())
    start = content.index(b"\xff\xd8\xff")
    content[start : start + 300] = bytes(300)
    shard.write_bytes(content)
    result = run("evaluate", bundle, "--data", tmp_path / "out")
    assert isinstance(result.exception, DataError)
    assert "is damaged" in str(result.exception)


@pytest.mark.skipif(os.name != "posix", reason="no SIGKILL elsewhere")
@pytest.mark.parametrize("moment", ["train-00000.tar.partial", "train-00002.json"])
def test_a_killed_run_started_again_ends_with_the_same_bytes(tmp_path, moment):
    source = write_source(tmp_path / "in", 48, (700, 500))
    options = ("data", "prepare", "folder", source, "--shard-size", "6", "--to")
    killed = tmp_path / "killed"
    command = [sys.executable, "-m", "triovision", *map(str, options), str(killed), "--workers", "2"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    deadline = time.monotonic() + 30
    while not (killed / "shards" / moment).exists() and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.001)
    process.send_signal(signal.SIGKILL)
    assert process.wait(10) == -signal.SIGKILL
    assert not (killed / "data.json").exists()
    assert run(*options, killed).exit_code == 0
    assert run(*options, tmp_path / "whole").exit_code == 0
    assert read_all(killed) == read_all(tmp_path / "whole")


def test_help_names_every_option():
    text = run("data", "prepare", "folder", "--help").stdout
    for option in ("--to", "--drop", "--split-by", "--test-sources", "--min-per-country", "--free-licences-only"):
        assert option in text
    assert "--record" in run("evaluate", "--help").stdout


def test_reading_shards_needs_no_pyarrow():
    code = "import sys, triovision.data.prepare, triovision.evaluation.report as r; print('pyarrow' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_a_terminal_shows_bars_and_sentences(source, bundle, tmp_path, monkeypatch):
    monkeypatch.setattr("click.testing._NamedTextIOWrapper.isatty", lambda _: True)
    monkeypatch.setenv("TERM", "xterm-256color")
    single = tmp_path / "single.csv"
    rows = [f"{source.parent}/{index}.jpg,{CODES[index % 7]}" for index in range(20)]
    single.write_text("\n".join(["photo,country_code", *rows]))
    result = run("data", "prepare", "folder", single, "--to", tmp_path / "out")
    assert "split by landmark" in result.stderr
    assert "preparing" in result.stderr
    assert "preparing" not in result.stdout
    assert "samples" in run("evaluate", bundle, "--data", tmp_path / "out").stderr
