"""Fixtures: small photos, tables of them, and a listener that keeps what it heard."""

from __future__ import annotations

import csv
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from triovision.data.manifest import PreparedData
from triovision.data.options import PrepareOptions
from triovision.data.prepare import prepare_folder


class Heard:
    """A listener."""

    def __init__(self) -> None:
        self.sentences: list[str] = []
        self.stages: dict[str, int] = {}
        self.done = 0

    def say(self, text: str) -> None:
        self.sentences.append(text)

    def start(self, stage: str, total: int) -> None:
        self.stages[stage] = total

    def advance(self, count: int = 1) -> None:
        self.done += count


def save_photo(path: Path, seed: int, size: tuple[int, int] = (48, 36)) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    pixels = np.random.default_rng(seed).integers(0, 256, (size[1], size[0], 3), dtype=np.uint8)
    Image.fromarray(pixels).save(path)


@pytest.fixture
def heard() -> Heard:
    return Heard()


@pytest.fixture
def make_photo() -> Callable[..., None]:
    return save_photo


@pytest.fixture
def write_table(tmp_path: Path) -> Callable[..., Path]:
    """Writes rows as `photos.csv`, and a photo for each row unless told not to."""

    def write(rows: Sequence[dict[str, Any]], *, photos: bool = True) -> Path:
        path = tmp_path / "in" / "photos.csv"
        path.parent.mkdir(exist_ok=True)
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)
        for seed, row in enumerate(rows):
            if photos and not (path.parent / row["photo"]).exists():
                save_photo(path.parent / row["photo"], seed)
        return path

    return write


@pytest.fixture
def table(write_table: Callable[..., Path]) -> Path:
    """Sixty photos of four countries from five sources."""
    return write_table(
        [
            {
                "photo": f"{index}.png",
                "country_code": ("FR", "JP", "KE", "PE")[index % 4],
                "source": f"site{index % 5}",
                "landmark": f"place {index // 2}" if index % 3 == 0 else "",
                "licence": "CC BY 4.0" if index % 2 else "none",
            }
            for index in range(60)
        ]
    )


@pytest.fixture
def run(tmp_path: Path, heard: Heard) -> Callable[..., PreparedData]:
    """Prepares a source with options; by default into the folder `out`."""

    def prepare(
        source: Path, to: str = "out", *, drop: Path | None = None, workers: int = 2, **options: Any
    ) -> PreparedData:
        chosen = PrepareOptions(**{"shard_size": 10, "short_side_px": 32, **options})
        return prepare_folder(source, tmp_path / to, chosen, drop=drop, workers=workers, listener=heard)

    return prepare


@pytest.fixture
def all_bytes() -> Callable[[Path], dict[str, bytes]]:
    """Content of every file below a folder."""

    def read(folder: Path) -> dict[str, bytes]:
        return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}

    return read
