"""The rules that every file keeps; a file may break one only by being named here with its reason."""

import ast
import importlib
import pkgutil
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
PACKAGE = ROOT / "src" / "triovision"
SOURCES = sorted(PACKAGE.rglob("*.py"))
EVERY_PYTHON = [*SOURCES, *(ROOT / "tests").rglob("*.py"), *(ROOT / "benchmarks").rglob("*.py")]
BASE_LAYERS = (
    "errors",
    "prediction",
    "countries",
    "photo",
    "preprocess",
    "bundle",
    "decision",
    "evidence",
    "classifier",
)


@pytest.mark.parametrize("path", EVERY_PYTHON, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_module_has_at_most_300_lines(path):
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 300


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_function_has_at_most_50_lines(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef):
            assert node.end_lineno - node.lineno < 50, node.name


@pytest.mark.parametrize("name", BASE_LAYERS)
def test_all_names_exist(name):
    module = importlib.import_module(f"triovision.{name}")
    assert [entry for entry in module.__all__ if not hasattr(module, entry)] == []
    assert sorted(module.__all__, key=str.lower) is not None


def test_no_module_is_named_for_nothing():
    names = {module.name for module in pkgutil.walk_packages([str(PACKAGE)])}
    assert not names & {"utils", "common", "helpers", "manager", "handler", "misc"}


def test_the_base_imports_nothing_heavy():
    heavy = ("torch", "torchvision", "timm", "lightning", "pandas", "streamlit", "pyarrow", "onnx", "ray")
    code = (
        f"import sys\nfor name in {BASE_LAYERS!r}:\n    __import__('triovision.' + name)\n"
        f"print([m for m in {heavy!r} if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_import_triovision_imports_nothing_but_itself():
    code = "import sys, triovision; print([m for m in ('numpy', 'PIL', 'onnxruntime', 'click') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_no_machine_path_host_or_pickle_in_the_sources():
    forbidden = re.compile(r"/(?:work|root|home)/\w|/tmp/\w|\bimport pickle\b|pickle\.load|\ballow_pickle=True")
    found = [str(path) for path in SOURCES if forbidden.search(path.read_text(encoding="utf-8"))]
    assert found == []
