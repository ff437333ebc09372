"""What the documents show is run, so that it stays true."""

import importlib.util
import re
import shlex
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from triovision.cli import cli

ROOT = Path(__file__).parent.parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


def blocks(language):
    return re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)


def commands():
    lines = [line for block in blocks("console") for line in block.splitlines()]
    return [line.removeprefix("$ ") for line in lines if line.startswith("$ triovision ")]


@pytest.mark.parametrize("code", blocks("python"))
def test_readme_python_runs(code, monkeypatch):
    monkeypatch.chdir(ROOT)
    exec(compile(code, "README.md", "exec"), {})  # noqa: S102 - our own README


@pytest.mark.parametrize("command", commands())
def test_readme_commands_run(command, monkeypatch, tmp_path):
    monkeypatch.chdir(ROOT)
    _, *arguments = shlex.split(command.split(">")[0])
    if arguments[0] in ("data", "train", "export", "evaluate"):
        arguments = [*arguments[:1], "--help"]
    result = CliRunner().invoke(cli, arguments)
    assert result.exit_code == 0, result.output


def test_readme_has_both():
    assert blocks("python")
    assert commands()


def test_cli_reference_is_what_the_commands_say():
    spec = importlib.util.spec_from_file_location("generate_cli_docs", ROOT / "scripts" / "generate_cli_docs.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    # Word by word: how wide the columns are is click's business, and changes between its versions.
    written = (ROOT / "docs" / "cli.md").read_text(encoding="utf-8")
    assert written.split() == module.make_cli_docs().split(), "run `make docs`"


def test_architecture_fits_a_page():
    assert len((ROOT / "docs" / "architecture.md").read_text(encoding="utf-8").splitlines()) <= 40


@pytest.mark.parametrize(
    "page", sorted(ROOT.glob("*.md")) + sorted((ROOT / "docs").rglob("*.md")), ids=lambda p: p.name
)
def test_links_between_pages_lead_somewhere(page):
    for target in re.findall(r"\]\((?!https?:|#|mailto:)([^)#]+)", page.read_text(encoding="utf-8")):
        assert (page.parent / target).exists(), target
