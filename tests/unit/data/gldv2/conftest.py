"""Fixtures: a small mirror, a server that misbehaves on demand, and a download that does not wait."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

from triovision.data.gldv2.download import download_gldv2
from triovision.data.gldv2.options import DownloadOptions

BENCHMARKS = Path(__file__).parents[4] / "benchmarks"


def load_benchmark(name: str) -> ModuleType:
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, BENCHMARKS / f"{name}.py")
        module = importlib.util.module_from_spec(spec)
        sys.modules[name] = module
        spec.loader.exec_module(module)
    return sys.modules[name]


class Heard:
    """A listener."""

    def __init__(self) -> None:
        self.sentences: list[str] = []
        self.meter = None

    def say(self, text: str) -> None:
        self.sentences.append(text)

    def watch(self, meter) -> None:
        self.meter = meter


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch):
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")


@pytest.fixture(scope="session")
def gldv2_mirror() -> ModuleType:
    return load_benchmark("gldv2_mirror")


@pytest.fixture(scope="session")
def gldv2_server() -> ModuleType:
    return load_benchmark("gldv2_server")


@pytest.fixture(scope="session")
def original(gldv2_mirror, tmp_path_factory) -> Path:
    """A mirror that no test changes: three tars of about 200 kB."""
    folder = tmp_path_factory.mktemp("mirror")
    gldv2_mirror.write_mirror(folder, gldv2_mirror.Spec(shards=3, photos=8, oversized_bytes=150_000))
    return folder


@pytest.fixture
def server(gldv2_server, original):
    with gldv2_server.MirrorServer(original) as running:
        yield running


@pytest.fixture
def heard() -> Heard:
    return Heard()


@pytest.fixture
def fetch(server, heard, tmp_path):
    """Runs a download of the first shards into `tmp_path / "out"`."""

    def run(*, shards=(0,), folder=None, **options):
        chosen = {"split": "train", "base_url": server.url, "backoff_s": 0.01, "timeout_s": 5.0, **options}
        return download_gldv2(folder or tmp_path / "out", DownloadOptions(shards=shards, **chosen), heard)

    return run


@pytest.fixture
def assert_same(original, tmp_path):
    """Whether every file of these shards, and every table, is that of the original."""

    def check(shards=(0,), folder=None) -> None:
        out = folder or tmp_path / "out"
        names = [str(path.relative_to(original)) for path in (original / "metadata").iterdir()]
        names += [f"train/images_{shard:03d}.tar" for shard in shards]
        for name in names:
            assert (out / name).read_bytes() == (original / name).read_bytes(), name
        assert not list(out.rglob("*.part*"))

    return check
