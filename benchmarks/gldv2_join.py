"""Which country is a landmark in: the join at GLDv2's full size, seconds and resident memory.

Run: `python benchmarks/gldv2_join.py [--photos N] [--landmarks N] [--folder DIR]` (writes results/gldv2_join.json).

The data set's tables are made by `gldv2_mirror.py` (4,132,914 photos, 203,094 landmarks), and three sources beside
them: a `category_to_location.csv` of 35,070 rows, a Parquet table of 100,000 landmarks with coordinates, and a gzipped
Wikidata extract of 100,000 entities; each with its share of wrong rows. Names and points are made so that the true
country is known, which also shows how often the table is right where sources lie. What is timed is the command as a
user runs it, in a process of its own, start-up included; every file was written just before, so they are in memory.
Processor time is given too, which other work on the machine changes less, and the load average at the end.
The figures of coverage are those of the made-up sources and say nothing about the real ones.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from pyarrow import parquet

import gldv2_mirror
from machine import write_result
from triovision.countries import all_countries, country_name, locate

PHOTOS, LANDMARKS = 4_132_914, 203_094
LOCATION_ROWS, COORDINATE_ROWS, ENTITIES = 35_070, 100_000, 100_000
WRONG = 50  # every so-manyth row lies
STATES = {"FR": "Q142", "DE": "Q183", "IT": "Q38", "JP": "Q17", "US": "Q30", "CZ": "Q213"}


def make_truth(landmarks: int) -> tuple[NDArray[np.str_], NDArray[np.float64], NDArray[np.float64]]:
    """A country and a point within it for each landmark."""
    random = np.random.default_rng(0)
    centres = [(country.latitude, country.longitude) for country in all_countries()]
    chosen = np.array(centres)[random.integers(0, len(centres), landmarks)]
    latitude = np.clip(chosen[:, 0] + random.normal(0, 0.3, landmarks), -89, 89)
    longitude = np.clip(chosen[:, 1] + random.normal(0, 0.3, landmarks), -179.9, 179.9)
    return locate(latitude, longitude), latitude, longitude


def read_titles(folder: Path) -> dict[int, str]:
    """Titles of the categories by landmark."""
    with (folder / "metadata" / "train_label_to_category.csv").open(encoding="utf-8", newline="") as file:
        return {
            int(row["landmark_id"]): unquote(row["category"].partition("Category:")[2]) for row in csv.DictReader(file)
        }


def write_sources(folder: Path, landmarks: int) -> NDArray[np.str_]:
    """Write the three sources; returns the true codes."""
    codes, latitude, longitude = make_truth(landmarks)
    titles = read_titles(folder)
    order = np.random.default_rng(1).permutation([number for number in titles if codes[number]])
    names = {code: country_name(code) for code in set(codes.tolist()) - {""}}
    with (folder / "category_to_location.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("id", "category_name", "name", "lat", "lon", "city", "state", "country"))
        for row, number in enumerate(order[:LOCATION_ROWS].tolist()):
            name = names[codes[number]] if row % WRONG else "Atlantis"
            writer.writerow((row, titles[number], titles[number], latitude[number], longitude[number], "", "", name))
    some = np.sort(order[len(order) // 4 :][:COORDINATE_ROWS])
    flipped = np.where(np.arange(len(some)) % WRONG, 1.0, -1.0)
    table = {
        "landmark_id": pa.array(some.astype(str).tolist()),
        "latitude": latitude[some] * flipped,
        "longitude": longitude[some],
    }
    parquet.write_table(pa.table(table), folder / "coordinates.parquet")
    with gzip.open(folder / "wikidata.json.gz", "wt", encoding="utf-8", compresslevel=1) as file:
        for number in order[-ENTITIES:].tolist():
            file.write(
                json.dumps(_entity(number, titles[number], codes[number], latitude[number], longitude[number])) + "\n"
            )
    return codes


def _entity(number: int, title: str, code: str, latitude: float, longitude: float) -> dict[str, object]:
    def statement(value: object) -> dict[str, object]:
        return {"mainsnak": {"snaktype": "value", "datavalue": {"value": value}}, "rank": "normal"}

    point = {"latitude": latitude, "longitude": longitude, "globe": "http://www.wikidata.org/entity/Q2"}
    claims: dict[str, object] = {"P625": [statement(point)]}
    if code in STATES:
        claims["P17"] = [statement({"entity-type": "item", "id": STATES[code]})]
    links = {"commonswiki": {"site": "commonswiki", "title": f"Category:{title.replace('_', ' ')}"}}
    return {"id": f"Q{number + 1}", "type": "item", "claims": claims, "sitelinks": links}


def run(folder: Path) -> tuple[float, float, float]:
    """Seconds by the clock, seconds of processor time and peak mebibytes of the command."""
    command = [
        sys.executable, "-m", "triovision", "data", "countries", "gldv2", "--from", str(folder),
        "--to", str(folder / "countries.parquet"), "--category-to-location", str(folder / "category_to_location.csv"),
        "--coordinates", str(folder / "coordinates.parquet"), "--wikidata-dump", str(folder / "wikidata.json.gz"),
        "--gazetteer",
    ]  # fmt: skip
    start = time.perf_counter()
    process = subprocess.Popen(command)
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"the command failed with exit code {process.returncode}")
    return seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def check(folder: Path, truth: NDArray[np.str_]) -> Iterator[tuple[str, object]]:
    """How the table compares with the truth, by source."""
    table = parquet.read_table(folder / "countries.parquet")
    right = np.array(table["country_code"].to_pylist()) == truth[np.array(table["landmark_id"].to_pylist(), np.int64)]
    sources = np.array(table["source"].to_pylist())
    yield "landmarks_with_country", table.num_rows
    for source in sorted(set(sources.tolist())):
        yield f"right_share_{source}", round(float(right[sources == source].mean()), 4)


def main() -> None:
    """Make, run, check, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--photos", type=int, default=PHOTOS)
    parser.add_argument("--landmarks", type=int, default=LANDMARKS)
    parser.add_argument("--folder", type=Path, help="keep the tables here, and use those that are there")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = given.folder or Path(temporary)
        if not (folder / "metadata" / "train.csv").exists():
            spec = gldv2_mirror.Spec(landmarks=given.landmarks, uncategorised=1000)
            gldv2_mirror.write_tables(folder, spec, given.photos)
        truth = write_sources(folder, given.landmarks)
        seconds, processor_s, peak_mib = run(folder)
        facts = json.loads((folder / "countries-report.json").read_text(encoding="utf-8"))
        result: dict[str, object] = {
            "photos": facts["photos"]["total"],
            "landmarks": facts["landmarks"]["total"],
            "seconds": round(seconds, 1),
            "processor_s": round(processor_s, 1),
            "peak_mib": round(peak_mib),
            "other_load": round(os.getloadavg()[0], 1),
            "conflicts": sum(facts["conflicts"].values()),
            **dict(check(folder, truth)),
        }
    for name, value in result.items():
        print(f"{name:36} {value}")
    print(write_result("gldv2_join", result))


if __name__ == "__main__":
    main()
