import pytest
from click.testing import CliRunner

from triovision.cli import cli
from triovision.errors import AppError, BundleNotFoundError, MissingExtraError


@pytest.fixture
def served(monkeypatch):
    calls = []
    monkeypatch.setattr("triovision.app.launch.serve", lambda *arguments: calls.append(arguments))
    monkeypatch.setattr("triovision.app.frontend.frontend_built", lambda: True)
    return calls


def test_it_listens_on_this_machine_only_unless_told(served):
    result = CliRunner().invoke(cli, ["app"])
    assert result.exit_code == 0, result.output
    ((settings, host, port),) = served
    assert (host, port, settings.model) == ("127.0.0.1", 8501, None)
    assert "http://localhost:8501" in result.output


def test_every_option_arrives(served, tiny_bundle, tmp_path):
    arguments = ["--model", str(tiny_bundle), "--models-folder", str(tmp_path), "--max-upload-mb", "9"]
    assert CliRunner().invoke(cli, ["app", *arguments, "--port", "9999", "--host", "0.0.0.0"]).exit_code == 0  # noqa: S104
    ((settings, host, port),) = served
    assert (settings.model, settings.models_folder, settings.max_upload_mb) == (str(tiny_bundle), tmp_path, 9)
    assert (host, port) == ("0.0.0.0", 9999)  # noqa: S104


def test_a_model_that_is_not_there_is_told_at_once(served):
    result = CliRunner().invoke(cli, ["app", "--model", "nope"])
    assert isinstance(result.exception, BundleNotFoundError)
    assert served == []


def test_missing_files_name_the_mend(served, monkeypatch):
    monkeypatch.setattr("triovision.app.frontend.frontend_built", lambda: False)
    result = CliRunner().invoke(cli, ["app"])
    assert isinstance(result.exception, AppError)
    assert "make frontend" in str(result.exception)


def test_a_missing_extra_is_named(served, monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None if name == "plotly" else object())
    result = CliRunner().invoke(cli, ["app"])
    assert isinstance(result.exception, MissingExtraError)
    assert "triovision[app]" in str(result.exception)


@pytest.mark.parametrize("arguments", [["--port", "0"], ["--port", "x"], ["--max-upload-mb", "9999"]])
def test_wrong_use_is_exit_2(arguments):
    assert CliRunner().invoke(cli, ["app", *arguments]).exit_code == 2
