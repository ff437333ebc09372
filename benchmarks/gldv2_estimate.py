"""Disk, hours and cost of GLDv2 from nothing to a trained model, from measured rates and stated assumptions.

Run: `python benchmarks/gldv2_estimate.py [--tars 10 500] [--cores 16] ...` (writes results/gldv2_estimate.json and
prints the table of docs/gldv2.md). Measured rates are read from results/prepare.json (`benchmarks/prepare.py`),
results/stream.json (`benchmarks/stream.py`) and results/gldv2_join.json (`benchmarks/gldv2_join.py`); all else is an
option with its default, prices above all: put in your own.
"""

from __future__ import annotations

import argparse
import json
import math
from typing import Any, NamedTuple

from machine import RESULTS, write_result

# Source: the report: 4,132,914 photos in 500 tars of about 1 GB.
PHOTOS_PER_TAR = 4_132_914 / 500
_SECONDS_PER_HOUR = 3600
_HOURS_PER_MONTH = 730


class Estimate(NamedTuple):
    """What one size takes; disk in GB, times in hours, cost in the currency of the prices."""

    tars: int
    photos: int
    kept: int
    tars_gb: float
    prepared_gb: float
    most_gb: float
    download_h: float
    countries_h: float
    prepare_h: float
    train_h: float
    decoding_cores: int
    cost: float


def _rate(name: str, *path: str) -> float:
    try:
        value: Any = json.loads((RESULTS / f"{name}.json").read_text(encoding="utf-8"))
        for key in path:
            value = value[key]
        return float(value)
    except (OSError, KeyError, ValueError) as error:
        script = {"stream": "stream.py", "prepare": "prepare.py", "gldv2_join": "gldv2_join.py"}[name]
        raise SystemExit(f"results/{name}.json: no {'.'.join(path)} ({error}); run benchmarks/{script} first") from None


def estimate(tars: int, given: argparse.Namespace) -> Estimate:
    """What so many tars take on the machine described."""
    photos = tars * PHOTOS_PER_TAR
    kept = photos * given.kept_share
    prepared_gb = kept * given.prepared_kb / 1e6
    # Every byte of the tars is read, whatever is kept.
    reading_s = tars * 1000 / given.disk_mb_per_s
    prepare_h = max(reading_s, kept / (given.prepare_rate * given.cores)) / _SECONDS_PER_HOUR
    download_h = tars / (given.megabits_per_s / 8000) / _SECONDS_PER_HOUR
    countries_h = _rate("gldv2_join", "seconds") / _SECONDS_PER_HOUR
    train_h = kept * given.train_share * given.epochs / given.gpu_rate / _SECONDS_PER_HOUR
    hours = download_h + countries_h + prepare_h + train_h
    most_gb = tars + 2 * prepared_gb
    cost = (
        (download_h + countries_h + prepare_h) * given.cores * given.core_price
        + train_h * given.gpu_price
        + most_gb * given.disk_price * hours / _HOURS_PER_MONTH
    )
    cores = math.ceil(given.gpu_rate / _rate("stream", "samples_per_cpu_s", "workers_2"))
    return Estimate(
        tars,
        round(photos),
        round(kept),
        tars,
        prepared_gb,
        most_gb,
        download_h,
        countries_h,
        prepare_h,
        train_h,
        cores,
        cost,
    )


_PREPARE = ("sizes", "800x600", "photos_per_processor_second", "each_more_photo")


def make_table(estimates: list[Estimate]) -> str:
    """The estimates side by side, as Markdown."""
    rows = [
        ("photos in the tars", [f"{one.photos:,}" for one in estimates]),
        ("photos with a country", [f"{one.kept:,}" for one in estimates]),
        ("disk: tars", [f"{one.tars_gb:,.0f} GB" for one in estimates]),
        ("disk: prepared", [f"{one.prepared_gb:,.1f} GB" for one in estimates]),
        ("disk: at the most, while preparing", [f"{one.most_gb:,.0f} GB" for one in estimates]),
        ("download", [_hours(one.download_h) for one in estimates]),
        ("countries", [_hours(one.countries_h) for one in estimates]),
        ("prepare", [_hours(one.prepare_h) for one in estimates]),
        ("train", [_hours(one.train_h) for one in estimates]),
        ("cores that keep the GPU fed", [f"{one.decoding_cores}" for one in estimates]),
        ("cost", [f"$ {one.cost:,.2f}" if one.cost < 1 else f"$ {one.cost:,.0f}" for one in estimates]),
    ]
    head = f"| | {' | '.join(f'{one.tars} tars' for one in estimates)} |\n|---|{'---|' * len(estimates)}\n"
    return head + "".join(f"| {name} | {' | '.join(values)} |\n" for name, values in rows)


def _hours(hours: float) -> str:
    return f"{hours:,.1f} h" if hours >= 1 else f"{max(1, math.ceil(hours * 60))} min"


def main() -> None:
    """Estimate, print, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tars", type=int, nargs="+", default=[10, 500])
    parser.add_argument("--cores", type=int, default=16, help="of the machine that downloads and prepares")
    parser.add_argument("--megabits-per-s", type=float, default=1000, help="of the network")
    parser.add_argument("--disk-mb-per-s", type=float, default=500, help="reading")
    parser.add_argument("--kept-share", type=float, default=0.308, help="photos with a country; the report's")
    parser.add_argument(
        "--prepared-kb", type=float, default=25, help="of a prepared photo; `data prepare gldv2 --help`"
    )
    parser.add_argument("--train-share", type=float, default=0.8, help="of the photos in the train split")
    parser.add_argument("--epochs", type=int, default=14, help="of the recipe `best`")
    parser.add_argument("--gpu-rate", type=float, default=656, help="photos trained per second; the report's A100")
    parser.add_argument("--core-price", type=float, default=0.05, help="$ per core and hour, assumed")
    parser.add_argument("--gpu-price", type=float, default=2.5, help="$ per hour of the GPU machine, assumed")
    parser.add_argument("--disk-price", type=float, default=0.1, help="$ per GB and month, assumed")
    parser.add_argument("--prepare-rate", type=float, help="photos per second and core; else results/prepare.json")
    given = parser.parse_args()
    if given.prepare_rate is None:
        given.prepare_rate = _rate("prepare", *_PREPARE)
    estimates = [estimate(tars, given) for tars in given.tars]
    print(make_table(estimates))
    assumptions = {key: value for key, value in vars(given).items() if key not in ("tars", "prepare_rate")}
    measured = {
        "prepare_photos_per_processor_second": given.prepare_rate,
        "stream_samples_per_cpu_s": _rate("stream", "samples_per_cpu_s", "workers_2"),
        "join_seconds": _rate("gldv2_join", "seconds"),
    }
    content = {"assumptions": assumptions, "measured": measured, "estimates": [one._asdict() for one in estimates]}
    print(write_result("gldv2_estimate", content))


if __name__ == "__main__":
    main()
