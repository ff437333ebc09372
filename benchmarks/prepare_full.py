"""Time and memory of all that `data prepare gldv2` does in one process, at full size: 4.13 million photos.

Run: `python benchmarks/prepare_full.py`, or with tables that `gldv2_mirror.py --tables` made before, `--tables DIR`.
The tables are generated and read as they are; what comes out of decoding, the work of all cores, is made up: random
hashes, some of them near-duplicates, some of plain skies. Landmarks lie in clusters, as cities have them.
"""

from __future__ import annotations

import argparse
import resource
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pyarrow as pa
from pyarrow import parquet

from gldv2_mirror import Spec, write_tables
from machine import write_result
from triovision.countries import locate
from triovision.data.stream.catalogue import has_word
from triovision.data.stream.decide import decide
from triovision.data.stream.gldv2_source import Gldv2Source
from triovision.data.stream.options import StreamOptions
from triovision.data.stream.outcomes import Outcomes
from triovision.data.stream.shards import plan_shards

PHOTOS, LANDMARKS = 4_132_914, 203_094
CITIES = 4000


def write_countries(path: Path) -> None:
    """Landmarks in clusters of all sizes; those at sea have no country."""
    random = np.random.default_rng(0)
    cities = np.column_stack((random.uniform(-55, 65, CITIES), random.uniform(-179, 179, CITIES)))
    cities = cities[locate(cities[:, 0], cities[:, 1]) != ""]
    sizes = random.zipf(1.6, len(cities)).clip(1, 400).astype(np.float64)
    places = cities[random.choice(len(cities), LANDMARKS, p=sizes / sizes.sum())]
    places += random.normal(0, 0.05, places.shape)
    codes = locate(places[:, 0], places[:, 1])
    on_land = np.flatnonzero(codes != "")
    table = {
        "landmark_id": [str(number) for number in on_land.tolist()],
        "country_code": codes[on_land].tolist(),
        "source": ["wikidata"] * len(on_land),
        "latitude": places[on_land, 0],
        "longitude": places[on_land, 1],
    }
    parquet.write_table(pa.table(table), path)


def make_outcomes(rows: np.ndarray[tuple[int], np.dtype[np.int64]]) -> Outcomes:
    """As if all photos had been opened."""
    random = np.random.default_rng(1)
    count = len(rows)
    similar = random.integers(0, 256, (count, 16), np.uint8)
    copies = random.choice(count, (count // 80, 2))
    similar[copies[:, 0]] = similar[copies[:, 1]]
    similar[copies[:, 0], 0] ^= 1
    similar[random.choice(count, count // 200)] = 0
    return Outcomes(
        chunks=tuple(f"chunk-{number}" for number in range(count // 512 + 1)),
        chunk=(np.arange(count) // 512).astype(np.int32),
        row=random.permutation(rows),
        sha256=random.integers(0, 256, (count, 32), np.uint8),
        similar=similar,
        width_px=np.full(count, 800, np.int32),
        height_px=np.full(count, 600, np.int32),
        latitude=np.full(count, np.nan),
        longitude=np.full(count, np.nan),
        offset=np.zeros(count, np.int64),
        size_bytes=np.full(count, 25_000, np.int32),
        crc32=np.zeros(count, np.uint32),
        reject=pa.nulls(count, pa.string()).dictionary_encode(),
    )


def peak_bytes() -> int:
    """The most memory that this process ever had."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


def main() -> None:
    """Measure, print and write the result."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tables", type=Path)
    given = parser.parse_args()
    options = StreamOptions()
    with tempfile.TemporaryDirectory() as name:
        folder = given.tables or Path(name)
        if given.tables is None:
            write_tables(folder, Spec(landmarks=LANDMARKS), PHOTOS)
        (folder / "train").mkdir(exist_ok=True)
        (folder / "train" / "images_000.tar").touch()
        countries = Path(name) / "countries.parquet"
        write_countries(countries)
        steps: dict[str, dict[str, float]] = {}

        def note(step: str, begin: float) -> None:
            seconds = round(time.process_time() - begin, 1)
            steps[step] = {"processor_seconds": seconds, "peak_gb": round(peak_bytes() / 1e9, 2)}
            print(step, steps[step], flush=True)

        begin = time.process_time()
        source = Gldv2Source(folder, countries, options)
        note("read the tables", begin)
        outcomes = make_outcomes(np.flatnonzero(~has_word(source.catalogue, "reject")))
        begin = time.process_time()
        decisions = decide(source.catalogue, outcomes, options, print)
        note("choose and split", begin)
        begin = time.process_time()
        shards = len(plan_shards(outcomes, decisions, options.shard_size, options.seed))
        note("plan the shards", begin)
    result: dict[str, object] = {"photos": PHOTOS, "opened": len(outcomes), "shards": shards, "steps": steps}
    print(write_result("prepare_full", result).read_text(encoding="utf-8"))


if __name__ == "__main__":
    main()
