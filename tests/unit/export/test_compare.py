import json
from types import SimpleNamespace

import pytest
from click.testing import CliRunner

from triovision.bundle import read_bundle
from triovision.cli import cli
from triovision.errors import DataError
from triovision.export.bundle_file import ExportOptions
from triovision.export.compare import compare_formats

pytestmark = pytest.mark.slow  # three exports


@pytest.fixture(scope="module")
def compared(finished_run, prepared, tmp_path_factory):
    """Outcome of `triovision export --compare`, and its folder."""
    folder = tmp_path_factory.mktemp("formats") / "new"
    arguments = ["export", finished_run, "--data", prepared, "--to", folder, "--compare", "--licence", "CC0-1.0"]
    return CliRunner().invoke(cli, [str(argument) for argument in arguments]), folder


def test_every_format_is_told_on_standard_output(compared):
    result, folder = compared
    assert result.exit_code == 0, result.output
    records = json.loads(result.stdout)
    assert [record["format"] for record in records] == ["pytorch", "float32", "float16", "int8"]
    kept = json.loads((folder / "formats.json").read_text())
    assert kept["formats"] == records
    assert kept["split"] == "test"
    pytorch, float32, float16, int8 = records
    assert (pytorch["max_difference"], pytorch["top1_agreement"]) == (0, 1)
    assert float32["max_difference"] < 1e-3
    assert float32["figures"]["top1_accuracy"] == pytest.approx(pytorch["figures"]["top1_accuracy"])
    assert float32["max_difference"] < float16["max_difference"] < int8["max_difference"]
    assert all(record["milliseconds"] > 0 for record in records)
    assert {"top1_accuracy", "top5_accuracy", "negative_log_likelihood"} <= int8["figures"].keys()


def test_every_format_is_a_bundle_of_its_size(compared):
    result, folder = compared
    for record in json.loads(result.stdout)[1:]:
        bundle = read_bundle(folder / f"{record['format']}.onnx")
        assert bundle.size_bytes / 1e6 == pytest.approx(record["megabytes"], abs=1e-3)
        assert bundle.metadata.licence == "CC0-1.0"


def test_progress_stays_off_standard_output(compared):
    assert "ONNX against PyTorch" in compared[0].stderr


def test_an_empty_split_is_told_before_anything_is_exported(finished_run, prepared, tmp_path):
    with pytest.raises(DataError, match="'holiday'; choose one of test, train, val"):
        compare_formats(finished_run, prepared, tmp_path / "new", ExportOptions("x"), "holiday", print)
    assert not (tmp_path / "new").exists()


def test_a_table_on_a_terminal(compared, finished_run, prepared, tmp_path, monkeypatch, capsys):
    records = json.loads(compared[0].stdout)
    # Measured once; what is shown does not depend on when.
    found = [SimpleNamespace(as_record=lambda record=record: record) for record in records]
    monkeypatch.setattr("triovision.export.compare.compare_formats", lambda *_: found)
    monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)
    monkeypatch.setenv("COLUMNS", "160")
    arguments = ["export", str(finished_run), "--data", str(prepared), "--to", str(tmp_path), "--compare"]
    cli.main(arguments, standalone_mode=False)
    table = capsys.readouterr().out
    assert all(word in table for word in ("pytorch", "float16", "ms per photo", "Same first country"))
