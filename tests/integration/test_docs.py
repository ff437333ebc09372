"""What the documents show is run, so that it stays true."""

import importlib.util
import re
import shlex
import sys
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from triovision.cli import cli
from triovision.training.recipe_files import load_recipe

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
    if arguments[0] in ("compare", "app", "data", "train", "export", "evaluate"):
        arguments = [*arguments[:1], "--help"]
    if "--to" in arguments:
        # What a reader writes beside the photo is written elsewhere here.
        arguments += ["--to", str(tmp_path / arguments[arguments.index("--to") + 1])]
    result = CliRunner().invoke(cli, arguments)
    assert result.exit_code == 0, result.output


def gldv2_commands():
    page = (ROOT / "docs" / "gldv2.md").read_text(encoding="utf-8")
    lines = [line for block in re.findall(r"```console\n(.*?)```", page, re.DOTALL) for line in block.splitlines()]
    return [line.removeprefix("$ ") for line in lines if line.startswith("$ triovision ")]


@pytest.mark.parametrize("command", gldv2_commands())
def test_gldv2_walk_through_fits_the_commands(command, monkeypatch):
    # Days of work: parsed by the real commands, but not done.
    asked = []
    monkeypatch.setattr(click.Command, "invoke", lambda _self, context: asked.append(context))
    _, *arguments = shlex.split(command)
    result = CliRunner().invoke(cli, arguments, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    if arguments[0] == "train":
        load_recipe(asked[-1].params["recipe"], asked[-1].params["overrides"])


def test_gldv2_walk_through_has_every_step():
    asked = [command.split()[1:3] for command in gldv2_commands()]
    assert [words[0] if words[0] != "data" else words[1] for words in asked] == [
        "download", "countries", "prepare", "stats", "train", "export", "evaluate", "predict", "train",
    ]  # fmt: skip


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
