"""`data prepare gldv2` in photos per second and core, against the plain path and against JPEG decoding alone.

Run: `python benchmarks/prepare.py` (four minutes, 2 GB of disk). The plain path is what the report did for each photo:
Pillow decodes it in full, resizes it to 224 px, and makes a float32 tensor of it. The limit is libjpeg-turbo decoding
at the scale that preparing needs, and nothing else: no way from a JPEG to pixels is faster. Rates are per second of
processor time, so that other work on the machine counts little; processes and threads are compared by the clock.

The command is measured as a person runs it, in a process of its own. `whole_command` counts everything, the start of
Python and its imports too; `each_more_photo` is the rate of the photos by which a long run is longer than a short one,
which is what counts for millions; `fixed_s` is what remains of the short run without its photos.
"""

from __future__ import annotations

import argparse
import io
import resource
import subprocess
import sys
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
from triovision.allocation import keep_freed_blocks
from triovision.data.resize import resize
from triovision.data.stream.encode import ChunkTask, encode_chunk, prepare_photo
from triovision.data.stream.engines import Engine, open_engine
from triovision.data.stream.gldv2_source import Gldv2Source
from triovision.data.stream.options import StreamOptions

SIZES = ((800, 600), (1600, 1200))
SHORT_SIDE_PX = 256
CODES = ("FR", "JP", "KE", "PE", "DE")
LANDMARKS = 40
CHUNK_PHOTOS = 125


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
    image = simplejpeg.decode_jpeg(data, min_height=SHORT_SIDE_PX, min_width=SHORT_SIDE_PX)
    height_px, width_px = image.shape[:2]
    ratio = SHORT_SIDE_PX / min(height_px, width_px)
    small = resize(image, round(width_px * ratio), round(height_px * ratio), "bilinear")
    encoded: bytes = simplejpeg.encode_jpeg(small, 90, colorsubsampling="420")
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
    options = StreamOptions(chunk_size=CHUNK_PHOTOS)
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


def run_command(folder: Path, to: Path, workers: int) -> tuple[float, float]:
    """Seconds of processor time and by the clock of `data prepare gldv2`, in a process of its own."""
    # The photos are the same ones again and again; as near-duplicates most would never reach a shard.
    command = [sys.executable, "-m", "triovision", "data", "prepare", "gldv2", "--near-duplicates", "-1"]
    command += ["--images", str(folder), "--countries", str(folder / "countries.parquet"), "--to", str(to)]
    command += ["--workers", str(workers), "--chunk-size", str(CHUNK_PHOTOS)]
    begin, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, check=True, capture_output=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return spent, time.perf_counter() - begin


def measure_command(scratch: Path, few: int, many: int, rounds: int) -> tuple[dict[str, float], dict[str, float]]:
    """Rates of the command per second of processor time, and by the clock; and what a run costs whatever its size."""
    best: dict[str, tuple[float, float]] = {}
    for number in range(rounds):
        for folder, workers in (("few", 1), ("many", 1), ("many", 2)):
            name = f"{folder}-{workers}"
            spent = run_command(scratch / folder, scratch / f"{name}-{number}", workers)
            best[name] = min(best.get(name, spent), spent)
    (short, _), (long, clock), (_, clock_of_two) = best["few-1"], best["many-1"], best["many-2"]
    each_s = (long - short) / (many - few)
    per_processor = {"each_more_photo": 1 / each_s, "whole_command": many / long, "fixed_s": short - few * each_s}
    return per_processor, {"command_one_worker": many / clock, "command_two_workers": many / clock_of_two}


def measure_size(photos: Sequence[bytes], given: argparse.Namespace) -> dict[str, object]:
    """All figures of photos of one size."""
    rates = measure_rates(photos, given.rounds)
    each = len(photos) * given.repeat
    with tempfile.TemporaryDirectory() as name:
        scratch = Path(name)
        write_photos(scratch / "few", photos * given.repeat, 1)
        write_photos(scratch / "many", photos * given.repeat, given.tars)
        of_command, clock = measure_command(scratch, each, each * given.tars, given.rounds)
        fixed_s = of_command.pop("fixed_s")
        rates |= of_command
        clock |= measure_scaling(scratch / "many", scratch, given.rounds)
    return {
        "mean_bytes": round(float(np.mean([len(data) for data in photos]))),
        "photos_in_the_command": each * given.tars,
        "photos_per_processor_second": {key: round(value, 1) for key, value in rates.items()},
        "fixed_s": round(fixed_s, 2),
        "limit_over_plain": round(rates["decoding_limit"] / rates["plain"], 2),
        "over_plain": ratios(rates, "plain"),
        "over_limit": ratios(rates, "decoding_limit"),
        "photos_per_second_by_the_clock": {key: round(value, 1) for key, value in clock.items()},
        "two_processes_over_one": round(clock["two_processes"] / clock["one_process"], 2),
        "two_threads_over_one": round(clock["two_threads"] / clock["one_process"], 2),
        "command_two_workers_over_one": round(clock["command_two_workers"] / clock["command_one_worker"], 2),
    }


def ratios(rates: dict[str, float], to: str) -> dict[str, float]:
    """The rates that are ours, each divided by another."""
    return {key: round(rates[key] / rates[to], 3) for key in ("prepare_photo", "each_more_photo", "whole_command")}


def main() -> None:
    """Measure, print and write the result."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--photos", type=int, default=50, help="different ones")
    parser.add_argument("--repeat", type=int, default=5, help="how often each is in a tar")
    parser.add_argument("--tars", type=int, default=6)
    parser.add_argument("--rounds", type=int, default=2)
    given = parser.parse_args()
    # As the command's processes do; the plain path gains by it, too.
    keep_freed_blocks()
    results: dict[str, object] = {}
    for size in SIZES:
        photos = [make_textured_photo(number, size) for number in range(given.photos)]
        results[f"{size[0]}x{size[1]}"] = measure_size(photos, given)
    path = write_result("prepare", {**vars(given), "sizes": results})
    print(path.read_text(encoding="utf-8"))


if __name__ == "__main__":
    main()
