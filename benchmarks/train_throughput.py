"""Training photos per second of `report-b0` and `best`, against the report's own loop, in the same run.

Run: `python benchmarks/train_throughput.py [--photos N] [--size PX] [--steps N] [--workers N] [KEY=VALUE ...]`. With a
GPU it writes results/train_throughput.json; without one it only shows that it works, e.g. with
`--photos 64 --size 32 --steps 2 --rounds 1`.

The report's loop: float32, eager, batches of 32 from a TensorDataset in RAM, Adam. The recipes run as `triovision
train` runs them (photos in shards, views drawn by workers, mixed precision on a GPU), by the speed that the run folder
records for its last epoch. Where their time goes: the network's step alone, on a batch that lies on the device, and
one worker's views alone. KEY=VALUE changes both recipes.
"""

from __future__ import annotations

import argparse
import csv
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

from machine import write_result
from make_photos import make_photos
from triovision.training.extra import check_train_extra

check_train_extra()

from triovision.training.bank import choose_device  # noqa: E402 - after timm can be imported
from triovision.training.groups import freeze, merge_groups, parameter_groups  # noqa: E402
from triovision.training.loop import train  # noqa: E402
from triovision.training.networks import make_network  # noqa: E402
from triovision.training.recipe import Recipe  # noqa: E402
from triovision.training.recipe_files import load_recipe  # noqa: E402
from triovision.training.views import draw_pixels  # noqa: E402

_COUNTRIES = ("CN", "FR")
_REPORT_BATCH = 32
# The stage that takes a recipe's hours.
_MAIN_STAGE = {"report-b0": 0, "best": 1}
_VIEWS = 60


def _make_data(folder: Path, photos: int) -> Path:
    for place, country in enumerate(_COUNTRIES):
        for photo in make_photos(folder / "photos" / country, "800x600", photos // len(_COUNTRIES)):
            # The countries' photos must differ, or they count as copies.
            photo.write_bytes(photo.read_bytes() + bytes([place]))
    command = ["data", "prepare", "folder", str(folder / "photos"), "--to", str(folder / "data")]
    options = ["--split-by", "photo", "--val-share", "0.1", "--test-share", "0"]
    subprocess.run([sys.executable, "-m", "triovision", *command, *options], check=True, capture_output=True)
    return folder / "data"


def _finish(device: torch.device) -> None:
    if device.type == "cuda":
        torch.cuda.synchronize()


def _rate(step: Callable[[], int], steps: int, device: torch.device) -> float:
    """Photos per second of a step, the first ones not counted."""
    for _ in range(max(1, steps // 4)):
        step()
    _finish(device)
    started, photos = time.monotonic(), 0
    for _ in range(steps):
        photos += step()
    _finish(device)
    return photos / (time.monotonic() - started)


def _report_loop(size: int, photos: int, steps: int, workers: int) -> float:
    """The report's own loop."""
    device = choose_device()
    network = make_network("efficientnet_b0.ra_in1k", 172, "none", (size, size)).to(device).train()
    optimizer = torch.optim.Adam(network.parameters(), lr=1e-4)
    loss = nn.CrossEntropyLoss()
    data = TensorDataset(torch.randn(photos, 3, size, size), torch.randint(172, (photos,)))

    def endless() -> Any:
        while True:
            yield from DataLoader(data, _REPORT_BATCH, shuffle=True, num_workers=workers, drop_last=True)

    batches = endless()

    def step() -> int:
        images, labels = (part.to(device) for part in next(batches))
        optimizer.zero_grad()
        loss(network(images), labels).backward()
        optimizer.step()
        return len(labels)

    return _rate(step, steps, device)


def _step_alone(recipe: Recipe, steps: int) -> float:
    """The network's step of a recipe, with the batch on the device already."""
    device, stage = choose_device(), recipe.stages[_MAIN_STAGE[recipe.name]]
    network = make_network(recipe.network, 172, "none", recipe.preprocessing.input_size).to(device)
    network = network.to(memory_format=torch.channels_last).train()
    on_gpu = device.type == "cuda"
    optimizer = torch.optim.AdamW(merge_groups(parameter_groups(network, stage)), fused=on_gpu)
    freeze(network, stage)
    images = torch.randn(stage.batch_size, 3, *recipe.preprocessing.input_size, device=device)
    images = images.contiguous(memory_format=torch.channels_last)
    labels = torch.randint(172, (stage.batch_size,), device=device)
    run = torch.compile(network) if recipe.machine.compile else network

    def step() -> int:
        optimizer.zero_grad()
        with torch.autocast(device.type, torch.bfloat16) if on_gpu else nullcontext():
            loss = nn.functional.cross_entropy(run(images).float(), labels)
        loss.backward()
        optimizer.step()
        return len(labels)

    return _rate(step, steps, device)


def _views_alone(recipe: Recipe) -> float:
    """Views that one worker draws per second, from a decoded photo of the shards' size."""
    random = np.random.default_rng(0)
    image = np.asarray(Image.fromarray(random.integers(0, 255, (256, 341, 3), dtype=np.uint8)))
    started = time.monotonic()
    for _ in range(_VIEWS):
        draw_pixels(image, recipe.preprocessing, recipe.augmentation, random)
    return _VIEWS / (time.monotonic() - started)


def _end_to_end(recipe: Recipe, data: Path, to: Path) -> float:
    """What the run folder says about the last epoch of the recipe's main stage."""
    train(recipe, data, to, say=lambda _message: None)
    with (to / "metrics.csv").open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if int(row["stage"]) == _MAIN_STAGE[recipe.name]]
    return float(rows[-1]["photos_per_s"])


def main() -> None:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("overrides", nargs="*", metavar="KEY=VALUE")
    parser.add_argument("--photos", type=int, default=20_000)
    parser.add_argument("--size", type=int, default=224)
    parser.add_argument("--steps", type=int, default=50)
    parser.add_argument("--workers", type=int, default=max(0, (os.cpu_count() or 1) - 1))
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    small = [f"preprocessing.input_size=({options.size},{options.size})", f"workers={options.workers}", "weights=none"]
    recipes = [load_recipe(name, [*small, *_two_epochs(name), *options.overrides]) for name in ("report-b0", "best")]
    rounds: list[dict[str, float]] = []
    with tempfile.TemporaryDirectory() as folder:
        data = _make_data(Path(folder), options.photos)
        for number in range(options.rounds):
            held = min(options.photos, 2000)
            rates = {"report's loop": _report_loop(options.size, held, options.steps, options.workers)}
            for recipe in recipes:
                rates[recipe.name] = _end_to_end(recipe, data, Path(folder) / f"{recipe.name}-{number}")
                rates[f"{recipe.name}: step alone"] = _step_alone(recipe, options.steps)
                rates[f"{recipe.name}: views of one worker"] = _views_alone(recipe)
            rounds.append(rates)
            print(f"round {number + 1}: " + ", ".join(f"{name} {rate:,.0f}/s" for name, rate in rates.items()))
    times = {
        recipe.name: round(statistics.median(rates[recipe.name] / rates["report's loop"] for rates in rounds), 2)
        for recipe in recipes
    }
    print("times the report's loop:", times)
    settings = {name: getattr(options, name) for name in ("photos", "size", "steps", "workers", "overrides")}
    device = torch.cuda.get_device_name() if torch.cuda.is_available() else "cpu"
    result = {"device": device, **settings, "times_the_report": times, "photos_per_s": rounds}
    if torch.cuda.is_available():
        print(write_result("train_throughput", result))
    else:
        print("no GPU: nothing written")


def _two_epochs(name: str) -> list[str]:
    """The first epoch warms up, the second is measured; the other stages are cut to what must run."""
    stages = len(load_recipe(name).stages)
    return [f"stages.{index}.epochs={2 if index == _MAIN_STAGE[name] else 0}" for index in range(stages)]


if __name__ == "__main__":
    main()
