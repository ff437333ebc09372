"""Coordinates to countries: points per second, memory and agreement, against PyPI's `reverse_geocoder`.

Run: `pip install reverse_geocoder && python benchmarks/locate.py [--points N]` (writes results/locate.json).

Both get the same random points in one run: spread evenly over the globe, on land or within 25 km of a coast. The
two answer different questions (`reverse_geocoder` gives the country of the nearest town of a GeoNames list), so where
they differ, the town that it named is asked for: where both agree on the town's country, the town lies beyond a border
from the point, which only a polygon can tell. Over the list of towns itself, agreement is a check of our borders.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from machine import write_result
from triovision.countries import locate

try:
    import reverse_geocoder
except ImportError:
    sys.exit("this benchmark compares with reverse_geocoder, which is not installed; run: pip install reverse_geocoder")


def random_land(count: int, seed: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Latitudes and longitudes of points that `locate` gives to some country."""
    random = np.random.default_rng(seed)
    found = np.zeros((0, 2))
    while len(found) < count:
        latitude = np.degrees(np.arcsin(random.uniform(-1, 1, count)))
        longitude = random.uniform(-180, 180, count)
        found = np.concatenate([found, np.stack([latitude, longitude], axis=1)[locate(latitude, longitude) != ""]])
    return found[:count, 0], found[:count, 1]


def best_seconds(work: Callable[[], Any], repeats: int = 3) -> tuple[float, Any]:
    """The shortest of some runs, and what the last one returned."""
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        result = work()
        times.append(time.perf_counter() - start)
    return min(times), result


def measure_start(statement: str) -> tuple[float, float]:
    """Seconds and extra megabytes of a statement in a fresh interpreter that holds numpy already."""
    code = "import time, resource, numpy\nbefore = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
    code += f"start = time.perf_counter()\n{statement}\n"
    code += "print(time.perf_counter() - start, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)"
    runs = [
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()[-2:]
        for _ in range(3)
    ]
    return min(float(run[0]) for run in runs), min(float(run[1]) for run in runs) / 1024


def judge_differences(ours: NDArray[np.str_], towns: list[dict[str, str]]) -> dict[str, object]:
    """Shares of agreement, and what lies behind the differences."""
    theirs = np.array([town["cc"] for town in towns])
    differ = np.flatnonzero(ours != theirs)
    places = np.array([[float(towns[i]["lat"]), float(towns[i]["lon"])] for i in differ]).reshape(-1, 2)
    beyond = locate(places[:, 0], places[:, 1]) == theirs[differ]
    rest = Counter(zip(ours[differ][~beyond].tolist(), theirs[differ][~beyond].tolist(), strict=True))
    return {
        "same_country": round(float((ours == theirs).mean()), 5),
        "nearest_town_lies_beyond_a_border": round(float(beyond.sum() / len(ours)), 5),
        "the_town_itself_differs": round(float((~beyond).sum() / len(ours)), 5),
        "most_frequent_of_these": [
            f"{mine or 'none'} / {other}: {count}" for (mine, other), count in rest.most_common(8)
        ],
    }


def compare_towns(towns: list[dict[str, str]]) -> dict[str, object]:
    """How far `locate` agrees with GeoNames about the towns of the list."""
    latitude, longitude = (np.array([float(town[key]) for town in towns]) for key in ("lat", "lon"))
    ours, theirs = locate(latitude, longitude), np.array([town["cc"] for town in towns])
    return {
        "towns": len(towns),
        "same_country": round(float((ours == theirs).mean()), 5),
        "none": int((ours == "").sum()),
        "another_country": int(((ours != theirs) & (ours != "")).sum()),
    }


def main() -> None:
    """Measure, compare, print, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--points", type=int, default=1_000_000)
    count = parser.parse_args().points
    load_s, load_mib = measure_start("from triovision.countries import locate; locate(48.86, 2.35)")
    other_load_s, other_load_mib = measure_start("import reverse_geocoder as r; r.search((48.86, 2.35), mode=1)")

    latitude, longitude = random_land(count, seed=0)
    points = list(zip(latitude.tolist(), longitude.tolist(), strict=True))
    seconds, ours = best_seconds(lambda: locate(latitude, longitude))
    ground_s, _ = best_seconds(lambda: locate(latitude, longitude, offshore_km=0))
    scalar_s, _ = best_seconds(lambda: [locate(*point) for point in points[:2000]])
    peak_mib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    reverse_geocoder.search(points[:2], mode=1)  # reads its list of towns
    other_s, towns = best_seconds(lambda: reverse_geocoder.search(points, mode=1))
    other_parallel_s, _ = best_seconds(lambda: reverse_geocoder.search(points, mode=2))

    result: dict[str, object] = {
        "points": count,
        "locate_points_per_s": round(count / seconds),
        "locate_without_coasts_points_per_s": round(count / ground_s),
        "locate_one_by_one_points_per_s": round(2000 / scalar_s),
        "reverse_geocoder_points_per_s": round(count / other_s),
        "reverse_geocoder_in_processes_points_per_s": round(count / other_parallel_s),
        "times_faster": round(min(other_s, other_parallel_s) / seconds, 1),
        "locate_first_call_s": round(load_s, 2),
        "reverse_geocoder_first_call_s": round(other_load_s, 2),
        "locate_first_call_mib": round(load_mib),
        "reverse_geocoder_first_call_mib": round(other_load_mib),
        "peak_mib_with_points": round(peak_mib),
        "agreement": judge_differences(ours, towns),
        "agreement_without_antarctica": judge_differences(
            ours[ours != "AQ"], [town for town, code in zip(towns, ours.tolist(), strict=True) if code != "AQ"]
        ),
        "agreement_on_towns": compare_towns(list(reverse_geocoder.RGeocoder(mode=1, verbose=False).locations)),
    }
    for name, value in result.items():
        print(f"{name:40} {value}")
    print(write_result("locate", result))


if __name__ == "__main__":
    main()
