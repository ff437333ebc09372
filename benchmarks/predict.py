"""Speed, memory and start-up of prediction, against the plain path of the report's application.

Run: `python benchmarks/predict.py` (writes results/predict.json; about five minutes on 2 cores).

The plain path is what the report's application does: Pillow decodes the whole photo, squashes it to 224 px, and an
eager PyTorch EfficientNet-B0 looks at one photo at a time. Ours is `CountryClassifier.predict_many` with the embedded
model. Both take the same files and all cores, in turns within one run; what counts is the ratio.
"""

from __future__ import annotations

import argparse
import itertools
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from PIL import Image

from machine import write_result
from make_photos import make_photos
from triovision import CountryClassifier, Prediction

COUNTS = {"800x600": 240, "12MP": 100}
ROUNDS = 5
START_UPS = 7
MEMORY_PHOTOS = 5000


def make_plain_path() -> Callable[[Sequence[Path]], None]:
    """The report's way: Pillow, squash, eager EfficientNet-B0, one at a time."""
    import torch  # noqa: PLC0415 - only this path needs it

    from triovision.training.torchvision_mend import mend_torchvision  # noqa: PLC0415

    mend_torchvision()
    import timm  # noqa: PLC0415

    network = timm.create_model("efficientnet_b0", pretrained=False, num_classes=172).eval()
    mean = torch.tensor([0.485, 0.456, 0.406]).view(3, 1, 1)
    std = torch.tensor([0.229, 0.224, 0.225]).view(3, 1, 1)

    def predict(paths: Sequence[Path]) -> None:
        for path in paths:
            with Image.open(path) as photo:
                image = photo.convert("RGB").resize((224, 224), Image.Resampling.BILINEAR)
            tensor = torch.from_numpy(np.array(image)).permute(2, 0, 1).float().div(255)
            with torch.no_grad():
                torch.softmax(network(((tensor - mean) / std).unsqueeze(0)), dim=1).topk(5)

    return predict


def make_our_path() -> Callable[[Sequence[Path]], None]:
    """The product's way."""
    classifier = CountryClassifier.load()

    def predict(paths: Sequence[Path]) -> None:
        for result in classifier.predict_many(paths):
            if not isinstance(result, Prediction):
                raise result
            result.answer()

    return predict


def measure_throughput(folder: Path) -> dict[str, dict[str, float]]:
    """Photos per second of both paths and their ratio, by size: the median of rounds taken in turns."""
    plain, ours = make_plain_path(), make_our_path()
    results = {}
    for size, count in COUNTS.items():
        paths = make_photos(folder, size, count)
        rates: dict[str, list[float]] = {"plain": [], "ours": []}
        for path in (plain, ours):
            path(paths[:4])
        for _ in range(ROUNDS):
            for name, path in (("plain", plain), ("ours", ours)):
                begin = time.perf_counter()
                path(paths)
                rates[name].append(count / (time.perf_counter() - begin))
        ratios = [mine / theirs for mine, theirs in zip(rates["ours"], rates["plain"], strict=True)]
        results[size] = {
            "photo_bytes": statistics.mean(path.stat().st_size for path in paths),
            "plain_photos_per_s": statistics.median(rates["plain"]),
            "our_photos_per_s": statistics.median(rates["ours"]),
            "ratio": statistics.median(ratios),
            "ratio_least": min(ratios),
            "ratio_most": max(ratios),
        }
        print(size, json.dumps({key: round(value, 2) for key, value in results[size].items()}))
    return results


MEMORY_PROGRAM = """
import itertools, json, sys
from triovision import CountryClassifier
def resident_mb():
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmRSS")) / 1024
paths, count = sys.argv[2:], int(sys.argv[1])
classifier = CountryClassifier.load()
trace = []
for index, result in enumerate(classifier.predict_many(itertools.islice(itertools.cycle(paths), count))):
    if index % (count // 20) == 0 or index == count - 1:
        trace.append(round(resident_mb(), 1))
print(json.dumps(trace))
"""


def measure_memory(folder: Path) -> dict[str, object]:
    """Resident memory over a long run of mixed photos, in its own process, sampled twenty times."""
    small = make_photos(folder, "800x600", 20)
    mixed = [*itertools.chain.from_iterable(itertools.repeat(small, 2)), *make_photos(folder, "12MP", 2)]
    command = [sys.executable, "-c", MEMORY_PROGRAM, str(MEMORY_PHOTOS), *map(str, mixed)]
    trace = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    # The first tenth warms up pools and arenas; after it, memory shall stand still.
    result = {
        "photos": MEMORY_PHOTOS,
        "resident_mb": trace,
        "peak_mb": max(trace),
        "growth_mb": round(trace[-1] - max(trace[:3]), 1),
    }
    print("memory", json.dumps(result))
    return result


def measure_start(folder: Path) -> dict[str, float]:
    """Median seconds of whole processes, as a user waits for them."""
    (photo,) = make_photos(folder, "800x600", 1)
    script = Path(sys.executable).parent / "triovision"
    commands = {
        "python_s": [sys.executable, "-c", "pass"],
        "import_triovision_s": [sys.executable, "-c", "import triovision"],
        "help_s": [str(script), "--help"],
        "predict_one_photo_s": [str(script), "predict", str(photo)],
    }
    results = {}
    for name, command in commands.items():
        times = []
        for _ in range(START_UPS):
            begin = time.perf_counter()
            subprocess.run(command, capture_output=True, check=True)
            times.append(time.perf_counter() - begin)
        results[name] = round(statistics.median(times), 3)
    results["import_triovision_s"] = round(results["import_triovision_s"] - results["python_s"], 3)
    print("start", json.dumps(results))
    return results


def main() -> None:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", choices=["throughput", "memory", "start"])
    only = parser.parse_args().only
    parts = {"throughput": measure_throughput, "memory": measure_memory, "start": measure_start}
    with tempfile.TemporaryDirectory() as folder:
        result = {name: measure(Path(folder)) for name, measure in parts.items() if only in (None, name)}
    if only is None:
        print(write_result("predict", dict(result)))


if __name__ == "__main__":
    main()
