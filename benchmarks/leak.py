"""The leak, measured: the same recipe on the same photos, split by photo and split by source.

Run: `python benchmarks/leak.py PHOTOS.csv [--recipe starter] [KEY=VALUE ...]`

PHOTOS.csv is what `triovision data prepare folder` reads. For each way of splitting it is prepared, trained, exported
and evaluated by the product's own commands; the defaults train one linear layer on the frozen backbone of the starter
recipe, in minutes. Split by photo, other photos of the same landmark, walk and photographer are on both sides
of the split, and a network that has seen them looks better than it is on a new photographer's photos.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from pathlib import Path

from machine import write_result
from product import triovision

CHEAP = ("stages.1.epochs=0", "stages.0.stored_views=2", "fold_batch_norms=false")
FIGURES = (
    "top1_accuracy",
    "top5_accuracy",
    "mean_per_class_accuracy",
    "macro_f1",
    "region_accuracy",
    "median_error_km",
)


def measure(table: Path, split_by: str, recipe: str, overrides: list[str], work: Path) -> dict[str, object]:
    """Figures of the test split under one way of splitting."""
    data, run, bundle, report = (work / f"{split_by}-{name}" for name in ("data", "run", "bundle.onnx", "report"))
    triovision("data", "prepare", "folder", table, "--to", data, "--split-by", split_by, "--test-share", "0.15")
    triovision("train", recipe, "--data", data, "--to", run, "--folds", "0", *overrides)
    triovision("export", run, "--data", data, "--to", bundle, "--name", split_by)
    triovision("evaluate", bundle, "--data", data, "--to", report, "--no-photos")
    content = json.loads((report / "metrics.json").read_text(encoding="utf-8"))
    return {
        "split_by": split_by,
        "samples": content["samples"],
        "countries": content["countries"],
        **{name: content["figures"][name] for name in FIGURES},
        "top1_interval": content["intervals"]["top1_accuracy"],
    }


def main() -> None:
    """Measure, print, write `results/leak.json`."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("table", type=Path)
    parser.add_argument("--recipe", default="starter")
    parser.add_argument("--split-by", nargs="+", default=["photo", "source"], choices=["photo", "landmark", "source"])
    parser.add_argument("overrides", nargs="*", metavar="KEY=VALUE")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        rows = [
            measure(arguments.table, split_by, arguments.recipe, [*CHEAP, *arguments.overrides], Path(folder))
            for split_by in arguments.split_by
        ]
    for row in rows:
        print("  ".join(f"{key} {value}" for key, value in row.items()))
    print(write_result("leak", {"recipe": arguments.recipe, "splits": rows}))


if __name__ == "__main__":
    main()
