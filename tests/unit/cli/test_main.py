import errno
import json
import subprocess
import sys

import click
import pytest
from click.testing import CliRunner

from triovision import __version__
from triovision.cli import cli, main
from triovision.errors import DataError


def test_version():
    assert CliRunner().invoke(cli, ["--version"]).stdout.strip() == f"triovision, version {__version__}"


def test_help_lists_every_command():
    text = CliRunner().invoke(cli, ["--help"]).stdout
    assert all(name in text for name in ("predict", "models", "train", "data", "export", "evaluate"))


def test_an_unknown_command_is_wrong_use():
    assert CliRunner().invoke(cli, ["predikt"]).exit_code == 2


def test_models_lists_the_starter():
    (card,) = json.loads(CliRunner().invoke(cli, ["models", "-f", "json"]).stdout)
    assert card["name"] == "starter"
    assert card["size_bytes"] < 20_000_000
    assert card["countries"] > 50
    assert "starter" in CliRunner().invoke(cli, ["models"]).stdout


@pytest.mark.parametrize(
    ("raised", "code"),
    [
        (KeyboardInterrupt(), 130),
        (click.UsageError("no"), 2),
        (DataError("table.csv: no rows; add some"), 2),
        (click.exceptions.Exit(1), 1),
        (BrokenPipeError(errno.EPIPE, "closed"), 1),
        (None, 0),
    ],
)
def test_exit_codes_at_the_edge(raised, code, monkeypatch, capfd):
    def invoke(*_args, **_kwargs):
        if raised is not None:
            raise raised

    monkeypatch.setattr(cli, "invoke", invoke)
    monkeypatch.setattr("sys.argv", ["triovision", "models"])
    monkeypatch.setattr("warnings.showwarning", None)
    with pytest.raises(SystemExit) as caught:
        main()
    assert caught.value.code == code
    if isinstance(raised, DataError):
        assert capfd.readouterr().err == "triovision: error: table.csv: no rows; add some\n"


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["predict", "--help"]])
def test_help_imports_nothing_heavy(arguments):
    heavy = ("numpy", "PIL", "onnxruntime", "babel", "rich", "torch", "pandas", "pyarrow", "onnx", "timm", "lightning")
    code = (
        "import sys\nfrom triovision.cli import cli\n"
        f"try:\n    cli.main({arguments!r})\nexcept SystemExit:\n    pass\n"
        f"print([m for m in {heavy!r} if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"
