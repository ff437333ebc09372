"""`data prepare gldv2` in photos per second and core, against the plain path and against JPEG decoding alone.

Run: `python benchmarks/prepare.py`. The plain path is what the report did for each photo: Pillow decodes it in full,
resizes it to 224 px, and makes a float32 tensor of it. The limit is libjpeg-turbo decoding at the scale that
preparing needs, and nothing else: no way from a JPEG to pixels is faster. Rates are per second of processor time,
so that other work on the machine counts little; the comparison of processes and threads is by the clock.
"""

from __future__ import annotations

import argparse
import io
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tarfile import TarInfo
from typing import Any

import numpy as np
import pyarrow as pa
import simplejpeg
from PIL import Image
from pyarrow import parquet

from gldv2_mirror import Spec, make_photo_id, member_name, write_archive, write_tables
from machine import write_result
from triovision.data.stream.encode import ChunkTask, encode_chunk, prepare_photo
from triovision.data.stream.engines import Engine, open_engine
from triovision.data.stream.gldv2_source import Gldv2Source
from triovision.data.stream.options import StreamOptions
from triovision.data.stream.run import prepare_stream

SIZES = ((800, 600), (1600, 1200))
SHORT_SIDE_PX = 256
CODES = ("FR", "JP", "KE", "PE", "DE")
LANDMARKS = 40


def make_textured_photo(number: int, size_px: tuple[int, int]) -> bytes:
    """A JPEG with detail on every scale: 800 x 600 px take about 120 kB, GLDv2's mean (500 GB, 4.13 million photos)."""
    random = np.random.default_rng(number)
    width, height = size_px
    pixels = np.zeros((height, width, 3), np.float32)
    for cells, strength in ((6, 60), (40, 25), (160, 12)):
        coarse = random.normal(0, 1, (cells, cells, 3)).astype(np.float32)
        layers = [Image.fromarray(coarse[..., c]).resize(size_px, Image.Resampling.BICUBIC) for c in range(3)]
        pixels += strength * np.stack([np.asarray(layer) for layer in layers], axis=-1)
    pixels += random.normal(128, 6, (height, width, 1))
    buffer = io.BytesIO()
    Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8)).save(buffer, "JPEG", quality=88)
    return buffer.getvalue()


def prepare_plainly(data: bytes) -> np.ndarray[Any, np.dtype[np.float32]]:
    """The report's path: full decode, 224 px, float32."""
    image = Image.open(io.BytesIO(data)).convert("RGB").resize((224, 224), Image.Resampling.BILINEAR)
    return np.asarray(image, dtype=np.float32).transpose(2, 0, 1) / 255


def decode_alone(data: bytes) -> None:
    """Pixels at the scale that preparing needs."""
    simplejpeg.decode_jpeg(data, min_height=SHORT_SIDE_PX, min_width=SHORT_SIDE_PX)


def prepare_barely(data: bytes) -> bytes:
    """Decode, resize, encode: no orientation, colour profile, limits, hashes or error messages."""
    image = Image.fromarray(simplejpeg.decode_jpeg(data, min_height=SHORT_SIDE_PX, min_width=SHORT_SIDE_PX))
    ratio = SHORT_SIDE_PX / min(image.size)
    small = image.resize((round(image.width * ratio), round(image.height * ratio)), Image.Resampling.BILINEAR)
    encoded: bytes = simplejpeg.encode_jpeg(np.asarray(small), 90, colorsubsampling="420")
    return encoded


def measure_rates(photos: Sequence[bytes], rounds: int) -> dict[str, float]:
    """Photos per second of processor time, the best of some rounds taken in turn."""
    paths: dict[str, Callable[[bytes], object]] = {
        "plain": prepare_plainly,
        "decoding_limit": decode_alone,
        "decode_resize_encode": prepare_barely,
        "prepare_photo": lambda data: prepare_photo(data, "photo", SHORT_SIDE_PX),
    }
    best = dict.fromkeys(paths, 0.0)
    for _ in range(rounds):
        for name, path in paths.items():
            begin = time.process_time()
            for data in photos:
                path(data)
            best[name] = max(best[name], len(photos) / (time.process_time() - begin))
    return best


class Threads:
    """An engine of threads, for the comparison alone."""

    def __init__(self, count: int) -> None:
        self._count = count

    def map(self, function: Callable[[Any], Any], tasks: Iterable[Any]) -> Iterator[Any]:
        """Results in the order of the tasks."""
        with ThreadPoolExecutor(self._count) as pool:
            yield from pool.map(function, tasks)


def write_photos(folder: Path, photos: Sequence[bytes], tars: int) -> None:
    """GLDv2-shaped tars and tables of these photos, repeated until the tars are full."""
    each = len(photos)
    spec = Spec(shards=tars, photos=each, landmarks=LANDMARKS)
    write_tables(folder, spec, tars * each)

    def members(shard: int) -> Iterator[tuple[TarInfo, bytes]]:
        for place, data in enumerate(photos):
            number = shard * each + place
            # Bytes behind the end of a JPEG are ignored, and make the files differ.
            content = data + number.to_bytes(4)
            info = TarInfo(member_name(make_photo_id(number)))
            info.size = len(content)
            yield info, content

    for shard in range(tars):
        write_archive(folder, "train", shard, members(shard))
    rows = [{"landmark_id": str(mark), "country_code": CODES[mark % len(CODES)]} for mark in range(LANDMARKS)]
    parquet.write_table(pa.Table.from_pylist(rows), folder / "countries.parquet")


def open_source(folder: Path) -> Gldv2Source:
    """The photos of such a folder."""
    return Gldv2Source(folder, folder / "countries.parquet", StreamOptions())


def measure_chunks(engine: Engine, folder: Path, scratch: Path) -> float:
    """Photos per second by the clock, preparing all chunks; the workers are warm."""
    options = StreamOptions(chunk_size=64)
    with tempfile.TemporaryDirectory(dir=scratch) as journal:
        chunks = list(open_source(folder).chunks(options))
        list(engine.map(encode_chunk, [ChunkTask(chunk, journal) for chunk in chunks[:2]]))
        begin = time.perf_counter()
        count = sum(engine.map(encode_chunk, [ChunkTask(chunk, journal) for chunk in chunks]))
        return count / (time.perf_counter() - begin)


def measure_scaling(folder: Path, scratch: Path, rounds: int) -> dict[str, float]:
    """Photos per second by the clock with one and two processes and with two threads, taken in turn."""
    best: dict[str, float] = {}
    with open_engine("local", 2) as two:
        for _ in range(rounds):
            with open_engine("local", 1) as one:
                engines = {"one_process": one, "two_processes": two, "two_threads": Threads(2)}
                for name, engine in engines.items():
                    best[name] = max(best.get(name, 0.0), measure_chunks(engine, folder, scratch))
    return best


def measure_command(folder: Path, scratch: Path) -> float:
    """Photos per second of processor time, from tars to the finished data set, in one process."""
    count = sum(1 for _ in open_source(folder).chunks(StreamOptions(chunk_size=1)))
    begin = time.process_time()
    with open_engine("local", 1) as engine:
        # The photos are the same ones again and again; as near-duplicates most would never reach a shard.
        prepare_stream(open_source(folder), scratch / "out", StreamOptions(near_duplicates=-1), engine, Silent())
    return count / (time.process_time() - begin)


class Silent:
    """Hears and says nothing."""

    def say(self, text: str) -> None:
        """Say nothing."""

    def start(self, stage: str, total: int) -> None:
        """Say nothing."""

    def advance(self, count: int = 1) -> None:
        """Say nothing."""


def main() -> None:
    """Measure, print and write the result."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--photos", type=int, default=50)
    parser.add_argument("--tars", type=int, default=20)
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    results: dict[str, object] = {}
    for size in SIZES:
        photos = [make_textured_photo(number, size) for number in range(given.photos)]
        rates = measure_rates(photos, given.rounds)
        with tempfile.TemporaryDirectory() as name:
            scratch = Path(name)
            write_photos(scratch / "mirror", photos, given.tars)
            rates["whole_command"] = measure_command(scratch / "mirror", scratch)
            clock = measure_scaling(scratch / "mirror", scratch, given.rounds)
        results[f"{size[0]}x{size[1]}"] = {
            "mean_bytes": round(float(np.mean([len(data) for data in photos]))),
            "photos_per_processor_second": {key: round(value, 1) for key, value in rates.items()},
            "whole_command_over_plain": round(rates["whole_command"] / rates["plain"], 2),
            "whole_command_over_limit": round(rates["whole_command"] / rates["decoding_limit"], 3),
            "whole_command_over_bare": round(rates["whole_command"] / rates["decode_resize_encode"], 3),
            "limit_over_plain": round(rates["decoding_limit"] / rates["plain"], 2),
            "photos_per_second_by_the_clock": {key: round(value, 1) for key, value in clock.items()},
            "two_processes_over_one": round(clock["two_processes"] / clock["one_process"], 2),
            "two_threads_over_one": round(clock["two_threads"] / clock["one_process"], 2),
        }
    path = write_result("prepare", {"photos": given.photos, "tars": given.tars, "sizes": results})
    print(path.read_text(encoding="utf-8"))


if __name__ == "__main__":
    main()
