"""A small prepared data set of generated photos, in the format that `triovision data prepare` writes."""

from __future__ import annotations

import io
import json
import tarfile
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from PIL import Image

from triovision.preprocess import Preprocessing
from triovision.training.recipe import Recipe, Stage

COLOURS = {"FR": (200, 40, 40), "JP": (40, 180, 60), "BR": (50, 60, 200), "KE": (190, 180, 40)}
SPLITS = ("train", "train", "train", "train", "val", "val", "test")


def make_photo(code: str, rng: np.random.Generator, width: int = 96, height: int = 64) -> Image.Image:
    """Noise around a country's colour, so that a network can learn it."""
    noise = rng.normal(0, 30, (height, width, 3))
    return Image.fromarray(np.clip(np.array(COLOURS[code]) + noise, 0, 255).astype(np.uint8))


def make_rows(per_country: int = 14, seed: int = 0) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = []
    rng = np.random.default_rng(seed)
    for index in range(per_country * len(COLOURS)):
        code = list(COLOURS)[index % len(COLOURS)]
        number = index // len(COLOURS)
        split = SPLITS[number % len(SPLITS)]
        rows.append(
            {
                "sample_id": f"s{index:04d}",
                "photo": f"{code}/{index}.jpg",
                "country_code": code,
                "landmark": f"Place {code} {number}",
                "latitude": None,
                "longitude": None,
                "source": "label",
                "collection": f"site-{number % len(SPLITS)}",
                "split": split,
                "licence": "CC0" if number % 2 else "",
                "author": "",
                "width_px": 96,
                "height_px": 64,
                "sha256": f"{index:064x}",
                "shard": f"{split}-00000.tar",
                "image": make_photo(code, rng),
            }
        )
    return rows


def write_prepared(folder: Path, rows: list[dict[str, object]], codes: tuple[str, ...] = tuple(COLOURS)) -> Path:
    (folder / "shards").mkdir(parents=True)
    for shard in sorted({str(row["shard"]) for row in rows}):
        with tarfile.open(folder / "shards" / shard, "w") as tar:
            for row in (row for row in rows if row["shard"] == shard):
                content = io.BytesIO()
                row["image"].save(content, "JPEG", quality=90)  # type: ignore[attr-defined]
                record = json.dumps({"country_code": row["country_code"]}).encode()
                for extension, data in (("jpg", content.getvalue()), ("json", record)):
                    entry = tarfile.TarInfo(f"{row['sample_id']}.{extension}")
                    entry.size = len(data)
                    tar.addfile(entry, io.BytesIO(data))
    columns = [{key: value for key, value in row.items() if key != "image"} for row in rows]
    pq.write_table(pa.Table.from_pylist(columns), folder / "manifest.parquet")
    (folder / "labels.json").write_text(json.dumps({"country_codes": list(codes)}))
    (folder / "data.json").write_text(json.dumps({"data_hash": "abc123"}))
    return folder


def tiny_recipe(**changes: Any) -> Recipe:
    """Two short stages on a small random network: the head alone, then the last blocks with it."""
    fields: dict[str, Any] = {
        "name": "tiny",
        "network": "test_efficientnet",
        "weights": "none",
        "preprocessing": Preprocessing(input_size=(64, 64), crop_pct=1.0, mean=(0.5, 0.5, 0.5), std=(0.5, 0.5, 0.5)),
        "stages": (
            Stage(epochs=2, stored_views=2, batch_size=16, learning_rate=1e-2, patience=0),
            Stage(epochs=2, stored_views=2, frozen_blocks=2, batch_size=16, batch_norm="trained", patience=0),
        ),
    }
    return Recipe(**{**fields, **changes})
