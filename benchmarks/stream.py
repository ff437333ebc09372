"""Samples per second that training streams from shards, against what decoding their JPEGs alone allows.

Run: `python benchmarks/stream.py [--data OUT] [--epochs N] [--rounds N]` (writes results/stream.json).

OUT is a prepared data set; without one, 500 photos of 800x600 made from the sample photo are prepared, six times, so
that starting an epoch's processes counts as little as it does in earnest. Every round measures in turn: the limit
(libjpeg-turbo decodes the shards' JPEGs, one thread, nothing else), the plain path of the report (Pillow decodes,
resizes to 224 px, float32 tensor, one thread), and epochs of `ShardDataModule` (read, decode, crop, augment, batch,
hand over) with 1 and 2 decoding processes. Ratios are within a round, and of processor seconds, all processes'
together, so that other programs on the machine change them little; rates are by the clock.
"""

from __future__ import annotations

import argparse
import io
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np
import simplejpeg
import torch
from PIL import Image

from machine import write_result
from make_photos import make_photos
from triovision.training.extra import check_train_extra

check_train_extra()

from triovision.training.recipe import Machine, Recipe, Streaming  # noqa: E402 - after timm can be imported
from triovision.training.streaming import ShardDataModule, StreamLoader  # noqa: E402
from triovision.training.streaming.shards import ShardReader  # noqa: E402

_PHOTOS = 500
_REPEAT = 6
_BATCH = 64
_SIDE = 224


class _Cost(NamedTuple):
    """Seconds by the clock and of processors, per sample."""

    wall_s: float
    cpu_s: float


def _make_data(folder: Path) -> Path:
    photos = [photo.read_bytes() for photo in make_photos(folder / "originals", "800x600", _PHOTOS)]
    for place in range(_REPEAT):
        target = folder / "photos" / ("CN", "FR")[place % 2]
        target.mkdir(parents=True, exist_ok=True)
        for index, photo in enumerate(photos):
            # Bytes behind the end of a JPEG are ignored, and make the files differ.
            (target / f"{place}-{index}.jpg").write_bytes(photo + bytes([place]))
    command = ["data", "prepare", "folder", str(folder / "photos"), "--to", str(folder / "data")]
    options = ["--split-by", "photo", "--val-share", "0", "--test-share", "0"]
    subprocess.run([sys.executable, "-m", "triovision", *command, *options], check=True, stdout=subprocess.DEVNULL)
    return folder / "data"


def _cpu_s() -> float:
    parts = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(part.ru_utime + part.ru_stime for part in parts)


def _measure(work: Callable[[], int]) -> _Cost:
    wall, cpu = time.perf_counter(), _cpu_s()
    samples = work()
    return _Cost((time.perf_counter() - wall) / samples, (_cpu_s() - cpu) / samples)


def _decode(jpegs: list[bytes]) -> int:
    for jpeg in jpegs:
        simplejpeg.decode_jpeg(jpeg, "RGB")
    return len(jpegs)


def _plain(jpegs: list[bytes]) -> int:
    for jpeg in jpegs:
        image = Image.open(io.BytesIO(jpeg)).convert("RGB").resize((_SIDE, _SIDE), Image.Resampling.BILINEAR)
        torch.from_numpy(np.asarray(image, np.float32) / 255).permute(2, 0, 1).contiguous()
    return len(jpegs)


def _make_loader(data: Path, workers: int) -> StreamLoader:
    recipe = Recipe("benchmark", workers=workers, machine=Machine(streaming=Streaming(check="none")))
    module = ShardDataModule(data, recipe, _BATCH)
    module.setup()
    return module.train_dataloader()


def _stream(loader: StreamLoader, epochs: int) -> int:
    return sum(len(batch.labels) for _ in range(epochs) for batch in loader)


def _read_jpegs(data: Path) -> list[bytes]:
    module = ShardDataModule(data, Recipe("benchmark"), _BATCH)
    module.setup()
    samples = module.samples.of_splits("train")
    reader = ShardReader(data / "shards", 4)
    return [reader.read(*pair) for pair in zip(samples.shards.tolist(), samples.sample_ids.tolist(), strict=True)]


def main() -> None:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path)
    parser.add_argument("--epochs", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    with tempfile.TemporaryDirectory() as folder:
        data = arguments.data or _make_data(Path(folder))
        jpegs = _read_jpegs(data)
        one, two = _make_loader(data, 1), _make_loader(data, 2)
        ways: dict[str, Callable[[], int]] = {
            "decode_limit": lambda: _decode(jpegs),
            "plain_path": lambda: _plain(jpegs),
            "workers_1": lambda: _stream(one, arguments.epochs),
            "workers_2": lambda: _stream(two, arguments.epochs),
        }
        for work in ways.values():
            work()
        rounds = [{name: _measure(work) for name, work in ways.items()} for _ in range(arguments.rounds)]

    def median(value: Callable[[dict[str, _Cost]], float]) -> float:
        return round(statistics.median(value(costs) for costs in rounds), 4)

    result = {
        "samples": len(jpegs),
        "source": "prepared data" if arguments.data else "made from the sample photo",
        "mean_jpeg_bytes": round(sum(map(len, jpegs)) / len(jpegs)),
        "batch_size": _BATCH,
        "rounds": arguments.rounds,
        "samples_per_s": {name: median(lambda costs, name=name: 1 / costs[name].wall_s) for name in ways},
        "samples_per_cpu_s": {name: median(lambda costs, name=name: 1 / costs[name].cpu_s) for name in ways},
        "share_of_decode_limit_per_cpu_s": {
            name: median(lambda costs, name=name: costs["decode_limit"].cpu_s / costs[name].cpu_s)
            for name in ("workers_1", "workers_2")
        },
        "times_plain_path_per_cpu_s": median(lambda costs: costs["plain_path"].cpu_s / costs["workers_1"].cpu_s),
        "two_workers_over_one": median(lambda costs: costs["workers_1"].wall_s / costs["workers_2"].wall_s),
    }
    print(result)
    print(write_result("stream", result))


if __name__ == "__main__":
    main()
