"""Fixtures: a small mirror of GLDv2 with countries, photos with coordinates, and runs over them."""

from __future__ import annotations

import csv
import importlib.util
import shutil
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from PIL import Image
from pyarrow import parquet

from triovision.data.manifest import PreparedData
from triovision.data.stream.csv_source import CsvSource
from triovision.data.stream.engines import open_engine
from triovision.data.stream.gldv2_source import Gldv2Source
from triovision.data.stream.gps_source import GpsSource
from triovision.data.stream.options import StreamOptions
from triovision.data.stream.run import prepare_stream

BENCHMARKS = Path(__file__).parents[4] / "benchmarks"
LANDMARKS = 24
PLACES = {"FR": (48.86, 2.35), "JP": (35.68, 139.76), "KE": (-1.29, 36.82), "PE": (-12.05, -77.04)}


def load_benchmark(name: str) -> ModuleType:
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, BENCHMARKS / f"{name}.py")
        module = importlib.util.module_from_spec(spec)
        sys.modules[name] = module
        spec.loader.exec_module(module)
    return sys.modules[name]


def country_rows(landmarks: int = LANDMARKS) -> list[dict[str, Any]]:
    """A country for each landmark but every sixth; four countries, five kilometres between landmarks."""
    rows = []
    for landmark in range(landmarks):
        if landmark % 6 == 5:
            continue
        code = list(PLACES)[landmark % len(PLACES)]
        latitude, longitude = PLACES[code]
        rows.append(
            {
                "landmark_id": str(landmark),
                "country_code": code,
                "source": "wikidata",
                "evidence": "P17",
                "confidence": 0.9,
                "latitude": latitude + landmark * 0.05,
                "longitude": longitude,
            }
        )
    return rows


def save_countries(path: Path, rows: Sequence[dict[str, Any]]) -> Path:
    parquet.write_table(pa.Table.from_pylist(list(rows)), path)
    return path


@pytest.fixture(scope="session")
def mirror_module() -> ModuleType:
    return load_benchmark("gldv2_mirror")


@pytest.fixture(scope="session")
def pristine(tmp_path_factory: pytest.TempPathFactory, mirror_module: ModuleType) -> Path:
    """Two tars of eighty photos, three of each broken."""
    folder = tmp_path_factory.mktemp("gldv2")
    spec = mirror_module.Spec(shards=2, photos=80, landmarks=LANDMARKS, size_px=(200, 150), broken=3)
    mirror_module.write_mirror(folder, spec)
    save_countries(folder / "countries.parquet", country_rows())
    return folder


@pytest.fixture
def gldv2(pristine: Path, tmp_path: Path) -> Path:
    """A copy of the mirror, to be damaged."""
    return Path(shutil.copytree(pristine, tmp_path / "gldv2"))


class Heard:
    """A listener."""

    def __init__(self) -> None:
        self.sentences: list[str] = []
        self.stages: list[str] = []
        self.done = 0

    def say(self, text: str) -> None:
        self.sentences.append(text)

    def start(self, stage: str, total: int) -> None:
        self.stages.append(stage)

    def advance(self, count: int = 1) -> None:
        self.done += count


@pytest.fixture
def heard() -> Heard:
    return Heard()


Prepare = Callable[..., PreparedData]


def make_options(changes: dict[str, Any]) -> StreamOptions:
    small = {"short_side_px": 64, "min_side_px": 16, "shard_size": 30, "chunk_size": 25, "near_duplicates": -1}
    return StreamOptions(**{**small, **changes})


@pytest.fixture
def run(tmp_path: Path, heard: Heard) -> Prepare:
    """Prepares a mirror, in this process unless told otherwise; by default into the folder `out`."""

    def prepare(folder: Path, to: str = "out", *, workers: int = 1, **options: Any) -> PreparedData:
        chosen = make_options(options)
        source = Gldv2Source(folder, folder / "countries.parquet", chosen)
        with open_engine("local", workers) as engine:
            return prepare_stream(source, tmp_path / to, chosen, engine, heard)

    return prepare


@pytest.fixture
def run_csv(tmp_path: Path, heard: Heard) -> Prepare:
    """Prepares a table."""

    def prepare(table: Path, to: str = "out", **options: Any) -> PreparedData:
        chosen = make_options(options)
        with open_engine("local", 1) as engine:
            return prepare_stream(CsvSource(table, chosen), tmp_path / to, chosen, engine, heard)

    return prepare


@pytest.fixture
def run_gps(tmp_path: Path, heard: Heard) -> Prepare:
    """Prepares a folder of photos with coordinates."""

    def prepare(folder: Path, to: str = "out", **options: Any) -> PreparedData:
        chosen = make_options(options)
        with open_engine("local", 1) as engine:
            return prepare_stream(GpsSource(folder), tmp_path / to, chosen, engine, heard)

    return prepare


def save_photo(path: Path, seed: int, place: tuple[float, float] | None = None) -> None:
    """A photo of 60 x 40 px, with the coordinates a camera would note."""
    path.parent.mkdir(parents=True, exist_ok=True)
    exif = Image.Exif()
    if place is not None:
        latitude, longitude = place
        exif.get_ifd(0x8825).update(
            {
                1: "N" if latitude >= 0 else "S",
                2: (abs(latitude), 0.0, 0.0),
                3: "E" if longitude >= 0 else "W",
                4: (abs(longitude), 0.0, 0.0),
            }
        )
    coarse = np.random.default_rng(seed).integers(0, 256, (6, 8, 3), dtype=np.uint8)
    Image.fromarray(coarse).resize((60, 40), Image.Resampling.BICUBIC).save(path, "JPEG", exif=exif)


@pytest.fixture
def make_photo() -> Callable[..., None]:
    return save_photo


def read_manifest(prepared: PreparedData) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = parquet.read_table(prepared.folder / "manifest.parquet").to_pylist()
    return rows


def read_rejects(prepared: PreparedData) -> dict[str, str]:
    with (prepared.folder / "rejects.csv").open(encoding="utf-8", newline="") as file:
        return {row["photo"]: row["reason"] for row in csv.DictReader(file)}


@pytest.fixture
def manifest() -> Callable[[PreparedData], list[dict[str, Any]]]:
    return read_manifest


@pytest.fixture
def rejects() -> Callable[[PreparedData], dict[str, str]]:
    return read_rejects


@pytest.fixture
def write_countries() -> Callable[..., Path]:
    """Writes the countries of a mirror, some rows changed."""

    def write(folder: Path, changes: dict[int, dict[str, Any]] | None = None, more: Sequence[dict] = ()) -> Path:
        rows = [{**row, **(changes or {}).get(int(row["landmark_id"]), {})} for row in country_rows()]
        return save_countries(folder / "countries.parquet", [*rows, *more])

    return write
