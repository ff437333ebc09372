"""What a manifest of GLDv2's full size takes: `data stats` with both reports, and what training does with it first.

Run: `python benchmarks/full_size.py [--rows 4132914]` (writes results/full_size.json). The manifest is generated, with
203,094 landmarks, 30,000 photographers and a long tail of countries. Each measurement is a process of its own; seconds
are of processors, memory is the greatest that it held.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from machine import write_result
from triovision.countries import all_countries

_ROWS = 4_132_914
_LANDMARKS = 203_094
_GROUP = 250_000
_LICENCES = tuple(f"http://creativecommons.org/licenses/{name}/" for name in ("by-sa/3.0", "by/2.0", "by-sa/4.0"))
_READ = """
import sys, numpy, pathlib
from triovision.training.extra import check_train_extra
check_train_extra()
from triovision.training.prepared import read_samples
from triovision.training.recipe import Recipe
from triovision.training.streaming import StreamedSamples, StreamLoader
samples = read_samples(pathlib.Path(sys.argv[1])).of_splits("train")
loader = StreamLoader(StreamedSamples(samples, numpy.ones(len(samples), numpy.float32)), Recipe("x"), batch_size=256)
next(loader._requests())
"""


def write_manifest(folder: Path, rows: int) -> None:
    """Write the tables of a prepared data set of that many samples, without shards."""
    random = np.random.default_rng(0)
    codes = np.array([country.code for country in all_countries()])
    shares = 1 / np.arange(1, len(codes) + 1) ** 2.2
    country_of = codes[random.choice(len(codes), _LANDMARKS, p=shares / shares.sum())]
    writer: pq.ParquetWriter | None = None
    for start in range(0, rows, _GROUP):
        numbers = range(start, min(rows, start + _GROUP))
        landmarks = random.integers(0, _LANDMARKS, len(numbers))
        splits = np.array(["train", "val", "test"])[random.choice(3, len(numbers), p=[0.8, 0.1, 0.1])]
        table = pa.table(
            {
                "sample_id": [f"{number:016x}" for number in numbers],
                "country_code": country_of[landmarks].tolist(),
                "landmark": landmarks.astype(str).tolist(),
                "latitude": random.uniform(-60, 60, len(numbers)),
                "source": ["coordinates"] * len(numbers),
                "collection": [f"photographer {number}" for number in random.integers(0, 30_000, len(numbers))],
                "split": splits.tolist(),
                "licence": np.array(_LICENCES)[random.integers(0, len(_LICENCES), len(numbers))].tolist(),
                "shard": [f"{split}-{number // 1000:05d}.tar" for split, number in zip(splits, numbers, strict=True)],
            }
        )
        writer = writer or pq.ParquetWriter(folder / "manifest.parquet", table.schema)
        writer.write_table(table)
    if writer is not None:
        writer.close()
    (folder / "labels.json").write_text(json.dumps({"country_codes": sorted(set(country_of.tolist()))}))
    (folder / "data.json").write_text(json.dumps({"data_hash": "generated"}))


def measure(command: list[str]) -> dict[str, float]:
    """Processor seconds and peak memory of a command."""
    process = subprocess.Popen([sys.executable, *command], stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f"{command[:4]}: failed")
    return {"cpu_s": round(used.ru_utime + used.ru_stime, 1), "peak_mib": round(used.ru_maxrss / 1024)}


def main() -> None:
    """Generate, measure, print, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=_ROWS)
    given = parser.parse_args()
    result: dict[str, object] = {}
    for rows in (given.rows // 4, given.rows):
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            write_manifest(folder, rows)
            reports = ["--to", str(folder / "report.html"), "--to", str(folder / "report.png")]
            result[f"{rows} rows"] = {
                "data_stats": measure(["-m", "triovision", "data", "stats", name, *reports]),
                "read_and_order": measure(["-c", _READ, name]),
            }
    print(result)
    print(write_result("full_size", {"landmarks": _LANDMARKS, **result}))


if __name__ == "__main__":
    main()
